//! Releases as text.

use std::fmt::Write as _;

use cuelight_app::release::{ChangeInfo, ReleaseInfo, SlotInfo};
use cuelight_core::release::Cause;

use super::{indent, when};
use crate::output::{Style, Tone, clean};

/// `release 3 to production  2026-… UTC  by token:…`
pub fn headline(release: &ReleaseInfo) -> String {
    let what = match &release.cause {
        Cause::Release => format!("release {}", release.release),
        Cause::RollBack { of, to } => {
            format!("release {} takes back release {of}: the content of generation {to}", release.release)
        }
    };
    let label = release.label.as_ref().map(|l| format!("  [{l}]")).unwrap_or_default();
    format!("{what}{label}  {}  by {}", when(&release.at), clean(&release.actor))
}

/// What changed, and what there is to know about it.
pub fn changes(release: &ReleaseInfo, style: Style) -> String {
    let mut text = String::new();
    if let Some(notes) = &release.notes {
        let _never = writeln!(text, "{}", indent(&clean(notes), 4));
    }
    let width = release.changes.iter().map(|c| c.slot.to_string().chars().count()).max().unwrap_or(0);
    for change in &release.changes {
        text.push_str(&line(change, width, style));
    }
    if let Some(passed_over) = &release.break_glass {
        let _never = writeln!(text, "    {} past the policy", style.paint(Tone::Red, "! break-glass:"));
        if let Some(reason) = &release.break_glass_reason {
            let _never = writeln!(text, "{}", indent(&clean(reason), 6));
        }
        for demand in passed_over {
            let _never = writeln!(text, "      passed over: {}", clean(demand));
        }
    }
    for warning in &release.warnings {
        let _never = writeln!(text, "    {} {}", style.paint(Tone::Yellow, "! warning:"), clean(warning));
    }
    text
}

fn line(change: &ChangeInfo, width: usize, style: Style) -> String {
    let (mark, what) = match (&change.before, &change.after) {
        (None, Some(after)) => (style.paint(Tone::Green, "+"), version(after)),
        (Some(before), None) => (style.paint(Tone::Red, "-"), version(before)),
        (Some(before), Some(after)) => {
            (style.paint(Tone::Yellow, "~"), format!("{} -> {}", version(before), version(after)))
        }
        (None, None) => (" ".into(), String::new()),
    };
    format!("  {mark} {:width$}   {what}\n", change.slot.to_string())
}

fn version(slot: &SlotInfo) -> String {
    let patch = if slot.patch.is_some() { " with fields of its own" } else { "" };
    let when: Vec<String> = slot.when.iter().map(|(k, v)| format!("{}={}", clean(k), clean(v))).collect();
    let when = if when.is_empty() { String::new() } else { format!(" for {}", when.join(", ")) };
    format!("{}{patch}{when}", slot.version)
}
