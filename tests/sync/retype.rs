//! A column that gets a new name and a new type at once.

use schema_core::plan::{ColumnRef, Hazard, HazardKind, Retype};
use schema_core::schema::{Expr, Ident, QName};

use super::bench::{Bench, Definition};
use crate::rollout::{Rollout, renaming};
use crate::server;

async fn rollout(old: &str, new: &str, conversion: Option<(&str, &str)>) -> Rollout {
    let script = |column: &str, definition: &str| {
        format!("CREATE TABLE t (id integer PRIMARY KEY, other integer NOT NULL DEFAULT 0, {column} {definition});")
    };
    let rows = "INSERT INTO t (id, a) VALUES (1, '5'), (2, '6');";
    let mut decisions = renaming("t", &[("a", "b")]);
    decisions.retypes.extend(conversion.map(|(using, using_back)| Retype {
        column: ColumnRef {
            table: QName::new("public", "t"),
            column: Ident::new("b"),
        },
        using: Some(Expr(using.to_owned())),
        using_back: Some(Expr(using_back.to_owned())),
        cutover: false,
    }));
    Rollout::new(
        server::url(),
        &format!("{}{rows}", script("a", old)),
        &script("b", new),
        decisions,
    )
    .await
}

/// Statements with what the new column holds afterwards, in row 1 or 10.
async fn check(rollout: &Rollout, in_step: &str, cases: &[(&str, Option<&str>)]) {
    let mut bench = Bench::new(rollout, &rollout.expand(), &Definition::text("", "")).await;
    for (statement, expected) in cases {
        let rows = bench
            .on_bridge(statement, in_step)
            .await
            .unwrap_or_else(|code| panic!("{code}: {statement}"));
        let row = rows.iter().find(|row| row.0 == 10).unwrap_or(&rows[0]);
        assert_eq!(row.2.as_deref(), *expected, "{statement}");
    }
}

#[tokio::test]
async fn integer_to_text() {
    for (old, new) in [
        ("integer", "text"),
        ("integer NOT NULL DEFAULT 7", "text NOT NULL DEFAULT '7'"),
    ] {
        let rollout = rollout(old, new, None).await;
        let omitted = old.contains("DEFAULT").then_some("7");
        let cases = [
            ("UPDATE t SET other = 1", Some("5")),
            ("INSERT INTO t (id, a) VALUES (10, 8)", Some("8")),
            ("INSERT INTO t (id, b) VALUES (10, '8')", Some("8")),
            ("INSERT INTO t (id) VALUES (10)", omitted),
            ("UPDATE t SET a = 9 WHERE id = 1", Some("9")),
            ("UPDATE t SET b = '9' WHERE id = 1", Some("9")),
            (
                "INSERT INTO t (id, a) VALUES (1, 9) ON CONFLICT (id) DO UPDATE SET a = excluded.a",
                Some("9"),
            ),
            (
                "INSERT INTO t (id, b) VALUES (1, '9') ON CONFLICT (id) DO UPDATE SET b = excluded.b",
                Some("9"),
            ),
            ("INSERT INTO t (id, a, b) VALUES (10, 1, '2')", Some("2")),
        ];
        check(&rollout, "a::text IS NOT DISTINCT FROM b", &cases).await;
    }
}

/// What the old type cannot hold is refused, not cut off, and the plan says so.
#[tokio::test]
async fn a_value_that_does_not_fit() {
    let cases = [
        ("integer", "bigint", "3000000000", "22003"),
        ("character varying(5)", "character varying(10)", "'too long'", "22001"),
        ("character varying(5)", "text", "'too long'", "22001"),
        ("integer", "text", "'word'", "22P02"),
    ];
    for (old, new, value, code) in cases {
        let rollout = rollout(old, new, None).await;
        let hazards = &rollout.plan.hazards;
        let told = |hazard: &Hazard| hazard.kind == HazardKind::NewWriteRefused && hazard.object == "public.t.b";
        assert!(hazards.iter().any(told), "{old} to {new}: {hazards:?}");
        let mut bench = Bench::new(&rollout, &rollout.expand(), &Definition::text("", "")).await;
        let in_step = "a::text IS NOT DISTINCT FROM b::text";
        for statement in [
            format!("INSERT INTO t (id, b) VALUES (10, {value})"),
            format!("UPDATE t SET b = {value} WHERE id = 1"),
        ] {
            let refused = bench.on_bridge(&statement, in_step).await;
            assert_eq!(refused, Err(code.to_owned()), "{old} to {new}: {statement}");
        }
        bench
            .on_bridge("INSERT INTO t (id, b) VALUES (10, 7)", in_step)
            .await
            .unwrap();
    }
    let fits = rollout("integer", "smallint", None).await;
    assert!(
        fits.plan
            .hazards
            .iter()
            .all(|hazard| hazard.kind != HazardKind::NewWriteRefused)
    );
}

/// What new code wrote after contract is in the old column once contract is undone.
#[tokio::test]
async fn contract_taken_back() {
    let conversion = Some(("a / 100.0", "(b * 100)::integer"));
    let cases = [
        ("integer NOT NULL", "text NOT NULL", None, "8"),
        ("numeric", "text", None, "8"),
        ("integer", "numeric(12,2)", conversion, "800"),
        ("text", "character varying(20)", None, "8"),
        ("json", "jsonb", None, "8"),
    ];
    for (old, new, conversion, expected) in cases {
        let rollout = rollout(old, new, conversion).await;
        rollout.run(&rollout.expand()).await;
        rollout.run(&rollout.contract()).await;
        let mut connection = rollout.database.connect().await;
        sqlx::raw_sql("INSERT INTO t (id, b) VALUES (10, '8')")
            .execute(&mut connection)
            .await
            .unwrap();
        rollout.undo(&rollout.contract()).await;
        let back: Vec<String> = sqlx::query_scalar("SELECT a::text FROM t ORDER BY id")
            .persistent(false)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(back, ["5", "6", expected], "{old} to {new}");
        rollout.undo(&rollout.expand()).await;
    }
}

#[tokio::test]
async fn cents_to_euros_by_given_expressions() {
    let rollout = rollout("integer", "numeric(12,2)", Some(("a / 100.0", "(b * 100)::integer"))).await;
    let cases = [
        ("UPDATE t SET other = 1", Some("0.05")),
        ("INSERT INTO t (id, a) VALUES (10, 1234)", Some("12.34")),
        ("INSERT INTO t (id, b) VALUES (10, 12.34)", Some("12.34")),
        ("INSERT INTO t (id, b) VALUES (10, NULL)", None),
        ("UPDATE t SET a = 250 WHERE id = 1", Some("2.50")),
        ("UPDATE t SET b = 2.5 WHERE id = 1", Some("2.50")),
    ];
    check(&rollout, "a IS NOT DISTINCT FROM (b * 100)::integer", &cases).await;
}
