//! What a change of a column's type costs, from the measurements (`type.*`).

use crate::schema::Column;

/// A type's name without its modifiers, and the modifiers.
fn parts(type_name: &str) -> (String, Vec<i64>) {
    match type_name.split_once('(') {
        Some((head, rest)) => {
            let (inside, tail) = rest.split_once(')').unwrap_or((rest, ""));
            let modifiers = inside.split(',').filter_map(|n| n.trim().parse().ok()).collect();
            (format!("{}{}", head.trim_end(), tail), modifiers)
        }
        None => (type_name.to_owned(), Vec::new()),
    }
}

/// Whether PostgreSQL changes the type without rewriting the table, scanning it or building an index anew. What stands on
/// the column (expression indexes, predicates, checks) is not looked at here.
pub fn is_instant(from: &Column, to: &Column) -> bool {
    if from.collation != to.collation {
        return false;
    }
    if from.type_name == to.type_name {
        return true;
    }
    let ((a, am), (b, bm)) = (parts(&from.type_name), parts(&to.type_name));
    let wider = || match (am.as_slice(), bm.as_slice()) {
        (_, []) => true,
        ([x], [y]) => y >= x,
        _ => false,
    };
    match (a.as_str(), b.as_str()) {
        ("character varying", "character varying") | ("bit varying", "bit varying") => wider(),
        ("character varying", "text") => true,
        ("text", "character varying") => bm.is_empty(),
        ("numeric", "numeric") => match (am.as_slice(), bm.as_slice()) {
            (_, []) => true,
            ([p, s], [q, t]) => q >= p && s == t,
            _ => false,
        },
        ("cidr", "inet") | ("xml", "text") => true,
        (x, y) if x == y && is_time(x) => wider(),
        _ => false,
    }
}

/// Whether a type that was widened in an instant may stay so on the way back: the wider one holds every old value and prints
/// it the same. A precision of seconds, or another type, is undone for what it costs.
pub fn may_stay(from: &Column, to: &Column) -> bool {
    let ((a, _), (b, _)) = (parts(&from.type_name), parts(&to.type_name));
    matches!(a.as_str(), "character varying" | "bit varying" | "numeric") && (a == b || b == "text")
}

/// Whether every value of the old type converts to the new one.
pub fn holds_every_value(from: &Column, to: &Column) -> bool {
    if is_instant(from, to) || from.type_name == to.type_name {
        return true;
    }
    let ((a, am), (b, bm)) = (parts(&from.type_name), parts(&to.type_name));
    let rank = |name: &str| ["smallint", "integer", "bigint"].iter().position(|n| *n == name);
    match (a.as_str(), b.as_str()) {
        (_, "text" | "character varying") if bm.is_empty() => true,
        (x, y) if rank(x).is_some() && rank(y).is_some() => rank(x) <= rank(y),
        (x, "numeric") if rank(x).is_some() => bm.is_empty(),
        ("real", "double precision") | ("date", "timestamp without time zone" | "timestamp with time zone") => true,
        ("timestamp without time zone", "timestamp with time zone") => true,
        ("jsonb", "json") => true,
        ("numeric", "numeric") => match (am.as_slice(), bm.as_slice()) {
            ([p, s], [q, t]) => t >= s && q - t >= p - s,
            _ => false,
        },
        (x, y) if x == y => am.is_empty() == bm.is_empty() && am.iter().zip(&bm).all(|(m, n)| m <= n),
        _ => false,
    }
}

/// Whether the conversion takes every value, though the new type may say less: it cuts and rounds where others raise.
pub fn takes_every_value(from: &Column, to: &Column) -> bool {
    if holds_every_value(from, to) {
        return true;
    }
    let ((a, am), (b, bm)) = (parts(&from.type_name), parts(&to.type_name));
    let stamp = |name: &str| name.starts_with("timestamp");
    match (a.as_str(), b.as_str()) {
        (x, y) if stamp(x) && (y == "date" || stamp(y) || y.starts_with("time ")) => true,
        (x, y) if is_time(x) && x == y => true,
        ("time with time zone", "time without time zone") | ("inet", "cidr") => true,
        // Rounding up may need one more digit before the point.
        ("numeric", "numeric") => matches!((am.as_slice(), bm.as_slice()), ([p, s], [q, t]) if q - t > p - s),
        ("numeric", "integer") => matches!(am.as_slice(), [p, s] if p - s < 9),
        ("numeric", "bigint") => matches!(am.as_slice(), [p, s] if p - s < 18),
        ("integer" | "bigint" | "smallint", "real" | "double precision") => true,
        ("real" | "double precision", "numeric") => bm.is_empty(),
        _ => false,
    }
}

