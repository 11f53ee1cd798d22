//! Opens a release, or shows what it would be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cuelight_artifact::boundary::boundary;
use cuelight_artifact::canonical::canonical_bytes;
use cuelight_artifact::name::Word;
use cuelight_artifact::overlay::{self, Patch};
use cuelight_artifact::text::scan;
use cuelight_artifact::{
    Artifact, ArtifactName, ArtifactRef, Digest, EnvironmentName, ProjectName, Severity,
};
use cuelight_core::event::{Event, ReleaseOpened};
use cuelight_core::ledger::BlobClass;
use cuelight_core::release::{Audience, Base, OpenRelease, Placed, Slot, SlotRequest, Urgency};
use cuelight_core::rights::Action;
use cuelight_core::{Command, Context, Refusal, State};
use cuelight_render::{Limits, compile};
use cuelight_store::NewBlob;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::{ReleaseInfo, change_info, with_texts};
use crate::app::Project;
use crate::code::Code;
use crate::ctx::{Ctx, fingerprint};
use crate::error::{AppError, AppResult};
use crate::journal::{Commit, Decision};
use crate::serve::Served;
use crate::{text, time};

/// Asks for a release.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenInput {
    /// Where.
    pub environment: EnvironmentName,
    /// What to change.
    pub items: Vec<ReleaseItem>,
    /// The generation the caller looked at; when it has moved on, nothing happens.
    #[serde(default)]
    pub expected_generation: Option<u64>,
    /// The generation that going back shall return to; the one before this release when absent.
    #[serde(default)]
    pub way_back: Option<u64>,
    /// Why.
    #[serde(default)]
    pub notes: Option<String>,
    /// A label for people.
    #[serde(default)]
    pub label: Option<Word>,
    /// Passes over the policy, on the record. Needs the right to.
    #[serde(default)]
    pub break_glass: Option<BreakGlass>,
}

/// An emergency.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakGlass {
    /// Why it cannot wait.
    pub reason: String,
}

/// One thing to change.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReleaseItem {
    /// Makes a version live.
    Set(PinItem),
    /// Stops serving a prompt, its overrides too.
    Remove {
        /// The prompt.
        prompt: ArtifactName,
    },
    /// Gives an audience something of its own.
    Override(OverrideItem),
    /// Makes live here exactly what is live in another environment, its overrides too. What else the release names
    /// wins over it; what is live only here stays.
    Promote {
        /// The environment to take from.
        from: EnvironmentName,
    },
    /// Ends an override.
    RemoveOverride {
        /// The prompt.
        prompt: ArtifactName,
        /// The override.
        id: Word,
    },
}

/// A version to make live.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PinItem {
    /// The prompt.
    pub prompt: ArtifactName,
    /// The version; the newest that is not a pre-release when absent.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub version: Option<Version>,
}

/// An override.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverrideItem {
    /// The prompt.
    pub prompt: ArtifactName,
    /// A word that names the override within the prompt.
    pub id: Word,
    /// Attributes that must all be equal, such as `tenant: acme`.
    pub when: BTreeMap<String, String>,
    /// A version of its own; the prompt's when absent, also when that changes later.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub version: Option<Version>,
    /// Fields that differ, by path; only those the prompt lists as overridable.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub fields: Patch,
}

/// Whether every environment that a release was worked out from is as it was.
fn unmoved(state: &State, prepared: &Prepared) -> AppResult<()> {
    for (name, expected) in &prepared.seen {
        let found = state.environment(name)?.generation();
        if found != *expected {
            let refusal = Refusal::StaleGeneration { environment: name.clone(), expected: *expected, found };
            return Err(refusal.into());
        }
    }
    Ok(())
}

/// Whether a release was worked out from what the caller saw.
fn as_seen(prepared: &Prepared, seen: &BTreeMap<EnvironmentName, u64>) -> AppResult<()> {
    for (name, found) in &prepared.seen {
        if let Some(expected) = seen.get(name).filter(|e| *e != found) {
            let (expected, found) = (*expected, *found);
            return Err(Refusal::StaleGeneration { environment: name.clone(), expected, found }.into());
        }
    }
    Ok(())
}

/// A release, worked out: places, blobs that must be stored with it, and things to know.
#[derive(Default)]
struct Prepared {
    requests: Vec<SlotRequest>,
    /// Content that is loaded and compiled already; held until the new snapshot has it.
    loaded: Vec<Arc<Served>>,
    blobs: Vec<NewBlob>,
    warnings: Vec<String>,
    /// The generation of every environment that was read, by which it is known whether one has moved since.
    seen: BTreeMap<EnvironmentName, u64>,
}

