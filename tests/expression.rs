//! The cheap rules for expressions against the server's own spelling.

use std::collections::{BTreeMap, BTreeSet};

use schema_core::expression::{canonical, columns_named, rename_column, same};
use schema_core::introspect::{Included, introspect};
use schema_core::schema::{CheckConstraint, ConstraintKind, Expr, Ident, Literal, QName, Table};
use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::server::{all_versions, database_on};

const TABLE: &str = "CREATE TYPE mood AS ENUM ('a', 'b');
    CREATE TABLE checked (
        v varchar(20), t text, c char(5), n int, d numeric, e mood, ts timestamptz, dt date, a text[], va varchar[],
        j jsonb, b bool, \"Q q\" text
    )";

/// The expressions as the server prints them after it has read them.
async fn printed(connection: &mut PgConnection, expressions: &[Expr]) -> Vec<Expr> {
    let mut script = String::from("ALTER TABLE checked");
    for (number, expression) in expressions.iter().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        script += &format!("{comma} ADD CONSTRAINT c{number:03} CHECK ({expression})");
    }
    let ask = "SET search_path = ''; SET \"TimeZone\" = 'UTC';
        SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conrelid = 'public.checked'::regclass AND contype = 'c'
        ORDER BY conname";
    let script = format!("BEGIN; SET LOCAL \"TimeZone\" = 'UTC'; {script}; {ask}; ROLLBACK; RESET ALL");
    sqlx::raw_sql(AssertSqlSafe(script))
        .fetch_all(connection)
        .await
        .expect("the conditions are valid")
        .iter()
        .map(|row| Expr(row.get(0)))
        .collect()
}

#[tokio::test]
async fn reprints_are_the_same_and_nothing_else_is() {
    for (major, server) in all_versions() {
        let database = database_on(&server).await;
        let mut connection = database.with(TABLE).await;
        let live = introspect(&mut connection, &Included::default())
            .await
            .expect("the catalog can be read");
        let table: &Table = &live.schema.tables[&QName::new("public", "checked")];
        let written: Vec<Expr> = include_str!("expression/checks.sql")
            .lines()
            .skip(1)
            .map(Expr::from)
            .collect();
        let first = printed(&mut connection, &written).await;
        assert_eq!(first.len(), written.len());
        let second = printed(&mut connection, &first).await;
        let last = printed(&mut connection, &second).await;
        assert_eq!(printed(&mut connection, &last).await, last);

        for (a, b) in first.iter().zip(&second) {
            assert!(same(a, Some(table), b, Some(table)), "PostgreSQL {major}: {a} | {b}");
        }
        // Whatever the rules call the same, the server prints the same in the end, up to casts between text and varchar
        // that it keeps although they do nothing.
        let last: Vec<String> = last
            .iter()
            .map(|e| {
                e.0.replace("('", "'")
                    .replace("'::character varying)::text", "'::text")
                    .replace("((t)::character varying)::text", "t")
            })
            .collect();
        let spellings = written.iter().chain(&first).chain(&second).zip(last.iter().cycle());
        let mut meanings: BTreeMap<String, BTreeMap<&Expr, &String>> = BTreeMap::new();
        for (spelling, meaning) in spellings {
            meanings
                .entry(canonical(spelling, Some(table)))
                .or_default()
                .insert(spelling, meaning);
        }
        for equals in meanings.values() {
            let different: BTreeSet<&String> = equals.values().copied().collect();
            assert_eq!(different.len(), 1, "PostgreSQL {major}: {equals:#?}");
        }
        let pairs: usize = meanings.values().map(|equals| equals.len() - 1).sum();
        assert!(pairs > 40, "the rules settle some spellings: {pairs}");
    }
}

#[tokio::test]
async fn named_columns_are_those_that_the_server_finds() {
    for (major, server) in all_versions() {
        let database = database_on(&server).await;
        let written: Vec<&str> = include_str!("expression/checks.sql").lines().skip(1).collect();
        let add: Vec<String> = (0..)
            .zip(&written)
            .map(|(n, e)| format!("ADD CONSTRAINT c{n:03} CHECK ({e})"))
            .collect();
        let mut connection = database
            .with(&format!("{TABLE}; ALTER TABLE checked {}", add.join(", ")))
            .await;
        let live = introspect(&mut connection, &Included::default())
            .await
            .expect("the catalog can be read");
        let table = &live.schema.tables[&QName::new("public", "checked")];
        let checks: Vec<_> = table
            .constraints
            .values()
            .map(|constraint| match &constraint.kind {
                ConstraintKind::Check(check) => check,
                other => panic!("{other:?} is no check"),
            })
            .collect();
        assert_eq!(checks.len(), written.len());
        for (check, written) in checks.iter().zip(&written) {
            assert_eq!(
                columns_named(&Expr::from(*written), table),
                check.columns,
                "PostgreSQL {major}: {written}"
            );
            assert_eq!(
                columns_named(&check.expression, table),
                check.columns,
                "PostgreSQL {major}: {written}"
            );
        }
        for column in &table.columns {
            renamed_as_the_server_does(&mut connection, table, &column.name, &checks).await;
        }
    }
}

/// The server accepts our renamed conditions after its own rename, and they read like its own.
async fn renamed_as_the_server_does(
    connection: &mut PgConnection,
    table: &Table,
    column: &Ident,
    checks: &[&CheckConstraint],
) {
    let new = Ident::new("the \"new\" one");
    let mut after = table.clone();
    after.column_mut(column).expect("the column is there").name = new.clone();
    let using: Vec<&Expr> = checks
        .iter()
        .filter(|c| c.columns.contains(column))
        .map(|c| &c.expression)
        .collect();
    let add: Vec<String> = (0..)
        .zip(&using)
        .map(|(n, e)| format!("ADD CONSTRAINT r{n:03} CHECK ({})", rename_column(e, column, &new)))
        .collect();
    let script = format!(
        "BEGIN; SET LOCAL \"TimeZone\" = 'UTC'; ALTER TABLE checked RENAME {column} TO {new}; ALTER TABLE checked {};
         SET LOCAL search_path = '';
         SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint k
         WHERE conrelid = 'public.checked'::regclass
           AND (SELECT attnum FROM pg_attribute WHERE attrelid = conrelid AND attname = {}) = ANY (conkey)
         ORDER BY conname;
         ROLLBACK",
        add.join(", "),
        Literal(new.raw())
    );
    let rows = sqlx::raw_sql(AssertSqlSafe(script))
        .fetch_all(connection)
        .await
        .unwrap_or_else(|error| panic!("{column}: {error}"));
    let printed: Vec<Expr> = rows.iter().map(|row| Expr(row.get(0))).collect();
    let (followed, rewritten) = printed.split_at(using.len());
    assert_eq!(rewritten.len(), using.len());
    for (a, b) in followed.iter().zip(rewritten) {
        assert!(same(a, Some(&after), b, Some(&after)), "{a} | {b}");
    }
}
