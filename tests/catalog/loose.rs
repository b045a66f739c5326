//! Two prints of one thing: casts, and parentheses round single words, come and go when PostgreSQL reads its own print.

/// Whether the texts differ at most in such noise.
pub fn equal(section: &str, a: &str, b: &str) -> bool {
    match section {
        _ if a == b => true,
        "routine" => body(a) == body(b),
        "comment" | "privilege" | "schema" | "sequence" | "publication" => false,
        _ => plain(a) == plain(b),
    }
}

/// A routine's definition without blanks at the ends of its body.
fn body(text: &str) -> String {
    text.split("$function$")
        .map(str::trim)
        .collect::<Vec<_>>()
        .join("$function$")
}

/// The text in pieces: quoted ones whole, everything else by character.
fn pieces(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '\'' | '"' => rest[1..].find(first).map_or(rest.len(), |at| at + 2),
            c if c.is_alphanumeric() || c == '_' => rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            c => c.len_utf8(),
        };
        if !first.is_whitespace() {
            found.push(rest[..end].to_owned());
        }
        rest = &rest[end..];
    }
    found
}

fn plain(text: &str) -> String {
    let mut pieces = pieces(text);
    let mut at = 0;
    while at < pieces.len() {
        if pieces[at] == "::" {
            let end = end_of_type(&pieces, at + 1);
            pieces.drain(at..end);
        } else {
            at += 1;
        }
    }
    loop {
        let found = (0..pieces.len()).find_map(|open| wrapped_word(&pieces, open).map(|close| (open, close)));
        let Some((open, close)) = found else { break };
        pieces.remove(close);
        pieces.remove(open);
    }
    pieces.join(" ")
}

/// Where the type that begins here ends: name, qualifier, words of long names, length, dimensions.
fn end_of_type(pieces: &[String], start: usize) -> usize {
    let is = |at: usize, text: &str| pieces.get(at).is_some_and(|p| p == text);
    let mut at = start + 1;
    if is(at, ".") {
        at += 2;
    }
    loop {
        if ["varying", "precision", "with", "without", "time", "zone"]
            .iter()
            .any(|word| is(at, word))
        {
            at += 1;
        } else if is(at, "(")
            && pieces
                .get(at + 1)
                .is_some_and(|p| p.chars().all(|c| c.is_ascii_digit()))
        {
            at += pieces[at..].iter().position(|p| p == ")").unwrap_or(0) + 1;
        } else if is(at, "[") && is(at + 1, "]") {
            at += 2;
        } else {
            return at.min(pieces.len());
        }
    }
}

/// Where the parenthesis round a single word or an array of words closes, unless it is a call's.
fn wrapped_word(pieces: &[String], open: usize) -> Option<usize> {
    let word = |text: &str| text.starts_with(|c: char| c.is_alphanumeric() || "_'\"".contains(c));
    let operators = [
        "and", "or", "not", "when", "then", "else", "any", "all", "check", "where", "as",
    ];
    let call = open > 0 && word(&pieces[open - 1]) && !operators.contains(&pieces[open - 1].to_lowercase().as_str());
    if pieces[open] != "(" || call {
        return None;
    }
    let single = pieces.get(open + 1).is_some_and(|p| word(p)) && pieces.get(open + 2).is_some_and(|p| p == ")");
    if single {
        return Some(open + 2);
    }
    if pieces.get(open + 1).is_some_and(|p| p == "ARRAY") {
        let close = open + pieces[open..].iter().position(|p| p == "]")? + 1;
        let nested = pieces[open + 3..close].iter().any(|p| p == "[" || p == "(");
        return (!nested && pieces.get(close).is_some_and(|p| p == ")")).then_some(close);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reprints_are_equal_and_others_are_not() {
        let first = "CHECK (((v)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))";
        let again = "CHECK (((v)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))";
        assert!(equal("constraint", first, again));
        assert!(!equal("constraint", first, &again.replace("'b'", "'c'")));
        assert!(!equal("constraint", "CHECK ((a + b) * c > 0)", "CHECK (a + b * c > 0)"));
        assert!(!equal("column", "type: numeric(10,2)", "type: numeric(12,2)"));
        assert!(!equal(
            "column",
            "type: text\ndefault: 'a::b'",
            "type: text\ndefault: 'a'"
        ));
        assert!(equal(
            "routine",
            "x $function$\nBEGIN\nEND;\n$function$",
            "x $function$BEGIN\nEND;$function$"
        ));
        assert!(!equal("comment", "a::b", "a"));
    }
}
