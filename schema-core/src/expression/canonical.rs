//! One spelling for expressions that surely mean the same.

use super::token::{Kind, tokens};
use crate::schema::{Ident, Table};

/// A token in canonical spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    kind: Kind,
    text: String,
}

impl Part {
    fn is(&self, text: &str) -> bool {
        !matches!(self.kind, Kind::Quoted | Kind::String) && self.text == text
    }

    fn ends_operand(&self) -> bool {
        match self.kind {
            Kind::Quoted | Kind::String | Kind::Number | Kind::Parameter => true,
            Kind::Word => !OPENS_GROUP.contains(&self.text.as_str()),
            _ => self.is(")") || self.is("]"),
        }
    }

    fn is_atom(&self) -> bool {
        match self.kind {
            Kind::Quoted | Kind::String | Kind::Number | Kind::Parameter => true,
            // a parenthesis round a keyword without quotes may be a call's or a clause's
            Kind::Word => !Ident::new(self.text.clone()).to_string().starts_with('"') || is_constant(&self.text),
            _ => false,
        }
    }
}

fn is_constant(word: &str) -> bool {
    matches!(word, "null" | "true" | "false")
}

/// Words after which a parenthesis only groups.
const OPENS_GROUP: &[&str] = &["and", "or", "not", "case", "when", "then", "else"];

/// The expression in one spelling: equal spellings mean the same, different ones may.
pub(super) fn canonical(text: &str, table: Option<&Table>) -> String {
    let mut parts = parts(text);
    spell_types(&mut parts);
    join_signs(&mut parts);
    loop {
        let before = parts.len();
        drop_parentheses(&mut parts);
        drop_operand_parentheses(&mut parts);
        drop_casts(&mut parts, table);
        if parts.len() == before {
            break;
        }
    }
    let words: Vec<&str> = parts.iter().map(|p| p.text.as_str()).collect();
    words.join(" ")
}

/// The text of a string literal, bare or cast to a type (its modifiers aside).
pub(super) fn literal_of(text: &str, type_name: &str) -> Option<String> {
    let mut found = parts(text);
    spell_types(&mut found);
    drop_parentheses(&mut found);
    let (literal, rest) = found.split_first()?;
    let cast_to = |cast: &[Part]| {
        let mut wanted = parts(type_name);
        if let Some(open) = wanted.iter().position(|p| p.is("("))
            && let Some(close) = closing(&wanted, open, "(", ")")
        {
            wanted.drain(open..=close);
        }
        cast == wanted
    };
    let own = match rest {
        [] => true,
        [cast, type_parts @ ..] => cast.kind == Kind::Cast && cast_to(type_parts),
    };
    (literal.kind == Kind::String && is_plain_string(literal) && own).then(|| literal.text.clone())
}

fn parts(text: &str) -> Vec<Part> {
    tokens(text)
        .into_iter()
        .filter(|t| t.kind != Kind::Blank)
        .map(|t| match t.kind {
            Kind::Word => Part {
                kind: Kind::Word,
                text: t.text.to_ascii_lowercase(),
            },
            Kind::Quoted if t.text.starts_with('"') => {
                let printed = Ident::new(t.identifier().unwrap_or_default()).to_string();
                Part {
                    kind: if printed.starts_with('"') {
                        Kind::Quoted
                    } else {
                        Kind::Word
                    },
                    text: printed,
                }
            }
            Kind::String => Part {
                kind: Kind::String,
                text: string(t.text),
            },
            Kind::Operator if t.text == "!=" => Part {
                kind: Kind::Operator,
                text: "<>".to_owned(),
            },
            kind => Part {
                kind,
                text: t.text.to_owned(),
            },
        })
        .collect()
}

/// Dollar quotes, and `E''` without a backslash, as ordinary strings.
fn string(text: &str) -> String {
    if let Some(plain) = text.strip_prefix(['E', 'e']).filter(|t| !t.contains('\\')) {
        return plain.to_owned();
    }
    if let Some(tag) = text
        .strip_prefix('$')
        .and_then(|t| t.split_once('$'))
        .map(|(tag, _)| tag.len() + 2)
        && text.len() >= 2 * tag
    {
        return format!("'{}'", text[tag..text.len() - tag].replace('\'', "''"));
    }
    text.to_owned()
}

