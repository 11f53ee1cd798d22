//! An export: lines of JSON, read several times from front to back, so that memory does not grow with the ledger.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use cuelight_app::ledger::export::{ExportLine, FORMAT};
use cuelight_artifact::Digest;
use cuelight_core::ledger::LedgerId;
use cuelight_core::ledger::entry::read;
use cuelight_core::ledger::note::VerifierKey;
use cuelight_core::ledger::verify::{BlobRow, CheckpointRow, Row, Rows, Stored};

use super::{Expected, Known, Outcome, belongs, cannot, origin, run, tampered};
use crate::failure::Failure;

/// Longest line that is read, in bytes. An artifact has a few MiB at most.
const MAX_LINE: u64 = 64 * 1024 * 1024;

/// Checks an exported ledger.
///
/// # Errors
/// When the file is no export.
pub fn check(path: &Path, known: &Known) -> Result<Outcome, Failure> {
    let (expected, stated) = header(path, known)?;
    let mut file = Vec::new();
    if known.key.as_ref().is_some_and(|key| key.to_string() != stated.key) {
        file.push(format!("the export states the key {}, which is not the one given", stated.key));
    }
    if stated.origin != expected.origin {
        file.push(format!(
            "the export states the origin `{}`; this key signs for `{}`",
            stated.origin, expected.origin
        ));
    }
    let external = known.checkpoint.as_deref();
    if external.is_some_and(|c| !belongs(c, &expected.origin)) {
        return Err(cannot(format!("the checkpoint is not one of `{}`", expected.origin))
            .fix("Its first line names its ledger; give the checkpoint of this ledger."));
    }
    let stored = Stored {
        rows: rows(path)?,
        commands: None,
        checkpoints: checkpoints(path)?,
        blobs: blobs(path)?,
        saved: None,
    };
    let checked = run(stored, &expected, external);
    Ok(Outcome::new(vec![checked], file, known))
}

/// What the first line states.
struct Stated {
    origin: String,
    key: String,
}

fn header(path: &Path, known: &Known) -> Result<(Expected, Stated), Failure> {
    let shown = path.display();
    let first = lines(path)?.next();
    let line = match first {
        Some((_, Ok(line))) => line,
        Some((_, Err(why))) => return Err(cannot(format!("`{shown}` is no export: {why}"))),
        None => return Err(cannot(format!("`{shown}` is empty"))),
    };
    let ExportLine::Header { format, ledger, origin: stated_origin, key: stated_key } = line else {
        return Err(cannot(format!("`{shown}` is no export: its first line is not the header")));
    };
    if format != FORMAT {
        return Err(cannot(format!("`{shown}` has format {format}; this program knows format {FORMAT}"))
            .fix("Use the version of Cuelight that made it."));
    }
    let ledger: LedgerId =
        ledger.parse().map_err(|e| tampered(format!("`{shown}` names no ledger in its header: {e}")))?;
    let key = match &known.key {
        Some(key) => key.clone(),
        None => stated_key
            .parse::<VerifierKey>()
            .map_err(|e| tampered(format!("the key stated in `{shown}` is none: {e}")))?,
    };
    let expected = Expected { origin: origin(&key, &ledger), key, ledger };
    Ok((expected, Stated { origin: stated_origin, key: stated_key }))
}

type Line = (u64, Result<ExportLine, String>);

/// The lines with their numbers. A line that cannot be read is the last one when reading itself failed.
fn lines(path: &Path) -> Result<impl Iterator<Item = Line> + use<>, Failure> {
    let file = File::open(path).map_err(|e| Failure::io("read", path, &e))?;
    let mut reader = BufReader::new(file);
    let mut number = 0;
    let mut ended = false;
    Ok(std::iter::from_fn(move || {
        if ended {
            return None;
        }
        number += 1;
        let mut bytes = Vec::new();
        match (&mut reader).take(MAX_LINE).read_until(b'\n', &mut bytes) {
            Ok(0) => None,
            Ok(n) if n as u64 == MAX_LINE => {
                ended = true;
                Some((number, Err(format!("line {number} has more than {MAX_LINE} bytes"))))
            }
            Ok(_) => {
                let parsed = serde_json::from_slice(&bytes);
                Some((number, parsed.map_err(|e| format!("line {number} is no line of an export: {e}"))))
            }
            Err(e) => {
                ended = true;
                Some((number, Err(format!("line {number} cannot be read: {e}"))))
            }
        }
    }))
}

fn rows(path: &Path) -> Result<Rows<'static, Row>, Failure> {
    Ok(Box::new(lines(path)?.filter_map(|(number, line)| match line {
        Ok(ExportLine::Entry { seq, leaf, bytes }) => Some(Ok(row(seq, leaf, bytes))),
        Ok(ExportLine::Header { .. }) if number > 1 => Some(Err(format!("line {number} is a second header"))),
        Ok(_) => None,
        // Told here and nowhere else, so that it is told once.
        Err(why) => Some(Err(why)),
    })))
}

/// An export has no columns beside the bytes; they are read from the entry itself.
fn row(seq: u64, leaf: Digest, bytes: String) -> Row {
    let bytes = bytes.into_bytes();
    let entry = read::read(&bytes).ok();
    let (at, command, kind) =
        entry.map_or_else(Default::default, |(e, _)| (e.at, e.command.to_string(), e.kind));
    Row { seq, at, command, kind, bytes, leaf: Some(leaf) }
}

fn checkpoints(path: &Path) -> Result<Rows<'static, CheckpointRow>, Failure> {
    Ok(Box::new(lines(path)?.filter_map(|(_, line)| match line {
        Ok(ExportLine::Checkpoint { size, note }) => Some(Ok(CheckpointRow { size, note })),
        _ => None,
    })))
}

/// A blob may be written several times, before each entry that speaks of it. Every copy counts: a bad one is not
/// hidden by a good one before or after it.
fn blobs(path: &Path) -> Result<Rows<'static, BlobRow>, Failure> {
    let mut seen: HashMap<Digest, bool> = HashMap::new();
    Ok(Box::new(lines(path)?.filter_map(move |(_, line)| {
        let Ok(ExportLine::Blob { digest, class, bytes }) = line else { return None };
        let bytes = bytes.map(String::into_bytes);
        let good = bytes.as_ref().is_none_or(|b| Digest::of_bytes(b) == digest);
        match seen.get(&digest) {
            Some(true) if good => None,
            Some(false) => None,
            _ => {
                seen.insert(digest, good);
                Some(Ok(BlobRow { digest, class, bytes }))
            }
        }
    })))
}
