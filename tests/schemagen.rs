//! Tests of the whole, many of which meet a server.

mod catalog;
mod cli;
mod introspect;
mod server;
mod wiring;
