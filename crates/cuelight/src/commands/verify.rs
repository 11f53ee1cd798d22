//! `cuelight verify`: checks a ledger, an export or a proof, without a server.

use std::path::PathBuf;

use cuelight_core::ledger::note::{NoteError, VerifierKey};

use crate::exit::Exit;
use crate::failure::{self, Done, Failure};
use crate::output::{Style, Tone, count};
use crate::present::{self, when};
use crate::session::Session;
use crate::store::Where;
use crate::verify::{
    Checked, Known, Outcome, Proved, check_database, check_export, check_folder, check_proof, line, read_text,
};

/// Most findings that are printed for one ledger.
const SHOWN: usize = 20;

/// Check a ledger, an export or a proof, without a server.
///
/// Recomputes every hash, the tree, every signed checkpoint, every blob and the whole state. Exits with 0 when nothing
/// contradicts, with 3 naming the first bad entry when something does, and with 1 when the check cannot be made. Says
/// what no such check can see.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight verify ./cuelight-data\n  cuelight verify ledger.ndjson --key \"$(cat verifier-key.txt)\" --checkpoint kept.txt\n  cuelight verify --proof proof.json"
)]
pub struct VerifyArgs {
    /// A data folder, the address of a PostgreSQL database, or a file made by `cuelight export --ledger`
    /// [default: ./cuelight-data].
    #[arg(value_name = "DIR|URL|FILE", conflicts_with = "proof")]
    pub place: Option<PathBuf>,
    /// A proof saved by `cuelight at --proof`.
    #[arg(long, value_name = "FILE")]
    pub proof: Option<PathBuf>,
    /// A signed checkpoint that was kept elsewhere; the ledger must continue it.
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// The key that checkpoints must be signed with, as `cuelight serve` prints it [default: the one in the data].
    #[arg(long, value_name = "VKEY", value_parser = key)]
    pub key: Option<VerifierKey>,
}

fn key(text: &str) -> Result<VerifierKey, NoteError> {
    text.trim().parse()
}

/// Checks.
pub fn run(session: &Session, args: &VerifyArgs) -> Done {
    let checkpoint = args.checkpoint.as_ref().map(|p| read_text(&session.path(p))).transpose()?;
    let known = Known { key: args.key.clone(), checkpoint };
    if let Some(file) = &args.proof {
        let proved = check_proof(&session.path(file), &known)?;
        session.out.data(&proof_text(&proved, session.out.style()));
        return failure::Outcome::fine(&proved);
    }
    let place = session.path(args.place.as_deref().unwrap_or(super::serve::DEFAULT_DATA.as_ref()));
    let found = {
        let _working = session.out.working("checking");
        if let Some(Where::Database(url)) = args.place.as_ref().and_then(|p| p.to_str()?.parse().ok()) {
            check_database(&url, &known)?
        } else if place.is_dir() {
            check_folder(&place, &known)?
        } else if place.is_file() {
            check_export(&place, &known)?
        } else {
            return Err(Failure::new(
                failure::LocalCode::CannotVerify,
                format!("there is nothing at `{}`", place.display()),
            ));
        }
    };
    session.out.data(&text(&found, session.out.style()));
    failure::Outcome::exit(if found.sound { Exit::Fine } else { Exit::CheckFailed }, &found)
}

fn text(found: &Outcome, style: Style) -> String {
    let mut text = String::new();
    for wrong in &found.file {
        text.push_str(&format!("{} {}\n", style.paint(Tone::Red, "file:"), crate::output::clean(wrong)));
    }
    for ledger in &found.ledgers {
        text.push_str(&ledger_text(ledger, style));
    }
    let verdict = if found.sound {
        style.paint(Tone::Green, "Nothing contradicts.")
    } else {
        style.paint(Tone::Red, "The data contradicts itself. Keep a copy as it is and compare with a backup.")
    };
    text.push_str(&format!("\n{verdict}\n{}", blind(&found.cannot_detect)));
    text
}

fn ledger_text(checked: &Checked, style: Style) -> String {
    let report = &checked.report;
    let state = match (report.is_sound(), report.first_bad) {
        (true, _) => style.paint(Tone::Green, "sound"),
        (false, Some(seq)) => style.paint(Tone::Red, &format!("NOT SOUND, first bad entry: {seq}")),
        (false, None) => style.paint(Tone::Red, "NOT SOUND"),
    };
    let mut text = format!("ledger {}: {state}\n", checked.ledger);
    for finding in report.findings.iter().take(SHOWN) {
        text.push_str(&format!("  {}\n", line(finding)));
    }
    let more = report.findings.len().saturating_sub(SHOWN) as u64 + report.more;
    if more > 0 {
        text.push_str(&format!("  and {more} more\n"));
    }
    text.push_str(&format!(
        "  entries      {}, {} of them signed by {} checkpoints\n",
        report.entries, report.signed, report.checkpoints
    ));
    if report.is_sound() {
        text.push_str(&format!("  root         {}\n", report.root));
    }
    let erased =
        if report.erased == 0 { String::new() } else { format!(", {} of them erased", report.erased) };
    text.push_str(&format!(
        "  content      {}{erased}\n",
        count(usize::try_from(report.blobs).unwrap_or(usize::MAX), "blob")
    ));
    text.push_str(&format!("  key          {}\n", checked.key));
    for recovery in &checked.recoveries {
        text.push_str(&format!("  {}\n", present::recovery::recorded(recovery)));
    }
    text
}

fn proof_text(proved: &Proved, style: Style) -> String {
    let entry = &proved.entry;
    let at = when(&cuelight_app::time::show(entry.at));
    format!(
        "{} entry {} is in the ledger {} of {} entries.\n  kind         {}\n  written      {at} by {}\n  key          {}\n\n{}",
        style.paint(Tone::Green, "Proved:"),
        entry.seq,
        proved.origin,
        proved.size,
        entry.kind,
        entry.actor,
        proved.key,
        blind(&proved.cannot_detect)
    )
}

/// What the check cannot see. Printed always: a check that hides its limits is worth less than none.
fn blind(all: &[String]) -> String {
    let lines: String = all.iter().map(|c| format!("  - {c}\n")).collect();
    format!("This check cannot see:\n{lines}")
}
