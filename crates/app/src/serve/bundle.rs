//! The bundle of an environment as ready bytes, plain and compressed, each with its ETag; made once for each
//! snapshot.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use cuelight_artifact::{Artifact, Digest, EnvironmentName, ProjectName};
use cuelight_core::rights::{Action, Resource};
use cuelight_core::version::Severity;
use cuelight_resolve::bundle::FORMAT;
use cuelight_resolve::{Bundle, BundledOverride, BundledPrompt, Yanked};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::snapshot::{Snapshot, Variant};
use super::{cue, resolve};
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};

/// A serialised bundle.
#[derive(Debug, Clone)]
pub struct BundleBytes {
    /// The JSON.
    pub bytes: Arc<[u8]>,
    /// Its strong ETag, quotes included.
    pub etag: String,
    /// The same, compressed.
    pub gzip: Arc<[u8]>,
    /// The strong ETag of the compressed bytes: other bytes, another tag (RFC 9110, 8.8.3).
    pub gzip_etag: String,
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
) -> AppResult<Arc<BundleBytes>> {
    ctx.check(Action::Serve, &Resource::Environment(project, environment))?;
    let loaded = ctx.app.project(project).await?;
    let snapshot = loaded.snapshot(environment)?;
    snapshot.asked.store(true, Ordering::Relaxed);
    ready(&snapshot, project, ctx.app.cue_key).await
}

/// The bundle of a snapshot, made if nobody did it before.
pub(crate) async fn ready(
    snapshot: &Arc<Snapshot>,
    project: &ProjectName,
    key: [u8; 32],
) -> AppResult<Arc<BundleBytes>> {
    // All who ask at once wait for one making, aside from the threads that answer everybody.
    let making = async || {
        let (snapshot, project) = (Arc::clone(snapshot), project.clone());
        let made = tokio::task::spawn_blocking(move || make(&key, &project, &snapshot)).await;
        made.map_err(AppError::internal)?.map(Arc::new)
    };
    Ok(Arc::clone(snapshot.bundle.get_or_try_init(making).await?))
}

/// How badly a version was yanked, in the words that server and client share.
pub(super) const fn yanked(severity: Severity) -> Yanked {
    match severity {
        Severity::Avoid => Yanked::Avoid,
        Severity::Block => Yanked::Block,
    }
}

fn make(key: &[u8; 32], project: &ProjectName, snapshot: &Snapshot) -> AppResult<BundleBytes> {
    let mut prompts = BTreeMap::new();
    let mut artifacts: BTreeMap<Digest, Artifact> = BTreeMap::new();
    for (name, live) in &snapshot.prompts {
        let sign = |variant: &Variant| cue::sign_with(key, &cue::of(project, snapshot, name, variant));
        let blocked = |variant: &Variant| resolve::check_blocked(snapshot, name, variant).is_err();
        for variant in std::iter::once(&live.stable).chain(&live.overrides).filter(|v| !blocked(v)) {
            if let Entry::Vacant(place) = artifacts.entry(variant.digest) {
                place.insert(variant.served.artifact()?);
            }
            for (digest, fragment) in &variant.served.fragments {
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
                yanked: variant.yanked.map(yanked),
            });
        }
        let prompt = BundledPrompt {
            version: live.stable.version.clone(),
            digest: live.stable.digest,
            release: live.stable.release,
            cue: sign(&live.stable)?,
            blocked: blocked(&live.stable),
            yanked: live.stable.yanked.map(yanked),
            overrides,
        };
        prompts.insert(name.clone(), prompt);
    }
    let bundle = Bundle {
        format: FORMAT,
        project: project.clone(),
        environment: snapshot.environment.clone(),
        epoch: snapshot.epoch,
        generation: snapshot.generation,
        seq: snapshot.seq,
        at: snapshot.at,
        prompts,
        artifacts,
    };
    let bytes = serde_json::to_vec(&bundle).map_err(AppError::internal)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&bytes).map_err(AppError::internal)?;
    let gzip = gzip.finish().map_err(AppError::internal)?;
    let tag = |bytes: &[u8]| format!("\"{}\"", Digest::of_bytes(bytes));
    Ok(BundleBytes {
        etag: tag(&bytes),
        bytes: bytes.into(),
        gzip_etag: tag(&gzip),
        gzip: gzip.into(),
        generation: snapshot.generation,
    })
}
