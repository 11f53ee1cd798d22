//! Finds anything by a few typed words: for the command palette.

use cuelight_artifact::name::{MAX_NAME, Word};
use cuelight_artifact::{ArtifactName, ArtifactRef, EnvironmentName, Kind, ProjectName};
use cuelight_core::State;
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::browse::{Words, page_size};
use super::library::{View, folded, place};
use crate::ctx::Ctx;
use crate::error::AppResult;

/// Most releases among what is found: they are many and alike.
const MAX_RELEASES: usize = 5;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hit {
    /// What it is.
    pub target: Target,
    /// What it is called: a title, an environment's name, a release's label. May be empty.
    pub title: String,
}

/// What can be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Target {
    /// An environment.
    Environment {
        /// Its name.
        name: EnvironmentName,
    },
    /// A prompt.
    Prompt {
        /// Its name.
        name: ArtifactName,
    },
    /// A fragment.
    Fragment {
        /// Its name.
        name: ArtifactName,
    },
    /// A release.
    Release {
        /// Its number.
        number: u64,
        /// Where it was.
        environment: EnvironmentName,
    },
}

/// How close a text is to what was typed. Closer ones come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    /// It is that.
    Same,
    /// It begins like that.
    Begins,
    /// All words are in what it is called.
    Called,
    /// All words are somewhere.
    Somewhere,
}

/// Environments, prompts, fragments and releases with all words of `q`, closest first, at most `limit`. With no
/// words: environments, then the artifacts that changed last.
///
/// # Errors
/// `forbidden`, `unknown_project`, `invalid_request`.
pub async fn find(ctx: &Ctx, project: &ProjectName, q: &str, limit: usize) -> AppResult<Vec<Hit>> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let limit = page_size(Some(limit))?;
    let words = Words::of(Some(q))?;
    let loaded = ctx.app.project(project).await?;
    let view = loaded.library_view(&ctx.app).await?;
    let typed = folded(q.trim());
    let mut found = loaded.journal.read(|state| environments(ctx, project, state, (&typed, &words)));
    if words.is_empty() {
        found.extend(changed_last(&view, limit).into_iter().map(|hit| (Closeness::Somewhere, hit)));
    } else {
        found.extend(artifacts(&view, (&typed, &words)));
        found.extend(loaded.journal.read(|state| releases(ctx, project, state, &words)));
        // Stable: within one closeness the order of kinds, then of names, stays.
        found.sort_by_key(|(closeness, _)| *closeness);
    }
    Ok(found.into_iter().take(limit).map(|(_, hit)| hit).collect())
}

/// Artifacts whose name is like this, most alike first: for somebody who mistyped one. Those of the same kind win a tie.
///
/// # Errors
/// `forbidden`, `unknown_project`.
pub async fn nearest(
    ctx: &Ctx,
    project: &ProjectName,
    kind: Kind,
    name: &str,
    limit: usize,
) -> AppResult<Vec<ArtifactRef>> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let view = ctx.app.project(project).await?.library_view(&ctx.app).await?;
    // Names are ASCII, and no longer than this.
    let typed: Vec<u8> = folded(name).bytes().take(MAX_NAME).collect();
    let far = typed.len() / 2;
    let rows = view.rows.iter().map(|row| &row.card.id);
    let mut found: Vec<_> = rows
        .filter(|id| id.name.as_str().len().abs_diff(typed.len()) <= far)
        .map(|id| (edits(&typed, id.name.as_str().as_bytes()), id.kind != kind, id))
        .filter(|(edits, _, _)| *edits <= far)
        .collect();
    found.sort();
    Ok(found.into_iter().take(limit).map(|(_, _, id)| id.clone()).collect())
}

/// How many letters must be put in, taken out or replaced to make one text the other.
fn edits(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut before = i;
        let mut left = i + 1;
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let replaced = before + usize::from(x != y);
            before = *cell;
            left = replaced.min(before + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

fn environments(
    ctx: &Ctx,
    project: &ProjectName,
    state: &State,
    (typed, words): (&str, &Words),
) -> Vec<(Closeness, Hit)> {
    let seen = state.environments.iter().filter(|e| ctx.sees(Action::ReadReleases, project, &e.name));
    let fitting = seen.filter(|e| words.all_in(e.name.as_str()));
    let hits = fitting.map(|e| {
        let hit = Hit { target: Target::Environment { name: e.name.clone() }, title: e.name.to_string() };
        (closeness(typed, &[e.name.as_str()]).unwrap_or(Closeness::Called), hit)
    });
    hits.collect()
}

fn artifacts<'a>(
    view: &'a View,
    (typed, words): (&'a str, &'a Words),
) -> impl Iterator<Item = (Closeness, Hit)> + 'a {
    view.rows.iter().filter_map(move |row| {
        let rank = words.rank(&row.card)?;
        let id = &row.card.id;
        let last = id.name.as_str().rsplit('/').next().unwrap_or_default();
        let title = row.card.head.split_once('\n').map_or("", |(_, title)| title);
        let close = match closeness(typed, &[id.name.as_str(), last, title]) {
            Some(close) => close,
            None if rank == super::browse::Rank::Head => Closeness::Called,
            None => Closeness::Somewhere,
        };
        Some((close, artifact(id, &row.card.title)))
    })
}

fn changed_last(view: &View, limit: usize) -> Vec<Hit> {
    let mut rows: Vec<_> = view.rows.iter().collect();
    rows.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| place(&a.card.id).cmp(&place(&b.card.id))));
    rows.into_iter().take(limit).map(|row| artifact(&row.card.id, &row.card.title)).collect()
}

fn artifact(id: &ArtifactRef, title: &str) -> Hit {
    let name = id.name.clone();
    let target = match id.kind {
        Kind::Prompt => Target::Prompt { name },
        Kind::Fragment => Target::Fragment { name },
    };
    Hit { target, title: title.to_owned() }
}

fn releases(ctx: &Ctx, project: &ProjectName, state: &State, words: &Words) -> Vec<(Closeness, Hit)> {
    let seen =
        state.releases.iter().rev().filter(|r| ctx.sees(Action::ReadReleases, project, &r.environment));
    let hits = seen.filter_map(|r| {
        let label = r.label.as_ref().map_or("", Word::as_str);
        let called = format!("release {} {label}", r.number);
        let close = if words.are(&["release", &r.number.to_string()]) {
            Closeness::Same
        } else if words.all_in(&called) {
            Closeness::Called
        } else if words.all_in(&format!("{called} {}", r.environment)) {
            Closeness::Somewhere
        } else {
            return None;
        };
        let target = Target::Release { number: r.number, environment: r.environment.clone() };
        Some((close, Hit { target, title: label.to_owned() }))
    });
    let mut hits: Vec<_> = hits.collect();
    hits.sort_by_key(|(close, _)| *close);
    hits.truncate(MAX_RELEASES);
    hits
}

fn closeness(typed: &str, texts: &[&str]) -> Option<Closeness> {
    if texts.contains(&typed) {
        Some(Closeness::Same)
    } else if texts.iter().any(|t| t.starts_with(typed)) {
        Some(Closeness::Begins)
    } else {
        None
    }
}
