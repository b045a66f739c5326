//! SQL type names as people write them, in the spelling of `format_type` with an empty `search_path`.

use std::fmt;

/// A normalised type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlTypeName {
    /// The spelling of `format_type`. A name that is not built in and came without a schema stays without one.
    pub name: String,
    /// Whether it was `serial` or its kin: an integer that draws from an owned sequence.
    pub serial: bool,
    /// Whether the type is one of `pg_catalog`.
    pub built_in: bool,
}

/// A text that is no SQL type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlTypeError(String);

impl fmt::Display for SqlTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names that `format_type` prints as they are.
const PLAIN: &[&str] = &[
    "aclitem",
    "bigint",
    "boolean",
    "box",
    "bytea",
    "cid",
    "cidr",
    "circle",
    "date",
    "datemultirange",
    "daterange",
    "double precision",
    "gtsvector",
    "inet",
    "int2vector",
    "int4multirange",
    "int4range",
    "int8multirange",
    "int8range",
    "integer",
    "json",
    "jsonb",
    "jsonpath",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "nummultirange",
    "numrange",
    "oid",
    "oidvector",
    "path",
    "pg_lsn",
    "pg_snapshot",
    "point",
    "polygon",
    "real",
    "refcursor",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "smallint",
    "text",
    "tid",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "txid_snapshot",
    "uuid",
    "xid",
    "xid8",
    "xml",
];

/// Other names of built-in types.
const ALIASES: &[(&str, &str)] = &[
    ("bool", "boolean"),
    ("float", "double precision"),
    ("float4", "real"),
    ("float8", "double precision"),
    ("int", "integer"),
    ("int2", "smallint"),
    ("int4", "integer"),
    ("int8", "bigint"),
];

/// The finest precision of times.
const PRECISION_MAX: i64 = 6;

/// Brings an SQL type into the spelling of `format_type`.
///
/// # Errors
/// When the text is not one type name.
pub fn normalize_sql_type(text: &str) -> Result<SqlTypeName, SqlTypeError> {
    let mut tokens = tokenize(text)?;
    let array = take_array(&mut tokens)?;
    let mut parts = Parts::read(tokens, text)?;
    let (name, built_in, serial) = parts.spell()?;
    if serial && array {
        return Err(SqlTypeError(format!(
            "\"{text}\" is an array of a serial type, which does not exist"
        )));
    }
    Ok(SqlTypeName {
        name: if array { format!("{name}[]") } else { name },
        serial,
        built_in,
    })
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Args(String),
    Brackets,
    Dot,
}

fn tokenize(text: &str) -> Result<Vec<Token>, SqlTypeError> {
    let bad = |what: &str| SqlTypeError(format!("\"{text}\" is no SQL type: {what}"));
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => {}
            '.' => tokens.push(Token::Dot),
            '"' => {
                let mut name = String::new();
                loop {
                    match chars.next() {
                        Some('"') if chars.next_if_eq(&'"').is_some() => name.push('"'),
                        Some('"') => break,
                        Some(c) => name.push(c),
                        None => return Err(bad("a double quote is not closed")),
                    }
                }
                tokens.push(Token::Quoted(name));
            }
            '(' => {
                let mut args = String::new();
                loop {
                    match chars.next() {
                        Some(')') => break,
                        Some('(') | None => return Err(bad("a parenthesis is not closed")),
                        Some(c) => args.push(c),
                    }
                }
                tokens.push(Token::Args(args));
            }
            '[' => loop {
                match chars.next() {
                    Some(']') => {
                        tokens.push(Token::Brackets);
                        break;
                    }
                    Some(c) if c.is_ascii_digit() || c.is_whitespace() => {}
                    _ => return Err(bad("brackets hold a number or nothing")),
                }
            },
            c if c.is_alphabetic() || c == '_' => {
                let mut word = c.to_lowercase().to_string();
                while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == '$') {
                    word.extend(c.to_lowercase());
                }
                tokens.push(Token::Word(word));
            }
            c => return Err(bad(&format!("`{c}` has no place in it"))),
        }
    }
    if tokens.is_empty() {
        return Err(bad("it is empty"));
    }
    Ok(tokens)
}

