//! Free text (notes, reasons): kept as blobs with a nonce, so that it can be erased while its digest stays valid.

use cuelight_artifact::Digest;
use cuelight_core::ledger::BlobClass;
use cuelight_store::NewBlob;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::serve::Contents;

/// Longest free text, in bytes.
pub const MAX_TEXT: usize = 16 * 1024;

#[derive(Serialize, Deserialize)]
struct Nonced {
    nonce: String,
    text: String,
}

/// A blob for this text, and its digest. The nonce keeps anybody from guessing a short text by its digest.
///
/// # Errors
/// When the text is empty, too long, or has control characters.
pub fn blob(app: &App, what: &str, text: &str) -> AppResult<(Digest, NewBlob)> {
    let text = text.trim();
    if text.is_empty() {
        return Err(AppError::invalid(format!("{what}: say it in a few words; it is empty")));
    }
    if text.len() > MAX_TEXT {
        return Err(AppError::invalid(format!(
            "{what}: at most {MAX_TEXT} bytes; this one has {}",
            text.len()
        )));
    }
    if let Some(bad) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        let bad = cuelight_artifact::name::describe(bad);
        return Err(AppError::invalid(format!("{what}: the control character {bad} is not allowed")));
    }
    let nonce = hex::encode(&app.ports.entropy.bytes32()?[..16]);
    let bytes = serde_json::to_vec(&Nonced { nonce, text: text.to_owned() }).map_err(AppError::internal)?;
    let digest = Digest::of_bytes(&bytes);
    Ok((digest, NewBlob { digest, class: BlobClass::Text, bytes }))
}

/// As [`blob`], for a text that may be left out.
///
/// # Errors
/// As [`blob`].
pub fn optional(app: &App, what: &str, text: Option<&str>) -> AppResult<(Option<Digest>, Vec<NewBlob>)> {
    match text.filter(|t| !t.trim().is_empty()) {
        None => Ok((None, Vec::new())),
        Some(text) => blob(app, what, text).map(|(digest, blob)| (Some(digest), vec![blob])),
    }
}

/// The text of a blob; `None` if it was erased.
///
/// # Errors
/// When storage is away.
pub async fn read(contents: Contents<'_>, digest: Option<Digest>) -> AppResult<Option<String>> {
    let Some(digest) = digest else { return Ok(None) };
    let Some(bytes) = contents.bytes(&digest).await? else { return Ok(None) };
    Ok(serde_json::from_slice::<Nonced>(&bytes).ok().map(|n| n.text))
}
