//! Tests of the whole, many of which meet a server.

mod catalog;
mod cli;
mod expression;
mod introspect;
mod server;
mod wiring;