/// Takes `[]`, `[3]`, `ARRAY` off the end. PostgreSQL does not distinguish the number of dimensions.
fn take_array(tokens: &mut Vec<Token>) -> Result<bool, SqlTypeError> {
    let before = tokens.len();
    while tokens.last() == Some(&Token::Brackets) {
        tokens.pop();
    }
    if tokens.len() > 1 && tokens.last() == Some(&Token::Word("array".into())) {
        tokens.pop();
    }
    if tokens.contains(&Token::Brackets) {
        return Err(SqlTypeError("brackets stand only at the end of a type".to_owned()));
    }
    Ok(tokens.len() < before)
}

struct Parts {
    schema: Option<String>,
    words: Vec<String>,
    quoted: bool,
    args: Option<String>,
    /// Words after the arguments: `timestamp(3) with time zone`.
    tail: Vec<String>,
    text: String,
}

impl Parts {
    fn read(tokens: Vec<Token>, text: &str) -> Result<Self, SqlTypeError> {
        let bad = || SqlTypeError(format!("\"{text}\" is no SQL type"));
        let mut parts = Self {
            schema: None,
            words: Vec::new(),
            quoted: false,
            args: None,
            tail: Vec::new(),
            text: text.to_owned(),
        };
        for token in tokens {
            match token {
                Token::Dot => {
                    if parts.words.len() != 1 || parts.schema.is_some() || parts.args.is_some() {
                        return Err(bad());
                    }
                    parts.schema = parts.words.pop();
                    parts.quoted = false;
                }
                Token::Quoted(word) => {
                    if !parts.words.is_empty() || parts.args.is_some() || word.is_empty() {
                        return Err(bad());
                    }
                    parts.quoted = true;
                    parts.words.push(word);
                }
                Token::Word(_) if parts.quoted => return Err(bad()),
                Token::Word(word) if parts.args.is_some() => parts.tail.push(word),
                Token::Word(word) => parts.words.push(word),
                Token::Args(args) if parts.args.is_none() && !parts.words.is_empty() => parts.args = Some(args),
                Token::Args(_) | Token::Brackets => return Err(bad()),
            }
        }
        if parts.words.is_empty() {
            return Err(bad());
        }
        Ok(parts)
    }

    fn spell(&mut self) -> Result<(String, bool, bool), SqlTypeError> {
        let catalog = self.schema.as_deref() == Some("pg_catalog");
        if self.words == ["char"] && (catalog || (self.quoted && self.schema.is_none())) {
            return Ok(("\"char\"".to_owned(), true, false));
        }
        if (self.schema.is_some() && !catalog) || (self.quoted && !catalog && !self.is_built_in()) {
            return Ok((self.foreign()?, false, false));
        }
        let words = self.words.join(" ");
        let serial = match words.as_str() {
            "serial" | "serial4" => Some("integer"),
            "bigserial" | "serial8" => Some("bigint"),
            "smallserial" | "serial2" => Some("smallint"),
            _ => None,
        };
        if let Some(integer) = serial {
            self.no_args()?;
            return Ok((integer.to_owned(), true, true));
        }
        if let Some(name) = self.with_args(&words)? {
            return Ok((name, true, false));
        }
        let name = ALIASES
            .iter()
            .find(|(alias, _)| *alias == words)
            .map_or(words.as_str(), |(_, name)| name);
        if PLAIN.contains(&name) {
            let name = name.to_owned();
            self.no_args()?;
            return Ok((name, true, false));
        }
        if self.words.len() > 1 || !self.tail.is_empty() {
            return Err(SqlTypeError(format!(
                "\"{}\" is no SQL type that PostgreSQL has in this spelling",
                self.text
            )));
        }
        Ok((self.foreign()?, catalog, false))
    }

