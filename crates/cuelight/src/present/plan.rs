//! A plan as text: what would change, why the number moves as it does, whom it touches.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cuelight_app::plan::{PlanAction, PlanEntry, PlanOutput};
use cuelight_artifact::boundary::{BoundaryChange, Certainty};
use cuelight_artifact::bump::{Class, Reason};
use cuelight_artifact::diff::{ChangeKind, FieldChange, words};
use serde_json::Value;

use super::words::{snippets, whole};
use super::{cut, indent, short};
use crate::output::{Style, Tone, clean, count};

/// Longest change within a text that an outline shows whole, in characters.
const LONGEST: usize = 160;

/// How much of a difference is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What decides: long changes are cut, golden cases counted.
    Outline,
    /// Every field; of texts the changes with a few words around them.
    Changes,
    /// Every field; texts whole, with the changes marked.
    Whole,
}

/// Every entry that changes something, without the summary.
pub fn entries(plan: &PlanOutput, style: Style, detail: Detail) -> String {
    let changed: Vec<&PlanEntry> = plan.entries.iter().filter(|e| e.action != PlanAction::Same).collect();
    let width = changed.iter().map(|e| e.id.to_string().chars().count()).max().unwrap_or(0);
    changed.iter().map(|e| entry(e, width, style, detail)).collect()
}

/// `Plan: 1 to add, 1 to change, 5 the same.`
pub fn summary(plan: &PlanOutput) -> String {
    let absent = match plan.absent.len() {
        0 => String::new(),
        n => format!(
            " {} of the server {} not in these files and {} as {}.",
            count(n, "artifact"),
            if n == 1 { "is" } else { "are" },
            if n == 1 { "stays" } else { "stay" },
            if n == 1 { "it is" } else { "they are" }
        ),
    };
    format!("Plan: {} to add, {} to change, {} the same.{absent}", plan.add, plan.change, plan.same)
}

fn entry(entry: &PlanEntry, width: usize, style: Style, detail: Detail) -> String {
    let id = entry.id.to_string();
    let id = format!("{}{}", style.paint(Tone::Bold, &id), " ".repeat(width - id.chars().count()));
    if entry.action == PlanAction::Add {
        return format!("{} {id}   {}   new\n", style.paint(Tone::Green, "+"), entry.to);
    }
    let from = entry.from.as_ref().map(ToString::to_string).unwrap_or_default();
    let class = entry.chosen.or(entry.class).unwrap_or_default();
    let mut text =
        format!("{} {id}   {from} -> {}   {}\n", style.paint(Tone::Yellow, "~"), entry.to, shout(class));
    for boundary in &entry.boundary {
        text.push_str(&boundary_line(boundary, style));
    }
    text.push_str(&match detail {
        Detail::Outline => outline(&entry.changes, style),
        Detail::Changes | Detail::Whole => entry.changes.iter().map(|c| field(c, style, detail)).collect(),
    });
    text.push_str(&reasons(&entry.reasons, entry.class, entry.chosen));
    text.push_str(&cases(entry));
    if !entry.users_elsewhere.is_empty() {
        let users: Vec<String> = entry.users_elsewhere.iter().map(ToString::to_string).collect();
        let _never =
            writeln!(text, "    used by {}, not in these files: they keep what they have", users.join(", "));
    }
    if !entry.live.is_empty() {
        let live: Vec<String> = entry.live.iter().map(|(e, v)| format!("{e} {v}")).collect();
        let _never = writeln!(text, "    live: {} (applying changes nothing there)", live.join(", "));
    }
    text
}

/// `! forbidden action removed …  (CL-B-002)`
pub fn boundary_line(boundary: &BoundaryChange, style: Style) -> String {
    let certain = match boundary.certainty {
        Certainty::Certain => "! boundary relaxed:",
        Certainty::Possible => "! boundary may be relaxed:",
    };
    let mark = style.paint(Tone::Red, certain);
    format!("    {mark} {} ({})\n", clean(&boundary.sentence), boundary.rule)
}

