//! The check of a project's ledger by the server that holds it: everything stored is read again, page by page, and
//! recomputed by the same verifier that `cuelight verify` uses.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::sync::Arc;

use cuelight_artifact::{Digest, ProjectName};
use cuelight_core::ledger::Seq;
use cuelight_core::ledger::note::VerifierKey;
use cuelight_core::ledger::verify::{
    BlobRow, CheckpointRow, Division, Expect, Report, Row, Rows, SavedState, Stored, verify_among,
};
use cuelight_core::rights::Action;
use cuelight_core::state::{self, ProjectReplay};
use cuelight_store::{Content, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use crate::app::{App, Project};
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::time;

/// Entries and checkpoints read at a time.
const PAGE: u32 = 500;
/// Blobs read at a time; each may have a few MiB.
const BLOBS: u32 = 16;
/// Most findings that are told; the rest are counted.
const FINDINGS: usize = 100;

/// What no check can see that a server makes of itself, besides what core's verifier says.
const OWN_EYES: [&str; 3] = [
    "whether this server tells the truth: whoever controls it controls this check. Export the ledger and run \
     `cuelight verify` on another machine, with a checkpoint kept elsewhere",
    "the newest entries cut off together with their checkpoints before this server started: keep a checkpoint \
     elsewhere and compare with it",
    "changed records of which requests were applied: `cuelight verify` on the data folder compares them",
];

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckOutput {
    /// Whether nothing contradicts.
    pub sound: bool,
    /// When the check began, UTC.
    pub checked_at: String,
    /// How many entries were read.
    pub entries: u64,
    /// How many of them the newest good checkpoint covers.
    pub signed: u64,
    /// How many checkpoints were read.
    pub checkpoints: u64,
    /// How many contents were read: artifacts and texts, erased ones included.
    pub blobs: u64,
    /// How many of them are erased texts.
    pub erased: u64,
    /// Root of the tree over the entries. Means nothing when the ledger is not sound.
    pub root: Digest,
    /// Origin of the ledger's checkpoints.
    pub origin: String,
    /// The key they are signed with.
    pub key: String,
    /// The first entry in doubt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_bad: Option<u64>,
    /// What contradicts, in the order found; at most 100.
    pub findings: Vec<CheckFinding>,
    /// How many findings more there were.
    pub more: u64,
    /// What this check cannot see.
    pub cannot_detect: Vec<String>,
}

/// One contradiction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckFinding {
    /// What kind, such as `leaf-hash`.
    pub kind: String,
    /// The entry concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// What contradicts what.
    pub message: String,
}

/// Recomputes everything from storage. One check of a project runs at a time; others wait. Entries that are
/// appended meanwhile are not looked at. Memory grows with the number of commands and contents, not with their bytes.
///
/// # Errors
/// `forbidden`, `unknown_project`, `unavailable`.
pub async fn check(ctx: &Ctx, project: &ProjectName) -> AppResult<CheckOutput> {
    ctx.on_project(Action::ReadLedger, project)?;
    let loaded = ctx.app.project(project).await?;
    let alone = Arc::clone(&loaded.checking).lock_owned().await;
    let checked_at = time::show(ctx.app.now());
    let (known, remembered) = loaded.journal.remembered()?;
    let stored = loaded.journal.store().head(loaded.journal.id()).await?.map_or(0, |h| h.seq);
    let saved = loaded.journal.store().saved_state(loaded.journal.id(), state::FORMAT, Some(stored)).await?;
    let source = Source {
        app: Arc::clone(&ctx.app),
        project: Arc::clone(&loaded),
        handle: Handle::current(),
        // What this process knows counts even where storage has lost it.
        end: stored.max(known),
        failed: RefCell::default(),
    };
    let saved = saved.map(|s| SavedState { seq: s.seq, bytes: s.bytes });
    // The verifier pulls rows and hashes; both would hold up other requests on this thread.
    let work = tokio::task::spawn_blocking(move || {
        let _alone = alone;
        run(&source, saved, (known > 0).then_some(remembered.as_str()))
    });
    let report = work.await.map_err(AppError::internal)??;
    Ok(output(report, checked_at, &loaded, &ctx.app))
}

fn run(source: &Source, saved: Option<SavedState>, remembered: Option<&str>) -> AppResult<Report> {
    let key: VerifierKey = source.app.verifier_key().parse().map_err(AppError::internal)?;
    let origin = source.project.journal.origin();
    let stored = Stored {
        rows: source.rows(),
        // The port names no command without being asked for it.
        commands: None,
        checkpoints: source.checkpoints(),
        blobs: source.blobs(),
        saved,
    };
    let expect = Expect { origin: &origin, key: &key, external: remembered };
    let report = verify_among(stored, &expect, &mut ProjectReplay::default(), Division::among(threads()));
    match source.failed.take() {
        Some(error) => Err(error.into()),
        None => Ok(report),
    }
}

