//! Whether the bounds of two partitions have rows in common.

use std::cmp::Ordering;

use super::bound::{closing, inside, split};

/// Whether a row could belong to both. Bounds that cannot be read may overlap.
pub fn may_overlap(a: &str, b: &str) -> bool {
    match (a == "DEFAULT", b == "DEFAULT") {
        (true, true) => return true,
        (false, false) => {}
        _ => return false,
    }
    match (ends(a), ends(b)) {
        (Some((a_from, a_to)), Some((b_from, b_to))) => is_before(&a_from, &b_to) && is_before(&b_from, &a_to),
        _ => match (parts("FOR VALUES IN ", a), parts("FOR VALUES IN ", b)) {
            (Some(a), Some(b)) => a.iter().any(|value| b.contains(value)),
            _ => match (remainder(a), remainder(b)) {
                (Some((m, r)), Some((n, s))) => {
                    let common = greatest_common_divisor(m, n);
                    common == 0 || r % common == s % common
                }
                _ => true,
            },
        },
    }
}

fn parts<'a>(before: &str, bound: &'a str) -> Option<Vec<&'a str>> {
    Some(split(inside(bound.strip_prefix(before)?)?))
}

fn ends(bound: &str) -> Option<(Vec<&str>, Vec<&str>)> {
    let rest = bound.strip_prefix("FOR VALUES FROM ")?;
    let at = closing(rest)?;
    let upper = rest[at..].strip_prefix(" TO ")?;
    Some((split(inside(&rest[..at])?), split(inside(upper)?)))
}

fn remainder(bound: &str) -> Option<(u64, u64)> {
    let parts = parts("FOR VALUES WITH ", bound)?;
    let number = |word: &str| {
        let found = parts.iter().find_map(|p| p.strip_prefix(word));
        found.and_then(|n| n.trim().parse::<u64>().ok())
    };
    Some((number("modulus ")?, number("remainder ")?))
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// Whether the lower end lies before the upper one, value by value. PostgreSQL prints the values of one type alike: numbers
/// are compared as numbers, everything else as text.
fn is_before(lower: &[&str], upper: &[&str]) -> bool {
    for (low, high) in lower.iter().zip(upper) {
        let order = match (*low, *high) {
            ("MINVALUE", "MINVALUE") | ("MAXVALUE", "MAXVALUE") => return false,
            ("MINVALUE", _) | (_, "MAXVALUE") => return true,
            ("MAXVALUE", _) | (_, "MINVALUE") => return false,
            (low, high) => compare(low, high),
        };
        match order {
            Ordering::Less => return true,
            Ordering::Greater => return false,
            Ordering::Equal => {}
        }
    }
    false
}

fn compare(a: &str, b: &str) -> Ordering {
    let number = |value: &str| value.trim_matches('\'').parse::<f64>().ok();
    match (number(a), number(b)) {
        (Some(x), Some(y)) => x.total_cmp(&y),
        _ => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::may_overlap;

    #[test]
    fn ranges_lists_and_remainders() {
        let range = |from: &str, to: &str| format!("FOR VALUES FROM ({from}) TO ({to})");
        let overlap = |a: &str, b: &str| {
            assert_eq!(may_overlap(a, b), may_overlap(b, a), "{a} and {b}");
            may_overlap(a, b)
        };
        let year = range("'2026-01-01'", "'2027-01-01'");
        assert!(overlap(&year, &range("'2026-07-01'", "'2027-01-01'")));
        assert!(!overlap(&year, &range("'2027-01-01'", "'2028-01-01'")));
        assert!(overlap(&year, &range("MINVALUE", "MAXVALUE")));
        assert!(!overlap(&range("9", "10"), &range("10", "100")));
        assert!(overlap(&range("9", "11"), &range("'10'", "'100'")));
        assert!(!overlap(&range("1, 'a'", "1, 'c'"), &range("1, 'c'", "2, MINVALUE")));
        assert!(overlap("FOR VALUES IN ('a', 'b')", "FOR VALUES IN ('b')"));
        assert!(!overlap("FOR VALUES IN ('a', NULL)", "FOR VALUES IN ('b')"));
        let hash = |m: u32, r: u32| format!("FOR VALUES WITH (modulus {m}, remainder {r})");
        assert!(overlap(&hash(2, 1), &hash(4, 3)));
        assert!(!overlap(&hash(2, 1), &hash(4, 2)));
        assert!(overlap("DEFAULT", "DEFAULT"));
        assert!(!overlap("DEFAULT", &year));
    }
}
