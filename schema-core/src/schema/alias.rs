use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Ident, QName};

/// An updatable view that shows a table under the name that it gets in contract, while old code uses the table.
///
/// In a stage it is an object like a table; in the database it is recognised by the comment, which holds this struct as
/// JSON in its first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableAlias {
    /// The table.
    pub table: QName,
    /// The columns that new code knows: their names in the view, and in the table.
    pub columns: BTreeMap<Ident, Ident>,
    /// The table's comment, which the view carries as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl TableAlias {
    /// Columns that the view shows under another name: the table's name for them, and the view's.
    pub fn renamed_columns(&self) -> impl Iterator<Item = (&Ident, &Ident)> {
        self.columns
            .iter()
            .filter(|(shown, column)| shown != column)
            .map(|(shown, column)| (column, shown))
    }
}