/// Nobody waits for a check as others wait for answers: it takes a quarter of the processors, and one at least. Up to
/// seven of them that is the one that it took ever since.
fn threads() -> NonZeroUsize {
    let all = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    NonZeroUsize::new(all / 4).unwrap_or(NonZeroUsize::MIN)
}

fn output(report: Report, checked_at: String, project: &Project, app: &App) -> CheckOutput {
    let told = report.findings.len().min(FINDINGS);
    let untold = (report.findings.len() - told) as u64;
    let own = OWN_EYES.iter().copied();
    CheckOutput {
        sound: report.is_sound(),
        checked_at,
        entries: report.entries,
        signed: report.signed,
        checkpoints: report.checkpoints,
        blobs: report.blobs,
        erased: report.erased,
        root: report.root,
        origin: project.journal.origin(),
        key: app.verifier_key(),
        first_bad: report.first_bad,
        more: report.more + untold,
        cannot_detect: own.chain(report.cannot_detect).map(str::to_owned).collect(),
        findings: report
            .findings
            .into_iter()
            .take(told)
            .map(|f| CheckFinding { kind: f.kind.to_string(), seq: f.seq, message: f.message })
            .collect(),
    }
}

/// What is stored of one ledger, up to an entry.
struct Source {
    app: Arc<App>,
    project: Arc<Project>,
    handle: Handle,
    end: Seq,
    /// Why storage could not be read. That is not a contradiction, and the check has no outcome.
    failed: RefCell<Option<StoreError>>,
}

impl Source {
    fn rows(&self) -> Rows<'_, Row> {
        let journal = &self.project.journal;
        let mut after = 0;
        self.paged(move || {
            let count = u32::try_from(self.end.saturating_sub(after)).unwrap_or(PAGE).min(PAGE);
            let found = self.handle.block_on(journal.store().read(journal.id(), after, count))?;
            after = found.last().map_or(after, |e| e.seq);
            Ok(found
                .into_iter()
                .filter(|e| e.seq <= self.end)
                .map(|e| Row {
                    seq: e.seq,
                    at: e.at,
                    command: e.command.to_string(),
                    kind: e.kind,
                    bytes: e.bytes,
                    leaf: Some(e.leaf),
                })
                .collect())
        })
    }

    fn checkpoints(&self) -> Rows<'_, CheckpointRow> {
        let journal = &self.project.journal;
        let mut after = 0;
        self.paged(move || {
            let found = self.handle.block_on(journal.store().checkpoints(journal.id(), after, PAGE))?;
            after = found.last().map_or(after, |c| c.size);
            let found = found.into_iter().filter(|c| c.size <= self.end);
            Ok(found.map(|c| CheckpointRow { size: c.size, note: c.note }).collect())
        })
    }

    fn blobs(&self) -> Rows<'_, BlobRow> {
        let (store, id) = (&self.app.ports.blobs, self.project.journal.id());
        let mut after: Option<Digest> = None;
        self.paged(move || {
            let found = self.handle.block_on(store.list(id, after.as_ref(), BLOBS))?;
            after = found.last().map(|b| b.digest).or(after);
            let row = |b: cuelight_store::StoredBlob| {
                let bytes = match b.content {
                    Content::Present(bytes) => Some(bytes),
                    Content::Erased => None,
                };
                BlobRow { digest: b.digest, class: b.class, bytes }
            };
            Ok(found.into_iter().map(row).collect())
        })
    }

    /// Rows page by page; an empty page is the end, and so is an error.
    fn paged<'a, T: 'a>(&'a self, mut page: impl FnMut() -> Result<Vec<T>, StoreError> + 'a) -> Rows<'a, T> {
        let mut ready = Vec::new().into_iter();
        let mut ended = false;
        Box::new(std::iter::from_fn(move || {
            if let Some(row) = ready.next() {
                return Some(Ok(row));
            }
            if ended {
                return None;
            }
            match page() {
                Ok(found) => {
                    ready = found.into_iter();
                    let row = ready.next();
                    ended = row.is_none();
                    row.map(Ok)
                }
                Err(error) => {
                    ended = true;
                    let told = error.to_string();
                    // Damage is a finding; a store that is away is none.
                    if !matches!(error, StoreError::Corrupt { .. }) {
                        self.failed.borrow_mut().get_or_insert(error);
                    }
                    Some(Err(told))
                }
            }
        }))
    }
}
