//! The report as people read it.

use super::{Bound, Findings, Goal, Outcome, Report, Row, Table, causes, shown};

/// The whole report.
pub fn markdown(report: &Report) -> String {
    let m = &report.machine;
    let mut text = format!(
        "# How fast Cuelight is\n\n\
         Written by `cargo xtask bench`. Run of size \"{}\" on {}, commit {}.\n\
         Machine: {} processors ({}), {:.0} GiB, Linux {}, {}. Servers and clients share these processors.\n\
         How fast the pages are stands in [ui.md](ui.md).\n\n\
         Where two things are compared, they are measured in turns (A B A B …) within this run, and a ratio is the median of the\n\
         rounds' ratios. *Per CPU-second* is by the processor time that the server's process used (`/proc`), so that the\n\
         load generator on the same machine does not count. *load* is the machine's load average before and after a row.\n\n\
         ## Goals\n\n",
        report.sizes, m.date, m.commit, m.processors, m.processor, m.memory_gib, m.kernel, m.compiler,
    );
    text.push_str("| what | figure | goal | |\n|---|---:|---:|---|\n");
    for row in &report.rows {
        match &row.outcome {
            Outcome::Measured(found) => found.goals.iter().for_each(|g| text.push_str(&goal_line(g))),
            Outcome::NotRun(_) => text.push_str(&format!("| {} | not run | | |\n", row.what)),
        }
    }
    text.push_str(&missed(report));
    for row in &report.rows {
        text.push_str(&section(row));
    }
    text
}

fn goal_line(goal: &Goal) -> String {
    let (sign, bound) = match goal.bound {
        Bound::AtMost(most) => ("≤", most),
        Bound::AtLeast(least) => ("≥", least),
    };
    let met = if goal.met { "met" } else { "**missed**" };
    let unit = if goal.unit.is_empty() { String::new() } else { format!(" {}", goal.unit) };
    format!("| {} | {}{unit} | {sign} {}{unit} | {met} |\n", goal.what, shown(goal.figure), shown(bound))
}

/// Every missed goal with its cause, as far as it is known.
fn missed(report: &Report) -> String {
    let measured = report.rows.iter().filter_map(|row| match &row.outcome {
        Outcome::Measured(found) => Some(found),
        Outcome::NotRun(_) => None,
    });
    let missed: Vec<&Goal> = measured.flat_map(|found| &found.goals).filter(|g| !g.met).collect();
    if missed.is_empty() {
        return "\nNo goal that was measured is missed.\n".to_owned();
    }
    let mut text = "\n## Missed goals\n\n".to_owned();
    for goal in missed {
        let cause = causes::of(goal.id).unwrap_or("The cause is not known.");
        text.push_str(&format!("- **{}**: {cause}\n", goal.what));
    }
    text
}

fn section(row: &Row) -> String {
    let mut text = format!("\n## {} (`{}`)\n\n", row.what, row.id);
    match &row.outcome {
        Outcome::NotRun(why) => text.push_str(&format!("Not run: {why}.\n")),
        Outcome::Measured(found) => text.push_str(&measured(found, row.load)),
    }
    text
}

fn measured(found: &Findings, (before, after): (f64, f64)) -> String {
    let mut text = String::new();
    for table in &found.tables {
        text.push_str(&table_text(table));
        text.push('\n');
    }
    for note in &found.notes {
        text.push_str(&format!("- {note}\n"));
    }
    for part in &found.left_out {
        text.push_str(&format!("- Not measured: {part}.\n"));
    }
    text.push_str(&format!("- load {before:.1} before, {after:.1} after.\n"));
    text
}

fn table_text(table: &Table) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&table.columns);
    text.push_str(&format!("|---{}|\n", "|---:".repeat(table.columns.len().saturating_sub(1))));
    for row in &table.rows {
        text.push_str(&line(row));
    }
    text
}
