//! Figures and reports as people read them.

use super::{Bound, Findings, Goal, Outcome, Report, Row, markdown, shown};
use crate::machine::Machine;

#[test]
fn figures_show_what_can_be_meant() {
    let all = [0.0123, 0.5, 1.234, 12.345, 123.4, 1_234_567.0].map(shown);
    assert_eq!(all, ["0.012", "0.50", "1.23", "12.3", "123", "1,234,567"]);
}

#[test]
fn a_goal_knows_whether_it_is_kept() {
    assert!(Goal::new("a", "a", 1.0, "", Bound::AtMost(1.0)).met);
    assert!(!Goal::new("a", "a", 1.1, "", Bound::AtMost(1.0)).met);
    assert!(Goal::new("a", "a", 0.6, "", Bound::AtLeast(0.6)).met);
    assert!(!Goal::new("a", "a", 0.5, "", Bound::AtLeast(0.6)).met);
}

#[test]
fn the_report_says_what_was_missed_and_what_was_not_run() {
    let goals = vec![Goal::new("x.time", "time of x", 12.0, "ms", Bound::AtMost(10.0))];
    let findings = Findings { goals, left_out: vec!["half of it".to_owned()], ..Findings::default() };
    let row = |id, outcome| Row { id, what: "something", outcome, load: (0.1, 0.2) };
    let report = Report {
        machine: Machine::look("abc"),
        sizes: "full",
        rows: vec![
            row("x", Outcome::Measured(findings)),
            row("y", Outcome::NotRun("it was not asked for".to_owned())),
        ],
    };
    let text = markdown(&report);
    assert!(text.contains("| time of x | 12.0 ms | ≤ 10.0 ms | **missed** |"), "{text}");
    assert!(text.contains("Not run: it was not asked for."), "{text}");
    assert!(text.contains("Not measured: half of it."), "{text}");
}