/// Short names of built-in types after `::` as `format_type` prints them.
fn spell_types(parts: &mut Vec<Part>) {
    let mut at = 0;
    while at + 1 < parts.len() {
        at += 1;
        if parts[at - 1].kind != Kind::Cast || parts[at].kind != Kind::Word {
            continue;
        }
        let next = parts.get(at + 1);
        let plain = !next.is_some_and(|p| p.is("(") || p.is("with") || p.is("without") || p.is("."));
        let long: &[&str] = match parts[at].text.as_str() {
            "varchar" => &["character", "varying"],
            "int" | "int4" => &["integer"],
            "int8" => &["bigint"],
            "int2" => &["smallint"],
            "bool" => &["boolean"],
            "float8" => &["double", "precision"],
            "float4" => &["real"],
            "decimal" | "dec" => &["numeric"],
            "timestamptz" if plain => &["timestamp", "with", "time", "zone"],
            "timetz" if plain => &["time", "with", "time", "zone"],
            "timestamp" if plain => &["timestamp", "without", "time", "zone"],
            "time" if plain => &["time", "without", "time", "zone"],
            _ => continue,
        };
        let words = long.iter().map(|word| Part {
            kind: Kind::Word,
            text: (*word).to_owned(),
        });
        parts.splice(at..=at, words);
    }
}

/// Negative constants as one number: `- 5` as people write it and `'-5'::integer` as the server prints it once it has read
/// its own `(- 5)`.
fn join_signs(parts: &mut Vec<Part>) {
    let mut at = 0;
    while at < parts.len() {
        if let Some(length) = printed_number(parts, at) {
            let text = parts[at].text.trim_matches('\'').to_owned();
            parts.splice(at..at + length, [number(text)]);
        } else if is_sign(parts, at) {
            let text = format!("-{}", parts[at + 1].text);
            parts.splice(at..at + 2, [number(text)]);
        }
        at += 1;
    }
}

fn number(text: String) -> Part {
    Part {
        kind: Kind::Number,
        text,
    }
}

/// A minus before a number and after no operand; not where a cast binds the number first.
fn is_sign(parts: &[Part], at: usize) -> bool {
    let unary = at.checked_sub(1).is_none_or(|previous| !parts[previous].ends_operand());
    let bound = parts.get(at + 2).is_some_and(|p| p.kind == Kind::Cast);
    parts[at].kind == Kind::Operator
        && parts[at].text == "-"
        && parts.get(at + 1).is_some_and(|p| p.kind == Kind::Number)
        && unary
        && !bound
}

/// Tokens of `'-5'::integer`, when a bare `-5` is of that type too.
fn printed_number(parts: &[Part], at: usize) -> Option<usize> {
    let text = parts[at].text.strip_prefix("'-")?.strip_suffix('\'')?;
    let plain = text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let value = text.parse::<i64>();
    let small = value.as_ref().is_ok_and(|n| *n <= i64::from(i32::MAX));
    let own_type = match parts.get(at + 2)?.text.as_str() {
        "integer" => small,
        // one beyond the edge is a bigint when written out
        "bigint" => value.is_ok() && !small,
        "numeric" => text.contains('.'),
        _ => false,
    };
    let ends = !parts.get(at + 3).is_some_and(|p| p.is("(") || p.is("[") || p.is("."));
    (parts[at].kind == Kind::String && parts.get(at + 1)?.kind == Kind::Cast && plain && own_type && ends).then_some(3)
}

/// Takes out parentheses round the operands of AND and OR: nothing binds weaker, and chains of one of them are the same
/// however they are grouped.
fn drop_operand_parentheses(parts: &mut Vec<Part>) {
    let mut open = 0;
    while open < parts.len() {
        match closing(parts, open, "(", ")").filter(|close| is_free_operand(parts, open, *close)) {
            Some(close) => {
                parts.remove(close);
                parts.remove(open);
            }
            None => open += 1,
        }
    }
}

fn is_free_operand(parts: &[Part], open: usize, close: usize) -> bool {
    let left = open.checked_sub(1).map(|at| &parts[at]);
    let right = parts.get(close + 1);
    let edge = |part: Option<&Part>| part.is_none_or(|p| p.is("(") || p.is(")"));
    let word = |part: Option<&Part>, word: &str| part.is_some_and(|p| p.kind == Kind::Word && p.text == word);
    let (and, or) = (
        word(left, "and") || word(right, "and"),
        word(left, "or") || word(right, "or"),
    );
    let operand = (edge(left) || word(left, "and") || word(left, "or"))
        && (edge(right) || word(right, "and") || word(right, "or"))
        && (and || or);
    // BETWEEN has an AND of its own, CASE hides some; lists and queries are no operands.
    let foreign = |p: &Part| p.kind == Kind::Word && matches!(p.text.as_str(), "between" | "case" | "select" | "with");
    if !operand || close == open + 1 || parts.iter().any(foreign) {
        return false;
    }
    let mut depth = 0_usize;
    parts[open + 1..close].iter().all(|part| {
        if part.is("(") || part.is("[") {
            depth += 1;
        } else if part.is(")") || part.is("]") {
            depth -= 1;
        }
        depth > 0 || !(part.is(",") || and && part.kind == Kind::Word && part.text == "or")
    })
}

