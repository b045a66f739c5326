//! The two-way sync of a column rename: old code writes the old name, new code the new one, and both read what a single
//! column would hold.
//!
//! The measure is a plain table beside it with one column: each statement runs on both, once under the old name and once
//! under the new one, and must give the same rows or the same SQLSTATE, with both columns in step.

mod backfill;
mod bench;
mod both;
mod cases;
mod definitions;
mod retype;
mod types;
