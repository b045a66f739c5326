//! A relation's way to another name, in another namespace too.

use std::collections::BTreeSet;

use crate::plan::Statement;
use crate::schema::QName;

/// The statements that lead there: `name` gives the last name, `namespace` the last namespace. Of the two names in between
/// the one that is free is taken.
pub(super) fn called(
    from: &QName,
    to: &QName,
    taken: &BTreeSet<QName>,
    name: impl Fn(&QName) -> Statement,
    namespace: impl Fn(&QName) -> Statement,
) -> Vec<Statement> {
    match (from.schema == to.schema, from.name == to.name) {
        (true, true) => Vec::new(),
        (true, false) => vec![name(from)],
        (false, true) => vec![namespace(from)],
        (false, false) => {
            let moved = to.sibling(from.name.clone());
            if taken.contains(&moved) {
                vec![name(from), namespace(&from.sibling(to.name.clone()))]
            } else {
                vec![namespace(from), name(&moved)]
            }
        }
    }
}