/// Takes out parentheses round a single atom, round another parenthesis, and round the whole.
fn drop_parentheses(parts: &mut Vec<Part>) {
    let mut open = 0;
    while open < parts.len() {
        match closing(parts, open, "(", ")").filter(|close| is_redundant(parts, open, *close)) {
            Some(close) => {
                parts.remove(close);
                parts.remove(open);
            }
            None => open += 1,
        }
    }
}

fn is_redundant(parts: &[Part], open: usize, close: usize) -> bool {
    // `(c).field` selects from a composite; `('a') 'b'` would become one string
    let selects = parts
        .get(close + 1)
        .is_some_and(|p| p.is(".") || p.is("(") || p.kind == Kind::String);
    let whole = open == 0 && close + 1 == parts.len();
    let single = close == open + 2 && parts[open + 1].is_atom();
    let double = closing(parts, open + 1, "(", ")") == Some(close - 1);
    let array = parts[open + 1].is("array") && closing(parts, open + 2, "[", "]") == Some(close - 1);
    close > open + 1 && !selects && groups_only(parts, open) && (whole || single || double || array)
}

/// Whether the parenthesis is neither a call's nor a list's.
fn groups_only(parts: &[Part], open: usize) -> bool {
    open.checked_sub(1).is_none_or(|previous| {
        let previous = &parts[previous];
        match previous.kind {
            Kind::Operator => true,
            Kind::Punctuation => matches!(previous.text.as_str(), "(" | "," | "["),
            Kind::Word => OPENS_GROUP.contains(&previous.text.as_str()),
            _ => false,
        }
    })
}