    /// Whether a name in double quotes is one of the server's own.
    fn is_built_in(&self) -> bool {
        const WITH_ARGS: &[&str] = &[
            "bit",
            "bpchar",
            "interval",
            "numeric",
            "time",
            "timestamp",
            "timestamptz",
            "timetz",
            "varbit",
            "varchar",
        ];
        let name = self.words[0].as_str();
        PLAIN.contains(&name) || WITH_ARGS.contains(&name) || ALIASES.iter().any(|(alias, _)| *alias == name)
    }

    fn no_args(&self) -> Result<(), SqlTypeError> {
        if self.args.is_some() || !self.tail.is_empty() {
            return Err(SqlTypeError(format!("\"{}\": this type takes no arguments", self.text)));
        }
        Ok(())
    }

    /// A type of an extension or a user: its name, quoted where needed, with its arguments as they are.
    fn foreign(&self) -> Result<String, SqlTypeError> {
        if self.words.len() != 1 || !self.tail.is_empty() {
            return Err(SqlTypeError(format!("\"{}\" is no SQL type", self.text)));
        }
        let mut name = match &self.schema {
            Some(schema) => format!("{}.{}", quote(schema), quote(&self.words[0])),
            None => quote(&self.words[0]),
        };
        if let Some(args) = &self.args {
            let args: Vec<&str> = args.split(',').map(str::trim).collect();
            name.push_str(&format!("({})", args.join(",")));
        }
        Ok(name)
    }

    /// Types with arguments or with several words.
    fn with_args(&self, words: &str) -> Result<Option<String>, SqlTypeError> {
        let numbers = self.numbers()?;
        let length = |name: &str, default: Option<i64>| match (numbers.as_slice(), default) {
            ([], None) => Ok(name.to_owned()),
            ([], Some(n)) if self.tail.is_empty() => Ok(format!("{name}({n})")),
            ([n], _) if self.tail.is_empty() => Ok(format!("{name}({n})")),
            _ if !self.tail.is_empty() => Err(SqlTypeError(format!("\"{}\" holds more than a type", self.text))),
            _ => Err(SqlTypeError(format!("\"{}\": one length is expected", self.text))),
        };
        let tail = self.tail.join(" ");
        Ok(Some(match words {
            "varchar"
            | "character varying"
            | "char varying"
            | "national character varying"
            | "national char varying"
            | "nchar varying" => length("character varying", None)?,
            "bpchar" if numbers.is_empty() => "bpchar".to_owned(),
            "char" | "character" | "nchar" | "national character" | "national char" | "bpchar" => {
                length("character", Some(1))?
            }
            "varbit" | "bit varying" => length("bit varying", None)?,
            "bit" => length("bit", Some(1))?,
            "numeric" | "decimal" | "dec" => match numbers.as_slice() {
                [] => "numeric".to_owned(),
                [p] => format!("numeric({p},0)"),
                [p, s] => format!("numeric({p},{s})"),
                _ => {
                    return Err(SqlTypeError(format!(
                        "\"{}\": precision and scale are expected",
                        self.text
                    )));
                }
            },
            "float" if !numbers.is_empty() => match numbers.as_slice() {
                [1..=24] => "real".to_owned(),
                [25..=53] => "double precision".to_owned(),
                _ => {
                    return Err(SqlTypeError(format!(
                        "\"{}\": float has a precision from 1 to 53",
                        self.text
                    )));
                }
            },
            "timestamptz" => self.temporal("timestamp", "with time zone", &numbers)?,
            "timetz" => self.temporal("time", "with time zone", &numbers)?,
            "timestamp" | "time" => {
                let zone = match tail.as_str() {
                    "with time zone" => "with time zone",
                    "" | "without time zone" => "without time zone",
                    _ => return Ok(None),
                };
                self.temporal(words, zone, &numbers)?
            }
            "timestamp with time zone"
            | "timestamp without time zone"
            | "time with time zone"
            | "time without time zone" => {
                let (name, zone) = words.split_once(' ').expect("has a space");
                self.temporal(name, zone, &numbers)?
            }
            _ if words == "interval" || words.starts_with("interval ") => {
                let fields = [words, &tail].join(" ");
                match numbers.as_slice() {
                    [] => fields.trim().to_owned(),
                    [p] => format!("{}({p})", fields.trim()),
                    _ => return Err(SqlTypeError(format!("\"{}\": one precision is expected", self.text))),
                }
            }
            _ => return Ok(None),
        }))
    }

