//! From one store into another: ledgers with their blobs, exactly, in steps that can be taken up again; and what else
//! there is.

use cuelight_core::ledger::{LedgerId, Seq};

use crate::{
    Blobs, Filter, Ledger, Observations, Part, Put, StoreError, StoredBlob, StoredEntry, Vault, VaultKey,
};

/// Entries in one step.
const ENTRIES: u32 = 1_000;
/// Blobs in one step; they may be large.
const BLOBS: u32 = 64;
/// Observations in one step.
const OBSERVATIONS: u32 = 1_000;
/// Sealed values in one step.
const VALUES: u32 = 500;

/// One side of a copy.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// Its ledgers.
    pub ledger: &'a dyn Ledger,
    /// Its blobs.
    pub blobs: &'a dyn Blobs,
}

/// What a step has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Copied {
    /// Entries.
    pub entries: u64,
    /// Blobs.
    pub blobs: u64,
}

/// Brings a ledger of `to` up to what `from` holds now, and calls `told` after every step. Each step is one transaction
/// that leaves a ledger whose entries have their blobs; after an interruption the next call goes on.
///
/// Texts erased since they were copied are not erased by this: see [`erasures`].
///
/// # Errors
/// [`StoreError::Conflict`] when `to` holds another ledger of this name, or one that is ahead; what either store
/// fails with.
pub async fn ledger(
    from: Side<'_>,
    to: Side<'_>,
    id: &LedgerId,
    mut told: impl FnMut(Copied) + Send,
) -> Result<Copied, StoreError> {
    let mut sum = Copied::default();
    let Some(end) = from.ledger.head(id).await? else { return Ok(sum) };
    let mut after = to.ledger.head(id).await?.map_or(0, |head| head.seq);
    check_same(from, to, id, after, end.seq).await?;
    if after == 0 {
        // The first command alone makes the ledger, so that blobs have somewhere to go.
        let part = next(from, id, 0, 1, end.seq).await?;
        let part = with_first_blobs(from, part).await?;
        (after, sum) = step(to, part, sum, &mut told).await?;
    }
    // Blobs first: an entry is never there without them. What the source stored after `end` may come along.
    let mut newest = to.blobs.newest(id).await?;
    loop {
        let blobs = from.blobs.since(id, newest.as_ref(), BLOBS).await?;
        let Some(last) = blobs.last() else { break };
        newest = Some(last.digest);
        let part = only_blobs(id, blobs);
        (_, sum) = step(to, part, sum, &mut told).await?;
    }
    while after < end.seq {
        let part = next(from, id, after, ENTRIES, end.seq).await?;
        (after, sum) = step(to, part, sum, &mut told).await?;
    }
    Ok(sum)
}

/// Erases in `to` what has been erased in `from`. Returns how many texts.
///
/// # Errors
/// What either store fails with.
pub async fn erasures(from: Side<'_>, to: Side<'_>, id: &LedgerId) -> Result<u64, StoreError> {
    let (mut after, mut count) = (None, 0);
    loop {
        let page = from.blobs.list(id, after.as_ref(), BLOBS).await?;
        let Some(last) = page.last() else { return Ok(count) };
        after = Some(last.digest);
        for blob in page.iter().filter(|b| b.content == crate::Content::Erased) {
            if to.blobs.erase(id, &blob.digest).await? == crate::Erased::Now {
                count += 1;
            }
        }
    }
}

/// Copies the sealed values of these kinds, in place of what `to` has under the same keys. Returns how many changed.
///
/// # Errors
/// [`StoreError::Conflict`] when something else writes to `to` at the same time; what either store fails with.
pub async fn vault(from: &dyn Vault, to: &dyn Vault, kinds: &[&str]) -> Result<u64, StoreError> {
    let mut count = 0;
    for kind in kinds {
        let mut after: Option<String> = None;
        loop {
            let page = from.list(kind, after.as_deref(), VALUES).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for item in page {
                let key = VaultKey::new(*kind, item.key);
                let found = to.get(&key).await?;
                if found.as_ref().is_some_and(|f| f.value == item.value) {
                    continue;
                }
                match to.put(&key, item.value, found.map(|f| f.revision)).await? {
                    Put::Stored { .. } => count += 1,
                    Put::Behind { .. } => {
                        let what = format!("{} `{}` is being changed by somebody else", key.kind, key.key);
                        return Err(StoreError::Conflict { what });
                    }
                }
            }
        }
    }
    Ok(count)
}

