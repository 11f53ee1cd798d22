//! Lists artifacts of one kind, by name.

use cuelight_artifact::model::Risk;
use cuelight_artifact::{ArtifactName, EnvironmentName, Kind, ProjectName};
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::browse::{Words, page_size, sees};
use super::library::ArtifactSummary;
use crate::ctx::Ctx;
use crate::error::AppResult;

/// What to list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListInput {
    /// Words that must all occur in name, title, summary, intent, tags or owners.
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
    /// Only what is live in this environment.
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

/// Lists artifacts of a kind, by name, filtered and paged.
///
/// # Errors
/// `forbidden`, `unknown_project`, `invalid_request`.
pub async fn list(ctx: &Ctx, project: &ProjectName, kind: Kind, input: ListInput) -> AppResult<ListOutput> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let limit = page_size(input.limit)?;
    let words = Words::of(input.q.as_deref())?;
    let view = ctx.app.project(project).await?.library_view(&ctx.app).await?;
    let sees = sees(ctx, project, &view);
    let mut found = view.rows.iter().filter(|row| {
        let card = &row.card;
        card.id.kind == kind
            && input.cursor.as_ref().is_none_or(|c| &card.id.name > c)
            && input.prefix.as_ref().is_none_or(|p| card.id.name.as_str().starts_with(p.as_str()))
            && input.risk.is_none_or(|r| r == card.risk)
            && input.tag.as_ref().is_none_or(|t| card.tags.contains(t))
            && input.owner.as_ref().is_none_or(|o| card.owned_by(o))
            && input
                .environment
                .as_ref()
                .is_none_or(|e| row.seen(&sees).any(|l| view.environments.get(l.environment) == Some(e)))
            && words.rank(card).is_some()
    });
    let items: Vec<_> = found.by_ref().take(limit).map(|row| view.summary(row, &sees)).collect();
    let next = found.next().and_then(|_| items.last().map(|s| s.name.clone()));
    Ok(ListOutput { items, next })
}
