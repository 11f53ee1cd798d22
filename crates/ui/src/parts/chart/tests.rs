//! Tests of charts: what is drawn is also said.

use super::{Interval, Point, Said, bars, intervals, line, sparkline};

fn said() -> Said {
    Said { summary: "Releases rose".into(), labels: "Day".into(), values: "Releases".into() }
}

fn points(values: &[f64]) -> Vec<Point> {
    let point =
        |(i, v): (usize, &f64)| Point { label: format!("day {i}"), value: *v, shown: format!("{v} pcs") };
    values.iter().enumerate().map(point).collect()
}

#[test]
fn every_point_stands_in_the_table_too() {
    for drawn in [bars(&said(), &points(&[1.0, 4.0, 2.0])), line(&said(), &points(&[1.0, 4.0, 2.0]))] {
        let drawn = drawn.into_string();
        assert!(drawn.contains(r#"role="img" aria-label="Releases rose""#));
        for text in ["day 0", "day 1", "day 2", "1 pcs", "4 pcs", "2 pcs"] {
            assert!(drawn.contains(text), "{text} is missing");
        }
    }
}

#[test]
fn the_largest_bar_is_the_highest_and_nothing_is_not_a_number() {
    let drawn = bars(&said(), &points(&[0.0, 5.0, 10.0])).into_string();
    assert!(
        drawn.contains(r#"height="68.0""#)
            && drawn.contains(r#"height="34.0""#)
            && drawn.contains(r#"height="0.0""#)
    );
    for values in [&[][..], &[0.0][..], &[0.0, 0.0][..], &[3.0][..]] {
        let all = [
            bars(&said(), &points(values)).into_string(),
            line(&said(), &points(values)).into_string(),
            sparkline("flat", &points(values)).into_string(),
        ];
        assert!(all.iter().all(|d| !d.contains("NaN") && !d.contains("inf")), "{values:?}");
    }
}

#[test]
fn intervals_stand_left_and_right_of_no_difference() {
    let rows = [Interval { label: "Cost".into(), low: -2.0, middle: -1.0, high: 2.0, shown: "-1 %".into() }];
    let drawn = intervals(&said(), &rows).into_string();
    assert!(drawn.contains(r#"x1="4.0" x2="316.0""#), "{drawn}");
    assert!(drawn.contains(r#"x1="160.0" x2="160.0""#), "{drawn}");
    assert!(drawn.contains("-1 %"));
}
