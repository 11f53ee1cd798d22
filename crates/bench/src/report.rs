//! What was measured, with goals beside figures.

mod causes;
mod markdown;

pub use markdown::markdown;

use serde::Serialize;

use crate::machine::Machine;

/// A whole run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where and when.
    pub machine: Machine,
    /// How large the run was.
    pub sizes: &'static str,
    /// The rows in the order of the table.
    pub rows: Vec<Row>,
}

/// One row of the table of promises.
#[derive(Debug, Serialize)]
pub struct Row {
    /// A word for the command line.
    pub id: &'static str,
    /// What is measured.
    pub what: &'static str,
    /// What came out; why not, when it was not measured.
    pub outcome: Outcome,
    /// Load of the machine before and after.
    pub load: (f64, f64),
}

/// What came of a row.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was measured.
    Measured(Findings),
    /// It was not, for this reason.
    NotRun(String),
}

/// The figures of one row.
#[derive(Debug, Default, Serialize)]
pub struct Findings {
    /// Figures with goals.
    pub goals: Vec<Goal>,
    /// All figures.
    pub tables: Vec<Table>,
    /// How it was measured, and what to think of when reading it.
    pub notes: Vec<String>,
    /// Parts that were not measured, with the reason.
    pub left_out: Vec<String>,
}

/// A figure that was promised.
#[derive(Debug, Serialize)]
pub struct Goal {
    /// A stable name.
    pub id: &'static str,
    /// What, for people.
    pub what: String,
    /// The figure.
    pub figure: f64,
    /// Its unit; empty for a ratio.
    pub unit: &'static str,
    /// What was promised.
    pub bound: Bound,
    /// Whether it is kept.
    pub met: bool,
}

/// What was promised of a figure.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

/// Figures side by side.
#[derive(Debug, Serialize)]
pub struct Table {
    /// Names of the columns; the first is that of the rows.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

impl Goal {
    /// A figure beside its promise.
    pub fn new(
        id: &'static str,
        what: impl Into<String>,
        figure: f64,
        unit: &'static str,
        bound: Bound,
    ) -> Self {
        let met = match bound {
            Bound::AtMost(most) => figure <= most,
            Bound::AtLeast(least) => figure >= least,
        };
        Self { id, what: what.into(), figure, unit, bound, met }
    }
}

impl Table {
    /// An empty table with these columns.
    pub fn new(columns: &[&str]) -> Self {
        Self { columns: columns.iter().map(ToString::to_string).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

/// A figure with as many digits as can be meant: three that count, and whole numbers from 100 on, in groups.
pub fn shown(figure: f64) -> String {
    let digits = match figure.abs() {
        f if f >= 99.95 => return grouped(figure),
        f if f >= 9.995 => 1,
        f if f >= 0.0995 => 2,
        _ => 3,
    };
    format!("{figure:.digits$}")
}

fn grouped(figure: f64) -> String {
    let text = format!("{figure:.0}");
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |d| ("-", d));
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}")
}

#[cfg(test)]
mod tests;
