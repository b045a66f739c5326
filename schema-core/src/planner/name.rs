//! Names of files and plans: slugs of `[a-z0-9_]`.

use std::collections::BTreeSet;

use crate::plan::PlanFile;

/// Longest slug, in bytes.
const MAX_SLUG: usize = 60;

/// Slugs that were given out.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A slug that no other file of the plan has.
    pub(super) fn unique(&mut self, text: &str) -> String {
        let base = slug(text);
        let mut name = base.clone();
        let mut number = 2_u32;
        while !self.0.insert(name.clone()) {
            let suffix = format!("_{number}");
            name = format!("{}{suffix}", &base[..base.len().min(MAX_SLUG - suffix.len())]);
            number += 1;
        }
        name
    }
}

/// Lower case letters, digits and underscores; everything else becomes one underscore.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    let out = out.trim_matches('_');
    let cut = &out[..out.len().min(MAX_SLUG)];
    let cut = cut.trim_end_matches('_');
    if cut.is_empty() {
        "plan".to_owned()
    } else {
        cut.to_owned()
    }
}

/// A name from what the plan does: its one object, or the tables that it touches.
pub(super) fn plan_name(files: &[PlanFile]) -> String {
    let mut objects: Vec<&str> = Vec::new();
    for step in files.iter().flat_map(|f| &f.steps) {
        let object = step.object.split([':', ' ']).next().unwrap_or(&step.object);
        if !objects.contains(&object) {
            objects.push(object);
        }
    }
    let without_schema = |object: &str| object.strip_prefix("public.").unwrap_or(object).to_owned();
    match objects.as_slice() {
        [] => "nothing".to_owned(),
        [one] => slug(&without_schema(one)),
        many => {
            let mut tables: Vec<String> = Vec::new();
            for object in many {
                let short = without_schema(object);
                let table = short.split('.').next().unwrap_or(&short).to_owned();
                if !tables.contains(&table) {
                    tables.push(table);
                }
            }
            match tables.len() {
                1 => {
                    let columns: Vec<String> = many
                        .iter()
                        .filter_map(|o| without_schema(o).split_once('.').map(|(_, column)| column.to_owned()))
                        .take(2)
                        .collect();
                    slug(&format!("{}_{}", tables[0], columns.join("_")))
                }
                2 | 3 => slug(&tables.join("_")),
                n => slug(&format!("{}_and_{}_more", tables[0], n - 1)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_hold_only_plain_characters() {
        assert_eq!(slug("Contacts.\"full name\""), "contacts_full_name");
        assert_eq!(slug("../../etc/passwd\n--"), "etc_passwd");
        assert_eq!(slug("äöü"), "plan");
        assert_eq!(slug(&"x".repeat(100)).len(), 60);
    }
}
