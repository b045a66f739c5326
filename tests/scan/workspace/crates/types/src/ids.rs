pub type UserId = uuid::Uuid;

/// A newtype that sqlx looks through.
#[derive(sqlx::Type)]
#[sqlx(transparent)]
pub struct Email(String);

/// An alias with a parameter.
pub type Maybe<T> = Option<T>;

#[derive(sqlx::Type)]
#[repr(i16)]
pub enum Level {
    Low = 1,
    High = 2,
}
