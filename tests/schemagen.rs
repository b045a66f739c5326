//! Tests of the whole, many of which meet a server.

mod cases;
mod catalog;
mod cli;
mod convergence;
mod example;
mod expression;
mod facts;
mod header;
mod introspect;
mod property;
mod race;
mod rollout;
mod scan;
mod server;
mod sync;
mod traffic;
mod wiring;
