//! Cues: small signed tokens that go out with every resolved prompt and come back with observations, so that no
//! observation has to be attributed by guessing.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use cuelight_artifact::name::Word;
use cuelight_artifact::{ArtifactName, Digest, EnvironmentName, ProjectName};
use hmac::{Hmac, KeyInit, Mac};
use semver::Version;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::snapshot::{Snapshot, Variant};
use crate::app::App;
use crate::error::{AppError, AppResult};

/// Bytes of the truncated HMAC-SHA256.
const TAG: usize = 16;

/// What a cue says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cue {
    /// Project.
    #[serde(rename = "p")]
    pub project: ProjectName,
    /// Environment.
    #[serde(rename = "e")]
    pub environment: EnvironmentName,
    /// How often the installation had gone on from a restored copy: two generations of one number are told apart by it.
    #[serde(rename = "k", default, skip_serializing_if = "is_zero")]
    pub epoch: u64,
    /// Generation the answer came from.
    #[serde(rename = "g")]
    pub generation: u64,
    /// Release that brought the version.
    #[serde(rename = "r")]
    pub release: u64,
    /// Prompt.
    #[serde(rename = "n")]
    pub prompt: ArtifactName,
    /// Version.
    #[serde(rename = "v")]
    #[schemars(with = "String")]
    pub version: Version,
    /// Digest of what was served.
    #[serde(rename = "d")]
    pub digest: Digest,
    /// Arm of a rollout or experiment.
    #[serde(rename = "a")]
    pub arm: String,
    /// Override, if one was chosen.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Word>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
const fn is_zero(epoch: &u64) -> bool {
    *epoch == 0
}

/// The cue of one variant in one snapshot.
#[must_use]
pub fn of(project: &ProjectName, snapshot: &Snapshot, prompt: &ArtifactName, variant: &Variant) -> Cue {
    Cue {
        project: project.clone(),
        environment: snapshot.environment.clone(),
        epoch: snapshot.epoch,
        generation: snapshot.generation,
        release: variant.release,
        prompt: prompt.clone(),
        version: variant.version.clone(),
        digest: variant.digest,
        arm: "stable".into(),
        over: variant.id.clone(),
    }
}

/// Signs a cue.
///
/// # Errors
/// `internal` when it has no JSON form, which cannot be.
pub fn sign(app: &App, cue: &Cue) -> AppResult<String> {
    sign_with(&app.cue_key, cue)
}

/// Signs a cue with the installation's key for cues.
pub(crate) fn sign_with(key: &[u8; 32], cue: &Cue) -> AppResult<String> {
    let payload = BASE64.encode(serde_json::to_vec(cue).map_err(AppError::internal)?);
    let tag = mac(key, &payload)?.finalize().into_bytes();
    Ok(format!("cue1.{payload}.{}", BASE64.encode(&tag[..TAG])))
}

/// The signed cue of a variant that is served, kept until another generation is served: it is the same for every answer.
#[derive(Debug, Default)]
pub(crate) struct Kept(ArcSwapOption<Signed>);

#[derive(Debug)]
struct Signed {
    generation: u64,
    epoch: u64,
    text: Box<str>,
}

/// The signed cue of one variant in one snapshot of a project: [`sign`] of [`of`].
pub(super) fn signed(
    app: &App,
    project: &ProjectName,
    snapshot: &Snapshot,
    prompt: &ArtifactName,
    variant: &Variant,
) -> AppResult<String> {
    let Snapshot { generation, epoch, .. } = *snapshot;
    // Variants go on from generation to generation; project, environment and prompt are always the same.
    if let Some(kept) = &*variant.cue.0.load()
        && (kept.generation, kept.epoch) == (generation, epoch)
    {
        return Ok(kept.text.to_string());
    }
    let text = sign(app, &of(project, snapshot, prompt, variant))?;
    variant.cue.0.store(Some(Arc::new(Signed { generation, epoch, text: text.as_str().into() })));
    Ok(text)
}

/// Reads a cue that came back.
///
/// # Errors
/// `invalid_request` when it was not signed here.
pub fn open(app: &App, text: &str) -> AppResult<Cue> {
    let bad = || AppError::invalid("the cue was not issued by this installation, or was changed on the way");
    let (payload, tag) = text.strip_prefix("cue1.").and_then(|t| t.split_once('.')).ok_or_else(bad)?;
    let tag = BASE64.decode(tag).map_err(|_| bad())?;
    if tag.len() != TAG {
        return Err(bad());
    }
    mac(&app.cue_key, payload)?.verify_truncated_left(&tag).map_err(|_| bad())?;
    let payload = BASE64.decode(payload).map_err(|_| bad())?;
    serde_json::from_slice(&payload).map_err(|_| bad())
}

fn mac(key: &[u8; 32], payload: &str) -> AppResult<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(AppError::internal)?;
    mac.update(payload.as_bytes());
    Ok(mac)
}
