use schema_core::Table;
use types::{UserId as Id, mood};

#[path = "elsewhere/accounts.rs"]
mod accounts;

mod outer {
    pub mod inner {
        use super::super::Id;
        use schema_core::Table;

        /// Two modules deep, in one file.
        #[derive(Table)]
        #[schemagen(schema = "app")]
        pub struct Session {
            #[schemagen(primary_key)]
            pub id: i64,
            #[schemagen(references(crate::User::id, on_delete = "cascade"))]
            pub user_id: Id,
        }

        mod deeper;
    }
}

#[derive(Table)]
#[schemagen(table = "users", schema = "app")]
#[cfg_attr(feature = "audit", schemagen(comment = "Watched"))]
#[cfg_attr(not(feature = "audit"), schemagen(comment = "Not watched"))]
pub struct User {
    #[schemagen(primary_key)]
    pub id: Id,
    pub email: types::Email,
    pub mood: types::Maybe<mood::Mood>,
    pub level: types::Level,
    #[cfg(feature = "legacy")]
    pub legacy_code: i32,
    #[cfg_attr(feature = "audit", schemagen(default = "now()"))]
    pub seen_at: chrono::DateTime<chrono::Utc>,
}

#[cfg(test)]
mod tests {
    /// Not there outside of tests.
    #[derive(schema_core::Table)]
    struct Fixture {
        id: u8,
    }
}

#[cfg(test)]
mod file_that_does_not_exist;
