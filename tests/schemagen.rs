//! Tests of the whole, many of which meet a server.

mod catalog;
mod cli;
mod expression;
mod introspect;
mod race;
mod rollout;
mod server;
mod scan;
mod sync;
mod traffic;
mod wiring;
