//! Lists and searches artifacts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use cuelight_artifact::model::{Owners, Risk};
use cuelight_artifact::{Artifact, ArtifactName, ArtifactRef, Digest, EnvironmentName, Kind, ProjectName};
use cuelight_core::State;
use cuelight_core::release::Slot;
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::app::Project;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::serve::Contents;

/// Most artifacts on one page.
pub const MAX_PAGE: usize = 200;

/// What to list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListInput {
    /// Words that must all occur in name, title, summary, intent or tags.
    #[serde(default)]
    pub q: Option<String>,
    /// Only names that begin like this.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Only with this tag.
    #[serde(default)]
    pub tag: Option<String>,
    /// Only where this is one of the owners, such as `team:sales`.
    #[serde(default)]
    pub owner: Option<String>,
    /// Only of this risk.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// Only prompts that are live in this environment.
    #[serde(default)]
    pub environment: Option<EnvironmentName>,
    /// The `next` of the page before.
    #[serde(default)]
    pub cursor: Option<ArtifactName>,
    /// How many, 1 to 200; 50 when absent.
    #[serde(default)]
    pub limit: Option<usize>,
}

/// A page.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ListOutput {
    /// The artifacts, by name.
    pub items: Vec<ArtifactSummary>,
    /// The cursor of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<ArtifactName>,
}

/// An artifact in brief.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ArtifactSummary {
    /// Prompt or fragment.
    pub kind: Kind,
    /// Its name.
    pub name: ArtifactName,
    /// Its name for people.
    pub title: String,
    /// What it does.
    pub summary: String,
    /// Its newest version (pre-releases only where there is nothing else).
    #[schemars(with = "String")]
    pub version: Version,
    /// That version's content.
    pub digest: Digest,
    /// Its risk.
    pub risk: Risk,
    /// Words to find it by.
    pub tags: BTreeSet<String>,
    /// Who answers for it.
    pub owners: Owners,
    /// Where it is live, and at which version.
    #[schemars(with = "BTreeMap<EnvironmentName, String>")]
    pub live: BTreeMap<EnvironmentName, Version>,
    /// How many artifacts include it.
    pub users: usize,
    /// Whether that version is yanked.
    pub yanked: bool,
}

/// What searching needs of each artifact's newest version. A view: made from content when first asked for, and
/// again when the newest version changes.
#[derive(Debug, Default)]
pub struct Library(Mutex<BTreeMap<ArtifactRef, (Digest, Arc<Card>)>>);

#[derive(Debug)]
struct Card {
    title: String,
    summary: String,
    tags: BTreeSet<String>,
    owners: Owners,
    risk: Risk,
    words: String,
}

impl Card {
    fn of(artifact: &Artifact) -> Self {
        let tags = artifact.tags.iter().cloned().collect::<Vec<_>>().join(" ");
        let all = [artifact.name.as_str(), &artifact.title, &artifact.summary, &artifact.intent, &tags];
        Self {
            title: artifact.title.clone(),
            summary: artifact.summary.clone(),
            tags: artifact.tags.clone(),
            owners: artifact.owners.clone(),
            risk: artifact.risk,
            words: all.join("\n").to_lowercase(),
        }
    }

    fn owned_by(&self, owner: &str) -> bool {
        let Owners { business, technical, rollback } = &self.owners;
        [business, technical, rollback].into_iter().any(|o| o.as_deref() == Some(owner))
    }
}

impl Library {
    /// Cards for these contents; those not known yet are loaded in one go.
    async fn cards(
        &self,
        contents: Contents<'_>,
        wanted: &[(ArtifactRef, Digest)],
    ) -> AppResult<Vec<Arc<Card>>> {
        let missing: Vec<(ArtifactRef, Digest)> = {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            wanted.iter().filter(|(r, d)| known.get(r).is_none_or(|(k, _)| k != d)).cloned().collect()
        };
        for chunk in missing.chunks(500) {
            let digests: Vec<Digest> = chunk.iter().map(|(_, d)| *d).collect();
            let found = contents.artifacts(&digests).await?;
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for ((artifact, digest), content) in chunk.iter().zip(found) {
                known.insert(artifact.clone(), (*digest, Arc::new(Card::of(&content))));
            }
        }
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wanted
            .iter()
            .map(|(r, _)| known.get(r).map(|(_, c)| Arc::clone(c)).ok_or_else(|| AppError::internal(r)))
            .collect()
    }
}

