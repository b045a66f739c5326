//! A row of the simple protocol as a struct: each column is a text, which the field's type says how to read.
//!
//! Numbers and words stand for themselves, booleans are `t` and `f`, lists are PostgreSQL's arrays and vectors or JSON.

use std::fmt::Display;

use serde::de::value::{BorrowedStrDeserializer, Error as ValueError, SeqDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use sqlx::postgres::{PgRow, PgValueRef};
use sqlx::{Column, Row, ValueRef};

/// Reads a row by the names of its columns.
pub(super) fn read<T: DeserializeOwned>(row: &PgRow) -> Result<T, ValueError> {
    T::deserialize(Fields(row))
}

struct Fields<'de>(&'de PgRow);

impl<'de> Deserializer<'de> for Fields<'de> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_map(Pairs { row: self.0, at: 0 })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Pairs<'de> {
    row: &'de PgRow,
    at: usize,
}

impl<'de> MapAccess<'de> for Pairs<'de> {
    type Error = ValueError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ValueError> {
        match self.row.columns().get(self.at) {
            Some(column) => seed.deserialize(BorrowedStrDeserializer::new(column.name())).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ValueError> {
        let at = self.at;
        self.at += 1;
        let value = self.row.try_get_raw(at).map_err(ValueError::custom)?;
        let named = |e: ValueError| ValueError::custom(format!("{}: {e}", self.row.columns()[at].name()));
        seed.deserialize(Cell::of(value)?).map_err(named)
    }
}

/// One value of a row; none for NULL.
struct Cell<'de>(Option<&'de str>);

impl<'de> Cell<'de> {
    fn of(value: PgValueRef<'de>) -> Result<Self, ValueError> {
        if value.is_null() {
            return Ok(Self(None));
        }
        value.as_str().map(|text| Self(Some(text))).map_err(ValueError::custom)
    }

    fn text(&self) -> Result<&'de str, ValueError> {
        self.0.ok_or_else(|| ValueError::custom("it is NULL"))
    }

    fn json<T>(
        &self,
        read: impl FnOnce(&mut serde_json::Deserializer<serde_json::de::StrRead<'de>>) -> serde_json::Result<T>,
    ) -> Result<T, ValueError> {
        let text = self.text()?;
        read(&mut serde_json::Deserializer::from_str(text)).map_err(|e| ValueError::custom(format!("{e} in {text}")))
    }
}

/// Reads a number of whatever width.
macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty),* $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
            let text = self.text()?;
            visitor.$visit(text.parse::<$type>().map_err(|e| not_a(&e, text))?)
        })*
    };
}

fn not_a(problem: &dyn Display, text: &str) -> ValueError {
    ValueError::custom(format!("{problem} in {text}"))
}

impl<'de> Deserializer<'de> for Cell<'de> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.0 {
            None => visitor.visit_none(),
            Some(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.text()? {
            "t" => visitor.visit_bool(true),
            "f" => visitor.visit_bool(false),
            other => Err(not_a(&"neither t nor f", other)),
        }
    }

    numbers! {
        deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64,
        deserialize_u32 visit_u32 u32, deserialize_u64 visit_u64 u64,
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    /// A missing list is an empty one.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.0 {
            None => visitor.visit_seq(SeqDeserializer::new(std::iter::empty::<&str>())),
            Some(text) if text.starts_with('{') => {
                let items = array(text).ok_or_else(|| not_a(&"no list of values", text))?;
                visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Item)))
            }
            Some(text) if text.starts_with('[') => self.json(|json| json.deserialize_seq(visitor)),
            Some(text) => {
                let items = text.split_ascii_whitespace().map(|item| Item(item.to_owned()));
                visitor.visit_seq(SeqDeserializer::new(items))
            }
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, ValueError> {
        self.json(|json| json.deserialize_tuple(len, visitor))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i128 u8 u16 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple_struct map struct enum identifier
    }
}

/// One value of a list.
struct Item(String);

impl IntoDeserializer<'_, ValueError> for Item {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The same for the values of a list.
macro_rules! item_numbers {
    ($($method:ident $visit:ident $type:ty),* $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
            visitor.$visit(self.0.parse::<$type>().map_err(|e| not_a(&e, &self.0))?)
        })*
    };
}

impl<'de> Deserializer<'de> for Item {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_string(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    item_numbers! {
        deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64,
        deserialize_u32 visit_u32 u32, deserialize_u64 visit_u64 u64,
    }

    forward_to_deserialize_any! {
        bool i8 i128 u8 u16 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple tuple_struct map
        struct enum identifier ignored_any
    }
}

/// The values of an array of one dimension without NULLs, as `array_out` prints it.
fn array(text: &str) -> Option<Vec<String>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut values = Vec::new();
    let mut chars = inner.chars().peekable();
    while chars.peek().is_some() {
        let mut value = String::new();
        if chars.next_if_eq(&'"').is_some() {
            loop {
                match chars.next()? {
                    '"' => break,
                    '\\' => value.push(chars.next()?),
                    c => value.push(c),
                }
            }
        } else {
            while let Some(c) = chars.next_if(|c| *c != ',') {
                if matches!(c, '{' | '}' | '"') {
                    return None;
                }
                value.push(c);
            }
        }
        values.push(value);
        match chars.next() {
            None => break,
            Some(',') if chars.peek().is_some() => {}
            Some(_) => return None,
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::array;

    #[test]
    fn arrays_are_read_as_the_server_prints_them() {
        let read = |text| array(text).map(|values| values.join("|"));
        assert_eq!(array("{}"), Some(Vec::new()));
        assert_eq!(read("{1,2}").as_deref(), Some("1|2"));
        assert_eq!(read(r#"{a,"b c","d\"e\\f",""}"#).as_deref(), Some("a|b c|d\"e\\f|"));
        assert_eq!(read(r#"{"{}","a,b","NULL"}"#).as_deref(), Some("{}|a,b|NULL"));
        for bad in ["", "{", "{a,}", "{\"a}", "{{1},{2}}", "{\"a\"b}"] {
            assert_eq!(array(bad), None, "{bad}");
        }
    }
}