/// How often a release is worked out anew because an environment moved meanwhile.
const ATTEMPTS: usize = 50;

/// Opens a release.
///
/// # Errors
/// `policy_unsatisfied` with what is missing, `stale`, `bad_release`, `unknown_*`, `nothing_to_change`.
pub async fn open(ctx: &Ctx, project: &ProjectName, input: OpenInput) -> AppResult<ReleaseInfo> {
    open_seen(ctx, project, input, &BTreeMap::new()).await
}

/// Opens a release if every environment that it is worked out from is still at the generation the caller saw: what
/// somebody looked at is what is released, or nothing.
///
/// # Errors
/// As [`open`]; `stale` when one has moved.
pub async fn open_seen(
    ctx: &Ctx,
    project: &ProjectName,
    input: OpenInput,
    seen: &BTreeMap<EnvironmentName, u64>,
) -> AppResult<ReleaseInfo> {
    authorize(ctx, project, &input)?;
    let key = ctx.command()?;
    let loaded = ctx.app.project(project).await?;
    let fingerprint = fingerprint("release.open", &ctx.principal.actor, &input)?;
    // A repeated command is answered from the ledger, however the world has changed since.
    let known = loaded.journal.store().command(loaded.journal.id(), &key).await?.is_some();
    let mut attempt = 0;
    let (prepared, committed) = loop {
        attempt += 1;
        let prepared = if known { Prepared::default() } else { prepare(ctx, &loaded, &input).await? };
        as_seen(&prepared, seen)?;
        let (command, blobs) = command(ctx, &input, &prepared)?;
        let actor = ctx.principal.actor.clone();
        let commit = Commit { command: key.clone(), fingerprint, actor, now: ctx.app.now() };
        let moved = AtomicBool::new(false);
        let done = loaded
            .journal
            .commit(commit, |state, context| {
                if let Err(error) = unmoved(state, &prepared) {
                    moved.store(true, Ordering::Relaxed);
                    return Err(error);
                }
                Ok(Decision {
                    events: cuelight_core::decide(state, &command, context)?,
                    blobs: blobs.clone(),
                })
            })
            .await;
        match done {
            // Overrides and promotions were worked out from what has changed since: look again.
            Err(_) if moved.load(Ordering::Relaxed) && attempt < ATTEMPTS => {}
            Err(error) => return Err(error),
            Ok(committed) => break (prepared, committed),
        }
    };
    loaded.refresh(&ctx.app).await?;
    drop(prepared.loaded);
    let Some((_, Event::ReleaseOpened(opened))) = committed.events.first() else {
        return Err(AppError::internal("a release is recorded as one event"));
    };
    let record = loaded.journal.read(|s| s.release(opened.release).cloned())?;
    let mut found = with_texts(ctx, &loaded, &record).await?;
    found.warnings = prepared.warnings;
    Ok(found)
}

/// What a release would be, without opening it.
///
/// # Errors
/// As [`open`].
pub async fn preview(ctx: &Ctx, project: &ProjectName, input: OpenInput) -> AppResult<ReleaseInfo> {
    authorize(ctx, project, &input)?;
    let loaded = ctx.app.project(project).await?;
    let prepared = prepare(ctx, &loaded, &input).await?;
    let (command, _) = command(ctx, &input, &prepared)?;
    let context = Context { now: ctx.app.now(), actor: ctx.principal.actor.clone() };
    let (events, seq) =
        loaded.journal.read(|state| (cuelight_core::decide(state, &command, &context), state.seq + 1));
    match events?.into_iter().next() {
        Some(Event::ReleaseOpened(opened)) => {
            Ok(previewed(&opened, &context, seq, prepared.warnings, input.notes))
        }
        _ => Err(AppError::internal("a release is one event")),
    }
}

fn previewed(
    opened: &ReleaseOpened,
    context: &Context,
    seq: u64,
    warnings: Vec<String>,
    notes: Option<String>,
) -> ReleaseInfo {
    ReleaseInfo {
        release: opened.release,
        environment: opened.environment.clone(),
        generation: opened.generation,
        cause: opened.cause.clone(),
        changes: opened.changes.iter().map(change_info).collect(),
        way_back: opened.way_back,
        break_glass: (!opened.urgency.is_planned()).then(|| opened.passed_over.clone()),
        break_glass_reason: None,
        notes,
        label: opened.label.clone(),
        seq,
        at: time::show(context.now),
        actor: context.actor.to_string(),
        warnings,
        propagation: None,
    }
}

