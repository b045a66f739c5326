//! Which hazards were accepted, and how to accept the others.

use std::collections::BTreeSet;

use super::PlanError;
use crate::plan::{ColumnRef, Decisions, Hazard, HazardKind};
use crate::schema::{Ident, QName};

/// Whether the list names the object: as it is, without `public.`, or by `all`.
fn names(list: &BTreeSet<String>, prefix: &str, object: &str) -> bool {
    let short = object.strip_prefix("public.").unwrap_or(object);
    list.contains("all")
        || [object, short].iter().any(|o| list.contains(&format!("{prefix}{o}")))
        || (!prefix.is_empty() && list.contains(&format!("{prefix}all")))
}

/// `inner` holds the attributes' answers under the names that tables have between the stages.
pub(super) fn check(hazards: &BTreeSet<Hazard>, decisions: &Decisions, inner: &Decisions) -> Result<(), PlanError> {
    let lost: Vec<Hazard> = hazards
        .iter()
        .filter(|h| h.kind == HazardKind::DataLoss && !names(&decisions.allow_data_loss, "", &h.object))
        .cloned()
        .collect();
    if !lost.is_empty() {
        return Err(PlanError::DataLoss(lost));
    }
    let open: Vec<Hazard> = hazards
        .iter()
        .filter(|h| h.kind.must_be_accepted())
        .filter(|h| !accepted_by_attribute(h, decisions) && !accepted_by_attribute(h, inner))
        .filter(|h| !names(&decisions.accept, &format!("{}:", h.kind.name()), &h.object))
        .cloned()
        .collect();
    if open.is_empty() {
        Ok(())
    } else {
        Err(PlanError::Unaccepted(open))
    }
}

/// `cutover` beside the column says the same as `--accept cutover:TABLE.COLUMN`, and `late` what it costs.
fn accepted_by_attribute(hazard: &Hazard, decisions: &Decisions) -> bool {
    let late = |(table, key): &(QName, Ident)| format!("{table}.{key}") == hazard.object;
    if hazard.kind == HazardKind::NewWriteRefused && decisions.late.iter().any(late) {
        return true;
    }
    let named = |column: &ColumnRef| format!("{}.{}", column.table, column.column) == hazard.object;
    hazard.kind == HazardKind::Cutover && decisions.retypes.iter().any(|r| r.cutover && named(&r.column))
}

fn short(object: &str) -> &str {
    object.strip_prefix("public.").unwrap_or(object)
}

pub(super) fn data_loss_text(hazards: &[Hazard]) -> String {
    let lines: Vec<String> = hazards
        .iter()
        .map(|h| {
            format!(
                "\n  {}; allow it with --allow-data-loss {}",
                h.message,
                shell(short(&h.object))
            )
        })
        .collect();
    format!("data would be lost:{}", lines.concat())
}

pub(super) fn hazard_text(hazards: &[Hazard]) -> String {
    let lines: Vec<String> = hazards
        .iter()
        .map(|h| {
            format!(
                "\n  {}; accept it with --accept {}",
                h.message,
                shell(&format!("{}:{}", h.kind.name(), short(&h.object)))
            )
        })
        .collect();
    format!("running code would be hurt:{}", lines.concat())
}

/// The word as a shell takes it.
fn shell(word: &str) -> String {
    let plain = word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-'));
    if plain {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
