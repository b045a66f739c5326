//! Old and new code at work while the plan's files run: expand under old clients, then both, then contract under new ones.
//!
//! No client sees an error, no row is lost or out of step, and whatever a client wrote last stands in the end.

mod clients;
mod phases;
mod renames;
mod tables;