fn authorize(ctx: &Ctx, project: &ProjectName, input: &OpenInput) -> AppResult<()> {
    ctx.on_environment(Action::Release, project, &input.environment)?;
    if input.break_glass.is_some() {
        ctx.on_environment(Action::BreakGlass, project, &input.environment)?;
    }
    if input.items.is_empty() {
        return Err(AppError::invalid("`items` is empty: name at least one prompt to release"));
    }
    Ok(())
}

fn command(ctx: &Ctx, input: &OpenInput, prepared: &Prepared) -> AppResult<(Command, Vec<NewBlob>)> {
    let (notes, mut blobs) = text::optional(&ctx.app, "notes", input.notes.as_deref())?;
    let urgency = match &input.break_glass {
        None => Urgency::Planned,
        Some(emergency) => {
            let (reason, blob) = text::blob(&ctx.app, "break_glass.reason", &emergency.reason)?;
            blobs.push(blob);
            Urgency::BreakGlass { reason }
        }
    };
    blobs.extend(prepared.blobs.iter().cloned());
    let command = Command::OpenRelease(OpenRelease {
        environment: input.environment.clone(),
        expected: input.expected_generation,
        changes: prepared.requests.clone(),
        way_back: input.way_back,
        urgency,
        notes,
        label: input.label.clone(),
    });
    Ok((command, blobs))
}

async fn prepare(ctx: &Ctx, project: &Project, input: &OpenInput) -> AppResult<Prepared> {
    let mut requests: BTreeMap<Slot, Option<Placed>> = BTreeMap::new();
    let mut overrides: Vec<OverrideItem> = Vec::new();
    let mut removed: BTreeSet<ArtifactName> = BTreeSet::new();
    let mut blobs = Vec::new();
    let mut warnings = Vec::new();
    let twice = |slot: &Slot| AppError::new(Code::BadRelease, format!("`{slot}` is in the release twice"));
    let mut promoted: BTreeMap<Slot, Placed> = BTreeMap::new();
    let mut seen = BTreeMap::from([(input.environment.clone(), generation(project, &input.environment)?)]);
    for item in &input.items {
        let (slot, placed) = match item {
            ReleaseItem::Promote { from } => {
                seen.insert(from.clone(), generation(project, from)?);
                promoted.extend(live_in(ctx, project, input, from)?);
                continue;
            }
            ReleaseItem::Set(pin) => (Slot::prompt(pin.prompt.clone()), Some(pinned(project, pin)?)),
            ReleaseItem::Remove { prompt } => {
                removed.insert(prompt.clone());
                (Slot::prompt(prompt.clone()), None)
            }
            ReleaseItem::RemoveOverride { prompt, id } => (Slot::over(prompt.clone(), id.clone()), None),
            ReleaseItem::Override(over) => {
                if overrides.iter().any(|o| o.prompt == over.prompt && o.id == over.id) {
                    return Err(twice(&Slot::over(over.prompt.clone(), over.id.clone())));
                }
                overrides.push(over.clone());
                continue;
            }
        };
        if requests.insert(slot.clone(), placed).is_some() {
            return Err(twice(&slot));
        }
    }
    for (slot, placed) in promoted {
        let named = overrides.iter().any(|o| o.prompt == slot.prompt && Some(&o.id) == slot.over.as_ref());
        if named || removed.contains(&slot.prompt) || requests.contains_key(&slot) {
            continue;
        }
        // Named with another version than it is promoted from: what follows it is made for that version.
        let prompt = requests.get(&Slot::prompt(slot.prompt.clone())).cloned().flatten();
        let elsewhere = prompt.is_some_and(|p| p.version != placed.version);
        match (&slot.over, &placed.audience, &placed.patch) {
            (Some(id), Some(audience), Some(patch)) if elsewhere && audience.base == Base::Following => {
                overrides.push(OverrideItem {
                    prompt: slot.prompt.clone(),
                    id: id.clone(),
                    when: audience.when.clone(),
                    version: None,
                    fields: load_patch(ctx, project, patch).await?,
                });
            }
            _ => {
                requests.insert(slot, Some(placed));
            }
        }
    }
    let standing = standing_overrides(ctx, project, input, &requests, &overrides).await?;
    for slot in standing.dropped {
        if removed.contains(&slot.prompt) {
            requests.entry(slot).or_insert(None);
        }
    }
    overrides.extend(standing.following);
    for over in overrides {
        let base = base_version(project, &input.environment, &requests, &over)?;
        let made = make_override(ctx, project, &over, base).await?;
        let slot = Slot::over(over.prompt.clone(), over.id.clone());
        blobs.extend(made.blobs);
        warnings.extend(made.warnings);
        if requests.insert(slot.clone(), Some(made.placed)).is_some() {
            return Err(twice(&slot));
        }
    }
    let new: BTreeSet<&Digest> = blobs.iter().map(|b: &NewBlob| &b.digest).collect();
    let known: Vec<Digest> =
        requests.values().flatten().map(|p| p.digest).filter(|d| !new.contains(d)).collect();
    let loaded = project.preload(&ctx.app, &known).await?;
    let requests = requests.into_iter().map(|(slot, placed)| SlotRequest { slot, placed }).collect();
    Ok(Prepared { requests, loaded, blobs, warnings, seen })
}

