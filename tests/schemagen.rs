//! Tests that meet a server.

mod catalog;
mod introspect;
mod server;
//! Tests of the whole, many of which meet a server.

mod cli;
mod wiring;
