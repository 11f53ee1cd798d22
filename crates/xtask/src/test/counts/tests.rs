use super::*;

fn counts(passed: u64, failed: u64, ignored: u64, not_run: u64) -> Option<Counts> {
    Some(Counts { passed, failed, ignored, not_run })
}

#[test]
fn nextest_summaries_are_read() {
    for (line, expected) in [
        ("     Summary [   2.000s] 5 tests run: 5 passed, 0 skipped", counts(5, 0, 0, 0)),
        ("     Summary [   0.005s] 1 test run: 1 passed (1 slow), 3 skipped", counts(1, 0, 3, 0)),
        ("     Summary [   0.005s] 0 tests run: 0 passed, 0 skipped", counts(0, 0, 0, 0)),
        (
            "     Summary [  15.750s] 9/12 tests run: 5 passed (1 slow, 1 flaky, 1 leaky), 2 failed (1 leaky), \
             1 exec failed, 1 timed out, 2 skipped",
            counts(5, 4, 2, 3),
        ),
    ] {
        assert!(is_nextest_summary(line));
        assert_eq!(of_nextest(line), expected, "{line}");
    }
}

#[test]
fn what_is_not_understood_is_not_counted() {
    for line in [
        "Summary [ 120.000s] 25/50 stress run iterations: 25 passed",
        "Summary [ 1.0s] 2 tests run: 1 passed, 1 vanished, 0 skipped",
        "Summary [ 1.0s] 2 tests run: passed",
        "Summary [ 1.0s] 3/2 tests run: 2 passed, 0 skipped",
        "Summary [ 1.0s",
    ] {
        assert_eq!(of_nextest(line), None, "{line}");
    }
    assert!(!is_nextest_summary("        PASS [   0.005s] crate test::Summary [x"));
}

#[test]
fn libtest_results_add_up() {
    let lines = [
        "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s",
        "test result: FAILED. 4 passed; 5 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.01s",
    ];
    assert!(lines.iter().all(|line| is_libtest_result(line)));
    assert_eq!(of_libtest(&lines.map(str::to_owned)), counts(7, 5, 3, 0));
    assert_eq!(of_libtest(&[]), None);
    assert_eq!(of_libtest(&["test result: ok. many passed".to_owned()]), None);
}

#[test]
fn the_browser_tests_are_counted_and_added() {
    let line = "browser result: FAILED. 512 passed; 2 failed; 1 skipped";
    assert!(is_browser_result(line));
    let counts = of_browser(line).unwrap();
    assert_eq!(counts, Counts { passed: 512, failed: 2, ignored: 1, not_run: 0 });
    let sum = counts + Counts { passed: 1, failed: 2, ignored: 3, not_run: 4 };
    assert_eq!(sum, Counts { passed: 513, failed: 4, ignored: 4, not_run: 4 });
    assert_eq!(of_browser("browser result: ok. 512 fine; 0 failed"), None);
    assert_eq!(of_browser("browser result"), None);
}
