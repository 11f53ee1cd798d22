//! Blobs: each must have the bytes its name promises, and be there if an entry needs it.

use std::collections::HashMap;

use cuelight_artifact::Digest;

use super::{BlobRow, FindingKind, Report, Rows};
use crate::ledger::{BlobClass, Seq};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Sound,
    Erased,
    /// The bytes do not have this digest.
    Other,
}

/// What is stored under each digest.
pub(super) struct Blobs(HashMap<Digest, Blob>);

struct Blob {
    class: BlobClass,
    state: State,
    /// A blob is complained about once, at the first entry that needs it.
    told: bool,
}

/// Reads and hashes all blobs.
pub(super) fn read(rows: Rows<'_, BlobRow>, report: &mut Report) -> Blobs {
    let mut known = HashMap::new();
    for row in rows {
        let BlobRow { digest, class, bytes } = match row {
            Ok(row) => row,
            Err(why) => {
                report.add(FindingKind::Unreadable, None, format!("a blob cannot be read: {why}"));
                continue;
            }
        };
        report.blobs += 1;
        let state = match bytes {
            Some(bytes) if Digest::of_bytes(&bytes) == digest => State::Sound,
            Some(_) => State::Other,
            None => State::Erased,
        };
        report.erased += u64::from(state == State::Erased);
        known.insert(digest, Blob { class, state, told: false });
    }
    Blobs(known)
}

impl Blobs {
    /// Checks that entry `seq` finds the blob it refers to.
    pub(super) fn need(&mut self, seq: Seq, digest: Digest, class: BlobClass, report: &mut Report) {
        let Some(blob) = self.0.get_mut(&digest) else {
            let message = format!("entry {seq} refers to {class} {digest}, which is not stored");
            report.add(FindingKind::BlobMissing, Some(seq), message);
            return;
        };
        if blob.told {
            return;
        }
        blob.told = true;
        if blob.class != class {
            let stored = blob.class;
            let message = format!("entry {seq} refers to {class} {digest}, which is stored as {stored}");
            report.add(FindingKind::BlobMissing, Some(seq), message);
        } else if blob.state == State::Erased && class == BlobClass::Artifact {
            let message =
                format!("entry {seq} refers to artifact {digest}, which was erased; only texts may be");
            report.add(FindingKind::BlobMissing, Some(seq), message);
        } else if blob.state == State::Other {
            let message =
                format!("the bytes stored as {digest}, which entry {seq} refers to, have another digest");
            report.add(FindingKind::BlobContent, Some(seq), message);
        } else {
            blob.told = false;
        }
    }

    /// Tells of damaged blobs that no entry referred to.
    pub(super) fn finish(&self, report: &mut Report) {
        let mut rest: Vec<&Digest> =
            self.0.iter().filter(|(_, b)| b.state == State::Other && !b.told).map(|(d, _)| d).collect();
        rest.sort();
        for digest in rest {
            let message = format!("the bytes stored as {digest} have another digest; no entry refers to it");
            report.add(FindingKind::BlobContent, None, message);
        }
    }
}
