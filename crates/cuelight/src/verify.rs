//! The offline check: of a data folder, of an export, of a proof. Nothing here asks a server.

mod export;
mod folder;
mod proof;
mod view;

pub use export::check as check_export;
pub use folder::{check as check_folder, check_database, check_view};
pub use proof::{Proved, check as check_proof, save_proof};

use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

use cuelight_core::installation::Recovery;
use cuelight_core::ledger::note::VerifierKey;
use cuelight_core::ledger::verify::{Finding, Report};
use cuelight_core::ledger::{LedgerId, verify};
use cuelight_core::state::{InstallationReplay, ProjectReplay};
use serde::Serialize;

use crate::failure::{Failure, LocalCode};

/// What the person who checks knows from elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The key that checkpoints must be signed with.
    pub key: Option<VerifierKey>,
    /// A checkpoint that was kept away from the ledger: a signed note.
    pub checkpoint: Option<String>,
}

/// What was found about one ledger.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// Which ledger.
    pub ledger: LedgerId,
    /// The origin that its checkpoints carry.
    pub origin: String,
    /// The key that its checkpoints are signed with.
    pub key: String,
    /// The recoveries that the installation's ledger records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recoveries: Vec<Recovery>,
    /// The findings.
    #[serde(flatten)]
    pub report: Report,
}

/// Everything that was found.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Whether nothing contradicts.
    pub sound: bool,
    /// By ledger.
    pub ledgers: Vec<Checked>,
    /// What is wrong with the file itself, before anything it says.
    pub file: Vec<String>,
    /// What this check cannot see.
    pub cannot_detect: Vec<String>,
}

/// Said when the key comes from what is being checked.
const OWN_KEY: &str = "whether the signing key is the right one: it was taken from the data itself; give the one you know with --key";

impl Outcome {
    fn new(ledgers: Vec<Checked>, file: Vec<String>, known: &Known) -> Self {
        let sound = file.is_empty() && ledgers.iter().all(|l| l.report.is_sound());
        let mut cannot_detect: Vec<String> = Vec::new();
        if known.key.is_none() {
            cannot_detect.push(OWN_KEY.into());
        }
        for said in ledgers.iter().flat_map(|l| &l.report.cannot_detect) {
            if !cannot_detect.iter().any(|c| c == said) {
                cannot_detect.push((*said).into());
            }
        }
        Self { sound, ledgers, file, cannot_detect }
    }
}

/// Where and under which key a ledger's checkpoints must be.
struct Expected {
    ledger: LedgerId,
    origin: String,
    key: VerifierKey,
}

fn run(stored: verify::Stored<'_>, expected: &Expected, external: Option<&str>) -> Checked {
    let expect = verify::Expect { origin: &expected.origin, key: &expected.key, external };
    let mut installation = InstallationReplay::default();
    // Whoever runs this waits for it, so it takes what there is.
    let division = verify::Division::among(thread::available_parallelism().unwrap_or(NonZeroUsize::MIN));
    let report = match &expected.ledger {
        LedgerId::Installation => verify::verify_among(stored, &expect, &mut installation, division),
        LedgerId::Project(_) => {
            verify::verify_among(stored, &expect, &mut ProjectReplay::default(), division)
        }
    };
    let recoveries = installation.installation().recoveries.clone();
    let (ledger, origin) = (expected.ledger.clone(), expected.origin.clone());
    Checked { ledger, origin, key: expected.key.to_string(), recoveries, report }
}

/// The origin of a ledger's checkpoints, which begins with the name of the key: `cuelight/<installation>`.
fn origin(key: &VerifierKey, ledger: &LedgerId) -> String {
    format!("{}/{ledger}", key.name())
}

/// Which ledger a kept checkpoint belongs to: its first line.
fn belongs(checkpoint: &str, origin: &str) -> bool {
    checkpoint.lines().next() == Some(origin)
}

fn cannot(detail: impl Into<String>) -> Failure {
    Failure::new(LocalCode::CannotVerify, detail)
}

fn tampered(detail: impl Into<String>) -> Failure {
    Failure::new(LocalCode::Tampered, detail)
}

/// Reads a file that is small by nature.
///
/// # Errors
/// When it cannot be read, or is not small, or not UTF-8.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    let unreadable = |e: &std::io::Error| Failure::io("read", path, e);
    let size = std::fs::metadata(path).map_err(|e| unreadable(&e))?.len();
    if size > 16 * 1024 * 1024 {
        return Err(cannot(format!(
            "`{}` has {size} bytes; that is not what is expected here",
            path.display()
        )));
    }
    std::fs::read_to_string(path).map_err(|e| unreadable(&e))
}

/// One finding on one line.
pub fn line(finding: &Finding) -> String {
    let place = finding.seq.map_or_else(|| "        ".to_owned(), |seq| format!("entry {seq}"));
    format!("{place}  {}: {}", finding.kind, crate::output::clean(&finding.message))
}
