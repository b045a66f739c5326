//! Changes of indexes.

use proptest::sample::Index as Choice;
use schema_core::compare::index_columns;
use schema_core::schema::{Index, IndexKey, KeyTarget};

use super::draft::Draft;
use super::names;
use super::types;

impl Draft<'_> {
    pub fn index(&mut self, at: &[Choice; 4], n: [u8; 4]) -> Option<()> {
        let (table, mut columns) = self.columns(at)?;
        let t = &self.schema.tables[&table];
        let first = t.column(&columns[0])?.clone();
        let mut made = Index {
            method: "btree".to_owned(),
            unique: n[1].is_multiple_of(4) && n[1] > 0,
            nulls_not_distinct: self.major >= 15 && n[1] % 16 == 8,
            keys: Vec::new(),
            include: Vec::new(),
            predicate: None,
            with: std::collections::BTreeMap::new(),
            tablespace: None,
            valid: true,
            expression_columns: Vec::new(),
            statistics: std::collections::BTreeMap::new(),
            comment: None,
        };
        let method = types::other_method(&first.type_name).filter(|_| n[1] % 4 == 1);
        if let Some(method) = method {
            method.clone_into(&mut made.method);
            columns.truncate(1);
        } else {
            columns.retain(|c| t.column(c).is_some_and(|column| types::has_order(&column.type_name)));
            if columns.len() > 1 && n[2] % 5 == 1 {
                made.include.extend(columns.pop());
            }
            if columns.is_empty() {
                return None;
            }
        }
        made.keys = columns.iter().cloned().map(IndexKey::column).collect();
        let first = t.column(&columns[0])?;
        if made.method == "btree" {
            let key = &mut made.keys[0];
            key.descending = n[2].is_multiple_of(3) && n[2] > 0;
            key.nulls_first = if n[2] % 7 == 1 { !key.descending } else { key.descending };
            match n[3] % 6 {
                1 if types::is_text(&first.type_name) => key.opclass = Some(types::pattern_class(&first.type_name)),
                2 if types::is_text(&first.type_name) && first.collation.is_none() => {
                    key.collation = Some("pg_catalog.\"C\"".to_owned());
                }
                3 => {
                    if let Some(expression) = types::expression(&first.type_name, &first.name) {
                        key.target = KeyTarget::Expression(expression);
                        made.expression_columns = vec![first.name.clone()];
                    }
                }
                4 => drop(made.with.insert("fillfactor".to_owned(), "60".to_owned())),
                _ => {}
            }
        }
        if n[3] % 5 == 1 {
            let predicate = types::predicate(self.schema, &first.type_name, &first.name, n[2]);
            made.predicate = Some(predicate);
            made.expression_columns = vec![first.name.clone()];
        }
        if made.unique && !self.names_the_cut(&table, &made.keys.iter().filter_map(plain).collect::<Vec<_>>()) {
            return None;
        }
        let name = names::key(self.schema, &table, n[0]);
        self.table_mut(&table)?.indexes.insert(name, made);
        Some(())
    }

    pub fn drop_index(&mut self, at: &[Choice; 4]) -> Option<()> {
        let (table, index) = self.index_name(at)?;
        let gone = self.table_mut(&table)?.indexes.remove(&index)?;
        if gone.unique {
            self.drop_references(&table, Some(&index_columns(&gone)));
        }
        Some(())
    }

    pub fn rename_index(&mut self, at: &[Choice; 4], name: u8) -> Option<()> {
        let (table, index) = self.index_name(at)?;
        let name = names::key(self.schema, &table, name);
        let moved = self.table_mut(&table)?.indexes.remove(&index)?;
        self.schema.rename_attached(&table, &index, &name);
        self.table_mut(&table)?.indexes.insert(name, moved);
        Some(())
    }
}

fn plain(key: &IndexKey) -> Option<schema_core::schema::Ident> {
    match &key.target {
        KeyTarget::Column(column) => Some(column.clone()),
        KeyTarget::Expression(_) => None,
    }
}
