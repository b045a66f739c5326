//! SQL in string literals that names no columns.

use super::Span;

/// A statement that breaks, or means something else, when a column is added or dropped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SqlLiteral {
    /// Where the string stands.
    pub at: Span,
    /// What is wrong with it.
    pub kind: LiteralKind,
    /// The tables that it names, bare or qualified, as written without quotes.
    pub tables: Vec<String>,
}

/// What such a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LiteralKind {
    /// `SELECT *`, `SELECT t.*`: a prepared one fails on every connection that prepared it before.
    SelectStar,
    /// `RETURNING *`: the same.
    ReturningStar,
    /// `INSERT INTO t VALUES (…)`: values by position.
    InsertWithoutColumns,
    /// `COPY t FROM …`: values by position.
    CopyWithoutColumns,
}

impl LiteralKind {
    /// The words for a message.
    pub fn words(self) -> &'static str {
        match self {
            Self::SelectStar => "SELECT *",
            Self::ReturningStar => "RETURNING *",
            Self::InsertWithoutColumns => "INSERT without columns",
            Self::CopyWithoutColumns => "COPY without columns",
        }
    }
}

/// A cheap look at the raw token: most literals are no SQL.
pub(super) fn may_be_sql(raw: &str) -> bool {
    let lower = raw.to_ascii_lowercase();
    ["select", "returning", "insert", "copy"]
        .iter()
        .any(|word| lower.contains(word))
}

#[derive(Debug, PartialEq, Eq)]
enum Word {
    /// A keyword or name, folded; quoted ones as they are.
    Name(String),
    Symbol(char),
}

impl Word {
    fn is(&self, word: &str) -> bool {
        matches!(self, Self::Name(name) if name == word)
    }

    fn symbol(&self, symbol: char) -> bool {
        *self == Self::Symbol(symbol)
    }
}

fn words(sql: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => while chars.next().is_some_and(|c| c != '\'') {},
            '"' => {
                let mut name = String::new();
                for c in chars.by_ref().take_while(|c| *c != '"') {
                    name.push(c);
                }
                words.push(Word::Name(name));
            }
            '-' if chars.peek() == Some(&'-') => while chars.next().is_some_and(|c| c != '\n') {},
            '/' if chars.next_if_eq(&'*').is_some() => {
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            c if c.is_alphabetic() || c == '_' => {
                let mut name = c.to_lowercase().to_string();
                while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == '$') {
                    name.extend(c.to_lowercase());
                }
                words.push(Word::Name(name));
            }
            c if c.is_whitespace() => {}
            c => words.push(Word::Symbol(c)),
        }
    }
    words
}

/// What a string literal holds of such statements.
pub(super) fn sql_literals(text: &str, at: Span) -> Vec<SqlLiteral> {
    let words = words(text);
    let mut kinds = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| words.get(i));
        if word.symbol('*') && is_column_star(&words, i) {
            let list = words[..i].iter().rev().find(|w| w.is("select") || w.is("returning"));
            match list {
                Some(w) if w.is("select") => kinds.push(LiteralKind::SelectStar),
                Some(_) => kinds.push(LiteralKind::ReturningStar),
                None => {}
            }
        } else if word.is("into") && before.is_some_and(|w| w.is("insert")) {
            let (_, end) = table(&words, i + 1);
            let end = if words.get(end).is_some_and(|w| w.is("as")) {
                end + 2
            } else {
                end
            };
            if words
                .get(end)
                .is_some_and(|w| w.is("values") || w.is("select") || w.is("default") || w.is("overriding"))
            {
                kinds.push(LiteralKind::InsertWithoutColumns);
            }
        } else if word.is("copy") && i == 0 {
            let (name, end) = table(&words, 1);
            if name.is_some() && words.get(end).is_some_and(|w| w.is("from") || w.is("to")) {
                kinds.push(LiteralKind::CopyWithoutColumns);
            }
        }
    }
    kinds.sort();
    kinds.dedup();
    let tables = tables(&words);
    if tables.is_empty() {
        return Vec::new();
    }
    kinds
        .into_iter()
        .map(|kind| SqlLiteral {
            at: at.clone(),
            kind,
            tables: tables.clone(),
        })
        .collect()
}

