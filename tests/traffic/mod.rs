//! Old and new code at work while the plan's files run: expand under old clients, cutover, then both, then contract under
//! new ones; each phase there, back and there again.
//!
//! No client sees an error that the file's header does not announce, no row is lost or out of step, whatever a client wrote
//! last stands in the end, and no file takes a lock that its header keeps quiet.

mod announced;
mod clients;
mod code;
mod columns;
mod dependents;
mod enums;
mod keys;
mod noticed;
mod partitions;
mod phases;
mod renames;
mod retypes;
mod table_renames;
mod tables;
mod waiting;
mod watch;
