use super::*;
use crate::test::needs::NEEDS;

#[test]
fn every_need_of_the_browser_is_a_need_of_the_tests_and_stops_the_browser_only() {
    for need in BROWSER_NEEDS {
        assert!(NEEDS.contains(need), "{}", need.name);
        assert!(!is_possible(&[need]), "{}", need.name);
    }
    let others: Vec<&Need> = NEEDS.iter().filter(|need| !BROWSER_NEEDS.contains(need)).collect();
    assert!(!others.is_empty() && is_possible(&others));
}
