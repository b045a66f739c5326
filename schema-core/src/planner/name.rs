//! Names of files and plans: slugs of `[a-z0-9_]`.

use std::collections::BTreeSet;

use crate::change::Step;

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

/// The user's name of what stands aside for a while: `x` for `x__new` and for `x__old and x`.
pub(super) fn own(text: &str) -> String {
    let mut parts: Vec<&str> = text.split(" and ").map(without_suffix).collect();
    parts.dedup();
    parts.join(" and ")
}

fn without_suffix(text: &str) -> &str {
    let bare = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let aside = |suffix: &&str| bare.len() > suffix.len() && bare.ends_with(*suffix);
    match ["__new", "__old", "__next", "__aside"].into_iter().find(aside) {
        Some(suffix) => &bare[..bare.len() - suffix.len()],
        None => text,
    }
}

/// A name from what the plan does: a table with the columns that it gains, its one object, or the tables that it touches.
pub(super) fn plan_name(steps: &[Step]) -> String {
    let mut tables: Vec<&str> = Vec::new();
    for table in steps.iter().filter_map(|s| s.table.as_ref()) {
        if !tables.contains(&table.name.raw()) {
            tables.push(table.name.raw());
        }
    }
    let own = |s: &Step| own(s.object.rsplit('.').next().unwrap_or(&s.object));
    match tables.as_slice() {
        [] => slug(&steps.first().map(own).unwrap_or_default()),
        [table] => {
            if steps.iter().any(|s| s.kind == "create_table") {
                return slug(&format!("create_{table}"));
            }
            let mut columns: Vec<String> = steps.iter().filter(|s| s.kind == "add_column").map(own).collect();
            columns.truncate(2);
            if columns.is_empty() {
                let mut objects: Vec<String> = steps.iter().map(own).collect();
                objects.dedup();
                if let [one] = objects.as_slice() {
                    return slug(&format!(
                        "{}_{}",
                        steps[0].kind,
                        if one.starts_with(table) {
                            one.clone()
                        } else {
                            format!("{table}_{one}")
                        }
                    ));
                }
            }
            slug(&format!("{table}_{}", columns.join("_")))
        }
        [a, b] => slug(&format!("{a}_{b}")),
        [first, rest @ ..] => slug(&format!("{first}_and_{}_more", rest.len())),
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
        assert_eq!(own("t_x__new"), "t_x");
        assert_eq!(own("x__old2 and x"), "x");
        assert_eq!(own("full_name and name_2"), "full_name and name_2");
        assert_eq!(slug(&"x".repeat(100)).len(), 60);
    }
}
