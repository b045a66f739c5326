//! The derive, as a crate that only declares tables sees it.

#[test]
fn derive() {
    let cases = trybuild::TestCases::new();
    cases.pass("../tests/derive/pass/*.rs");
    cases.compile_fail("../tests/derive/fail/*.rs");
}
