use schema_core::Table;

#[derive(Table)]
#[schemagen(table = "a_table_whose_name_is_longer_than_the_sixty_three_bytes_that_postgresql_keeps")]
struct T {
    id: i64,
}

fn main() {}
