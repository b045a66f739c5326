//! Columns that keep their name and change their type: shadow, cutover, contract.

use schema_core::plan::{ColumnRef, Decisions, Retype};
use schema_core::schema::{Expr, Ident, QName};

use super::code::{Code, Decode};
use super::phases::{Change, play};
use super::watch;
use crate::rollout::{accepting, renaming};

fn script(definition: &str, around: &str) -> String {
    format!(
        "CREATE TABLE t (id bigint PRIMARY KEY, n {definition}, touched bigint NOT NULL DEFAULT 0);
         CREATE INDEX t_n ON t (n);\n{around}"
    )
}

fn retype(old: &str, new: &str, around: &str) -> Change {
    Change {
        seed: "INSERT INTO t (id, n) SELECT n, n FROM generate_series(1, $SHARED) n".to_owned(),
        watches: vec![watch::index("t", "n")],
        at_the_end: "n IS NOT NULL".to_owned(),
        ..Change::between(script(old, around), script(new, around))
    }
}

fn in_step(mut change: Change, shadow: &str, old: &str) -> Change {
    shadow.clone_into(&mut change.in_step);
    change.swapped = Some(old.to_owned());
    change
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn int_to_bigint_in_text() {
    let change = retype(
        "int NOT NULL DEFAULT 7 CHECK (n <> 3000000)",
        "bigint NOT NULL DEFAULT 7 CHECK (n <> 3000000)",
        "CREATE INDEX t_some ON t (touched) WHERE n > 5;",
    );
    let code = Code::with_type("t", "id", "n", "int");
    play(Change {
        old_code: code.clone(),
        new_code: code,
        ..in_step(change, "n = n__new", "n = n__old")
    })
    .await;
}

/// Old code decodes `i32`: announced to fail from the cutover on. New code decodes `i64`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn int_to_bigint_typed() {
    let change = retype("int NOT NULL", "bigint NOT NULL", "");
    play(Change {
        old_code: Code::with_type("t", "id", "n", "int").typed(Decode::Int4),
        new_code: Code::with_type("t", "id", "n", "bigint").typed(Decode::Int8),
        ..in_step(change, "n = n__new", "n = n__old")
    })
    .await;
}

/// With conversions that only the attribute tells.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn int_to_text_by_using() {
    let column = ColumnRef {
        table: QName::new("public", "t"),
        column: Ident::new("n"),
    };
    let retyped = Retype {
        column,
        using: Some(Expr("'#' || n::text".to_owned())),
        using_back: Some(Expr("substr(n, 2)::integer".to_owned())),
        cutover: true,
    };
    let change = retype("int NOT NULL", "text NOT NULL", "");
    let new_code = Code {
        value: "substr(n, 2)".to_owned(),
        insert: "INSERT INTO t (id, n) VALUES ($1, '#' || $2)".to_owned(),
        upsert: "INSERT INTO t (id, n) VALUES ($1, '#' || $2) ON CONFLICT (id) DO UPDATE SET n = excluded.n".to_owned(),
        update: "UPDATE t SET n = '#' || $2 WHERE id = $1".to_owned(),
        values: Code::with_type("t", "id", "n", "int").values,
        ..Code::of("t", "id", "n")
    };
    play(Change {
        decisions: Decisions {
            retypes: vec![retyped],
            ..accepting()
        },
        old_code: Code::with_type("t", "id", "n", "int"),
        new_code,
        // Old code would write numbers without their mark.
        old_code_survives: false,
        ..in_step(change, "'#' || n = n__new", "n = '#' || n__old")
    })
    .await;
}

/// Both names work all the time, whatever they are decoded as.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn int_to_bigint_under_another_name() {
    let change = retype("int NOT NULL CHECK (n <> 3000000)", "int NOT NULL", "");
    play(Change {
        new: "CREATE TABLE t (id bigint PRIMARY KEY, number bigint NOT NULL CHECK (number <> 3000000), touched bigint NOT NULL DEFAULT 0);
              CREATE INDEX t_n ON t (number);"
            .to_owned(),
        decisions: renaming("t", &[("n", "number")]),
        old_code: Code::with_type("t", "id", "n", "int").typed(Decode::Int4),
        new_code: Code::with_type("t", "id", "number", "bigint").typed(Decode::Int8),
        in_step: "n = number".to_owned(),
        at_the_end: "number IS NOT NULL".to_owned(),
        watches: vec![watch::index("t", "n%")],
        ..change
    })
    .await;
}

/// Instant, and yet a prepared statement that selects the column has another result type.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn widened_in_place() {
    let script = |name: &str| {
        format!(
            "CREATE TABLE t (id bigint PRIMARY KEY, name {name} NOT NULL, touched bigint NOT NULL DEFAULT 0);
             CREATE INDEX t_name ON t (name);"
        )
    };
    play(Change {
        watches: vec![watch::index("t", "name")],
        ..Change::between(script("varchar(40)"), script("text"))
    })
    .await;
}

/// A column that may be NULL becomes NOT NULL and wider, under its name, with a value for rows that have none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nullable_int_to_bigint_not_null() {
    let column = ColumnRef {
        table: QName::new("public", "t"),
        column: Ident::new("n"),
    };
    let change = retype("int", "bigint NOT NULL", "");
    let code = Code::with_type("t", "id", "n", "int");
    let nothing = "INSERT INTO t (id, touched) VALUES (-(random() * 1e9)::int - $1, 1)";
    play(Change {
        decisions: Decisions {
            backfills: vec![(column, Expr("0".to_owned()))],
            ..accepting()
        },
        old_code: code.clone().also(nothing),
        new_code: code.clone(),
        before_cutover: Some(code),
        ..in_step(change, "coalesce(n, 0) = n__new", "n = coalesce(n__old, 0)")
    })
    .await;
}
