//! Labels that come and go.

use schema_core::plan::Decisions;
use schema_core::schema::QName;

use super::code::{Code, Values};
use super::phases::{Change, play};
use super::watch;
use crate::rollout::accepting;

fn script(labels: &str, default: &str, more: &str) -> String {
    format!(
        "CREATE TYPE st AS ENUM ({labels});
         CREATE TABLE t (id bigint PRIMARY KEY, s st NOT NULL DEFAULT '{default}', touched bigint NOT NULL DEFAULT 0{more});
         CREATE INDEX t_s ON t (s);
         CREATE INDEX t_active ON t (touched) WHERE s = 'active';"
    )
}

const KEPT: [&str; 2] = ["active", "inactive"];
const ALL: [&str; 3] = ["active", "inactive", "archived"];
const KEPT_ONLY: Values = |number, round, n| KEPT[usize::try_from(number.abs() + round + n).unwrap() % 2].to_owned();
const EVERY: Values = |number, round, n| ALL[usize::try_from(number.abs() + round + n).unwrap() % 3].to_owned();

fn becomes(label: &str) -> String {
    if label == "archived" { "inactive" } else { label }.to_owned()
}

fn code(values: Values) -> Code {
    Code {
        values,
        ..Code::with_type("t", "id", "s", "st")
    }
}

fn without_archived(new: String) -> Change {
    Change {
        decisions: Decisions {
            removed_labels: vec![(QName::new("public", "st"), "archived".to_owned(), "inactive".to_owned())],
            ..accepting()
        },
        seed: "INSERT INTO t (id, s) SELECT n, (enum_range(NULL::st))[1 + n % 3] FROM generate_series(1, $SHARED) n"
            .to_owned(),
        old_code: code(EVERY),
        new_code: code(KEPT_ONLY),
        seen_by_new: becomes,
        at_the_end: "s IN ('active', 'inactive')".to_owned(),
        watches: vec![watch::index("t", "s")],
        ..Change::between(script("'active', 'inactive', 'archived'", "active", ""), new)
    }
}

/// The type is built anew. Before the cutover code is deployed that no longer writes the label.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn label_removed_by_a_rebuild() {
    let mut change = without_archived(script("'inactive', 'active'", "inactive", ""));
    change.before_cutover = Some(code(KEPT_ONLY));
    change.in_step = "s__new::text = replace(s::text, 'archived', 'inactive')".to_owned();
    change.swapped = Some("s::text = replace(s__old::text, 'archived', 'inactive')".to_owned());
    play(change).await;
}

/// The type keeps the label, and nobody's rows have it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn label_retired() {
    let check = ", CONSTRAINT t_s_not_archived CHECK (s <> 'archived')";
    let mut change = without_archived(script("'active', 'inactive', 'archived'", "active", check));
    change.in_step = "s <> 'archived'".to_owned();
    play(change).await;
}

/// New code writes labels that old code does not know; the default follows in contract.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn labels_added() {
    const MORE: [&str; 3] = ["active", "first", "between"];
    let mut change = Change::between(
        script("'active', 'inactive'", "active", ""),
        script("'first', 'active', 'between', 'inactive'", "first", ""),
    );
    change.seed = "INSERT INTO t (id, s) SELECT n, 'active' FROM generate_series(1, $SHARED) n".to_owned();
    change.old_code = code(KEPT_ONLY);
    change.new_code = code(|number, round, n| MORE[usize::try_from(number.abs() + round + n).unwrap() % 3].to_owned());
    change.in_step = "s IS NOT NULL".to_owned();
    change.at_the_end.clone_from(&change.in_step);
    play(change).await;
}
