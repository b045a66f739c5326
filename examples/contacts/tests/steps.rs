//! Each version of the structs compiles.

#![allow(dead_code, reason = "they declare tables; nobody makes one")]

#[path = "../steps/02_company.rs"]
mod company;
#[path = "../steps/04_full_name.rs"]
mod full_name;
#[path = "../steps/01_initial.rs"]
mod initial;
#[path = "../steps/07_no_phone.rs"]
mod no_phone;
#[path = "../steps/05_pending.rs"]
mod pending;
#[path = "../steps/06_reachable.rs"]
mod reachable;
#[path = "../steps/03_tier.rs"]
mod tier;

#[test]
fn the_last_step_is_the_crate() {
    let last = include_str!("../steps/07_no_phone.rs");
    assert_eq!(last, include_str!("../src/lib.rs"));
}