/// Copies the observations of a project. Returns how many were new.
///
/// # Errors
/// What either store fails with.
pub async fn observations(
    from: &dyn Observations,
    to: &dyn Observations,
    project: &cuelight_artifact::ProjectName,
) -> Result<u64, StoreError> {
    let mut filter = Filter { project: project.clone(), after: 0, limit: OBSERVATIONS };
    let mut count = 0;
    loop {
        let page = from.read(&filter).await?;
        let Some((last, _)) = page.last() else { return Ok(count) };
        filter.after = *last;
        count += to.append(page.into_iter().map(|(_, o)| o).collect()).await?.new;
    }
}

/// Refuses to go on where the two ledgers differ in what both should have.
async fn check_same(
    from: Side<'_>,
    to: Side<'_>,
    id: &LedgerId,
    after: Seq,
    end: Seq,
) -> Result<(), StoreError> {
    if after > end {
        return Err(StoreError::Conflict {
            what: format!("ledger {id} has {after} entries there and {end} here: it is ahead"),
        });
    }
    if after == 0 {
        return Ok(());
    }
    // Entries are chained: an equal last one means equal ones before it.
    let (ours, theirs) = (from.ledger.read(id, after - 1, 1).await?, to.ledger.read(id, after - 1, 1).await?);
    let bytes = |page: &[StoredEntry]| page.first().map(|e| e.bytes.clone());
    if bytes(&ours) != bytes(&theirs) {
        return Err(StoreError::Conflict {
            what: format!(
                "entry {after} of ledger {id} is not the same here and there: these are two ledgers"
            ),
        });
    }
    Ok(())
}

/// The next entries in whole commands: about `count` of them, none beyond `end`.
async fn next(from: Side<'_>, id: &LedgerId, after: Seq, count: u32, end: Seq) -> Result<Part, StoreError> {
    let mut commands = from.ledger.commands(id, after, count).await?;
    let mut taken = 0;
    commands.retain(|c| {
        let fits = c.last <= end && (taken == 0 || taken < u64::from(count));
        taken += if fits { c.last - c.first + 1 } else { 0 };
        fits
    });
    let Some(last) = commands.last().map(|c| c.last) else {
        return Err(StoreError::Corrupt {
            what: format!("the command of entry {} is missing", after + 1),
            place: format!("ledger {id}"),
        });
    };
    let mut entries = Vec::new();
    while (entries.len() as u64) < last - after {
        let left = u32::try_from(last - after - entries.len() as u64).unwrap_or(u32::MAX);
        let page = from.ledger.read(id, after + entries.len() as u64, left).await?;
        if page.is_empty() {
            break;
        }
        entries.extend(page);
    }
    let mut checkpoints = from.ledger.checkpoints(id, after, count.saturating_add(1)).await?;
    checkpoints.retain(|c| c.size <= last);
    Ok(Part { ledger: id.clone(), entries, commands, checkpoints, blobs: Vec::new() })
}

/// The first part with the blobs that the first append brought, as far as one step carries them.
async fn with_first_blobs(from: Side<'_>, part: Part) -> Result<Part, StoreError> {
    let blobs = from.blobs.since(&part.ledger, None, BLOBS).await?;
    Ok(Part { blobs, ..part })
}

fn only_blobs(id: &LedgerId, blobs: Vec<StoredBlob>) -> Part {
    Part { ledger: id.clone(), entries: Vec::new(), commands: Vec::new(), checkpoints: Vec::new(), blobs }
}

async fn step(
    to: Side<'_>,
    part: Part,
    mut sum: Copied,
    told: &mut (impl FnMut(Copied) + Send),
) -> Result<(Seq, Copied), StoreError> {
    let end = part.entries.last().map_or(0, |e| e.seq);
    sum.entries += part.entries.len() as u64;
    sum.blobs += part.blobs.len() as u64;
    to.ledger.copy_in(part).await?;
    told(sum);
    Ok((end, sum))
}
