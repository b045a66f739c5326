//! Changes of tables as a whole, namespaces, enums, sequences and comments.

use proptest::sample::Index as Choice;
use schema_core::schema::{EnumType, Namespace, QName, Sequence, SequenceOptions, Table};

use super::draft::{Draft, clusters, identifies, pick};
use super::names::{self, TEXTS};

impl Draft<'_> {
    pub fn add_table(&mut self, n: [u8; 4]) -> Option<()> {
        let schema = self.namespace(n[3]);
        let table = QName {
            name: names::relation(self.schema, &schema, n[0]),
            schema,
        };
        self.schema.tables.insert(table.clone(), Table::default().into());
        for at in 0..=n[1] % 5 {
            let made = self.new_column(&table, [at, n[2].wrapping_mul(at + 1), n[1].wrapping_add(at), n[2] / 3]);
            self.table_mut(&table)?.columns.push(made);
        }
        Some(())
    }

    pub fn drop_table(&mut self, at: &[Choice; 4]) -> Option<()> {
        let table = self.table(&at[0])?;
        for table in self.family(&table) {
            self.schema.tables.remove(&table);
            self.schema
                .sequences
                .retain(|_, s| s.owned_by.as_ref().is_none_or(|(t, _)| *t != table));
            self.drop_references(&table, None);
        }
        Some(())
    }

    pub fn options(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let table = self.table(&at[0])?;
        let t = self.table_mut(&table)?;
        if t.partition_by.is_some() {
            t.options.row_security = n[1].is_multiple_of(2);
            return Some(());
        }
        let named: Vec<_> = t.indexes.keys().chain(t.constraints.keys()).cloned().collect();
        let index = pick(named.iter(), &at[1]);
        match n[0] % 6 {
            0 => drop(
                t.options
                    .parameters
                    .insert("fillfactor".to_owned(), (50 + n[1] % 51).to_string()),
            ),
            1 => t.options.parameters.clear(),
            2 => {
                let parameters = &mut t.options.parameters;
                parameters.insert("autovacuum_enabled".to_owned(), "false".to_owned());
            }
            3 => {
                t.options.replica_identity_index = None;
                let kind = [None, Some("FULL"), Some("NOTHING")][usize::from(n[1] % 3)];
                t.options.replica_identity = kind.map(str::to_owned);
            }
            4 => {
                let name = index.filter(|name| identifies(t, name))?.clone();
                t.options.replica_identity = Some("INDEX".to_owned());
                t.options.replica_identity_index = Some(name);
            }
            _ => {
                t.options.cluster_on = index.filter(|name| clusters(t, name)).cloned();
                t.options.row_security = n[1].is_multiple_of(2);
            }
        }
        Some(())
    }

    /// The table survives a crash, or no longer.
    pub fn unlogged(&mut self, at: &[Choice; 4]) -> Option<()> {
        let table = self.table(&at[0])?;
        let linked = self.schema.tables.iter().any(|(name, t)| {
            let mut keys = t.constraints.values().filter_map(|c| match &c.kind {
                schema_core::schema::ConstraintKind::ForeignKey(key) => Some(key),
                _ => None,
            });
            keys.any(|key| (*name == table) != (key.references == table))
        });
        let owns = self
            .schema
            .sequences
            .values()
            .any(|s| s.owned_by.as_ref().is_some_and(|(t, _)| *t == table));
        if !linked && !owns && !self.is_cut(&table) {
            let options = &mut self.table_mut(&table)?.options;
            options.unlogged = !options.unlogged;
        }
        Some(())
    }

    pub fn add_namespace(&mut self, n: [u8; 4]) -> Option<()> {
        let name = names::free(n[0], |name| self.schema.namespaces.contains_key(name));
        self.schema.namespaces.insert(name, Namespace { comment: text(n[1]) });
        Some(())
    }

    pub fn drop_namespace(&mut self, at: &[Choice; 4]) -> Option<()> {
        let name = pick(self.schema.namespaces.keys(), &at[0])?.clone();
        let tables = self.schema.tables.keys().chain(self.schema.sequences.keys());
        let used = tables.chain(self.schema.enums.keys()).any(|n| n.schema == name);
        if name.raw() != "public" && !used {
            self.schema.namespaces.remove(&name);
        }
        Some(())
    }

    pub fn add_enum(&mut self, n: [u8; 4]) -> Option<()> {
        let schema = self.namespace(n[3]);
        let name = names::relation(self.schema, &schema, n[0]);
        let labels = (0..=n[1] % 4).map(|n| format!("l{n}")).collect();
        let made = EnumType { labels, comment: None };
        self.schema.enums.insert(QName { schema, name }, made);
        Some(())
    }

    pub fn add_label(&mut self, at: &[Choice; 4]) -> Option<()> {
        let name = pick(self.schema.enums.keys(), &at[0])?.clone();
        let labels = &mut self.schema.enums.get_mut(&name)?.labels;
        let label = (0..).map(|n| format!("it's {n}")).find(|l| !labels.contains(l))?;
        labels.insert(at[1].index(labels.len() + 1), label);
        Some(())
    }

    pub fn drop_enum(&mut self, at: &[Choice; 4]) -> Option<()> {
        let name = pick(self.schema.enums.keys(), &at[0])?.clone();
        if self.schema.columns_of_enum(&name).is_empty() {
            self.schema.enums.remove(&name);
        }
        Some(())
    }

    pub fn add_sequence(&mut self, n: [u8; 4]) -> Option<()> {
        let schema = self.namespace(n[3]);
        let name = names::relation(self.schema, &schema, n[0]);
        self.schema.sequences.insert(QName { schema, name }, sequence(n));
        Some(())
    }

    pub fn change_sequence(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let name = pick(self.schema.sequences.keys(), &at[0])?.clone();
        let now = self.schema.sequences.get_mut(&name)?;
        now.options = sequence_options(&now.options.data_type.clone(), n[1]);
        Some(())
    }

    pub fn drop_sequence(&mut self, at: &[Choice; 4]) -> Option<()> {
        let name = pick(self.schema.sequences.keys(), &at[0])?.clone();
        if self.schema.sequences[&name].owned_by.is_none() {
            self.schema.sequences.remove(&name);
        }
        Some(())
    }

    pub fn comment(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let text = text(n[0]);
        match n[1] % 7 {
            0 => {
                let table = self.table(&at[0])?;
                self.table_mut(&table)?.comment = text;
            }
            1 | 2 => {
                let (table, column) = self.column(at)?;
                self.column_mut(&table, &column)?.comment = text;
            }
            3 => {
                let (table, name) = self.constraint_name(at)?;
                self.table_mut(&table)?.constraints.get_mut(&name)?.comment = text;
            }
            4 => {
                let (table, name) = self.index_name(at)?;
                self.table_mut(&table)?.indexes.get_mut(&name)?.comment = text;
            }
            5 => {
                let name = pick(self.schema.enums.keys(), &at[0])?.clone();
                self.schema.enums.get_mut(&name)?.comment = text;
            }
            _ => {
                let name = pick(self.schema.sequences.keys(), &at[0])?.clone();
                self.schema.sequences.get_mut(&name)?.comment = text;
            }
        }
        Some(())
    }
}

fn text(choice: u8) -> Option<String> {
    let at = usize::from(choice) % (TEXTS.len() + 1);
    TEXTS.get(at).map(|&text| text.to_owned())
}

fn sequence(n: [u8; 4]) -> Sequence {
    let data_type = ["bigint", "integer", "smallint"][usize::from(n[2] % 3)];
    Sequence {
        options: sequence_options(data_type, n[1]),
        ..Sequence::default()
    }
}

/// Options of a generator of that number.
pub fn sequence_options(data_type: &str, n: u8) -> SequenceOptions {
    let mut options = SequenceOptions::of_type(data_type);
    match n % 6 {
        1 => options.increment = 3,
        2 => {
            options.start = 100;
            options.min = 10;
        }
        3 => options.max = 1000,
        4 => {
            options.increment = -1;
            options.min = i64::from(i16::MIN);
            options.max = -1;
            options.start = -1;
        }
        5 => {
            options.cache = 20;
            options.cycle = true;
        }
        _ => {}
    }
    options
}