struct Row {
    artifact: ArtifactRef,
    version: Version,
    digest: Digest,
    live: BTreeMap<EnvironmentName, Version>,
    users: usize,
    yanked: bool,
}

/// Lists artifacts of a kind, by name, filtered and paged.
///
/// # Errors
/// `forbidden`, `unknown_project`, `invalid_request`.
pub async fn list(ctx: &Ctx, project: &ProjectName, kind: Kind, input: ListInput) -> AppResult<ListOutput> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let limit = input.limit.unwrap_or(50);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(AppError::invalid(format!("`limit` is between 1 and {MAX_PAGE}; this is {limit}")));
    }
    let loaded = ctx.app.project(project).await?;
    let rows = loaded.journal.read(|state| rows(ctx, project, state, kind, &input));
    let mut found = pick(ctx, &loaded, &rows, &input, limit + 1).await?;
    let next = if found.len() > limit {
        found.truncate(limit);
        found.last().map(|s| s.name.clone())
    } else {
        None
    };
    Ok(ListOutput { items: found, next })
}

fn rows(ctx: &Ctx, project: &ProjectName, state: &State, kind: Kind, input: &ListInput) -> Vec<Row> {
    let visible: Vec<_> =
        state.environments.iter().filter(|e| ctx.sees(Action::ReadReleases, project, &e.name)).collect();
    let mut rows = Vec::new();
    for (artifact, history) in &state.artifacts {
        let after = input.cursor.as_ref().is_none_or(|c| &artifact.name > c);
        let begins = input.prefix.as_ref().is_none_or(|p| artifact.name.as_str().starts_with(p.as_str()));
        let Some(record) = history.head().or_else(|| history.newest()) else { continue };
        if artifact.kind != kind || !after || !begins || input.risk.is_some_and(|r| r != record.risk) {
            continue;
        }
        let slot = Slot::prompt(artifact.name.clone());
        let live: BTreeMap<EnvironmentName, Version> = match kind {
            Kind::Fragment => BTreeMap::new(),
            Kind::Prompt => visible
                .iter()
                .filter_map(|e| Some((e.name.clone(), e.content.get(&slot)?.version.clone())))
                .collect(),
        };
        if input.environment.as_ref().is_some_and(|e| !live.contains_key(e)) {
            continue;
        }
        rows.push(Row {
            artifact: artifact.clone(),
            version: record.version.clone(),
            digest: record.digest,
            live,
            users: state
                .users
                .get(&artifact.name)
                .filter(|_| kind == Kind::Fragment)
                .map_or(0, BTreeSet::len),
            yanked: record.yank.is_some(),
        });
    }
    rows
}

async fn pick(
    ctx: &Ctx,
    project: &Project,
    rows: &[Row],
    input: &ListInput,
    limit: usize,
) -> AppResult<Vec<ArtifactSummary>> {
    let words: Vec<String> =
        input.q.as_deref().unwrap_or_default().split_whitespace().map(str::to_lowercase).collect();
    let mut found = Vec::new();
    for chunk in rows.chunks(500) {
        let wanted: Vec<_> = chunk.iter().map(|r| (r.artifact.clone(), r.digest)).collect();
        let cards = project.library.cards(project.contents(&ctx.app), &wanted).await?;
        for (row, card) in chunk.iter().zip(cards) {
            let fits = words.iter().all(|w| card.words.contains(w.as_str()))
                && input.tag.as_ref().is_none_or(|t| card.tags.contains(t))
                && input.owner.as_ref().is_none_or(|o| card.owned_by(o));
            if fits {
                found.push(summary(row, &card));
            }
            if found.len() == limit {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

fn summary(row: &Row, card: &Card) -> ArtifactSummary {
    ArtifactSummary {
        kind: row.artifact.kind,
        name: row.artifact.name.clone(),
        title: card.title.clone(),
        summary: card.summary.clone(),
        version: row.version.clone(),
        digest: row.digest,
        risk: card.risk,
        tags: card.tags.clone(),
        owners: card.owners.clone(),
        live: row.live.clone(),
        users: row.users,
        yanked: row.yanked,
    }
}