/// The changes that decide: golden cases are only counted, and the intent is the release note.
fn outline(changes: &[FieldChange], style: Style) -> String {
    let mut text = String::new();
    let mut tests: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for change in changes {
        if change.path == "change_intent" {
            let note = change.after.as_ref().and_then(Value::as_str).unwrap_or("none any more");
            let _never = writeln!(text, "    release note: {}", cut(&clean(note), 160));
        } else if let Some(case) = change.path.strip_prefix("tests[") {
            let name = case.split_once("\"]").map_or(case, |(name, _)| name);
            let whole = case.ends_with("\"]");
            let what = match change.kind {
                ChangeKind::Added if whole => "added",
                ChangeKind::Removed if whole => "removed",
                _ => "changed",
            };
            tests.entry(what).or_default().insert(name);
        } else if change.path != "tests" {
            text.push_str(&field(change, style, Detail::Outline));
        }
    }
    let counts: Vec<String> = tests.iter().map(|(what, names)| format!("{} {what}", names.len())).collect();
    if !counts.is_empty() {
        let _never = writeln!(text, "    golden cases: {}", counts.join(", "));
    }
    text
}

/// One field that differs.
pub fn field(change: &FieldChange, style: Style, detail: Detail) -> String {
    let path = clean(&change.path);
    if let (Some(Value::String(before)), Some(Value::String(after))) = (&change.before, &change.after)
        && (before.contains(' ') || after.contains(' '))
    {
        let spans = words(before, after);
        let lines = |longest| -> String {
            snippets(&spans, style, longest).iter().map(|l| format!("      {l}\n")).collect()
        };
        return match detail {
            Detail::Whole => format!("    {path}\n{}\n", indent(&whole(&spans, style), 6)),
            Detail::Changes => format!("    {path}\n{}", lines(usize::MAX)),
            Detail::Outline => format!("    {path}\n{}", lines(LONGEST)),
        };
    }
    // Of a locked fragment the version says it all.
    let locked = path.starts_with("fragments.") && path.ends_with(".locked");
    let path = if locked { path.trim_end_matches(".locked").to_owned() } else { path };
    let pick = |v: &Value| short(if locked { v.get("version").unwrap_or(v) } else { v });
    let value = |v: &Option<Value>| v.as_ref().map(pick).unwrap_or_default();
    match change.kind {
        ChangeKind::Added => {
            format!("    {path}   {} {}\n", style.paint(Tone::Green, "+"), value(&change.after))
        }
        ChangeKind::Removed => {
            format!("    {path}   {} {}\n", style.paint(Tone::Red, "-"), value(&change.before))
        }
        ChangeKind::Changed => {
            format!("    {path}   {} -> {}\n", value(&change.before), value(&change.after))
        }
        ChangeKind::Moved => {
            format!("    {path}   order {} -> {}\n", value(&change.before), value(&change.after))
        }
    }
}

/// Why the number moves as it does. Reasons below the class that counts are left out.
pub fn reasons(all: &[Reason], class: Option<Class>, chosen: Option<Class>) -> String {
    let mut text = String::new();
    if let (Some(class), Some(chosen)) = (class, chosen) {
        let _never =
            writeln!(text, "    the author chose {}; the difference demands {}", shout(chosen), shout(class));
    }
    let class = class.unwrap_or_default();
    for reason in all.iter().filter(|r| r.class == class) {
        let _never =
            writeln!(text, "    why {}: {} ({})", shout(class), clean(&reason.sentence), reason.rule);
        if let Some(example) = &reason.counterexample {
            let _never = writeln!(text, "        for example: {}", short(example));
        }
    }
    text
}

/// A class in capitals, as plans show it.
pub fn shout(class: Class) -> String {
    class.as_str().to_uppercase()
}

fn cases(entry: &PlanEntry) -> String {
    // A case that stands in both versions with other inputs is named twice.
    let names: BTreeSet<String> = entry.cases_differ.iter().map(|c| format!("\"{}\"", clean(c))).collect();
    if names.is_empty() {
        return String::new();
    }
    let of = if names.len() <= entry.cases {
        format!("{} of {}", names.len(), entry.cases)
    } else {
        names.len().to_string()
    };
    let shown = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    let more = if names.len() > 3 { ", …" } else { "" };
    format!("    {of} golden cases render differently: {shown}{more}\n")
}
