//! Synthetic values by type.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, PgConnection};

use super::ProofError;
use crate::plan::ColumnRename;
use crate::retire::retired_labels;
use crate::schema::{Column, Ident, Literal, QName, Schema};

/// Values for the types of a schema.
#[derive(Debug, Default)]
pub(super) struct Values {
    labels: BTreeMap<String, Vec<String>>,
    /// Types that we have no rule for (domains, composite types, extensions' types): what the server took.
    learned: BTreeMap<String, Vec<String>>,
    /// Columns whose type the plan changes, with labels or the type that their values must convert to.
    becoming: BTreeMap<(QName, Ident), Becoming>,
    /// Tables that get a column computed from others: an expression may overflow at the ends of its columns' types.
    computed: BTreeSet<QName>,
}

#[derive(Debug)]
enum Becoming {
    Labels(Vec<String>),
    Type(String),
}

/// What a type that we do not know may take.
const GUESSES: &[&str] = &[
    "1",
    "2",
    "a",
    "b",
    "a1",
    "x@example.org",
    "y@example.org",
    "2024-01-01",
    "2024-01-02",
    "true",
    "{}",
    "{1}",
    "0.5",
    "00000000-0000-4000-8000-000000000001",
    "10.0.0.1",
    "[1,2,3]",
    "[1,2]",
    "[1]",
    "a=>1",
    "(1)",
    "(1,2)",
    "(a)",
    "https://example.org/",
    "+15550100",
    "AB",
    "ABC",
    "12345",
    "EUR",
    "SRID=4326;POINT(1 1)",
    "POINT(1 1)",
];