/// Whether the star stands for columns: not `count(*)`, not a product.
fn is_column_star(words: &[Word], i: usize) -> bool {
    match i.checked_sub(1).and_then(|i| words.get(i)) {
        Some(Word::Symbol(',' | '.')) => true,
        Some(Word::Name(name)) => ["select", "distinct", "all", "returning"].contains(&name.as_str()),
        _ => false,
    }
}

/// A possibly qualified name at a place, and the place behind it.
fn table(words: &[Word], mut i: usize) -> (Option<String>, usize) {
    while words.get(i).is_some_and(|w| w.is("only") || w.is("lateral")) {
        i += 1;
    }
    let Some(Word::Name(first)) = words.get(i) else {
        return (None, i);
    };
    if let (Some(Word::Symbol('.')), Some(Word::Name(second))) = (words.get(i + 1), words.get(i + 2)) {
        return (Some(format!("{first}.{second}")), i + 3);
    }
    (Some(first.clone()), i + 1)
}

/// Names behind FROM, JOIN, INTO, UPDATE, USING and COPY.
fn tables(words: &[Word]) -> Vec<String> {
    let mut found = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let starts =
            ["from", "join", "into", "update", "using"].iter().any(|k| word.is(k)) || (i == 0 && word.is("copy"));
        if !starts {
            continue;
        }
        let mut next = i + 1;
        loop {
            let (name, end) = table(words, next);
            // A name with a parenthesis behind it is a function, except for the columns of an INSERT.
            let function = words.get(end).is_some_and(|w| w.symbol('(')) && !word.is("into") && !word.is("copy");
            if let Some(name) = name.filter(|n| !["select", "set", "stdin", "stdout"].contains(&n.as_str()))
                && !function
            {
                found.push(name);
            }
            // `FROM a, b` and `FROM a x, b y`
            let end = if word.is("from") { alias(words, end) } else { end };
            if word.is("from") && words.get(end).is_some_and(|w| w.symbol(',')) {
                next = end + 1;
            } else {
                break;
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn alias(words: &[Word], i: usize) -> usize {
    let i = if words.get(i).is_some_and(|w| w.is("as")) {
        i + 1
    } else {
        i
    };
    match (words.get(i), words.get(i + 1)) {
        (Some(Word::Name(_)), Some(Word::Symbol(','))) => i + 1,
        _ => i,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sql: &str) -> String {
        let at = Span {
            file: std::path::Path::new("a.rs").into(),
            line: 1,
            column: 1,
        };
        let found = sql_literals(sql, at);
        let kinds: Vec<&str> = found.iter().map(|l| l.kind.words()).collect();
        format!(
            "{} | {}",
            kinds.join(", "),
            found.first().map(|l| l.tables.join(" ")).unwrap_or_default()
        )
    }

    #[test]
    fn statements_without_columns_are_found_with_their_tables() {
        for (sql, expected) in [
            ("SELECT * FROM contacts", "SELECT * | contacts"),
            (
                "select c.*, o.id from app.contacts c, orgs o",
                "SELECT * | app.contacts orgs",
            ),
            ("SELECT id, name FROM contacts", " | "),
            ("SELECT count(*) FROM contacts", " | "),
            ("SELECT a * b FROM contacts", " | "),
            (
                "INSERT INTO contacts VALUES ($1, $2)",
                "INSERT without columns | contacts",
            ),
            (
                "INSERT INTO contacts (id) VALUES ($1) RETURNING *",
                "RETURNING * | contacts",
            ),
            (
                "INSERT INTO \"Contacts\" SELECT id FROM old",
                "INSERT without columns | Contacts old",
            ),
            ("COPY contacts FROM STDIN", "COPY without columns | contacts"),
            ("COPY contacts (id) FROM STDIN", " | "),
            ("select all of it * now", " | "),
            ("-- SELECT * FROM a\nSELECT id FROM b", " | "),
            ("SELECT ' * ' FROM a", " | "),
        ] {
            assert_eq!(found(sql), expected, "{sql}");
        }
    }
}
