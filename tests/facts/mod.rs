//! What plans say about locks and costs, measured on every server that is there.

mod below;
mod measure;
mod rows;

use std::collections::BTreeSet;

use schema_core::facts::Op;
use schema_core::plan::{Class, LockMode};

use crate::server::{all_versions, database_on};
use measure::{Measured, alone, in_transaction, run};
use rows::{ROWS, Row};

const FRESH: &str = concat!(
    "DROP SCHEMA public CASCADE; CREATE SCHEMA public; ",
    include_str!("fixture.sql")
);

#[test]
fn every_claim_has_a_statement() {
    let measured: BTreeSet<Op> = ROWS.iter().map(|row| row.op).collect();
    let missing: Vec<&Op> = Op::ALL.iter().filter(|op| !measured.contains(op)).collect();
    assert!(missing.is_empty(), "no row measures {missing:?}");
}

#[tokio::test]
async fn servers_do_what_the_claims_say() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (major, server) in all_versions() {
        let database = database_on(&server).await;
        let mut connection = database.connect().await;
        tablespace(&mut connection, true).await;
        for row in ROWS.iter().filter(|row| row.since <= major) {
            count += 1;
            let fact = row.op.fact();
            let claimed = Measured {
                // A reader's lock is no lock here.
                lock: fact.lock.filter(|mode| *mode != LockMode::AccessShare),
                other: fact.other,
                cost: fact.cost,
            };
            for script in [FRESH, row.prepare] {
                run(&mut connection, script)
                    .await
                    .unwrap_or_else(|error| panic!("{script}: {error}"));
            }
            let measured = match fact.runs {
                Class::Transaction => in_transaction(&mut connection, row.statement).await,
                Class::Alone | Class::Batches => {
                    refuses_a_transaction(&mut connection, row).await;
                    alone(&database, row.statement, fact.cost).await
                }
            };
            match measured {
                Ok(measured) if measured == claimed => {}
                found => wrong.push(format!(
                    "{major}: {:?}: {}\n  claimed {claimed:?}\n  found   {found:?}",
                    row.op, row.statement
                )),
            }
            let _ = run(&mut connection, "ROLLBACK").await;
        }
        tablespace(&mut connection, false).await;
    }
    assert!(
        wrong.is_empty(),
        "of {count} statements {} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What must run alone says so itself: the class is no matter of taste.
async fn refuses_a_transaction(connection: &mut sqlx::PgConnection, row: &Row) {
    run(connection, "BEGIN").await.expect("a transaction can be begun");
    let refused = run(connection, row.statement).await;
    assert!(refused.is_err(), "{} runs in a transaction", row.statement);
    run(connection, "ROLLBACK")
        .await
        .expect("a transaction can be rolled back");
}

/// A tablespace inside the data directory, which needs no folder of ours.
async fn tablespace(connection: &mut sqlx::PgConnection, wanted: bool) {
    let script = if wanted {
        "SET allow_in_place_tablespaces = on; DROP TABLESPACE IF EXISTS schemagen_facts; CREATE TABLESPACE schemagen_facts LOCATION ''"
    } else {
        "DROP TABLESPACE schemagen_facts"
    };
    for statement in script.split("; ") {
        run(connection, statement)
            .await
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}