impl Values {
    /// Learns what the unknown types of this schema take. Runs in the open transaction.
    pub(super) async fn learn(connection: &mut PgConnection, schema: &Schema) -> Result<Self, ProofError> {
        let mut values = Self::default();
        for (name, enum_type) in &schema.enums {
            // What every column keeps out, the version's code does not know.
            let given_up = retired_labels(schema, name);
            let written = enum_type.labels.iter().filter(|label| !given_up.contains(*label));
            values.labels.insert(name.to_string(), written.cloned().collect());
        }
        let unknown: BTreeSet<&str> = schema
            .tables
            .values()
            .flat_map(|t| &t.columns)
            .map(|c| c.type_name.trim_end_matches("[]"))
            .filter(|t| values.nth(t, 0).is_none())
            .collect();
        for type_name in unknown {
            let mut taken = Vec::new();
            for guess in GUESSES {
                let value = format!("{}::{type_name}", Literal(guess));
                let sql = format!("SAVEPOINT guess; SELECT {value}; RELEASE guess");
                match sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await {
                    Ok(_) => taken.push(value),
                    Err(sqlx::Error::Database(_)) => {
                        sqlx::raw_sql("ROLLBACK TO guess; RELEASE guess")
                            .execute(&mut *connection)
                            .await?;
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            values.learned.insert(type_name.to_owned(), taken);
        }
        Ok(values)
    }

    /// Lets columns whose type changes have values that the new type takes as well.
    pub(super) fn convertible(&mut self, old: &Schema, new: &Schema, renames: &[ColumnRename]) {
        for (name, table) in &old.tables {
            let gains = |later: &crate::schema::Table| {
                let is_new = |c: &&Column| table.column(&c.name).is_none_or(|was| was.generated != c.generated);
                later
                    .columns
                    .iter()
                    .filter(|c| c.generated.is_some())
                    .any(|c| is_new(&c))
            };
            if new.table(name).is_some_and(gains) {
                self.computed.insert(name.clone());
            }
            for column in &table.columns {
                let wanted = new.tables.get(name);
                let called = renames.iter().find(|r| r.table == *name && r.from == column.name);
                let later = wanted.and_then(|t| t.column(&column.name).or_else(|| t.column(&called?.to)));
                let Some(later) = later.filter(|c| c.type_name != column.type_name) else {
                    continue;
                };
                let becoming = match new.enum_of_type(&later.type_name) {
                    Some(enum_name) => Becoming::Labels(new.enums[enum_name].labels.clone()),
                    None => Becoming::Type(later.type_name.clone()),
                };
                self.becoming.insert((name.clone(), column.name.clone()), becoming);
            }
        }
    }

    /// Takes out rows whose value the new type of a column cannot hold (a default that is too long for it, say): a retype
    /// stops at them by design. The conversion is the sync's own, an assignment in PL/pgSQL.
    pub(super) async fn drop_unfit(&self, connection: &mut PgConnection) -> Result<(), ProofError> {
        for ((table, column), becoming) in &self.becoming {
            let Becoming::Type(later) = becoming else { continue };
            let sql = format!(
                "DO $unfit$ DECLARE fitting {later}; one record; BEGIN \
                 FOR one IN SELECT ctid AS place, {column} AS value FROM {table} LOOP \
                 BEGIN fitting := one.value; EXCEPTION WHEN data_exception THEN \
                 DELETE FROM {table} WHERE ctid = one.place; END; END LOOP; END $unfit$"
            );
            sqlx::raw_sql(AssertSqlSafe(format!("SAVEPOINT unfit; {sql}; RELEASE unfit")))
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    /// The value number `n` of a column.
    pub(super) fn of_column(&self, table: &QName, column: &Column, n: usize) -> Option<String> {
        let type_name = &column.type_name;
        let text = match self.becoming.get(&(table.clone(), column.name.clone())) {
            Some(Becoming::Labels(labels)) if !self.labels.contains_key(type_name) && !labels.is_empty() => {
                labels.get(n % labels.len()).cloned()
            }
            Some(Becoming::Type(later)) if is_text(type_name) => text_of(later, n),
            _ => None,
        };
        match text {
            Some(text) => Some(format!("{}::{type_name}", Literal(&text))),
            None => self.nth(type_name, n),
        }
    }

    /// A value at the ends of the column's type; an ordinary one where the type changes, since the other type ends
    /// elsewhere.
    pub(super) fn boundary_of_column(&self, table: &QName, column: &Column, n: usize) -> Option<String> {
        if self.computed.contains(table) || self.becoming.contains_key(&(table.clone(), column.name.clone())) {
            self.of_column(table, column, n)
        } else {
            self.boundary(&column.type_name, n)
        }
    }

    /// The value number `n`; different numbers give different values where the type has enough of them.
    pub(super) fn nth(&self, type_name: &str, n: usize) -> Option<String> {
        if let Some(element) = type_name.strip_suffix("[]") {
            let value = self.nth(element, n)?;
            return Some(format!("ARRAY[{value}]::{type_name}"));
        }
        let pick = |list: &Vec<String>| (!list.is_empty()).then(|| list[n % list.len()].clone());
        if let Some(labels) = self.labels.get(type_name) {
            return pick(labels).map(|label| format!("{}::{type_name}", Literal(&label)));
        }
        if let Some(learned) = self.learned.get(type_name) {
            return pick(learned);
        }
        text_of(type_name, n).map(|text| format!("{}::{type_name}", Literal(&text)))
    }

    /// All labels of an enum type, as values; none for other types.
    pub(super) fn labels(&self, type_name: &str) -> Vec<String> {
        let labels = self.labels.get(type_name).map(Vec::as_slice).unwrap_or_default();
        labels
            .iter()
            .map(|label| format!("{}::{type_name}", Literal(label)))
            .collect()
    }

    /// Values at the ends of the type.
    fn boundary(&self, type_name: &str, n: usize) -> Option<String> {
        if type_name.ends_with("[]") {
            return Some(format!("'{{}}'::{type_name}"));
        }
        if let Some(labels) = self.labels.get(type_name) {
            return labels.last().map(|label| format!("{}::{type_name}", Literal(label)));
        }
        let (base, arguments) = split(type_name);
        let text = match base {
            "smallint" => "-32768".to_owned(),
            "integer" => "-2147483648".to_owned(),
            "bigint" => "-9223372036854775808".to_owned(),
            "numeric" if arguments.is_empty() => "NaN".to_owned(),
            "real" | "double precision" => "-Infinity".to_owned(),
            "text" | "character varying" if arguments.is_empty() => String::new(),
            // Two bytes for each character: a limit in bytes would show.
            "character varying" | "character" => "ä".repeat(usize::try_from(arguments[0]).unwrap_or(1)),
            "date" | "timestamp without time zone" | "timestamp with time zone" => "infinity".to_owned(),
            "jsonb" | "json" => "null".to_owned(),
            "bytea" => String::new(),
            _ => return self.nth(type_name, n),
        };
        Some(format!("{}::{type_name}", Literal(&text)))
    }
}

fn is_text(type_name: &str) -> bool {
    matches!(split(type_name).0, "text" | "character varying" | "character")
}

/// `numeric(12,2)` as base and arguments; the time types keep their words.
fn split(type_name: &str) -> (&str, Vec<i64>) {
    match type_name.split_once('(') {
        Some((base, rest)) => {
            let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
            let arguments = inside.split(',').filter_map(|n| n.trim().parse().ok()).collect();
            match (base, after.trim()) {
                ("timestamp", "with time zone") => ("timestamp with time zone", Vec::new()),
                ("timestamp", _) => ("timestamp without time zone", Vec::new()),
                ("time", "with time zone") => ("time with time zone", Vec::new()),
                ("time", _) => ("time without time zone", Vec::new()),
                _ => (base, arguments),
            }
        }
        None => (type_name, Vec::new()),
    }
}

fn text_of(type_name: &str, n: usize) -> Option<String> {
    let (base, arguments) = split(type_name);
    let number = 100 + n;
    let day = format!("2024-{:02}-{:02}", 1 + n / 28 % 12, 1 + n % 28);
    Some(match base {
        "smallint" | "integer" | "bigint" | "oid" | "xid8" => number.to_string(),
        "numeric" => match arguments.as_slice() {
            [precision, scale] => {
                let digits = u32::try_from((precision - scale).clamp(0, 12)).unwrap_or(0);
                (number as u64 % 10_u64.pow(digits)).to_string()
            }
            _ => format!("{number}.50"),
        },
        "real" | "double precision" => format!("{number}.5"),
        "money" => number.to_string(),
        "boolean" => n.is_multiple_of(2).to_string(),
        "text" | "name" | "citext" | "public.citext" => format!("v{number}"),
        "character varying" | "character" => short(arguments.first().copied().unwrap_or(i64::MAX), n),
        "\"char\"" => short(1, n),
        "uuid" => format!("00000000-0000-4000-8000-{number:012}"),
        "date" => day,
        "timestamp without time zone" => format!("{day} 12:00:00"),
        "timestamp with time zone" => format!("{day} 12:00:00+00"),
        "time without time zone" => format!("12:{:02}:{:02}", n / 60 % 60, n % 60),
        "time with time zone" => format!("12:{:02}:{:02}+00", n / 60 % 60, n % 60),
        base if base.starts_with("interval") => format!("{number} hours"),
        "json" | "jsonb" => format!("{{\"n\": {number}}}"),
        "jsonpath" => format!("$.a{number}"),
        "xml" => format!("<n>{number}</n>"),
        "bytea" => format!("\\x{number:08x}"),
        "inet" | "cidr" => format!("10.{}.{}.{}", n / 65536 % 256, n / 256 % 256, n % 256),
        "macaddr" => format!("08:00:2b:00:{:02x}:{:02x}", n / 256 % 256, n % 256),
        "macaddr8" => format!("08:00:2b:01:02:03:{:02x}:{:02x}", n / 256 % 256, n % 256),
        "bit" => {
            let length = usize::try_from(arguments.first().copied().unwrap_or(1)).unwrap_or(1);
            let bits = format!("{n:0length$b}");
            bits[bits.len() - length..].to_owned()
        }
        "bit varying" => {
            let length = usize::try_from(arguments.first().copied().unwrap_or(16)).unwrap_or(16);
            let bits = format!("{n:b}");
            bits[bits.len() - length.min(bits.len())..].to_owned()
        }
        "point" => format!("({n},1)"),
        "line" => format!("{{1,-1,{n}}}"),
        "lseg" => format!("[(0,0),({n},1)]"),
        "box" => format!("(({n},1),(0,0))"),
        "path" => format!("((0,0),({n},1))"),
        "polygon" => format!("((0,0),({n},1),(1,0))"),
        "circle" => format!("<({n},1),1>"),
        "tsvector" => format!("'v{number}'"),
        "tsquery" => format!("v{number}"),
        "pg_lsn" => format!("0/{number:X}"),
        "int4range" | "int8range" | "numrange" => format!("[{number},{})", number + 1),
        "int4multirange" | "int8multirange" | "nummultirange" => format!("{{[{number},{})}}", number + 1),
        "daterange" => format!("[{day},{day}]"),
        "tsrange" => format!("[{day} 12:00:00,{day} 13:00:00)"),
        "tstzrange" => format!("[{day} 12:00:00+00,{day} 13:00:00+00)"),
        "datemultirange" => format!("{{[{day},{day}]}}"),
        "tsmultirange" => format!("{{[{day} 12:00:00,{day} 13:00:00)}}"),
        "tstzmultirange" => format!("{{[{day} 12:00:00+00,{day} 13:00:00+00)}}"),
        _ => return None,
    })
}

/// A text of at most `limit` characters that differs from number to number as long as the limit allows.
fn short(limit: i64, n: usize) -> String {
    const DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    let full = format!("v{}", 100 + n);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if full.len() <= limit {
        return full;
    }
    let mut left = n;
    let mut out = String::new();
    while out.len() < limit {
        out.push(char::from(DIGITS[left % DIGITS.len()]));
        left /= DIGITS.len();
    }
    out
}

/// String and number literals of an expression, for values that a check may want, with the neighbours of numbers.
pub(super) fn literals_of(expression: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut chars = expression.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        if c == '\'' {
            let mut text = String::new();
            while let Some((_, c)) = chars.next() {
                if c == '\'' && chars.next_if(|(_, c)| *c == '\'').is_none() {
                    break;
                }
                text.push(c);
            }
            found.push(text);
        } else if c.is_ascii_digit() && !before.is_alphanumeric() && before != '_' {
            let mut end = at + 1;
            while let Some((i, d)) = chars.next_if(|(_, d)| d.is_ascii_digit() || *d == '.') {
                end = i + d.len_utf8();
            }
            let text = expression[at..end].trim_end_matches('.');
            found.push(text.to_owned());
            if let Ok(number) = text.parse::<i64>() {
                found.extend([number.saturating_add(1), number.saturating_sub(1), -number].map(|n| n.to_string()));
                // A limit on a length asks for texts, not for numbers.
                if let Ok(length @ 1..=200) = usize::try_from(number) {
                    found.extend(["x".repeat(length), "x".repeat(length + 1)]);
                }
            }
        }
        before = c;
    }
    let mut seen = BTreeSet::new();
    found.retain(|text| seen.insert(text.clone()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_differ_and_fit() {
        let values = Values::default();
        for type_name in [
            "integer",
            "uuid",
            "character varying(2)",
            "numeric(4,2)",
            "inet",
            "text[]",
            "bit(3)",
        ] {
            let (a, b) = (values.nth(type_name, 0).unwrap(), values.nth(type_name, 1).unwrap());
            assert_ne!(a, b, "{type_name}");
        }
        assert_eq!(
            values.nth("character varying(2)", 27).unwrap(),
            "'bb'::character varying(2)"
        );
        assert_eq!(values.nth("numeric(2,2)", 5).unwrap(), "'0'::numeric(2,2)");
        assert!(values.nth("public.unheard_of", 0).is_none());
    }

    #[test]
    fn literals_of_a_check() {
        assert_eq!(
            literals_of("((a >= 18) AND (b = 'it''s'::text) AND col1 <> '')")[..3],
            ["18".to_owned(), "19".to_owned(), "17".to_owned()]
        );
        assert!(literals_of("b = 'it''s'::text").contains(&"it's".to_owned()));
        assert!(!literals_of("col1 IS NULL").contains(&"1".to_owned()));
    }
}
