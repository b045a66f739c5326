//! The command line: exit codes, what goes to which stream, and that nothing is written where nothing may be.

mod bad_input;
mod files;
mod history;
mod labels;
mod run;
