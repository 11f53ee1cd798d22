//! Releases: open one, look at one before opening it, go back, read them.

mod look;
mod open;
mod roll_back;

pub use look::{Back, Choice, Moment, back, choices, made_by, since};
pub(crate) use open::load_patch;
pub use open::{BreakGlass, OpenInput, OverrideItem, PinItem, ReleaseItem, open, open_seen, preview};
pub use roll_back::{RollBackInput, roll_back, roll_back_seen};

use std::collections::BTreeMap;

use cuelight_artifact::name::Word;
use cuelight_artifact::{Digest, EnvironmentName, ProjectName};
use cuelight_core::release::{Base, Cause, Placed, ReleaseRecord, Slot, SlotChange, Urgency};
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::app::Project;
use crate::ctx::Ctx;
use crate::error::AppResult;
use crate::node::{Propagation, propagation};
use crate::{text, time};

/// What stands in a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlotInfo {
    /// The prompt, or an override of it.
    pub slot: Slot,
    /// The version it is or is made from.
    #[schemars(with = "String")]
    pub version: Version,
    /// What is really served.
    pub digest: Digest,
    /// Whom an override is for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub when: BTreeMap<String, String>,
    /// Whether an override follows the prompt's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// The field patch of an override.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<Digest>,
}

/// One place that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeInfo {
    /// The prompt, or an override of it.
    pub slot: Slot,
    /// What was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<SlotInfo>,
    /// What is there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<SlotInfo>,
}

/// A release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReleaseInfo {
    /// Its number within the project.
    pub release: u64,
    /// Where.
    pub environment: EnvironmentName,
    /// The generation it made.
    pub generation: u64,
    /// A release, or going back.
    pub cause: Cause,
    /// What changed.
    pub changes: Vec<ChangeInfo>,
    /// The generation that going back returns to; 0 when there is none.
    pub way_back: u64,
    /// Whether the policy was passed over, and what it would have demanded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass: Option<Vec<String>>,
    /// Why it could not wait; absent when the text was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass_reason: Option<String>,
    /// Why; absent when nobody said, or when the text was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// A label for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Word>,
    /// The ledger entry.
    pub seq: u64,
    /// When it was decided, UTC.
    pub at: String,
    /// By whom.
    pub actor: String,
    /// Things to know, such as boundaries an override relaxes, or yanked versions that going back brings back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// How it spread over servers and clients. Told of one release at a time, and only while nodes remember it: they keep
    /// the newest generations of each environment since their start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub propagation: Option<Propagation>,
}

pub(crate) fn slot_info(slot: &Slot, placed: &Placed) -> SlotInfo {
    SlotInfo {
        slot: slot.clone(),
        version: placed.version.clone(),
        digest: placed.digest,
        when: placed.audience.as_ref().map(|a| a.when.clone()).unwrap_or_default(),
        base: placed.audience.as_ref().map(|a| a.base),
        patch: placed.patch,
    }
}

pub(crate) fn change_info(change: &SlotChange) -> ChangeInfo {
    ChangeInfo {
        slot: change.slot.clone(),
        before: change.before.as_ref().map(|p| slot_info(&change.slot, p)),
        after: change.after.as_ref().map(|p| slot_info(&change.slot, p)),
    }
}

fn info(record: &ReleaseRecord) -> ReleaseInfo {
    ReleaseInfo {
        release: record.number,
        environment: record.environment.clone(),
        generation: record.generation,
        cause: record.cause.clone(),
        changes: record.changes.iter().map(change_info).collect(),
        way_back: record.way_back,
        break_glass: match record.urgency {
            Urgency::Planned => None,
            Urgency::BreakGlass { .. } => Some(record.passed_over.clone()),
        },
        break_glass_reason: None,
        notes: None,
        label: record.label.clone(),
        seq: record.seq,
        at: time::show(record.at),
        actor: record.actor.to_string(),
        warnings: Vec::new(),
        propagation: None,
    }
}

/// One release.
///
/// # Errors
/// `forbidden`, `unknown_release`.
pub async fn get(ctx: &Ctx, project: &ProjectName, number: u64) -> AppResult<ReleaseInfo> {
    ctx.on_project(Action::ReadReleases, project)?;
    let loaded = ctx.app.project(project).await?;
    let record = loaded.journal.read(|state| state.release(number).cloned())?;
    ctx.on_environment(Action::ReadReleases, project, &record.environment)?;
    let mut found = with_texts(ctx, &loaded, &record).await?;
    found.propagation = propagation(&ctx.app, project, &record.environment, record.generation).await;
    Ok(found)
}

/// Releases, newest first, at most `limit`, older than `before`, of one environment or of all the caller sees.
///
/// # Errors
/// `forbidden`, `unknown_project`.
pub async fn list(
    ctx: &Ctx,
    project: &ProjectName,
    environment: Option<&EnvironmentName>,
    before: Option<u64>,
    limit: usize,
) -> AppResult<Vec<ReleaseInfo>> {
    ctx.on_project(Action::ReadReleases, project)?;
    let loaded = ctx.app.project(project).await?;
    let records: Vec<ReleaseRecord> = loaded.journal.read(|state| -> AppResult<_> {
        if let Some(name) = environment {
            state.environment(name)?;
        }
        let found = state.releases.iter().rev().filter(|r| {
            before.is_none_or(|b| r.number < b)
                && environment.is_none_or(|e| &r.environment == e)
                && ctx.sees(Action::ReadReleases, project, &r.environment)
        });
        Ok(found.take(limit).cloned().collect())
    })?;
    let mut infos = Vec::with_capacity(records.len());
    for record in &records {
        infos.push(with_texts(ctx, &loaded, record).await?);
    }
    Ok(infos)
}

pub(crate) async fn with_texts(
    ctx: &Ctx,
    project: &Project,
    record: &ReleaseRecord,
) -> AppResult<ReleaseInfo> {
    let mut found = info(record);
    found.notes = text::read(project.contents(&ctx.app), record.notes).await?;
    if let Urgency::BreakGlass { reason } = record.urgency {
        found.break_glass_reason = text::read(project.contents(&ctx.app), Some(reason)).await?;
    }
    Ok(found)
}
