//! Statements that name both columns: where both change, the new one wins.

use super::bench::{Bench, Definition, SAME};
use crate::server;

const CASES: &[(&str, &str)] = &[
    ("INSERT INTO t (id, a, b) VALUES (1, 'x', 'x')", "x"),
    ("INSERT INTO t (id, a, b) VALUES (1, 'x', 'y')", "y"),
    ("INSERT INTO t (id, a, b) VALUES (1, NULL, 'y')", "y"),
    ("COPY t (id, a, b) FROM stdin;\n1\tx\ty\n\\.\n", "y"),
    (
        "INSERT INTO t (id, a) VALUES (1, 'x'); UPDATE t SET a = 'y', b = 'y'",
        "y",
    ),
    (
        "INSERT INTO t (id, a) VALUES (1, 'x'); UPDATE t SET a = 'y', b = 'z'",
        "z",
    ),
    (
        "INSERT INTO t (id, a) VALUES (1, 'x'); UPDATE t SET a = 'y', b = b",
        "y",
    ),
    (
        "INSERT INTO t (id, a) VALUES (1, 'x'); UPDATE t SET a = a, b = 'z'",
        "z",
    ),
    ("INSERT INTO t (id, b) VALUES (1, 'x'); UPDATE t SET a = b, b = a", "x"),
    (
        "INSERT INTO t (id, a) VALUES (1, 'x') ON CONFLICT (id) DO NOTHING; INSERT INTO t (id, a, b) VALUES (1, 'y', 'z') ON CONFLICT (id) DO UPDATE SET a = excluded.a, b = excluded.b",
        "z",
    ),
];

#[tokio::test]
async fn the_new_one_wins() {
    for definition in ["text", "text NOT NULL", "text DEFAULT 'd'", "text NOT NULL DEFAULT 'd'"] {
        let definition = Definition::text(definition, definition);
        let rollout = definition.rollout(server::url()).await;
        let mut bench = Bench::new(&rollout, &rollout.expand(), &definition).await;
        for (statement, expected) in CASES {
            let rows = bench.on_bridge(&format!("DELETE FROM t; {statement}"), SAME).await;
            assert_eq!(
                rows,
                Ok(vec![(1, 0, Some((*expected).to_owned()))]),
                "{definition:?}\n{statement}"
            );
        }
    }
}

/// The table's own triggers run first, and what they write counts as the statement's.
#[tokio::test]
async fn a_trigger_of_the_table_writes_one_side() {
    let definition = Definition::text("text", "text");
    let rollout = definition.rollout(server::url()).await;
    let mut bench = Bench::new(&rollout, &rollout.expand(), &definition).await;
    let trigger = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := 'touched'; RETURN NEW; END $$;\n\
                   CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();\n\
                   UPDATE t SET other = 1 WHERE id = 1";
    let rows = bench.on_bridge(trigger, SAME).await.unwrap();
    assert_eq!(rows[0], (1, 1, Some("touched".to_owned())));
}

/// Foreign keys of the column write it too: the twin on the other name must not fight them.
#[tokio::test]
async fn actions_of_foreign_keys_reach_both() {
    let script = |column: &str| {
        format!(
            "CREATE TABLE parent (k text PRIMARY KEY);\n\
             CREATE TABLE t (id integer PRIMARY KEY, other integer NOT NULL DEFAULT 0,\n  \
             {column} text CONSTRAINT t_parent REFERENCES parent (k) ON UPDATE CASCADE ON DELETE SET NULL);"
        )
    };
    let rows = "INSERT INTO parent VALUES ('p'), ('q'); INSERT INTO t (id, a) VALUES (1, 'p'), (2, 'q');";
    let rollout = crate::rollout::Rollout::new(
        server::url(),
        &format!("{}{rows}", script("a")),
        &script("b"),
        crate::rollout::renaming("t", &[("a", "b")]),
    )
    .await;
    let mut bench = Bench::new(&rollout, &rollout.expand(), &Definition::text("text", "text")).await;
    let statement = "UPDATE parent SET k = 'r' WHERE k = 'p'; DELETE FROM parent WHERE k = 'q'";
    let rows = bench.on_bridge(statement, SAME).await;
    assert_eq!(rows, Ok(vec![(1, 0, Some("r".to_owned())), (2, 0, None)]));
}