/// What a value of the old type says and the new one does not, though it converts without an error. When the old column is
/// gone nobody knows it any more.
pub fn forgets(from: &Column, to: &Column) -> Option<&'static str> {
    if is_instant(from, to) {
        return None;
    }
    let (a, b) = match (from.type_name.strip_suffix("[]"), to.type_name.strip_suffix("[]")) {
        (Some(a), Some(b)) => (a, b),
        (None, None) => (from.type_name.as_str(), to.type_name.as_str()),
        _ => return None,
    };
    let ((a, am), (b, bm)) = (parts(a), parts(b));
    let (a, b) = (a.as_str(), b.as_str());
    let whole = |name: &str| matches!(name, "smallint" | "integer" | "bigint");
    let float = |name: &str| matches!(name, "real" | "double precision");
    let text = |name: &str| matches!(name, "text" | "character varying" | "character" | "name");
    let stamp = |name: &str| name.starts_with("timestamp");
    match (a, b) {
        (x, "date") if stamp(x) => Some("the time of day"),
        (x, y) if stamp(x) && y.starts_with("time ") => Some("the date"),
        ("time with time zone", "time without time zone") => Some("the time zone"),
        (x, y) if is_time(x) && is_time(y) => {
            let precision = |modifiers: &[i64]| modifiers.first().copied().unwrap_or(6);
            (precision(&am) > precision(&bm)).then_some("the last digits of the seconds")
        }
        (x, y) if (float(x) || matches!(x, "numeric" | "money")) && whole(y) => Some("the digits after the point"),
        ("numeric", "numeric") => match (am.as_slice(), bm.as_slice()) {
            ([_, s], [_, t]) if t >= s => None,
            _ => Some("the last digits after the point"),
        },
        ("double precision" | "real", "numeric") | ("numeric", "money") => Some("the last digits"),
        ("double precision" | "numeric" | "bigint", "real") | ("integer", "real") => Some("the last digits"),
        ("numeric" | "bigint", "double precision") => Some("the last digits"),
        ("json", "jsonb") => Some("white space, the order of keys and repeated ones"),
        ("integer", "boolean") => Some("every number but 0 and 1"),
        ("inet", "cidr") => Some("the bits of the host"),
        // A type outside pg_catalog (an enum, an extension's) takes the text as it is, as far as anyone can tell.
        (x, y) if text(x) && !text(y) && !matches!(y, "json" | "xml") && !y.contains('.') => {
            Some("the way in which it was spelled")
        }
        _ => None,
    }
}

fn is_time(name: &str) -> bool {
    matches!(
        name,
        "timestamp without time zone"
            | "timestamp with time zone"
            | "time without time zone"
            | "time with time zone"
            | "interval"
    )
}

/// Whether a cast to the type cuts off what is too long.
pub fn is_limited_text(type_name: &str) -> bool {
    let base = type_name.split('(').next().unwrap_or_default();
    type_name.contains('(')
        && matches!(
            base.trim_end(),
            "character varying" | "character" | "bit varying" | "bit"
        )
}

/// How a value of one type becomes one of another, as SQL over `value`.
pub fn conversion(value: &str, from: &str, to: &str) -> String {
    let array = from.ends_with("[]");
    if array && to.ends_with("[]") {
        return format!("{value}::text[]::{to}");
    }
    match (from, to) {
        (_, "boolean") if from != "text" && from != "integer" && !from.starts_with("character") => {
            format!("{value}::text::boolean")
        }
        (f, t) if has_cast(f, t) => format!("{value}::{to}"),
        _ => format!("{value}::text::{to}"),
    }
}

