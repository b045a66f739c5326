use std::collections::BTreeMap;

use super::*;
use crate::schema::EnumType;

impl Builder<'_> {
    pub(super) fn enum_type(
        &mut self,
        decl: &EnumDecl,
        file: usize,
        place: &Span,
        seen: &mut BTreeMap<QName, Span>,
        errors: &mut ScanErrors,
    ) {
        let name = QName::new(decl.schema_name(), decl.name.value.as_str());
        if let Some(other) = seen.insert(name.clone(), place.clone()) {
            if other != *place {
                errors.source(
                    at(self.source, file, decl.ident.span()),
                    format!("the type {name} is declared twice, also at {other}"),
                    "give one of them another `type = \"…\"`",
                );
            }
            return;
        }
        self.scan.spans.insert(Slot::Enum(name.clone()), place.clone());
        self.scan.schema.namespaces.entry(name.schema.clone()).or_default();
        let decisions = &mut self.scan.decisions;
        if let Some(before) = &decl.renamed_from {
            let from = renamed(&before.value, &name);
            decisions.type_renames.push(TableRename { from, to: name.clone() });
        }
        for label in &decl.labels {
            if let Some(before) = &label.renamed_from {
                decisions
                    .renamed_labels
                    .push((name.clone(), before.value.clone(), label.label.value.clone()));
            }
        }
        for removed in &decl.removed {
            decisions
                .removed_labels
                .push((name.clone(), removed.label.value.clone(), removed.becomes.value.clone()));
        }
        if decl.rebuild {
            decisions.rebuild.insert(name.clone());
        }
        let found = EnumType {
            labels: decl.labels.iter().map(|label| label.label.value.clone()).collect(),
            comment: decl.comment.as_ref().map(|c| c.value.clone()),
        };
        self.scan.schema.enums.insert(name, found);
    }
}
