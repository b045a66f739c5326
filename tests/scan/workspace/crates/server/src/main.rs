mod queries;

#[derive(schema_core::Table)]
struct Visit {
    #[schemagen(primary_key, sql_type = "serial")]
    id: i32,
    #[schemagen(references(users::User::id))]
    user_id: types::UserId,
}

fn main() {}
