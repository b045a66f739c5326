//! A partition's bound as a condition, so that a CHECK can prove it before the partition is attached.

use crate::schema::{Literal, QName, Table};

/// The condition that rows of a partition meet, and the one that all other rows of the default partition meet. None where the
/// bound has no such form (hash, operator classes, collations).
pub fn bound_conditions(parent: &Table, bound: &str) -> Option<(String, Option<String>)> {
    let key = parent.partition_by.as_deref()?;
    let (strategy, columns) = key.split_once(' ')?;
    let columns = inside(columns)?;
    let columns: Vec<Key> = split(columns)
        .into_iter()
        .map(|key| Key::new(key, parent))
        .collect::<Option<_>>()?;
    match strategy {
        "RANGE" => range(&columns, bound),
        "LIST" => list(columns.first()?, bound),
        _ => None,
    }
}

/// The condition that rows of a hash partition meet. It proves nothing to ATTACH PARTITION.
pub fn hash_condition(parent_name: &QName, parent: &Table, bound: &str) -> Option<String> {
    let keys = inside(parent.partition_by.as_deref()?.strip_prefix("HASH ")?)?;
    let keys: Vec<String> = split(keys).into_iter().map(target).collect::<Option<_>>()?;
    let parts = split(inside(bound.strip_prefix("FOR VALUES WITH ")?)?);
    let number = |word: &str| {
        let found = parts.iter().find_map(|p| p.strip_prefix(word));
        found.and_then(|n| n.trim().parse::<u32>().ok())
    };
    Some(format!(
        "pg_catalog.satisfies_hash_partition({}::pg_catalog.regclass, {}, {}, {})",
        Literal(&parent_name.to_string()),
        number("modulus ")?,
        number("remainder ")?,
        keys.join(", ")
    ))
}

/// A key with the type of its values, spelled so that PostgreSQL takes the condition for the bound.
struct Key {
    text: String,
    /// As its operators take it.
    compared: String,
    type_name: Option<String>,
}

impl Key {
    fn new(key: &str, parent: &Table) -> Option<Self> {
        let text = target(key)?;
        let column = parent.columns.iter().find(|c| c.name.to_string() == text);
        let type_name = column.map(|c| c.type_name.split('(').next().unwrap_or_default().trim().to_owned());
        Some(match type_name.as_deref() {
            Some("character varying") => Self {
                compared: format!("({text})::text"),
                text,
                type_name: Some("text".to_owned()),
            },
            Some("character") => Self {
                compared: text.clone(),
                text,
                type_name: Some("bpchar".to_owned()),
            },
            _ => Self {
                compared: text.clone(),
                text,
                type_name,
            },
        })
    }

