#[derive(schema_core::Table)]
#[schemagen(read_of = super::Session)]
struct SessionOwner {
    user_id: types::UserId,
}