    fn temporal(&self, name: &str, zone: &str, numbers: &[i64]) -> Result<String, SqlTypeError> {
        match numbers {
            [] => Ok(format!("{name} {zone}")),
            [p] if (0..=PRECISION_MAX).contains(p) => Ok(format!("{name}({p}) {zone}")),
            _ => Err(SqlTypeError(format!(
                "\"{}\": the precision is a number from 0 to 6",
                self.text
            ))),
        }
    }

    fn numbers(&self) -> Result<Vec<i64>, SqlTypeError> {
        let Some(args) = &self.args else { return Ok(Vec::new()) };
        let numbers: Result<Vec<i64>, _> = args.split(',').map(|n| n.trim().parse()).collect();
        // Types of extensions have arguments that are no numbers; those never look at these.
        Ok(numbers.unwrap_or_else(|_| vec![i64::MAX; 9]))
    }
}

/// Quotes what is not a plain lower-case name. Keywords are no type names, so they need no list here.
pub(crate) fn quote(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> String {
        normalize_sql_type(text).map_or_else(|e| e.to_string(), |t| t.name)
    }

    #[test]
    fn spellings_of_people_become_those_of_format_type() {
        for (written, printed) in [
            ("varchar(255)", "character varying(255)"),
            ("VARCHAR", "character varying"),
            ("char", "character(1)"),
            ("\"char\"", "\"char\""),
            ("bpchar", "bpchar"),
            ("timestamptz", "timestamp with time zone"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("timestamp (3) with time zone", "timestamp(3) with time zone"),
            ("timestamp", "timestamp without time zone"),
            ("time with time zone", "time with time zone"),
            ("int4", "integer"),
            ("pg_catalog.int8", "bigint"),
            ("int[]", "integer[]"),
            ("int array[3]", "integer[]"),
            ("text[][]", "text[]"),
            ("decimal(10, 2)", "numeric(10,2)"),
            ("numeric(10)", "numeric(10,0)"),
            ("float(10)", "real"),
            ("double precision", "double precision"),
            ("bit varying(3)", "bit varying(3)"),
            ("interval day to second(3)", "interval day to second(3)"),
            ("citext", "citext"),
            ("decimal(10, -2)", "numeric(10,-2)"),
            ("pg_catalog.char", "\"char\""),
            ("pg_catalog.varchar(3)", "character varying(3)"),
            ("\"timestamptz\"", "timestamp with time zone"),
            ("interval second(2)", "interval second(2)"),
            ("geometry(Point, 4326)", "geometry(Point,4326)"),
            ("app.\"Mood\"", "app.\"Mood\""),
            ("Mood", "mood"),
        ] {
            assert_eq!(name(written), printed, "{written}");
        }
    }

    #[test]
    fn serial_is_an_integer_with_a_sequence() {
        let serial = normalize_sql_type("bigserial").unwrap();
        assert_eq!((serial.name.as_str(), serial.serial), ("bigint", true));
    }

    #[test]
    fn what_is_no_type_is_an_error() {
        for text in [
            "",
            "varchar(",
            "integer(3)",
            "text not null",
            "a.b.c",
            "timestamp(9)",
            "int;drop",
            "serial[]",
        ] {
            assert!(normalize_sql_type(text).is_err(), "{text}");
        }
    }
}
