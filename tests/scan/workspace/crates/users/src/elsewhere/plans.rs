use super::Account;
use types::DatabaseTable;

#[derive(DatabaseTable)]
pub struct PaidPlan {
    #[schemagen(primary_key, references(Account::id))]
    pub account_id: i64,
}
