//! What the derive's output uses, so that the compiler confirms what the tokens say. No API.

use std::marker::PhantomData;

pub use crate::SqlName;
use crate::SqlType;

/// Finds the SQL type of `T`: an inherent constant is found before the one of [`Unverified`], and it is there only when
/// `T` implements [`SqlType`].
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T: SqlType + ?Sized> Probe<T> {
    /// The SQL type.
    pub const SQL: Option<SqlName> = Some(T::SQL);
}

/// The answer for types without [`SqlType`].
pub trait Unverified {
    /// Not known.
    const SQL: Option<SqlName> = None;
}

impl<T: ?Sized> Unverified for Probe<T> {}

/// A column of a table, for structs that reference or read it. A reference needs the same `T` on both sides.
pub struct Column<T> {
    sql: Option<SqlName>,
    nullable: bool,
    rust: PhantomData<fn() -> T>,
}

impl<T> Column<T> {
    /// A column whose values are `T`, `Option` stripped.
    pub const fn new(sql: Option<SqlName>, nullable: bool) -> Self {
        Self {
            sql,
            nullable,
            rust: PhantomData,
        }
    }
}

/// The field's type as the compiler knows it must be what the tokens said.
#[track_caller]
pub const fn is(found: Option<SqlName>, said: SqlName, column: &str) {
    if let Some(found) = found
        && !same(found, said)
    {
        let mut text = Text::new();
        text.push("the column ");
        text.push(column);
        text.push(" looks like ");
        text.push_name(said);
        text.push(", but its Rust type is ");
        text.push_name(found);
        text.push("; write `#[schemagen(sql_type = \"…\")]` to say which it is");
        text.fail();
    }
}

/// A field of a struct that reads a table of another one.
#[track_caller]
pub const fn reads<T>(owner: Column<T>, found: Option<SqlName>, nullable: bool, column: &str) {
    let (sql, must_be_option) = (owner.sql, owner.nullable && !nullable);
    if must_be_option {
        let mut text = Text::new();
        text.push("the column ");
        text.push(column);
        text.push(" may be NULL; make the field an `Option`");
        text.fail();
    }
    if let (Some(found), Some(sql)) = (found, sql)
        && !same(found, sql)
    {
        let mut text = Text::new();
        text.push("the column ");
        text.push(column);
        text.push(" of the owner is ");
        text.push_name(sql);
        text.push(", this field is ");
        text.push_name(found);
        text.push("; use the owner's type, or say its `sql_type` here as well");
        text.fail();
    }
}

const fn same(a: SqlName, b: SqlName) -> bool {
    let (x, y) = (a.element().as_bytes(), b.element().as_bytes());
    if x.len() != y.len() || a.is_array() != b.is_array() {
        return false;
    }
    let mut i = 0;
    while i < x.len() {
        if x[i] != y[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// A message built by the compiler, where `format!` cannot run.
struct Text {
    bytes: [u8; 512],
    len: usize,
}

impl Text {
    const fn new() -> Self {
        Self {
            bytes: [0; 512],
            len: 0,
        }
    }

    const fn push(&mut self, text: &str) {
        let bytes = text.as_bytes();
        // A text that would not fit whole is left out, so that no character is cut.
        if self.len + bytes.len() > self.bytes.len() {
            return;
        }
        let mut i = 0;
        while i < bytes.len() {
            self.bytes[self.len] = bytes[i];
            self.len += 1;
            i += 1;
        }
    }

    const fn push_name(&mut self, name: SqlName) {
        self.push(name.element());
        if name.is_array() {
            self.push("[]");
        }
    }

    #[track_caller]
    const fn fail(&self) {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("a column's type differs from what its tokens say"),
        }
    }
}
