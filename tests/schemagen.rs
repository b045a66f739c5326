//! Tests of the whole, many of which meet a server.

mod cli;
mod scan;
mod wiring;
