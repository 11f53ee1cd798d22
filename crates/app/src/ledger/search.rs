//! The search over the ledger: newest first, and never more than a bounded number of entries per call.

use cuelight_artifact::{ArtifactRef, ProjectName};
use cuelight_core::event::Event;
use cuelight_core::ledger::{Entry, Seq};
use cuelight_core::rights::Action;
use cuelight_store::StoredEntry;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EntryInfo, corrupt, info};
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};

/// Most entries that one call looks at.
const SCAN: u64 = 5_000;
/// Entries read at a time.
const PAGE: u64 = 500;
/// Most entries that one call gives.
const MOST: usize = 200;

/// What to look for. Everything that is given must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchInput {
    /// A kind of event: `release.opened/1`, `release.opened` whatever its version, or `release` for all about one thing.
    #[serde(default)]
    pub kind: Option<String>,
    /// Who, as the entry names them: `token:…` or `system`.
    #[serde(default)]
    pub actor: Option<String>,
    /// A prompt, shared text or environment that the entry names: `area/name`, `fragment:area/name`, `production`.
    #[serde(default)]
    pub about: Option<String>,
    /// Only entries before this one.
    #[serde(default)]
    pub before: Option<u64>,
    /// At most this many, 1 to 200.
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SearchOutput {
    /// Entries that fit, newest first.
    pub entries: Vec<EntryInfo>,
    /// Pass this as `before` to go on; `None` once the first entry was looked at. There may be a next part even
    /// when nothing was found in this one.
    pub next: Option<u64>,
    /// How many entries were looked at.
    pub scanned: u64,
}

/// Entries that fit, newest first.
///
/// # Errors
/// `forbidden`, `unknown_project`, `corrupt`.
pub async fn search(ctx: &Ctx, project: &ProjectName, input: SearchInput) -> AppResult<SearchOutput> {
    ctx.on_project(Action::ReadLedger, project)?;
    let loaded = ctx.app.project(project).await?;
    let journal = &loaded.journal;
    let limit = input.limit.clamp(1, MOST);
    let filtered = input.kind.is_some() || input.actor.is_some() || input.about.is_some();
    let page = if filtered { PAGE } else { limit as u64 };
    let mut before = input.before.unwrap_or(Seq::MAX).min(journal.seq() + 1).max(1);
    let (mut entries, mut scanned) = (Vec::new(), 0);
    while before > 1 && scanned < SCAN && entries.len() < limit {
        let first = before.saturating_sub(page).max(1);
        let count = u32::try_from(before - first).map_err(AppError::internal)?;
        let found = journal.store().read(journal.id(), first - 1, count).await?;
        if found.len() as u64 != before - first {
            return Err(corrupt(first, &format_args!("entries up to {} are missing", before - 1)));
        }
        for stored in found.into_iter().rev() {
            (before, scanned) = (stored.seq, scanned + 1);
            if fits(&stored, &input)? {
                entries.push(info(stored)?);
                if entries.len() == limit {
                    break;
                }
            }
        }
    }
    Ok(SearchOutput { entries, next: (before > 1).then_some(before), scanned })
}

fn fits(stored: &StoredEntry, input: &SearchInput) -> AppResult<bool> {
    if input.kind.as_ref().is_some_and(|asked| !of_kind(&stored.kind, asked)) {
        return Ok(false);
    }
    if input.actor.is_none() && input.about.is_none() {
        return Ok(true);
    }
    let entry = Entry::decode(&stored.bytes).map_err(|e| corrupt(stored.seq, &e))?;
    if input.actor.as_ref().is_some_and(|asked| entry.actor.to_string() != *asked) {
        return Ok(false);
    }
    let Some(about) = &input.about else { return Ok(true) };
    let event = Event::decode(&entry.kind, &entry.body).map_err(|e| corrupt(stored.seq, &e))?;
    Ok(names(&event, about))
}

fn of_kind(kind: &str, asked: &str) -> bool {
    kind.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
}

/// Whether the event names this prompt, shared text or environment. The shared texts in a published version count:
/// that is where they were used.
fn names(event: &Event, about: &str) -> bool {
    let artifact = |a: &ArtifactRef| a.name.as_str() == about || a.to_string() == about;
    match event {
        Event::ProjectOpened(_) => false,
        Event::EnvironmentCreated(e) => e.environment.as_str() == about,
        Event::PolicySet(e) => e.environment.as_str() == about,
        Event::VersionPublished(e) => {
            artifact(&e.artifact)
                || e.closure.iter().any(|c| artifact(&ArtifactRef::fragment(c.name.clone())))
        }
        Event::VersionYanked(e) => artifact(&e.artifact),
        Event::VersionUnyanked(e) => artifact(&e.artifact),
        Event::ReleaseOpened(e) => {
            let placed = |slot: &cuelight_core::release::Slot| {
                artifact(&ArtifactRef::prompt(slot.prompt.clone())) || slot.to_string() == about
            };
            e.environment.as_str() == about || e.changes.iter().any(|c| placed(&c.slot))
        }
    }
}
