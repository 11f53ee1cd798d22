//! Copies everything from one store into another, and proves that both hold the same.

use cuelight_app::app::VAULT_KINDS;
use cuelight_app::ports::{Clock as _, SystemClock};
use cuelight_app::recovery::{self, LedgerEnd, Mark, ends, mark, marked, put, unmark};
use cuelight_artifact::ProjectName;
use cuelight_core::ledger::{LedgerId, Micros};
use cuelight_store::copy::{self, Side};
use cuelight_store::{Filter, Observation, Observations, StoreError, Vault, VaultItem, VaultKey};

use crate::failure::{Failure, LocalCode};
use crate::store::{Store, Where, open, open_failure};

/// A server that was heard of this recently still works, in µs.
const ALIVE: Micros = 10_000_000;
/// What the marks of stores in the making begin with. Until the copy is whole, the store takes no writes.
const MAKING: &str = "migrating-";
/// Values, blobs and observations compared at a time.
const PAGE: u32 = 200;
/// Blobs compared at a time; they may be large.
const BLOBS: u32 = 32;

/// How far a copy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copying {
    /// What is being copied or compared.
    pub what: String,
    /// Entries copied so far.
    pub done: u64,
    /// Entries to copy.
    pub of: u64,
}

/// What was copied, and is equal on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The ends of all ledgers.
    pub ledgers: Vec<LedgerEnd>,
    /// Blobs, erased ones included.
    pub blobs: u64,
    /// Observations.
    pub observations: u64,
    /// Sealed values.
    pub values: u64,
}

/// Copies `from` into `to`, which must be empty or an interrupted copy, and compares everything at the end.
///
/// # Errors
/// `store_in_use`, `data_locked`, `store_not_empty`, `stores_differ`, trouble with either store.
pub async fn migrate(
    from: &Where,
    to: &Where,
    told: impl Fn(Copying) + Send + Sync,
) -> Result<Moved, Failure> {
    let source = open(from).await?;
    check_idle(from, &source).await?;
    let held = ends(&*source.ledger).await.map_err(failed)?;
    if held.is_empty() {
        return Err(Failure::new(LocalCode::CannotVerify, format!("{from} holds nothing to copy"))
            .fix("Name the store that a server has worked on."));
    }
    let target = open(to).await?;
    check_idle(to, &target).await?;
    begin(to, &target).await?;
    copy_values(&*source.vault, &*target.vault).await?;
    let of = held.iter().map(|end| end.size).sum();
    let mut done = 0;
    let there = ends(&*target.ledger).await.map_err(failed)?;
    for end in &held {
        let ledger = &end.ledger;
        let before = there.iter().find(|t| t.ledger == *ledger).map_or(0, |t| t.size);
        let say = |copied: copy::Copied| {
            told(Copying { what: format!("copying {ledger}"), done: done + before + copied.entries, of });
        };
        let (from, to) = (side(&source), side(&target));
        copy::ledger(from, to, ledger, say).await.map_err(failed)?;
        copy::erasures(from, to, ledger).await.map_err(failed)?;
        done += end.size;
        if let LedgerId::Project(project) = ledger {
            told(Copying { what: format!("copying observations of {project}"), done, of });
            let (from, to) = (&*source.observations, &*target.observations);
            copy::observations(from, to, project).await.map_err(failed)?;
        }
    }
    told(Copying { what: "comparing".into(), done, of });
    let moved = compare(&source, &target).await?;
    finish(&source, &target).await?;
    Ok(moved)
}

fn side(store: &Store) -> Side<'_> {
    Side { ledger: &*store.ledger, blobs: &*store.blobs }
}

fn failed(error: StoreError) -> Failure {
    match error {
        StoreError::Conflict { what } => Failure::new(LocalCode::StoreNotEmpty, what),
        other => open_failure(&other),
    }
}

fn differ(what: impl Into<String>) -> Failure {
    Failure::new(LocalCode::StoresDiffer, what)
}

/// A folder is locked by whoever uses it; a database only knows who was heard of.
async fn check_idle(place: &Where, store: &Store) -> Result<(), Failure> {
    if let Where::Folder(_) = place {
        return Ok(());
    }
    let since = SystemClock.now() - ALIVE;
    let nodes = store.nodes.nodes().await.map_err(failed)?;
    let alive: Vec<String> = nodes.into_iter().filter(|n| n.at > since).map(|n| n.id).collect();
    match alive.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(
            LocalCode::StoreInUse,
            format!(
                "{} of {place} said so within the last ten seconds: {}",
                crate::output::count(alive.len(), "server"),
                alive.join(", ")
            ),
        )),
    }
}

/// Marks the target as a store in the making, unless it is something else.
async fn begin(place: &Where, target: &Store) -> Result<(), Failure> {
    let there = marked(&*target.vault).await?;
    if there.is_some_and(|mark| mark.copy.starts_with(MAKING)) {
        return Ok(());
    }
    let mut empty = target.ledger.ledgers().await.map_err(failed)?.is_empty();
    for kind in VAULT_KINDS {
        empty &= target.vault.list(kind, None, 1).await.map_err(failed)?.is_empty();
    }
    if !empty {
        return Err(Failure::new(LocalCode::StoreNotEmpty, format!("{place} is not empty")));
    }
    let copy = format!("{MAKING}{}", crate::backup::copy_id()?);
    let making = Mark { copy, made_at: SystemClock.now(), ledgers: Vec::new() };
    Ok(mark(&*target.vault, &making).await?)
}