/// Whether PostgreSQL has a cast of its own; through text otherwise (enums, domains, extension types).
fn has_cast(from: &str, to: &str) -> bool {
    let ((a, _), (b, _)) = (parts(from), parts(to));
    let builtin = |name: &str| !name.contains('.');
    let text = |name: &str| matches!(name, "text" | "character varying" | "character" | "\"char\"" | "name");
    let number = |name: &str| {
        matches!(
            name,
            "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "money" | "oid"
        )
    };
    let time = |name: &str| is_time(name) || name == "date";
    builtin(&a)
        && builtin(&b)
        && (a == b
            || text(&a)
            || text(&b)
            || (number(&a) && number(&b))
            || (time(&a) && time(&b))
            || matches!(
                (a.as_str(), b.as_str()),
                ("integer", "boolean")
                    | ("boolean", "integer")
                    | ("json", "jsonb")
                    | ("jsonb", "json")
                    | ("inet", "cidr")
                    | ("cidr", "inet")
            ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(from: &str, to: &str) -> bool {
        is_instant(&Column::new("c", from), &Column::new("c", to))
    }

    #[test]
    fn what_converts_and_says_less() {
        let forgets = |from: &str, to: &str| forgets(&Column::new("c", from), &Column::new("c", to));
        assert_eq!(forgets("timestamp with time zone", "date"), Some("the time of day"));
        assert_eq!(
            forgets("timestamp with time zone", "timestamp(3) with time zone"),
            Some("the last digits of the seconds")
        );
        assert_eq!(forgets("numeric", "integer"), Some("the digits after the point"));
        assert_eq!(
            forgets("numeric(10,4)", "numeric(10,2)"),
            Some("the last digits after the point")
        );
        assert!(forgets("character varying(9)[]", "integer[]").is_some());
        for (from, to) in [
            ("integer", "bigint"),
            ("bigint", "integer"),
            ("numeric(10,2)", "numeric(10,4)"),
            ("date", "timestamp without time zone"),
            ("character varying(50)", "character varying(20)"),
            ("public.state", "text"),
            ("text", "public.state"),
            ("integer", "text"),
        ] {
            assert_eq!(forgets(from, to), None, "{from} to {to}");
        }
    }

    #[test]
    fn what_converts_without_an_error() {
        let takes = |from: &str, to: &str| takes_every_value(&Column::new("c", from), &Column::new("c", to));
        for (from, to) in [
            ("timestamp with time zone", "date"),
            ("timestamp with time zone", "timestamp(0) without time zone"),
            ("numeric(6,4)", "numeric(6,2)"),
            ("numeric(10,2)", "integer"),
            ("bigint", "real"),
        ] {
            assert!(takes(from, to), "{from} to {to}");
        }
        for (from, to) in [
            ("numeric(6,4)", "numeric(4,2)"),
            ("numeric", "integer"),
            ("double precision", "real"),
            ("bigint", "integer"),
            ("text", "date"),
        ] {
            assert!(!takes(from, to), "{from} to {to}");
        }
    }

    #[test]
    fn digits_before_the_point_count() {
        let holds = |from: &str, to: &str| holds_every_value(&Column::new("c", from), &Column::new("c", to));
        assert!(holds("numeric(10,2)", "numeric(12,4)"));
        assert!(!holds("numeric(10,2)", "numeric(10,4)"));
    }

    #[test]
    fn widening_is_instant_and_narrowing_is_not() {
        assert!(instant("character varying(20)", "character varying(50)"));
        assert!(instant("character varying(20)", "character varying"));
        assert!(instant("character varying(20)", "text"));
        assert!(instant("text", "character varying"));
        assert!(instant("numeric(10,2)", "numeric(14,2)"));
        assert!(instant("numeric(10,2)", "numeric"));
        assert!(instant("timestamp(3) with time zone", "timestamp with time zone"));
        assert!(!instant("character varying(50)", "character varying(20)"));
        assert!(!instant("text", "character varying(50)"));
        assert!(!instant("numeric(10,2)", "numeric(10,4)"));
        assert!(!instant("integer", "bigint"));
        assert!(!instant("character varying(5)[]", "character varying(9)[]"));
        assert!(!instant("timestamp without time zone", "timestamp with time zone"));
    }
}
