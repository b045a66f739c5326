use schema_core::{PgEnum, Table};

mod a {
    pub struct Same(i64);
}
mod b {
    pub struct Same(i32);
}
use a::*;
use b::*;

enum Plain {
    A,
}

struct Newtype(i64);

type Circle = Option<Circle>;

#[derive(Table)]
struct Thing {
    #[schemagen(primary_key)]
    id: Option<i64>,
    unknown: Missing,
    elsewhere: other_crate::Type,
    ambiguous: Same,
    not_derived: Plain,
    newtype: Newtype,
    circle: Circle,
    unsigned: u32,
    tags: Vec<Missing>,
    hidden_option: a::Hidden,
}

#[derive(Table)]
#[schemagen(index(columns(nam)), tabel = "others")]
struct Other {
    #[schemagen(references(Thing::idd))]
    a: i64,
    #[schemagen(references(Nothing::id))]
    b: i64,
    #[schemagen(references(Thing::unsigned))]
    c: i64,
}

#[derive(Table)]
#[schemagen(read_of = Nothing)]
struct ReadsNothing {
    id: i64,
}

#[derive(Table)]
#[schemagen(read_of = Other)]
struct ReadsOther {
    d: i64,
}

type Hidden = Option<i64>;

#[derive(Table)]
struct HiddenKey {
    #[schemagen(primary_key)]
    id: Hidden,
}

#[derive(PgEnum)]
enum One {
    A,
}

#[derive(PgEnum)]
#[schemagen(type = "one")]
enum Two {
    A,
}

/// A table is a type, too.
#[derive(Table)]
#[schemagen(table = "one")]
struct TypeOfThatName {
    id: i64,
}
