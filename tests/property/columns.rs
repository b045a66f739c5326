//! Changes of columns.

use proptest::sample::Index as Choice;
use schema_core::plan::{ColumnRef, ColumnRename, Retype};
use schema_core::schema::{
    Column, ConstraintKind, Expr, Generated, Ident, Identity, Literal, QName, Sequence, SequenceOptions,
};

use super::draft::Draft;
use super::names;
use super::objects::sequence_options;
use super::partitions::{cut_by, top};
use super::types::{self, type_of};

impl Draft<'_> {
    pub fn add_column(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let table = self.whole_table(&at[0])?;
        let made = self.new_column(&table, n);
        self.table_mut(&table)?.columns.push(made);
        Some(())
    }

    /// A column under a name that the table has not, and had not: a name that comes back is no new column.
    pub fn new_column(&self, table: &QName, n: [u8; 4]) -> Column {
        let name = self.free_column(table, n[0]);
        let mut column = Column::new(name, type_of(self.schema, n[1]));
        column.not_null = n[2].is_multiple_of(2) && n[2] != 0;
        column.default = (n[3] % 3 == 1).then(|| types::default(self.schema, &column.type_name, n[3]));
        if n[3] % 16 == 15 && types::is_text(&column.type_name) {
            column.collation = Some("pg_catalog.\"C\"".to_owned());
        }
        column
    }

    fn free_column(&self, table: &QName, choice: u8) -> Ident {
        let before = self.planned.as_ref().and_then(|(old, _)| old.table(table));
        names::free(choice, |name| {
            let has = |t: &schema_core::schema::Table| t.column(name).is_some();
            self.schema.table(table).is_some_and(has) || before.is_some_and(has)
        })
    }

    pub fn drop_column(&mut self, at: &[Choice; 4]) -> Option<()> {
        let (table, column) = self.column(at)?;
        let table = top(self.schema, &table);
        if cut_by(self.schema, &table).contains(&column) {
            return None;
        }
        let plain = self.schema.tables[&table]
            .columns
            .iter()
            .filter(|c| c.generated.is_none());
        if plain.filter(|c| c.name != column).count() > 0 {
            self.forget(&table, &column);
            self.table_mut(&table)?.columns.retain(|c| c.name != column);
        }
        Some(())
    }

    pub fn rename_column(&mut self, at: &[Choice; 4], name: u8) -> Option<()> {
        let (table, from) = self.shared_column(at)?;
        let to = self.free_column(&table, name);
        if let Some((old, decisions)) = &mut self.planned {
            let stood = old.tables.get(&table).is_some_and(|t| t.column(&from).is_some());
            // A column that the same plan adds or has renamed already is not renamed again.
            if !stood {
                return None;
            }
            let rename = ColumnRename {
                table: table.clone(),
                from: from.clone(),
                to: to.clone(),
            };
            decisions
                .backfills
                .retain(|(at, _)| at.table != table || at.column != from);
            decisions.renames.push(rename);
        }
        let family = self.family(&table);
        for member in &family {
            schema_core::stages::names_in::rename(self.table_mut(member)?, &from, &to);
        }
        for constraint in self.schema.tables.values_mut().flat_map(|t| t.constraints.values_mut()) {
            if let ConstraintKind::ForeignKey(key) = &mut constraint.kind
                && family.contains(&key.references)
            {
                for column in key.referenced_columns.iter_mut().filter(|c| **c == from) {
                    *column = to.clone();
                }
            }
        }
        for sequence in self.schema.sequences.values_mut() {
            if sequence.owned_by == Some((table.clone(), from.clone())) {
                sequence.owned_by = Some((table.clone(), to.clone()));
            }
        }
        Some(())
    }

    /// Another type; what stands on the column goes.
    pub fn retype(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let (table, column) = self.shared_column(at)?;
        self.forget(&table, &column);
        let made = type_of(self.schema, n[0]);
        let was = self.schema.tables[&table].column(&column)?.type_name.clone();
        let values = [&made, &was].map(|name| types::default(self.schema, name, 0));
        if let Some((old, decisions)) = &mut self.planned
            && n[1].is_multiple_of(2)
            && old.tables.get(&table).is_some_and(|t| t.column(&column).is_some())
        {
            let [using, using_back] = values.map(Some);
            let at = ColumnRef {
                table: table.clone(),
                column: column.clone(),
            };
            decisions.retypes.retain(|r| r.column != at);
            decisions.retypes.push(Retype {
                column: at,
                using,
                using_back,
                cutover: true,
            });
        }
        let c = self.column_mut(&table, &column)?;
        c.default = None;
        c.identity = None;
        c.storage = None;
        c.compression = None;
        if c.type_name != made {
            c.collation = None;
        }
        c.type_name = made;
        Some(())
    }

    /// A wider type of the same family; keys, checks and indexes stay.
    pub fn widen(&mut self, at: &[Choice; 4], _: [u8; 4]) -> Option<()> {
        let (table, column) = self.shared_column(at)?;
        let c = self.column_mut(&table, &column)?;
        let wider = match c.type_name.as_str() {
            "smallint" => "integer",
            "integer" => "bigint",
            "character varying(20)" => "character varying(40)",
            "numeric(10,2)" => "numeric(12,2)",
            "integer[]" => "bigint[]",
            _ => return None,
        };
        if c.default.is_some() && wider == "bigint[]" {
            return None;
        }
        let own_use = self.family(&table).iter().skip(1).any(|member| {
            let t = &self.schema.tables[member];
            t.constraints
                .values()
                .any(|c| schema_core::compare::constraint_columns(c).contains(&column))
                || t.indexes
                    .values()
                    .any(|i| schema_core::compare::index_columns(i).contains(&column))
        });
        if own_use {
            return None;
        }
        let in_exclusion = self.schema.tables[&table]
            .constraints
            .values()
            .any(|c| matches!(&c.kind, ConstraintKind::Exclusion(x) if x.columns.contains(&column)));
        let computes = self.schema.tables[&table].columns.iter().any(|c| {
            c.generated
                .as_ref()
                .is_some_and(|g| g.expression.0.contains(&column.to_string()))
        });
        if in_exclusion || computes {
            return None;
        }
        let c = self.column_mut(&table, &column)?;
        c.type_name = wider.to_owned();
        if let Some(identity) = &mut c.identity {
            identity.options = SequenceOptions::of_type(wider);
        }
        Some(())
    }

    pub fn not_null(&mut self, at: &[Choice; 4], wanted: u8) -> Option<()> {
        let wanted = wanted.is_multiple_of(2);
        let (table, column) = self.plain_column(at)?;
        let t = &self.schema.tables[&table];
        let in_key = t.primary_key().is_some_and(|(_, key)| key.columns.contains(&column));
        let value = types::default(self.schema, &t.column(&column)?.type_name, 0);
        let above = t.partition_of.as_ref().map(|p| &self.schema.tables[&p.parent]);
        if above.is_some_and(|above| above.column(&column).is_some_and(|c| c.not_null)) {
            return None;
        }
        let c = self.column_mut(&table, &column)?;
        if in_key || c.identity.is_some() {
            return None;
        }
        c.not_null = wanted;
        if wanted && let Some((_, decisions)) = &mut self.planned {
            decisions
                .backfills
                .retain(|(at, _)| at.table != table || at.column != column);
            decisions.backfills.push((ColumnRef { table, column }, value));
        }
        Some(())
    }

    pub fn default(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let (table, column) = self.plain_column(at)?;
        let value = types::default(
            self.schema,
            &self.schema.tables[&table].column(&column)?.type_name,
            n[1],
        );
        let owns = self.schema.sequences_owned_by(&table, &column).next().is_some();
        let c = self.column_mut(&table, &column)?;
        if c.identity.is_none() && !owns {
            c.default = (n[0].is_multiple_of(3) || c.default.is_none()).then_some(value);
        }
        Some(())
    }

    pub fn identity(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let (table, column) = self.plain_column(at)?;
        let table = top(self.schema, &table);
        self.forget_sequences(&table, &column);
        let c = self.column_mut(&table, &column)?;
        if c.identity.is_some() && n[0].is_multiple_of(4) {
            c.identity = None;
            return Some(());
        }
        if matches!(c.type_name.as_str(), "smallint" | "integer" | "bigint") && c.default.is_none() {
            c.not_null = true;
            c.identity = Some(Identity {
                comment: None,
                always: n[0] % 2 == 1,
                options: sequence_options(&c.type_name, n[1]),
            });
        }
        Some(())
    }

    /// A column that draws from a sequence of its own.
    pub fn serial(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let table = self.whole_table(&at[0])?;
        let name = self.free_column(&table, n[0]);
        let sequence = QName {
            schema: table.schema.clone(),
            name: names::relation(self.schema, &table.schema, n[1]),
        };
        let type_name = ["integer", "bigint", "smallint"][usize::from(n[2] % 3)];
        let mut column = Column::new(name.clone(), type_name);
        column.not_null = true;
        column.default = Some(Expr(format!("nextval({}::regclass)", Literal(&sequence.to_string()))));
        self.table_mut(&table)?.columns.push(column);
        let made = Sequence {
            options: sequence_options(type_name, n[3] % 2 * n[3]),
            owned_by: Some((table, name)),
            ..Sequence::default()
        };
        self.schema.sequences.insert(sequence, made);
        Some(())
    }

    /// A column that is computed from another one.
    pub fn generated(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let (table, column) = self.plain_column(at)?;
        let table = top(self.schema, &table);
        let of = self.schema.tables[&table].column(&column)?;
        let (type_name, expression) = types::computed(&of.type_name, &column)?;
        if of.collation.is_some() {
            return None;
        }
        let mut made = Column::new(self.free_column(&table, n[0]), type_name);
        made.generated = Some(Generated {
            expression,
            stored: self.major < 18 || n[1].is_multiple_of(2),
        });
        self.table_mut(&table)?.columns.push(made);
        Some(())
    }

    pub fn column_settings(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let (table, column) = self.column(at)?;
        let c = self.column_mut(&table, &column)?;
        match n[0] % 4 {
            0 => c.statistics = (n[1] > 0).then_some(i32::from(n[1])),
            1 if types::has_toast(&c.type_name) => {
                c.storage = [None, Some("PLAIN"), Some("EXTERNAL")][usize::from(n[1] % 3)].map(str::to_owned);
            }
            2 if types::has_toast(&c.type_name) && c.generated.as_ref().is_none_or(|g| g.stored) => {
                c.compression = n[1].is_multiple_of(2).then(|| "pglz".to_owned());
            }
            _ => {
                c.options.clear();
                if n[1] > 0 {
                    c.options.insert("n_distinct".to_owned(), n[1].to_string());
                }
            }
        }
        Some(())
    }
}