/// The kinds that are the same on both sides while the target is marked.
fn kinds() -> impl Iterator<Item = &'static str> {
    VAULT_KINDS.into_iter().filter(|kind| *kind != recovery::KIND)
}

async fn copy_values(from: &dyn Vault, to: &dyn Vault) -> Result<(), Failure> {
    let kinds: Vec<&str> = kinds().collect();
    copy::vault(from, to, &kinds).await.map_err(failed)?;
    // What was deleted since an interrupted copy.
    for kind in kinds {
        let kept = values(from, kind).await?;
        for item in values(to, kind).await? {
            if kept.binary_search_by(|k| k.key.as_bytes().cmp(item.key.as_bytes())).is_err() {
                to.delete(&VaultKey::new(kind, item.key), item.revision).await.map_err(failed)?;
            }
        }
    }
    Ok(())
}

/// All values of a kind, in byte order of the key.
async fn values(vault: &dyn Vault, kind: &str) -> Result<Vec<VaultItem>, Failure> {
    let mut found: Vec<VaultItem> = Vec::new();
    loop {
        let page = vault.list(kind, found.last().map(|i| i.key.as_str()), PAGE).await.map_err(failed)?;
        if page.is_empty() {
            return Ok(found);
        }
        found.extend(page);
    }
}

async fn compare(source: &Store, target: &Store) -> Result<Moved, Failure> {
    let ledgers = ends(&*source.ledger).await.map_err(failed)?;
    let copied = ends(&*target.ledger).await.map_err(failed)?;
    if ledgers != copied {
        let named = ledgers.iter().find(|end| !copied.contains(end)).or(copied.first());
        let named = named.map(|end| end.ledger.to_string()).unwrap_or_default();
        return Err(differ(format!("ledger {named} has not the same end on both sides")));
    }
    let mut moved = Moved { ledgers, blobs: 0, observations: 0, values: 0 };
    for end in moved.ledgers.clone() {
        moved.blobs += same_blobs(source, target, &end.ledger).await?;
        if let LedgerId::Project(project) = &end.ledger {
            moved.observations += same_observations(source, target, project).await?;
        }
    }
    for kind in kinds() {
        let (ours, theirs) = (values(&*source.vault, kind).await?, values(&*target.vault, kind).await?);
        let plain = |items: &[VaultItem]| {
            items.iter().map(|i| (i.key.clone(), i.value.expose().to_vec())).collect::<Vec<_>>()
        };
        if plain(&ours) != plain(&theirs) {
            return Err(differ(format!("the sealed values of kind `{kind}` are not the same")));
        }
        moved.values += ours.len() as u64;
    }
    Ok(moved)
}

async fn same_blobs(source: &Store, target: &Store, ledger: &LedgerId) -> Result<u64, Failure> {
    let (mut after, mut count) = (None, 0);
    loop {
        let ours = source.blobs.list(ledger, after.as_ref(), BLOBS).await.map_err(failed)?;
        let theirs = target.blobs.list(ledger, after.as_ref(), BLOBS).await.map_err(failed)?;
        if ours != theirs {
            return Err(differ(format!("the contents of ledger {ledger} are not the same")));
        }
        let Some(last) = ours.last() else { return Ok(count) };
        after = Some(last.digest);
        count += ours.len() as u64;
    }
}

async fn same_observations(source: &Store, target: &Store, project: &ProjectName) -> Result<u64, Failure> {
    let filter = || Filter { project: project.clone(), after: 0, limit: PAGE };
    let (mut ours, mut theirs, mut count) = (filter(), filter(), 0);
    loop {
        let page = next(&*source.observations, &mut ours).await?;
        if page != next(&*target.observations, &mut theirs).await? {
            return Err(differ(format!("the observations of project {project} are not the same")));
        }
        if page.is_empty() {
            return Ok(count);
        }
        count += page.len() as u64;
    }
}

async fn next(store: &dyn Observations, filter: &mut Filter) -> Result<Vec<Observation>, Failure> {
    let page = store.read(filter).await.map_err(failed)?;
    filter.after = page.last().map_or(filter.after, |(cursor, _)| *cursor);
    Ok(page.into_iter().map(|(_, observation)| observation).collect())
}

/// Puts the mark that the source carries, if it does, in place of the mark of a store in the making. The last step.
async fn finish(source: &Store, target: &Store) -> Result<(), Failure> {
    let making = marked(&*target.vault).await?;
    match marked(&*source.vault).await? {
        Some(restored) => Ok(put(&*target.vault, &restored).await?),
        None => match making {
            Some(making) => Ok(unmark(&*target.vault, &making.copy).await?),
            None => Ok(()),
        },
    }
}
