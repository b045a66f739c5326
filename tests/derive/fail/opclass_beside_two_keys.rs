use schema_core::Table;

#[derive(Table)]
#[schemagen(index(columns(a, b), opclass = "text_pattern_ops"))]
struct T {
    a: String,
    b: String,
}

fn main() {}
