#[derive(schema_core::PgEnum)]
#[schemagen(schema = "app", rename_all = "snake_case")]
pub enum Mood {
    VeryGood,
    Bad,
    #[cfg(feature = "nuances")]
    SoSo,
}
