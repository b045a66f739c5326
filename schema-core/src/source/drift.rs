use crate::review::{Change, changes};
use crate::schema::Schema;

/// How a live database differs from what its migrations should have made of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// One line for each object.
    pub lines: Vec<String>,
}

/// Compares the replay at the database's place in the history with the database. Tables that only the database has are
/// nobody's business here: others may have made them.
pub fn drift(replay: &Schema, live: &Schema) -> Drift {
    let lines = changes(replay, live)
        .iter()
        .filter(|change| !is_foreign(change, replay))
        .map(|change| {
            let name = change.slot.name();
            match change.change {
                "added" => format!("{name}: only in the database"),
                "dropped" => format!("{name}: missing in the database"),
                _ => format!("{name}: differs"),
            }
        })
        .collect();
    Drift { lines }
}

fn is_foreign(change: &Change, replay: &Schema) -> bool {
    change.before.is_none()
        && change
            .slot
            .table()
            .is_none_or(|table| !replay.tables.contains_key(table))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, QName, Table};

    #[test]
    fn names_what_differs_and_leaves_other_peoples_tables_out() {
        let mut replay = Schema::default();
        let table = Table {
            columns: vec![Column::new("a", "text")],
            ..Table::default()
        };
        replay.tables.insert(QName::new("public", "t"), table.clone().into());
        let mut live = replay.clone();
        live.tables.insert(QName::new("public", "theirs"), table.into());
        assert_eq!(drift(&replay, &live), Drift::default());
        let t = live.tables.get_mut(&QName::new("public", "t")).unwrap();
        t.columns = vec![Column::new("a", "integer"), Column::new("b", "text")];
        assert_eq!(
            drift(&replay, &live).lines,
            ["public.t.a: differs", "public.t.b: only in the database"]
        );
    }
}