fn generation(project: &Project, environment: &EnvironmentName) -> AppResult<u64> {
    project.journal.read(|state| Ok(state.environment(environment)?.generation()))
}

/// Everything that is live in another environment.
fn live_in(
    ctx: &Ctx,
    project: &Project,
    input: &OpenInput,
    from: &EnvironmentName,
) -> AppResult<Vec<(Slot, Placed)>> {
    ctx.on_environment(Action::ReadReleases, &project.name, from)?;
    if from == &input.environment {
        return Err(AppError::invalid(format!("`{from}` cannot be promoted to itself")));
    }
    project.journal.read(|state| {
        let content = &state.environment(from)?.content;
        Ok(content.iter().map(|(slot, placed)| (slot.clone(), (**placed).clone())).collect())
    })
}

fn pinned(project: &Project, pin: &PinItem) -> AppResult<Placed> {
    let artifact = ArtifactRef::prompt(pin.prompt.clone());
    project.journal.read(|state| {
        let record = match &pin.version {
            Some(version) => state.version(&artifact, version)?,
            None => state.history(&artifact)?.head().ok_or_else(|| {
                AppError::new(
                    Code::UnknownVersion,
                    format!("{artifact} has only pre-releases; name one of them"),
                )
            })?,
        };
        Ok(Placed { version: record.version.clone(), digest: record.digest, audience: None, patch: None })
    })
}

/// Overrides that are live now and touched by this release without being named in it.
struct Standing {
    /// To be made anew, because they follow a prompt that changes.
    following: Vec<OverrideItem>,
    /// All of them, to be dropped with their prompt.
    dropped: Vec<Slot>,
}

async fn standing_overrides(
    ctx: &Ctx,
    project: &Project,
    input: &OpenInput,
    requests: &BTreeMap<Slot, Option<Placed>>,
    named: &[OverrideItem],
) -> AppResult<Standing> {
    let found = project.journal.read(|state| -> AppResult<Vec<_>> {
        let content = &state.environment(&input.environment)?.content;
        let touched = content.iter().filter(|(slot, _)| {
            slot.over.as_ref().is_some_and(|id| {
                requests.contains_key(&Slot::prompt(slot.prompt.clone()))
                    && !requests.contains_key(*slot)
                    && !named.iter().any(|o| o.prompt == slot.prompt && &o.id == id)
            })
        });
        Ok(touched.map(|(slot, placed)| (slot.clone(), placed.clone())).collect())
    })?;
    let mut standing = Standing { following: Vec::new(), dropped: Vec::new() };
    for (slot, placed) in found {
        let gone = requests.get(&Slot::prompt(slot.prompt.clone())).is_some_and(Option::is_none);
        if gone {
            standing.dropped.push(slot);
            continue;
        }
        let (Some(id), Some(audience), Some(patch)) = (&slot.over, &placed.audience, &placed.patch) else {
            continue;
        };
        if audience.base == Base::Following {
            standing.following.push(OverrideItem {
                prompt: slot.prompt.clone(),
                id: id.clone(),
                when: audience.when.clone(),
                version: None,
                fields: load_patch(ctx, project, patch).await?,
            });
        }
    }
    Ok(standing)
}

pub(crate) async fn load_patch(ctx: &Ctx, project: &Project, digest: &Digest) -> AppResult<Patch> {
    let corrupt = |why: String| AppError::new(Code::Corrupt, format!("field patch {digest}: {why}"));
    let bytes =
        project.contents(&ctx.app).bytes(digest).await?.ok_or_else(|| corrupt("is missing".into()))?;
    serde_json::from_slice(&bytes).map_err(|e| corrupt(e.to_string()))
}

