//! Charts, drawn as SVG on the server, each with a table that says the same.

use maud::{Markup, html};

use super::table::Table;

/// One point of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// What it is, such as a day.
    pub label: String,
    /// How much.
    pub value: f64,
    /// How it is written, with its unit.
    pub shown: String,
}

/// What a chart says: read out, and the head of its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// One sentence that says what is to be seen.
    pub summary: String,
    /// What the labels are.
    pub labels: String,
    /// What the values are, with their unit.
    pub values: String,
}

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 72.0;

/// Bars, one for each point, and their table.
#[must_use]
pub fn bars(said: &Said, points: &[Point]) -> Markup {
    let most = points.iter().map(|p| p.value).fold(0.0_f64, f64::max);
    #[allow(clippy::cast_precision_loss, reason = "a chart has few points")]
    let step = WIDTH / points.len().max(1) as f64;
    let bar = |i: usize, value: f64| {
        let height = if most > 0.0 { value / most * (HEIGHT - 4.0) } else { 0.0 };
        #[allow(clippy::cast_precision_loss, reason = "a chart has few points")]
        let x = i as f64 * step + step * 0.15;
        (
            format!("{x:.1}"),
            format!("{:.1}", HEIGHT - height),
            format!("{:.1}", step * 0.7),
            format!("{height:.1}"),
        )
    };
    html! {
        figure class="chart" {
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(said.summary) preserveAspectRatio="none" {
                line class="axis" x1="0" x2=(WIDTH) y1=(HEIGHT) y2=(HEIGHT) {}
                @for (i, point) in points.iter().enumerate() {
                    @let (x, y, width, height) = bar(i, point.value);
                    rect class="bar" x=(x) y=(y) width=(width) height=(height) {}
                }
            }
            (twin(said, points))
        }
    }
}

/// A line through the points, and their table.
#[must_use]
pub fn line(said: &Said, points: &[Point]) -> Markup {
    html! {
        figure class="chart" {
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(said.summary) preserveAspectRatio="none" {
                line class="axis" x1="0" x2=(WIDTH) y1=(HEIGHT) y2=(HEIGHT) {}
                polyline class="line" points=(track(points, WIDTH, HEIGHT)) {}
            }
            (twin(said, points))
        }
    }
}

/// A small line without axes, for a row of a table; its numbers stand beside it.
#[must_use]
pub fn sparkline(summary: &str, points: &[Point]) -> Markup {
    html! {
        svg class="spark" viewBox="0 0 86 20" width="86" height="20" role="img" aria-label=(summary) {
            polyline class="line" points=(track(points, 86.0, 20.0)) {}
        }
    }
}

/// An estimate with its interval, against a line that means "no difference".
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// What was estimated.
    pub label: String,
    /// Lower end.
    pub low: f64,
    /// The estimate.
    pub middle: f64,
    /// Upper end.
    pub high: f64,
    /// How it is written, with its unit.
    pub shown: String,
}

/// Intervals under each other, and their table.
#[must_use]
pub fn intervals(said: &Said, rows: &[Interval]) -> Markup {
    let low = rows.iter().map(|r| r.low).fold(0.0_f64, f64::min);
    let high = rows.iter().map(|r| r.high).fold(0.0_f64, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    let x = |value: f64| format!("{:.1}", (value - low) / span * (WIDTH - 8.0) + 4.0);
    #[allow(clippy::cast_precision_loss, reason = "a chart has few rows")]
    let y = |i: usize| i as f64 * 18.0 + 12.0;
    #[allow(clippy::cast_precision_loss, reason = "a chart has few rows")]
    let height = rows.len() as f64 * 18.0 + 6.0;
    html! {
        figure class="chart" {
            svg viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-label=(said.summary) {
                line class="axis" x1=(x(0.0)) x2=(x(0.0)) y1="0" y2=(height) {}
                @for (i, row) in rows.iter().enumerate() {
                    line class="line" x1=(x(row.low)) x2=(x(row.high)) y1=(y(i)) y2=(y(i)) {}
                    circle class="point" cx=(x(row.middle)) cy=(y(i)) r="4" {}
                }
            }
            (twin(said, &rows.iter().map(|r| Point { label: r.label.clone(), value: r.middle, shown: r.shown.clone() }).collect::<Vec<_>>()))
        }
    }
}

fn track(points: &[Point], width: f64, height: f64) -> String {
    let low = points.iter().map(|p| p.value).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|p| p.value).fold(f64::NEG_INFINITY, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    #[allow(clippy::cast_precision_loss, reason = "a chart has few points")]
    let step = width / points.len().saturating_sub(1).max(1) as f64;
    #[allow(clippy::cast_precision_loss, reason = "a chart has few points")]
    let at = |(i, p): (usize, &Point)| {
        format!("{:.1},{:.1}", i as f64 * step, height - 2.0 - (p.value - low) / span * (height - 4.0))
    };
    points.iter().enumerate().map(at).collect::<Vec<_>>().join(" ")
}

fn twin(said: &Said, points: &[Point]) -> Markup {
    let mut table = Table::new(said.summary.clone()).column(said.labels.clone()).number(said.values.clone());
    for point in points {
        table.row(vec![html! { (point.label) }, html! { (point.shown) }]);
    }
    html! {
        figcaption { (said.summary) }
        details class="twin" { summary { (crate::words::t!("common-as-table")) } (table.draw()) }
    }
}

#[cfg(test)]
mod tests;
