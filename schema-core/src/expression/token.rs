//! Cuts SQL text into tokens, as PostgreSQL's scanner does.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or an identifier without quotes.
    Word,
    /// `"…"`.
    Quoted,
    /// `'…'`, also `E'…'`, `B'…'`, `X'…'`, `N'…'`, `U&'…'` and `$tag$…$tag$`.
    String,
    /// A number.
    Number,
    /// `$1`.
    Parameter,
    /// Operator characters.
    Operator,
    /// `::`.
    Cast,
    /// One of `( ) [ ] , ; . :`.
    Punctuation,
    /// White space or a comment.
    Blank,
}

/// A token with its place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Token<'_> {
    /// Whether it is this keyword, in any case, without quotes.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is exactly this punctuation mark or operator.
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Punctuation | Kind::Operator | Kind::Cast) && self.text == text
    }

    /// The identifier that it spells, folded or unquoted.
    pub(super) fn identifier(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_ascii_lowercase()),
            Kind::Quoted => {
                let inner = self.text.strip_prefix('"')?;
                Some(inner.strip_suffix('"').unwrap_or(inner).replace("\"\"", "\""))
            }
            _ => None,
        }
    }
}

/// All tokens of the text, blanks included: joined they give the text again.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some((kind, length)) = next(&text[start..]) {
        found.push(Token {
            kind,
            text: &text[start..start + length],
            start,
        });
        start += length;
    }
    found
}

fn next(rest: &str) -> Option<(Kind, usize)> {
    let first = rest.chars().next()?;
    let second = rest[first.len_utf8()..].chars().next();
    Some(match first {
        c if c.is_whitespace() => (
            Kind::Blank,
            rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()),
        ),
        '-' if second == Some('-') => (Kind::Blank, rest.find('\n').unwrap_or(rest.len())),
        '/' if second == Some('*') => (Kind::Blank, comment(rest)),
        '\'' => (Kind::String, quoted(rest, 1, '\'', false)),
        'e' | 'E' if second == Some('\'') => (Kind::String, quoted(rest, 2, '\'', true)),
        'b' | 'B' | 'x' | 'X' | 'n' | 'N' if second == Some('\'') => (Kind::String, quoted(rest, 2, '\'', false)),
        'u' | 'U' if rest[1..].starts_with("&'") => (Kind::String, quoted(rest, 3, '\'', false)),
        'u' | 'U' if rest[1..].starts_with("&\"") => (Kind::Quoted, quoted(rest, 3, '"', false)),
        '"' => (Kind::Quoted, quoted(rest, 1, '"', false)),
        '$' => dollar(rest),
        c if c.is_ascii_digit() => (Kind::Number, number(rest)),
        '.' if second.is_some_and(|c| c.is_ascii_digit()) => (Kind::Number, number(rest)),
        c if is_word_start(c) => (Kind::Word, rest.find(|c| !is_word(c)).unwrap_or(rest.len())),
        ':' if second == Some(':') => (Kind::Cast, 2),
        ':' if second == Some('=') => (Kind::Operator, 2),
        c if is_operator(c) => (Kind::Operator, operator(rest)),
        c => (Kind::Punctuation, c.len_utf8()),
    })
}

fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn is_word(c: char) -> bool {
    is_word_start(c) || c.is_ascii_digit() || c == '$'
}

fn is_operator(c: char) -> bool {
    "+-*/<>=~!@#%^&|`?".contains(c)
}

/// The length of a string or quoted identifier; the quote is doubled inside, or escaped by a backslash.
fn quoted(rest: &str, open: usize, quote: char, backslashes: bool) -> usize {
    let mut chars = rest[open..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if backslashes && c == '\\' {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return open + at + 1;
        }
    }
    rest.len()
}

/// Comments nest.
fn comment(rest: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (at, depth) = (at + 2, depth + 1);
        } else if rest[at..].starts_with("*/") {
            (at, depth) = (at + 2, depth - 1);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn dollar(rest: &str) -> (Kind, usize) {
    let digits = rest[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - 1);
    if digits > 0 {
        return (Kind::Parameter, digits + 1);
    }
    let tag = rest[1..].find(|c| c == '$' || !is_word(c)).map(|end| &rest[..end + 2]);
    match tag.filter(|tag| tag.len() > 1 && tag.ends_with('$')) {
        Some(tag) => {
            let body = &rest[tag.len()..];
            (
                Kind::String,
                body.find(tag).map_or(rest.len(), |end| end + 2 * tag.len()),
            )
        }
        None => (Kind::Punctuation, 1),
    }
}

fn number(rest: &str) -> usize {
    let mut end = 0;
    let mut last = ' ';
    for c in rest.chars() {
        let exponent_sign = (c == '+' || c == '-') && matches!(last, 'e' | 'E') && !rest.starts_with("0x");
        if !(c.is_ascii_alphanumeric() || c == '_' || c == '.' || exponent_sign) {
            break;
        }
        end += c.len_utf8();
        last = c;
    }
    end
}

/// Operators are greedy, stop before a comment, and may end in `+` or `-` only after a character that SQL does not use.
fn operator(rest: &str) -> usize {
    let mut end = rest.find(|c| !is_operator(c)).unwrap_or(rest.len());
    for opening in ["--", "/*"] {
        end = rest[..end].find(opening).unwrap_or(end);
    }
    if !rest[..end].contains(['~', '!', '@', '#', '%', '^', '&', '|', '`', '?']) {
        while end > 1 && rest[..end].ends_with(['+', '-']) {
            end -= 1;
        }
    }
    end.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(Kind, &str)> {
        let found = tokens(text);
        let joined: String = found.iter().map(|t| t.text).collect();
        assert_eq!(joined, text);
        found
            .iter()
            .filter(|t| t.kind != Kind::Blank)
            .map(|t| (t.kind, t.text))
            .collect()
    }

    #[test]
    fn strings_of_every_kind() {
        assert_eq!(
            words(r#"'it''s' E'a\'b' $x$ 'q' $y$ $x$ B'01' U&'\0041' "a""b" $$ä$$"#),
            [
                (Kind::String, "'it''s'"),
                (Kind::String, r"E'a\'b'"),
                (Kind::String, "$x$ 'q' $y$ $x$"),
                (Kind::String, "B'01'"),
                (Kind::String, r"U&'\0041'"),
                (Kind::Quoted, r#""a""b""#),
                (Kind::String, "$$ä$$"),
            ]
        );
    }

    #[test]
    fn operators_numbers_and_comments() {
        assert_eq!(
            words("a<-1.5e-3/*x /*y*/ z*/||$1::int--end"),
            [
                (Kind::Word, "a"),
                (Kind::Operator, "<"),
                (Kind::Operator, "-"),
                (Kind::Number, "1.5e-3"),
                (Kind::Operator, "||"),
                (Kind::Parameter, "$1"),
                (Kind::Cast, "::"),
                (Kind::Word, "int"),
            ]
        );
        assert_eq!(words("a @- b")[1], (Kind::Operator, "@-"));
    }

    #[test]
    fn unfinished_text_ends_with_the_text() {
        for text in ["'a", "\"a", "$x$ a", "/* a", "E'a\\", "$", "ä$ö"] {
            words(text);
        }
    }
}