    fn value(&self, value: &str) -> String {
        let quoted = value.starts_with('\'');
        match self.type_name.as_deref() {
            Some("integer" | "boolean") if !quoted => value.to_owned(),
            Some(name) if quoted => format!("{value}::{name}"),
            Some(name) => format!("'{value}'::{name}"),
            None => value.to_owned(),
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

fn range(columns: &[Key], bound: &str) -> Option<(String, Option<String>)> {
    let rest = bound.strip_prefix("FOR VALUES FROM ")?;
    let at = closing(rest)?;
    let lower = split(inside(&rest[..at])?);
    let upper = split(inside(rest[at..].strip_prefix(" TO ")?)?);
    if lower.len() != columns.len() || upper.len() != columns.len() {
        return None;
    }
    let mut parts: Vec<String> = columns.iter().map(|c| format!("{c} IS NOT NULL")).collect();
    parts.extend(side(columns, &lower, ">", ">="));
    parts.extend(side(columns, &upper, "<", "<"));
    let condition = parts.join(" AND ");
    let [column] = columns else {
        return Some((condition, None));
    };
    let mut others = vec![format!("{column} IS NULL")];
    if !is_open(lower[0]) {
        others.push(format!("{} < {}", column.compared, column.value(lower[0])));
    }
    if !is_open(upper[0]) {
        others.push(format!("{} >= {}", column.compared, column.value(upper[0])));
    }
    Some((condition, Some(others.join(" OR "))))
}

fn is_open(value: &str) -> bool {
    matches!(value, "MINVALUE" | "MAXVALUE")
}

/// `a > 1 OR a = 1 AND b >= 2`, the way PostgreSQL builds it.
fn side(columns: &[Key], values: &[&str], strict: &str, last: &str) -> Option<String> {
    let mut ways: Vec<String> = Vec::new();
    let mut equal = String::new();
    for (at, (column, value)) in columns.iter().zip(values).enumerate() {
        if is_open(value) {
            break;
        }
        let value = *value;
        let end = at + 1 == columns.len() || values.get(at + 1).is_some_and(|next| is_open(next));
        let value = column.value(value);
        let operator = match (end, strict) {
            // (1, MAXVALUE) as an upper bound takes in all of 1; (1, MINVALUE) as a lower one too.
            (true, ">") if values.get(at + 1) == Some(&"MAXVALUE") => ">",
            (true, "<") if values.get(at + 1) == Some(&"MAXVALUE") => "<=",
            (true, _) => last,
            (false, _) => strict,
        };
        ways.push(format!("{equal}{} {operator} {value}", column.compared));
        if end {
            break;
        }
        equal += &format!("{} = {value} AND ", column.compared);
    }
    match ways.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        many => Some(format!("({})", many.join(" OR "))),
    }
}

fn list(column: &Key, bound: &str) -> Option<(String, Option<String>)> {
    let values = split(inside(bound.strip_prefix("FOR VALUES IN ")?)?);
    let null = values.contains(&"NULL");
    let plain: Vec<&&str> = values.iter().filter(|v| **v != "NULL").collect();
    let is: Vec<String> = plain
        .iter()
        .map(|v| format!("{} = {}", column.compared, column.value(v)))
        .collect();
    let is_not: Vec<String> = plain
        .iter()
        .map(|v| format!("{} <> {}", column.compared, column.value(v)))
        .collect();
    Some(match (null, plain.is_empty()) {
        (true, true) => (format!("{column} IS NULL"), Some(format!("{column} IS NOT NULL"))),
        (true, false) => (
            format!("{column} IS NULL OR {}", is.join(" OR ")),
            Some(format!("{column} IS NOT NULL AND {}", is_not.join(" AND "))),
        ),
        (false, _) => (
            format!("{column} IS NOT NULL AND ({})", is.join(" OR ")),
            Some(format!("{column} IS NULL OR {}", is_not.join(" AND "))),
        ),
    })
}

/// A key column or expression without collation and operator class.
fn target(key: &str) -> Option<String> {
    let end = if let Some(quoted) = key.strip_prefix('"') {
        1 + quoted.replace("\"\"", "__").find('"')? + 1
    } else if key.starts_with('(') {
        closing(key)?
    } else {
        let word = key
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.' || c == '$'))
            .unwrap_or(key.len());
        if key[word..].starts_with('(') {
            word + closing(&key[word..])?
        } else {
            word
        }
    };
    (end == key.len()).then(|| key.to_owned())
}

/// What stands between the parentheses that enclose the text.
pub(super) fn inside(text: &str) -> Option<&str> {
    let end = closing(text)?;
    (end == text.len()).then(|| &text[1..end - 1])
}

/// Where the parenthesis that opens the text is closed: the place after it.
pub(super) fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            (None, _) if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The parts between commas outside parentheses and quotes.
pub(super) fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(key: &str, bound: &str) -> Option<(String, Option<String>)> {
        let parent = Table {
            partition_by: Some(key.to_owned()),
            ..Table::default()
        };
        bound_conditions(&parent, bound)
    }

    #[test]
    fn bounds_become_conditions() {
        let (is, others) =
            conditions("RANGE (at)", "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')").expect("a range");
        assert_eq!(is, "at IS NOT NULL AND at >= '2020-01-01' AND at < '2021-01-01'");
        assert_eq!(
            others.as_deref(),
            Some("at IS NULL OR at < '2020-01-01' OR at >= '2021-01-01'")
        );
        let (is, others) = conditions("RANGE (\"a, \"\"b\")", "FOR VALUES FROM (MINVALUE) TO (5)").expect("a range");
        assert_eq!(is, "\"a, \"\"b\" IS NOT NULL AND \"a, \"\"b\" < 5");
        assert_eq!(others.as_deref(), Some("\"a, \"\"b\" IS NULL OR \"a, \"\"b\" >= 5"));
        let (is, others) =
            conditions("RANGE (a, lower(b))", "FOR VALUES FROM (1, 'x''y') TO (3, MAXVALUE)").expect("a range");
        assert_eq!(
            is,
            "a IS NOT NULL AND lower(b) IS NOT NULL AND (a > 1 OR a = 1 AND lower(b) >= 'x''y') AND a <= 3"
        );
        assert_eq!(others, None);
        let (is, others) = conditions("LIST (k)", "FOR VALUES IN ('a', 'b, c')").expect("a list");
        assert_eq!(is, "k IS NOT NULL AND (k = 'a' OR k = 'b, c')");
        assert_eq!(others.as_deref(), Some("k IS NULL OR k <> 'a' AND k <> 'b, c'"));
        let (is, others) = conditions("LIST (k)", "FOR VALUES IN (NULL)").expect("a list");
        assert_eq!((is.as_str(), others.as_deref()), ("k IS NULL", Some("k IS NOT NULL")));
    }

    #[test]
    fn what_has_no_such_form_has_none() {
        assert_eq!(conditions("HASH (k)", "FOR VALUES WITH (modulus 2, remainder 0)"), None);
        assert_eq!(conditions("LIST (k COLLATE \"C\")", "FOR VALUES IN ('a')"), None);
        assert_eq!(conditions("RANGE (k)", "DEFAULT"), None);
    }
}
