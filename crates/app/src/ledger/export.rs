//! The export of a ledger: lines of JSON that `cuelight verify FILE` checks without this server.

use std::collections::HashSet;

use cuelight_artifact::{Digest, ProjectName};
use cuelight_core::event::Event;
use cuelight_core::ledger::{BlobClass, Entry, Seq};
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::serve::Contents;

/// Format number of the export.
pub const FORMAT: u32 = 1;
/// Most entries in one part.
const PAGE: u32 = 100;
/// A part ends with the entry that brings it to this many bytes.
const PART: usize = 4 * 1024 * 1024;

/// One line of an export. Entries come in order; a checkpoint follows the last entry it covers; a blob precedes
/// the first entry that speaks of it, and may come again later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum ExportLine {
    /// The first line.
    Header {
        /// [`FORMAT`].
        format: u32,
        /// Which ledger, such as `project/acme`.
        ledger: String,
        /// Origin of its checkpoints.
        origin: String,
        /// Verifier key of its checkpoints, as the exporting server states it. Whoever checks should know the
        /// key from elsewhere.
        key: String,
    },
    /// Content that an entry speaks of.
    Blob {
        /// Its name.
        digest: Digest,
        /// `artifact` or `text`.
        class: BlobClass,
        /// Its bytes as text; absent once erased.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bytes: Option<String>,
    },
    /// An entry.
    Entry {
        /// Its place.
        seq: Seq,
        /// Its leaf hash.
        leaf: Digest,
        /// The very bytes that are hashed, as text.
        bytes: String,
    },
    /// A signed checkpoint.
    Checkpoint {
        /// How many entries it covers.
        size: u64,
        /// The signed note.
        note: String,
    },
}

impl ExportLine {
    /// About how many bytes it takes.
    const fn size(&self) -> usize {
        match self {
            Self::Blob { bytes: Some(bytes), .. } | Self::Entry { bytes, .. } => bytes.len(),
            Self::Header { .. } | Self::Blob { .. } | Self::Checkpoint { .. } => 0,
        }
    }
}

/// A part of an export, and where the next one starts.
#[derive(Debug, Clone)]
pub struct ExportPart {
    /// Its lines.
    pub lines: Vec<ExportLine>,
    /// Pass this to get the next part; `None` at the end.
    pub next: Option<Seq>,
}

/// A part of the export: the header and the entries after `after`, up to the entry `upto` when given (so that an
/// export that takes long has one end).
///
/// # Errors
/// `forbidden`, `unknown_project`, storage trouble.
pub async fn export(
    ctx: &Ctx,
    project: &ProjectName,
    after: Seq,
    upto: Option<Seq>,
) -> AppResult<ExportPart> {
    ctx.on_project(Action::ReadLedger, project)?;
    let loaded = ctx.app.project(project).await?;
    let (store, id) = (loaded.journal.store(), loaded.journal.id());
    let end = upto.unwrap_or(u64::MAX).min(loaded.journal.seq());
    let mut lines = Vec::new();
    let mut written = HashSet::new();
    if after == 0 {
        lines.push(ExportLine::Header {
            format: FORMAT,
            ledger: id.to_string(),
            origin: loaded.journal.origin(),
            key: ctx.app.verifier_key(),
        });
    }
    let count = u32::try_from(end.saturating_sub(after)).unwrap_or(u32::MAX).min(PAGE);
    let entries = if count == 0 { Vec::new() } else { store.read(id, after, count).await? };
    let (mut last, mut size) = (after, 0);
    let mut notes = store.checkpoints(id, after, PAGE).await?.into_iter().peekable();
    for stored in entries {
        let corrupt = |e: String| AppError::new(Code::Corrupt, format!("entry {}: {e}", stored.seq));
        let entry = Entry::decode(&stored.bytes).map_err(|e| corrupt(e.to_string()))?;
        let event = Event::decode(&entry.kind, &entry.body).map_err(|e| corrupt(e.to_string()))?;
        let spoken_of = blobs(loaded.contents(&ctx.app), &event, &mut written).await?;
        size += stored.bytes.len() + spoken_of.iter().map(ExportLine::size).sum::<usize>();
        lines.extend(spoken_of);
        let (seq, leaf) = (stored.seq, stored.leaf);
        let bytes = String::from_utf8(stored.bytes.clone()).map_err(|e| corrupt(e.to_string()))?;
        lines.push(ExportLine::Entry { seq, leaf, bytes });
        while let Some(found) = notes.next_if(|c| c.size <= seq) {
            lines.push(ExportLine::Checkpoint { size: found.size, note: found.note });
        }
        last = seq;
        if size >= PART {
            break;
        }
    }
    Ok(ExportPart { lines, next: (last < end).then_some(last) })
}

/// The content an entry speaks of. What a release places without a field patch was published before, so it stands
/// earlier in the export.
async fn blobs(
    contents: Contents<'_>,
    event: &Event,
    written: &mut HashSet<Digest>,
) -> AppResult<Vec<ExportLine>> {
    let references = event.references();
    let published: HashSet<Digest> = match event {
        Event::ReleaseOpened(e) => {
            let placed = e.changes.iter().filter_map(|c| c.after.as_ref());
            placed.filter(|p| p.patch.is_none()).map(|p| p.digest).collect()
        }
        _ => HashSet::new(),
    };
    let artifacts = references.artifacts.into_iter().map(|d| (d, BlobClass::Artifact));
    let texts = references.texts.into_iter().map(|d| (d, BlobClass::Text));
    let mut lines = Vec::new();
    for (digest, class) in artifacts.chain(texts) {
        if published.contains(&digest) || !written.insert(digest) {
            continue;
        }
        let bytes = contents.bytes(&digest).await?;
        let bytes = bytes.map(String::from_utf8).transpose().map_err(AppError::internal)?;
        lines.push(ExportLine::Blob { digest, class, bytes });
    }
    Ok(lines)
}
