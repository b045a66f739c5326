//! Names that change one after the other, each into a free one.

/// An order for renames that may take each other's names: what is in the way goes first, and one of a circle steps aside,
/// under a name that `aside` makes of the last one. It is the same in whatever order they were declared.
pub(crate) fn hops<T: Clone + Ord>(renames: &[(T, T)], aside: impl Fn(&T) -> T) -> Vec<(T, T)> {
    let mut waiting = renames.to_vec();
    waiting.sort();
    let mut out = Vec::with_capacity(renames.len());
    let mut last = Vec::new();
    while !waiting.is_empty() {
        let free = |(_, to): &(T, T)| !waiting.iter().any(|(from, _)| from == to);
        match waiting.iter().position(free) {
            Some(at) => out.push(waiting.remove(at)),
            None => {
                let (from, to) = waiting.remove(0);
                let detour = aside(&to);
                out.push((from, detour.clone()));
                last.push((detour, to));
            }
        }
    }
    out.extend(last);
    out
}

/// Whether a name comes back to itself along the renames.
fn in_circle<T: PartialEq>(renames: &[(T, T)], start: &T) -> bool {
    let mut at = start;
    for _ in renames {
        match renames.iter().find(|(from, _)| from == at) {
            Some((_, to)) if to == start => return true,
            Some((_, to)) => at = to,
            None => return false,
        }
    }
    false
}

/// Renames that are not yet spent: each name stands before, the other one after, and none is taken that nobody leaves. Of a
/// circle, which afterwards says the same as before, `differs` must tell that it is still ahead.
pub(crate) fn alive<T: Clone + PartialEq>(
    declared: &[(T, T)],
    stood: impl Fn(&T) -> bool,
    stands: impl Fn(&T) -> bool,
    differs: impl Fn(&T) -> bool,
) -> Vec<(T, T)> {
    let mut alive: Vec<(T, T)> = Vec::new();
    for (from, to) in declared {
        let used = alive.iter().any(|(a, b)| a == from || b == to);
        if stood(from) && stands(to) && from != to && !used {
            alive.push((from.clone(), to.clone()));
        }
    }
    loop {
        let circle = |start: &T| {
            let members = alive.iter().filter(|(from, _)| in_circle(&alive, from));
            in_circle(&alive, start) && !members.into_iter().any(|(from, _)| differs(from))
        };
        let dead = alive.iter().position(|(from, to)| {
            stands(from) && !alive.iter().any(|(_, other)| other == from)
                || stood(to) && !alive.iter().any(|(other, _)| other == to)
                || circle(from)
        });
        match dead {
            Some(at) => drop(alive.remove(at)),
            None => return alive,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(char, char)> {
        let mut names = text.chars();
        std::iter::from_fn(|| Some((names.next()?, names.next()?))).collect()
    }

    #[test]
    fn what_is_in_the_way_goes_first_and_a_circle_takes_a_detour() {
        let order = |text: &str| hops(&pairs(text), char::to_ascii_uppercase);
        assert_eq!(order("abbccd"), pairs("cdbcab"));
        assert_eq!(order("abba"), pairs("aBbaBb"));
    }

    #[test]
    fn a_circle_lives_as_long_as_something_differs() {
        let on = |names: &'static str| move |name: &char| names.contains(*name);
        assert_eq!(alive(&pairs("abbc"), on("ab"), on("bc"), on("")), pairs("abbc"));
        assert_eq!(alive(&pairs("abbc"), on("bc"), on("bc"), on("")), pairs(""));
        assert_eq!(alive(&pairs("abba"), on("ab"), on("ab"), on("")), pairs(""));
        assert_eq!(alive(&pairs("abba"), on("ab"), on("ab"), on("a")), pairs("abba"));
    }
}
