//! What a file's header tells its reader, read back.

use std::collections::BTreeMap;

/// The lines of a header, each in one piece.
fn lines(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for line in text.lines().take_while(|line| line.starts_with("--")) {
        match (line.strip_prefix("--   "), out.last_mut()) {
            (Some(more), Some(last)) => {
                last.push(' ');
                last.push_str(more);
            }
            _ => out.push(line.trim_start_matches("-- ").to_owned()),
        }
    }
    out
}

/// The hazards that a header tells, each with what it says.
pub fn hazards(text: &str) -> BTreeMap<String, String> {
    lines(text)
        .iter()
        .filter_map(|line| line.strip_prefix("Hazard ")?.split_once(':'))
        .map(|(name, message)| (name.to_owned(), message.to_owned()))
        .collect()
}

/// Lock modes of tables, in the order of what they stop, by the header's names.
pub const MODES: [&str; 7] = [
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "ACCESS EXCLUSIVE",
];

/// The strongest lock on each table that a header announces. A table that goes unnamed among many is `*`.
pub fn locks(text: &str) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for line in lines(text) {
        let Some((mode, rest)) = line.strip_prefix("Locks: ").and_then(|l| l.split_once(" on ")) else {
            continue;
        };
        let Some(rank) = MODES.iter().position(|m| *m == mode) else {
            continue;
        };
        let (tables, _) = rest.split_once(": ").unwrap_or((rest, ""));
        let (named, many) = tables.split_once(" and ").map_or((tables, false), |(t, _)| (t, true));
        let unnamed = many.then_some("*");
        for table in named.split(", ").chain(unnamed) {
            let held = out.entry(table.to_owned()).or_insert(rank);
            *held = rank.max(*held);
        }
    }
    out
}
