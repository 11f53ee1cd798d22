//! The bundle of an environment as ready bytes with their ETag, made once per generation.

use std::collections::BTreeMap;
use std::sync::Arc;

use cuelight_artifact::{Artifact, Digest, EnvironmentName, ProjectName};
use cuelight_core::rights::Action;
use cuelight_resolve::bundle::FORMAT;
use cuelight_resolve::{Bundle, BundledOverride, BundledPrompt};

use super::snapshot::{Snapshot, Variant};
use super::{cue, resolve};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};

/// A serialised bundle.
#[derive(Debug, Clone)]
pub struct BundleBytes {
    /// The JSON.
    pub bytes: Arc<[u8]>,
    /// A strong ETag, quotes included.
    pub etag: String,
    /// The generation in it.
    pub generation: u64,
}

/// The bundle of an environment.
///
/// # Errors
/// `forbidden`, `unknown_project`, `unknown_environment`.
pub async fn bundle(
    ctx: &Ctx,
    project: &ProjectName,
    environment: &EnvironmentName,
) -> AppResult<BundleBytes> {
    ctx.on_environment(Action::Serve, project, environment)?;
    let loaded = ctx.app.project(project).await?;
    let snapshot = loaded.snapshot(environment)?;
    // All who ask at once wait for one making.
    let ready = snapshot.bundle.get_or_try_init(async || make(&ctx.app, project, &snapshot)).await?;
    Ok(ready.clone())
}

fn make(app: &App, project: &ProjectName, snapshot: &Snapshot) -> AppResult<BundleBytes> {
    let mut prompts = BTreeMap::new();
    let mut artifacts: BTreeMap<Digest, Artifact> = BTreeMap::new();
    for (name, live) in &snapshot.prompts {
        let sign = |variant: &Variant| cue::sign(app, &cue::of(project, snapshot, name, variant));
        let blocked = |variant: &Variant| resolve::check_blocked(snapshot, name, variant).is_err();
        for variant in std::iter::once(&live.stable).chain(&live.overrides).filter(|v| !blocked(v)) {
            artifacts.entry(variant.digest).or_insert_with(|| (*variant.served.artifact).clone());
            for (digest, fragment) in &variant.served.fragments.0 {
                artifacts.entry(*digest).or_insert_with(|| (**fragment).clone());
            }
        }
        let mut overrides = Vec::new();
        for variant in &live.overrides {
            let id = variant.id.clone().ok_or_else(|| AppError::internal("an override has an id"))?;
            overrides.push(BundledOverride {
                id,
                when: variant.when.clone(),
                version: variant.version.clone(),
                digest: variant.digest,
                release: variant.release,
                cue: sign(variant)?,
                blocked: blocked(variant),
            });
        }
        let prompt = BundledPrompt {
            version: live.stable.version.clone(),
            digest: live.stable.digest,
            release: live.stable.release,
            cue: sign(&live.stable)?,
            blocked: blocked(&live.stable),
            overrides,
        };
        prompts.insert(name.clone(), prompt);
    }
    let bundle = Bundle {
        format: FORMAT,
        project: project.clone(),
        environment: snapshot.environment.clone(),
        generation: snapshot.generation,
        seq: snapshot.seq,
        at: snapshot.at,
        prompts,
        artifacts,
    };
    let bytes = serde_json::to_vec(&bundle).map_err(AppError::internal)?;
    let etag = format!("\"{}\"", Digest::of_bytes(&bytes));
    Ok(BundleBytes { bytes: bytes.into(), etag, generation: snapshot.generation })
}