fn base_version(
    project: &Project,
    environment: &EnvironmentName,
    requests: &BTreeMap<Slot, Option<Placed>>,
    over: &OverrideItem,
) -> AppResult<Version> {
    if let Some(version) = &over.version {
        return Ok(version.clone());
    }
    let slot = Slot::prompt(over.prompt.clone());
    if let Some(Some(placed)) = requests.get(&slot) {
        return Ok(placed.version.clone());
    }
    let live = project.journal.read(|state| -> AppResult<_> {
        Ok(state.environment(environment)?.content.get(&slot).map(|p| p.version.clone()))
    })?;
    live.ok_or_else(|| {
        AppError::new(
            Code::BadRelease,
            format!(
                "`{slot}#{}`: its prompt is not live in `{environment}`; release the prompt too",
                over.id
            ),
        )
    })
}

/// Attributes are plain words and values are clean text: one that looks right and never matches helps nobody, and
/// what is recorded cannot be taken out again.
fn check_audience(over: &OverrideItem) -> AppResult<()> {
    let bad =
        |what: String| AppError::new(Code::BadRelease, format!("`{}#{}`: {what}", over.prompt, over.id));
    for (key, value) in &over.when {
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.');
        if key.is_empty() || !key.chars().all(word) {
            let key: String = key.escape_debug().take(60).collect();
            return Err(bad(format!("the attribute `{key}` is not a word of a-z, 0-9, `_`, `-` and `.`")));
        }
        let errors = scan(value).into_iter().filter(|d| d.severity == Severity::Error);
        if let Some(found) = errors.into_iter().next() {
            return Err(bad(format!("the value of `{key}`: {} [{}]", found.message, found.rule)));
        }
    }
    Ok(())
}

struct MadeOverride {
    placed: Placed,
    blobs: Vec<NewBlob>,
    warnings: Vec<String>,
}

async fn make_override(
    ctx: &Ctx,
    project: &Project,
    over: &OverrideItem,
    version: Version,
) -> AppResult<MadeOverride> {
    check_audience(over)?;
    let artifact = ArtifactRef::prompt(over.prompt.clone());
    let base_digest = project.journal.read(|s| s.version(&artifact, &version).map(|v| v.digest))?;
    let base = if over.version.is_some() { Base::Pinned } else { Base::Following };
    let audience = Some(Audience { when: over.when.clone(), base });
    if over.fields.0.is_empty() {
        let placed = Placed { version, digest: base_digest, audience, patch: None };
        return Ok(MadeOverride { placed, blobs: Vec::new(), warnings: Vec::new() });
    }
    let original = project.contents(&ctx.app).artifact(&base_digest).await?;
    let effective = overlay::apply(&original, &over.fields).map_err(|errors| {
        let missing: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let detail = format!("`{}#{}` on {version}: {}", over.prompt, over.id, missing.join("; "));
        AppError::new(Code::BadRelease, detail).missing(missing)
    })?;
    check_compiles(ctx, project, &effective, over).await?;
    let warnings = boundary(&original, &effective)
        .iter()
        .map(|b| format!("{}#{}: {} [{}]", over.prompt, over.id, b.sentence, b.rule))
        .collect();
    let patch = canonical_bytes(&over.fields).map_err(AppError::internal)?;
    let content = effective.canonical_bytes().map_err(AppError::internal)?;
    let (patch_digest, digest) = (Digest::of_bytes(&patch), Digest::of_bytes(&content));
    let placed = Placed { version, digest, audience, patch: Some(patch_digest) };
    let blob = |digest, bytes| NewBlob { digest, class: BlobClass::Artifact, bytes };
    Ok(MadeOverride { placed, blobs: vec![blob(patch_digest, patch), blob(digest, content)], warnings })
}

async fn check_compiles(
    ctx: &Ctx,
    project: &Project,
    effective: &Artifact,
    over: &OverrideItem,
) -> AppResult<()> {
    let fragments = project.contents(&ctx.app).fragments(effective).await?;
    compile(effective, &fragments, &Limits::default()).map(|_| ()).map_err(|found| {
        let detail = format!("`{}#{}` makes a prompt that cannot be rendered", over.prompt, over.id);
        AppError::new(Code::BadRelease, detail).diagnostics(found)
    })
}
