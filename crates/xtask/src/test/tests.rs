use super::*;
use crate::test::needs::Install;

fn parse(words: &[&str]) -> Result<Request> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    Request::parse(&words, Strictness::Local)
}

fn counts(passed: u64, failed: u64, ignored: u64, not_run: u64) -> Counts {
    Counts { passed, failed, ignored, not_run }
}

#[test]
fn filters_follow_two_hyphens() {
    let request = parse(&["--", "-p", "xtask", "--ci"]).unwrap();
    assert_eq!(request.filters, ["-p", "xtask", "--ci"]);
    assert_eq!(request.strictness, Strictness::Local);
    assert_eq!(parse(&["--ci"]).unwrap().strictness, Strictness::NothingSkipped);
    assert!(parse(&["name"]).unwrap_err().to_string().contains("filters come after `--`"));
    assert!(parse(&["--ci", "--", "name"]).unwrap_err().to_string().contains("no filter"));
}

#[test]
fn a_run_passes_only_if_all_ran_and_passed() {
    let passes = |counts, succeeded, strictness| objections(counts, succeeded, strictness).is_empty();
    for strictness in [Strictness::Local, Strictness::NothingSkipped] {
        assert!(passes(counts(5, 0, 0, 0), true, strictness));
        assert!(!passes(counts(5, 0, 0, 0), false, strictness));
        assert!(!passes(counts(5, 1, 0, 0), true, strictness));
        assert!(!passes(counts(5, 0, 0, 1), true, strictness));
        assert!(!passes(counts(0, 0, 0, 0), true, strictness));
    }
    assert!(passes(counts(5, 0, 2, 0), true, Strictness::Local));
    assert!(!passes(counts(5, 0, 2, 0), true, Strictness::NothingSkipped));
}

#[test]
fn the_last_line_has_the_form_of_rusts_own() {
    let line = last_line(counts(512, 0, 0, 0), Verdict::Passed);
    assert_eq!(line, "test result: ok. 512 passed; 0 failed; 0 ignored");
    let line = last_line(counts(1, 2, 3, 4), Verdict::Failed);
    assert_eq!(line, "test result: FAILED. 1 passed; 2 failed; 3 ignored; 4 not run");
}

#[test]
fn without_nextest_cargo_runs_the_tests_and_other_needs_stop_ci() {
    let nextest = NEEDS.iter().find(|need| need.name == NEXTEST).unwrap();
    assert_eq!(choose(&[], Strictness::NothingSkipped).unwrap(), Runner::Nextest);
    assert_eq!(choose(&[nextest], Strictness::NothingSkipped).unwrap(), Runner::Cargo);
    let hard =
        Need { name: "initdb", why: "", probe: &["false"], install: Install::ByHand(""), otherwise: None };
    assert_eq!(choose(&[&hard], Strictness::Local).unwrap(), Runner::Nextest);
    let error = choose(&[nextest, &hard], Strictness::NothingSkipped).unwrap_err().to_string();
    assert_eq!(error, "the tests need initdb, and nothing may be skipped");
}
