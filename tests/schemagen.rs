//! Tests that meet a server.

mod catalog;
mod introspect;
mod server;
