//! What a change of a column's type means for a client that was compiled for the other one.

/// How a typed client sees a column of another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retyped {
    /// It sees no difference.
    Same,
    /// It decodes all values; the column may refuse some that it writes.
    Shorter,
    /// It cannot decode or encode it.
    Other,
}

/// What a client compiled for `version` meets in a column of type `stage`.
pub fn retyped(version: &str, stage: &str) -> Retyped {
    if version == stage {
        return Retyped::Same;
    }
    let (version, stage) = (Parts::of(version), Parts::of(stage));
    if version.array != stage.array || family(version.base) != family(stage.base) {
        return Retyped::Other;
    }
    let shorter = match (&version.modifier, &stage.modifier) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(v), Some(s)) => !holds(s, v),
    };
    if shorter { Retyped::Shorter } else { Retyped::Same }
}

struct Parts<'a> {
    base: &'a str,
    modifier: Option<Vec<i64>>,
    array: bool,
}

impl<'a> Parts<'a> {
    /// `character varying(40)[]`, `timestamp(3) with time zone`, `numeric(12,2)`.
    fn of(printed: &'a str) -> Self {
        let array = printed.ends_with("[]");
        let element = printed.trim_end_matches("[]");
        let Some((before, rest)) = element.split_once('(') else {
            return Self {
                base: element,
                modifier: None,
                array,
            };
        };
        let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
        let modifier = inside.split(',').map(|n| n.trim().parse().ok()).collect();
        // Only the time types have words behind the modifier.
        let base = match (before, after.trim()) {
            ("timestamp", "with time zone") => "timestamp with time zone",
            ("timestamp", _) => "timestamp without time zone",
            ("time", "with time zone") => "time with time zone",
            ("time", _) => "time without time zone",
            _ => before,
        };
        Self { base, modifier, array }
    }
}

/// Types that drivers decode into the same Rust type.
fn family(base: &str) -> &str {
    match base {
        "character varying" | "character" | "text" => "text",
        other => other,
    }
}

/// Whether every value of modifier `inner` fits into `outer`: precision and scale, or a length.
fn holds(outer: &[i64], inner: &[i64]) -> bool {
    match (outer, inner) {
        ([precision, scale], [p, s]) => scale >= s && precision - scale >= p - s,
        ([outer], [inner]) => outer >= inner,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_typed_client_sees() {
        for (version, stage, expected) in [
            ("text", "text", Retyped::Same),
            ("character varying(20)", "text", Retyped::Same),
            ("text", "character varying(20)", Retyped::Shorter),
            ("character varying(20)", "character varying(40)", Retyped::Same),
            ("character varying(40)[]", "character varying(20)[]", Retyped::Shorter),
            ("numeric(10,2)", "numeric(12,2)", Retyped::Same),
            ("numeric(10,2)", "numeric(12,4)", Retyped::Same),
            ("numeric(10,2)", "numeric(10,4)", Retyped::Shorter),
            ("integer", "bigint", Retyped::Other),
            ("text", "text[]", Retyped::Other),
            (
                "timestamp with time zone",
                "timestamp(3) with time zone",
                Retyped::Shorter,
            ),
            (
                "timestamp with time zone",
                "timestamp without time zone",
                Retyped::Other,
            ),
        ] {
            assert_eq!(retyped(version, stage), expected, "{version} -> {stage}");
        }
    }
}
