//! The end of the plan, and the whole way back and forward again.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::way::Way;
use super::{Course, Go};
use crate::proof::ProofError;
use crate::proof::build::exec;
use crate::proof::record::Unproven;
use crate::schema::Schema;

impl Course<'_> {
    /// The end is the last stage, and new code runs on it.
    pub(super) async fn end(&mut self, connection: &mut PgConnection) -> Result<(), ProofError> {
        // What differs outside the model is not planned.
        let new = Schema {
            others: self.now.others.clone(),
            ..self.new.clone()
        };
        self.catalog(connection, "", Way::End, &new).await?;
        let mut excused = BTreeSet::new();
        if self.options.statements {
            self.learn_new(connection).await?;
            let report = self
                .statements(connection, false, false, &self.scope.touched.clone())
                .await?;
            for trouble in report.troubles {
                self.proof.unproven.push(Unproven {
                    what: format!("{} on {} by new code", trouble.operation, trouble.table),
                    why: format!("it fails in the last stage as well: {}", trouble.message),
                });
                excused.insert((trouble.table, trouble.operation));
            }
        }
        self.flush(&excused);
        Ok(())
    }

    /// All the way back and forward again, as a rollback of the whole plan does it. Rows that new code wrote meanwhile may
    /// lose what only the new columns hold.
    pub(super) async fn whole_way_back(&mut self, connection: &mut PgConnection) -> Result<(), ProofError> {
        exec(connection, "SET schemagen.allow_data_loss = 'all'".to_owned()).await?;
        let reached = self.now.clone();
        for file in self.plan.files.iter().rev() {
            if self.script(connection, file, Way::RollBack, &file.down).await? != Go::On {
                return Ok(());
            }
            self.lose(&file.down.effect);
            self.replay_back(&file.down.effect);
        }
        let Some(first) = self.plan.files.first() else {
            return Ok(());
        };
        self.catalog(connection, &first.slug, Way::RollBack, &self.now.clone())
            .await?;
        self.rows(connection, &first.slug, &self.scope.touched.clone()).await?;
        for file in &self.plan.files {
            if self.script(connection, file, Way::ForwardAgain, &file.up).await? != Go::On {
                return Ok(());
            }
            self.follow(&file.up.effect);
        }
        self.now = reached;
        self.catalog(connection, "", Way::ForwardAgain, &self.now.clone())
            .await?;
        self.rows(connection, "", &self.scope.touched.clone()).await
    }
}
