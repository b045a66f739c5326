//! The statements of one version of the code.

/// How a version decodes what it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decode {
    /// The server gives text, whatever the column's type is.
    Text,
    /// A field of Rust's `i32`.
    Int4,
    /// A field of Rust's `i64`.
    Int8,
}

/// What a client writes: of its number, its round, and one more number.
pub type Values = fn(i64, i64, i64) -> String;

const WORDS: Values = |number, round, n| format!("{number}/{round}/{n}");
const NUMBERS: Values = |number, round, n| (number * 1_000_000 + round * 10 + n % 10).to_string();

/// The statements of one version. `$1` is a row's id (bigint), `$2` a value (text); columns are named.
#[derive(Debug, Clone)]
pub struct Code {
    /// The relation, by the name that this version has for it.
    pub table: String,
    /// The column by which rows are found.
    pub key: String,
    /// The column, or an expression over it, that holds the value.
    pub value: String,
    /// Makes row `$1` with value `$2`.
    pub insert: String,
    /// Makes row `$1`, or gives it the value `$2` where it stands.
    pub upsert: String,
    /// Gives row `$1` the value `$2`.
    pub update: String,
    /// Touches row `$1`, but not the value.
    pub touch: String,
    /// Takes row `$1` away.
    pub delete: String,
    /// More statements with a shared row's id, each of which meets one row.
    pub also: Vec<String>,
    /// How the value is read.
    pub decode: Decode,
    /// Whether it keeps a `SELECT *` prepared.
    pub star: bool,
    /// What it writes.
    pub values: Values,
}

impl Code {
    /// Code that knows the key and the value of a table, and a counter `touched`.
    pub fn of(table: &str, key: &str, column: &str) -> Self {
        Self::with_type(table, key, column, "text")
    }

    /// The same with a value of a type that text is cast to.
    pub fn with_type(table: &str, key: &str, column: &str, type_name: &str) -> Self {
        let text = type_name == "text";
        let given = if text {
            "$2".to_owned()
        } else {
            format!("$2::text::{type_name}")
        };
        let insert = format!("INSERT INTO {table} ({key}, {column}) VALUES ($1, {given})");
        Self {
            table: table.to_owned(),
            key: key.to_owned(),
            value: if text {
                column.to_owned()
            } else {
                format!("{column}::text")
            },
            upsert: format!("{insert} ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}"),
            insert,
            update: format!("UPDATE {table} SET {column} = {given} WHERE {key} = $1"),
            touch: format!("UPDATE {table} SET touched = touched + 1 WHERE {key} = $1"),
            delete: format!("DELETE FROM {table} WHERE {key} = $1"),
            also: Vec::new(),
            decode: Decode::Text,
            star: false,
            values: if type_name.ends_with("int") { NUMBERS } else { WORDS },
        }
    }

    /// It decodes the value as a type of Rust's.
    pub fn typed(self, decode: Decode) -> Self {
        Self {
            value: self.value.trim_end_matches("::text").to_owned(),
            decode,
            ..self
        }
    }

    /// It does one thing more, in the transaction that touches a shared row.
    pub fn also(mut self, sql: &str) -> Self {
        self.also.push(sql.to_owned());
        self
    }

    /// The statement that reads the value of row `$1`.
    pub fn read(&self) -> String {
        format!("SELECT {} FROM {} WHERE {} = $1", self.value, self.table, self.key)
    }

    /// The ids and values of all rows.
    pub fn read_all(&self) -> String {
        format!(
            "SELECT {}::bigint, ({})::text FROM {}",
            self.key, self.value, self.table
        )
    }
}
