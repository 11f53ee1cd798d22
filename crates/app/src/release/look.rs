//! Looks ahead without doing anything: what going back would change, and which versions could be released.

use std::collections::BTreeMap;

use cuelight_artifact::{ArtifactName, ArtifactRef, EnvironmentName, ProjectName};
use cuelight_core::Refusal;
use cuelight_core::ledger::Micros;
use cuelight_core::release::Cause;
use cuelight_core::release::roll_back::changes_to;
use cuelight_core::rights::Action;
use cuelight_core::version::Severity;
use semver::Version;

use super::{ChangeInfo, ReleaseInfo, change_info, with_texts};
use crate::ctx::Ctx;
use crate::error::AppResult;

/// What going back would do.
#[derive(Debug, Clone)]
pub struct Back {
    /// Where.
    pub environment: EnvironmentName,
    /// What is live now: the generation.
    pub generation: u64,
    /// The release that made it.
    pub release: u64,
    /// The generation that comes back.
    pub to: u64,
    /// Whether that is the declared way back.
    pub declared: bool,
    /// The release that made it, back then.
    pub made_by: ReleaseInfo,
    /// What changes; nothing when the environment serves exactly that already.
    pub changes: Vec<ChangeInfo>,
}

/// A version that could be released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its number.
    pub version: Version,
    /// Whether it is yanked, and how badly.
    pub yanked: Option<Severity>,
}

/// When a release happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When, µs since 1970 UTC.
    pub at: Micros,
    /// Whether something new was released; otherwise somebody went back.
    pub forward: bool,
}

/// What going back in an environment would change: to generation `to`, or by the declared way back. Whoever may read
/// releases may look.
///
/// # Errors
/// `nothing_before`, `unknown_generation`, `unknown_environment`, `forbidden`.
pub async fn back(
    ctx: &Ctx,
    project: &ProjectName,
    name: &EnvironmentName,
    to: Option<u64>,
) -> AppResult<Back> {
    ctx.on_environment(Action::ReadReleases, project, name)?;
    let loaded = ctx.app.project(project).await?;
    let (current, declared, record, changes) = loaded.journal.read(|state| -> AppResult<_> {
        let environment = state.environment(name)?;
        let nothing = || Refusal::NothingBefore { environment: name.clone() };
        let current = environment.generations.last().ok_or_else(nothing)?;
        let declared = state.release(current.release)?.way_back;
        let to = to.unwrap_or(declared);
        if to == 0 {
            return Err(nothing().into());
        }
        let target = environment.generation_record(to).ok_or_else(|| Refusal::UnknownGeneration {
            environment: name.clone(),
            generation: to,
            current: current.number,
        })?;
        let record = state.release(target.release)?.clone();
        let changes: Vec<ChangeInfo> = changes_to(environment, to).iter().map(change_info).collect();
        Ok((current.clone(), declared, record, changes))
    })?;
    Ok(Back {
        environment: name.clone(),
        generation: current.number,
        release: current.release,
        to: record.generation,
        declared: declared == record.generation,
        made_by: with_texts(ctx, &loaded, &record).await?,
        changes,
    })
}

/// The versions of these prompts, newest first. Prompts that do not exist are left out.
///
/// # Errors
/// `forbidden`, `unknown_project`.
pub async fn choices(
    ctx: &Ctx,
    project: &ProjectName,
    prompts: &[ArtifactName],
) -> AppResult<BTreeMap<ArtifactName, Vec<Choice>>> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let loaded = ctx.app.project(project).await?;
    Ok(loaded.journal.read(|state| {
        let history = |name: &ArtifactName| {
            let history = state.history(&ArtifactRef::prompt(name.clone())).ok()?;
            let mut found: Vec<Choice> = history
                .versions
                .iter()
                .map(|v| Choice { version: v.version.clone(), yanked: v.yank.as_ref().map(|y| y.severity) })
                .collect();
            found.sort_by(|a, b| b.version.cmp(&a.version));
            Some((name.clone(), found))
        };
        prompts.iter().filter_map(history).collect()
    }))
}

/// The releases that made these generations, going back included: people know releases by their number.
///
/// # Errors
/// `forbidden`, `unknown_project`.
pub async fn made_by(
    ctx: &Ctx,
    project: &ProjectName,
    generations: &[(EnvironmentName, u64)],
) -> AppResult<BTreeMap<(EnvironmentName, u64), u64>> {
    ctx.on_project(Action::ReadReleases, project)?;
    let loaded = ctx.app.project(project).await?;
    Ok(loaded.journal.read(|state| {
        let release = |(name, number): &(EnvironmentName, u64)| {
            if !ctx.sees(Action::ReadReleases, project, name) {
                return None;
            }
            let generation = state.environment(name).ok()?.generation_record(*number)?;
            Some(((name.clone(), *number), generation.release))
        };
        generations.iter().filter_map(release).collect()
    }))
}

/// When there were releases at or after `from`, oldest first.
///
/// # Errors
/// `forbidden`, `unknown_project`.
pub async fn since(ctx: &Ctx, project: &ProjectName, from: Micros) -> AppResult<Vec<Moment>> {
    ctx.on_project(Action::ReadReleases, project)?;
    let loaded = ctx.app.project(project).await?;
    Ok(loaded.journal.read(|state| {
        let newer = state.releases.partition_point(|r| r.at < from);
        let seen = state.releases[newer..].iter();
        seen.filter(|r| ctx.sees(Action::ReadReleases, project, &r.environment))
            .map(|r| Moment { at: r.at, forward: r.cause == Cause::Release })
            .collect()
    }))
}
