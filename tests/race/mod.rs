//! Concurrent upserts on a unique key of a renamed column.
//!
//! Two unique indexes cover one value then, but `ON CONFLICT` looks at its arbiter alone and meets the other strictly: the
//! sync's lock on the key's value must keep the clients apart. No sequential test can show it. Each race runs without the
//! lock first, where it must fail with 23505, so that the run with the lock proves something.

mod clients;
mod deadlock;
mod keys;
mod lock;