/// Where the bracket that opens here closes.
fn closing(parts: &[Part], open: usize, left: &str, right: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, part) in parts.iter().enumerate().skip(open) {
        if part.is(left) {
            depth += 1;
        } else if depth == 0 {
            return None;
        } else if part.is(right) {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// A text type named by a cast, without length.
#[derive(Clone, Copy, PartialEq, Eq)]
struct TextCast {
    /// Blanks at the end do not count.
    padded: bool,
    array: bool,
    /// Tokens that the cast takes, `::` included.
    length: usize,
}

fn text_cast(parts: &[Part], at: usize) -> Option<TextCast> {
    if parts.get(at)?.kind != Kind::Cast {
        return None;
    }
    let word = |offset: usize, text: &str| {
        parts
            .get(at + offset)
            .is_some_and(|p| p.kind == Kind::Word && p.text == text)
    };
    let (padded, words) = if word(1, "text") {
        (false, 1)
    } else if word(1, "character") && word(2, "varying") {
        (false, 2)
    } else if word(1, "bpchar") {
        (true, 1)
    } else {
        return None;
    };
    let next = |offset: usize, text: &str| parts.get(at + 1 + words + offset).is_some_and(|p| p.is(text));
    if next(0, "(") || next(0, ".") {
        return None;
    }
    let array = next(0, "[") && next(1, "]");
    let length = 1 + words + if array { 2 } else { 0 };
    // `'t'::text[1]` would be a subscript or a second dimension; neither is plain
    if parts.get(at + length).is_some_and(|p| p.is("[")) {
        return None;
    }
    Some(TextCast { padded, array, length })
}

/// Takes out casts between text types that change nothing.
fn drop_casts(parts: &mut Vec<Part>, table: Option<&Table>) {
    let mut at = 1;
    while at < parts.len() {
        match text_cast(parts, at) {
            Some(cast) if is_noise(parts, at, cast, table) => {
                parts.drain(at..at + cast.length);
            }
            _ => at += 1,
        }
    }
}

fn is_noise(parts: &[Part], at: usize, cast: TextCast, table: Option<&Table>) -> bool {
    if feeds_other_cast(parts, at + cast.length) || is_argument_of_own_function(parts, at) {
        return false;
    }
    let operand = &parts[at - 1];
    match operand.kind {
        Kind::String => !cast.array && is_plain_string(operand) && !(cast.padded && operand.text.ends_with(" '")),
        Kind::Word | Kind::Quoted => !cast.array && is_text_column(parts, at - 1, cast, table),
        _ => cast.array && !cast.padded && is_array_of_strings(parts, at),
    }
}

/// Whether something round the operand is cast to another type.
///
/// `('s'::text)::regclass` is looked up when it runs, `'s'::regclass` when it is defined: there the inner cast counts.
fn feeds_other_cast(parts: &[Part], after: usize) -> bool {
    let other = |at: usize| parts.get(at).is_some_and(|p| p.kind == Kind::Cast) && text_cast(parts, at).is_none();
    let mut depth = 0_usize;
    let closes = (after..parts.len()).filter(|&at| {
        let part = &parts[at];
        if part.is("(") || part.is("[") {
            depth += 1;
        } else if part.is(")") || part.is("]") {
            if depth == 0 {
                return true;
            }
            depth -= 1;
        }
        false
    });
    other(after) || closes.into_iter().any(|at| other(at + 1))
}

/// Functions with a schema in their name may be overloaded for each text type.
fn is_argument_of_own_function(parts: &[Part], at: usize) -> bool {
    let mut depth = 0_usize;
    for open in (0..at).rev() {
        if parts[open].is(")") {
            depth += 1;
        } else if parts[open].is("(") {
            if depth > 0 {
                depth -= 1;
                continue;
            }
            if !groups_only(parts, open) {
                return open >= 2 && parts[open - 2].is(".");
            }
        }
    }
    false
}

fn is_plain_string(part: &Part) -> bool {
    part.text.starts_with('\'')
}

fn is_text_column(parts: &[Part], at: usize, cast: TextCast, table: Option<&Table>) -> bool {
    let part = &parts[at];
    let bare = at.checked_sub(1).is_none_or(|previous| {
        let previous = &parts[previous];
        !(previous.is(".") || previous.kind == Kind::Cast || previous.kind == Kind::Word && previous.ends_operand())
    });
    let name = if part.kind == Kind::Quoted {
        Ident::new(part.text.trim_matches('"').replace("\"\"", "\""))
    } else {
        Ident::new(part.text.clone())
    };
    let Some(column) = table.and_then(|table| table.column(&name)).filter(|_| bare) else {
        return false;
    };
    let base = column.type_name.split('(').next().unwrap_or_default();
    match base {
        "text" | "character varying" => !cast.padded,
        "character" | "bpchar" => cast.padded,
        _ => false,
    }
}

/// Whether what ends before `at` is `ARRAY['…', …]`, perhaps in parentheses.
fn is_array_of_strings(parts: &[Part], at: usize) -> bool {
    let mut end = at - 1;
    let mut start_closes = 0;
    while parts[end].is(")") && end > 0 {
        (end, start_closes) = (end - 1, start_closes + 1);
    }
    if !parts[end].is("]") {
        return false;
    }
    let Some(open) = (0..end).rev().find(|&i| parts[i].is("[")) else {
        return false;
    };
    let elements = &parts[open + 1..end];
    let strings = elements.iter().enumerate().all(|(i, p)| {
        if i % 2 == 0 {
            p.kind == Kind::String && is_plain_string(p)
        } else {
            p.is(",")
        }
    });
    let array = open > start_closes && parts[open - 1].is("array");
    array && strings && elements.len() % 2 == 1 && (1..=start_closes).all(|i| parts[open - 1 - i].is("("))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;

    fn table(type_name: &str) -> Table {
        Table {
            columns: vec![Column::new("v", type_name), Column::new("W w", "text")],
            ..Table::default()
        }
    }

    fn equal(a: &str, b: &str, type_name: &str) -> bool {
        let table = table(type_name);
        canonical(a, Some(&table)) == canonical(b, Some(&table))
    }

    #[test]
    fn reprints_of_lists_are_equal() {
        let list = "((v)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))";
        let again = "((v)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))";
        assert!(equal(list, again, "character varying(20)"));
        assert!(equal(list, "v = any (array['a','b'])", "text"));
        assert!(!equal(list, "v = any (array['a','c'])", "text"));
        assert!(!equal(list, "((v)::text <> ALL (ARRAY['a'::text, 'b'::text]))", "text"));
    }

    #[test]
    fn blanks_comments_quotes_and_parentheses_are_noise() {
        assert!(equal("( v   > (1) ) /* x */", "v>1", "integer"));
        assert!(equal("((\"v\"))::int4", "v::integer", "text"));
        assert!(equal("E'a' || $q$b'$q$", "'a' || 'b'''", "text"));
        assert!(equal("(v <> 1)", "v != 1", "integer"));
        assert!(equal("\"W w\"::text", "\"W w\"", "integer"));
        assert!(equal("f(((1)))", "f(1)", "integer"));
        assert!(equal(
            "(((v > 1) AND (v < 5)) AND (x IS NULL))",
            "v > 1 and v < 5 and x is null",
            "integer"
        ));
        assert!(equal(
            "((a OR b) OR (c AND (NOT d)))",
            "a or (b or c and not d)",
            "integer"
        ));
        assert!(equal("((- v) < '-5'::integer)", "(- v) < -5", "integer"));
        assert!(equal("(v = (- 1.5))", "(v = '-1.5'::numeric)", "numeric"));
    }

    #[test]
    fn a_default_may_be_cast_to_its_own_type() {
        for (text, type_name) in [
            ("'a'", "public.state"),
            ("'a'::public.state", "public.state"),
            ("('a'::\"my S\".\"State\")", "\"my S\".\"State\""),
            ("'a'::timestamp with time zone", "timestamp(3) with time zone"),
            ("'a'::varchar", "character varying(20)"),
            ("'a'::text[]", "text[]"),
        ] {
            assert_eq!(literal_of(text, type_name).as_deref(), Some("'a'"), "{text}");
        }
        for (text, type_name) in [
            ("'a'::text", "jsonb"),
            ("'a'::text::jsonb", "jsonb"),
            ("'a'::text[]", "text"),
            ("'a'::character varying(3)", "character varying(20)"),
            ("'a'::\"char\"", "char"),
            ("'a'::\"S\".e", "s.e"),
            ("'a' || 'b'", "text"),
            ("E'a\\n'", "text"),
            ("1", "integer"),
            ("f('a')", "text"),
        ] {
            assert_eq!(literal_of(text, type_name), None, "{text}");
        }
    }

    #[test]
    fn what_may_differ_stays_different() {
        for (a, b) in [
            ("nextval(('s'::text)::regclass)", "nextval('s'::regclass)"),
            ("(ARRAY['a'::text, 'b'])::regclass[]", "(ARRAY['a', 'b'])::regclass[]"),
            ("(a + b) * c", "a + b * c"),
            ("f((a, b))", "f(a, b)"),
            ("v IN ((a, b))", "v IN (a, b)"),
            ("v IN ((SELECT 1))", "v IN (SELECT 1)"),
            ("(v).x", "v.x"),
            ("'a '::bpchar", "'a '::text"),
            ("public.f('a'::text)", "public.f('a'::character varying)"),
            ("public.f(g('a'::text))", "public.f(g('a'::character varying), 1)"),
            ("(ARRAY['a'])[1]", "ARRAY['a'][2]"),
            ("E'a\\n'", "'a\\n'"),
            ("\"V\"", "v"),
            ("\"user\"", "user"),
            ("'A'", "'a'"),
            ("v::text", "v"),
            ("'a'::character varying(1)", "'a'"),
            ("1.0", "1.00"),
            ("a - -1", "a - 1"),
            ("a -1", "a"),
            ("a - 1 - 1", "a - (- 1) - 1"),
            ("v = '-5'::bigint", "v = -5"),
            ("v = '-5'::numeric", "v = -5"),
            ("v = '-2147483648'::integer", "v = -2147483648"),
            ("(a OR b) AND c", "a OR b AND c"),
            ("NOT (a AND b) AND c", "NOT a AND b AND c"),
            ("(a AND b) = c", "a AND b = c"),
            ("x BETWEEN (a AND b) AND c", "x BETWEEN a AND b AND c"),
            (
                "(CASE WHEN a THEN b OR c END) AND d",
                "CASE WHEN a THEN b OR c END AND d",
            ),
            ("x::text", "x"),
            ("t.v::text", "t.v"),
        ] {
            assert!(!equal(a, b, "integer"), "{a} | {b}");
        }
        assert!(!equal("v::text", "v", "character(3)"));
        assert!(!equal("v::bpchar", "v", "text"));
        assert!(!equal("t.v::text", "t.v", "text"));
    }
}
