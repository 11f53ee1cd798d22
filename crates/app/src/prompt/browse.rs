//! Browses the library: search, filters, folders, and how many there would be under every other choice.

mod tally;

use cuelight_artifact::model::Risk;
use cuelight_artifact::{ArtifactRef, Kind, ProjectName};
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::tally::Tally;
use super::library::{ArtifactSummary, Card, Row, View, folded, place};
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};

/// Most artifacts on one page.
pub const MAX_PAGE: usize = 200;
/// Most values of one facet: the most frequent ones, and the one that is chosen.
pub const MAX_FACET: usize = 200;
/// Most words in a search.
pub const MAX_WORDS: usize = 32;

/// What to look for. Everything given must hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrowseInput {
    /// Words that must all occur in name, title, summary, intent, tags or owners.
    #[serde(default)]
    pub q: Option<String>,
    /// Only what is in this folder or below it, such as `sales`.
    #[serde(default)]
    pub folder: Option<String>,
    /// Only of this risk.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// Only where this is one of the owners, such as `team:sales`.
    #[serde(default)]
    pub owner: Option<String>,
    /// Only with this tag.
    #[serde(default)]
    pub tag: Option<String>,
    /// Only of this status.
    #[serde(default)]
    pub status: Option<Status>,
    /// Only prompts, or only fragments.
    #[serde(default)]
    pub kind: Option<Kind>,
    /// The `next` of the page before.
    #[serde(default)]
    pub after: Option<ArtifactRef>,
    /// How many, 1 to 200; 50 when absent.
    #[serde(default)]
    pub limit: Option<usize>,
}

/// Something to know of an artifact, seen from the environments that the reader sees. Several may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is live somewhere: a fragment where a live prompt includes it.
    Live,
    /// It is live nowhere.
    NotLive,
    /// It is live somewhere at another version than its newest.
    Newer,
    /// Its newest version, or one that is live, is yanked.
    Withdrawn,
    /// It has no owner at all.
    Unowned,
}

impl Status {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::Live, Self::NotLive, Self::Newer, Self::Withdrawn, Self::Unowned];

    /// `live`, `not_live`, `newer`, `withdrawn` or `unowned`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::NotLive => "not_live",
            Self::Newer => "newer",
            Self::Withdrawn => "withdrawn",
            Self::Unowned => "unowned",
        }
    }
}

/// A page of what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BrowseOutput {
    /// The artifacts. Those with all words in name or title come first; otherwise by name.
    pub items: Vec<ArtifactSummary>,
    /// How many there are on all pages.
    pub total: usize,
    /// How many there are before this page.
    pub from: usize,
    /// The `after` of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<ArtifactRef>,
    /// The `after` of the page before; absent if that is the first page, or if there is none (`from` is 0).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<ArtifactRef>,
    /// Folders by name, at every depth, with how many there are in and below each, whatever folder is chosen.
    pub folders: Vec<Folder>,
    /// How many there would be under each choice, with everything else as it is.
    pub facets: Facets,
}

/// A folder: the first parts of names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Folder {
    /// Its name, with the folders it is in, such as `sales/mail`.
    pub name: String,
    /// How many there are in it and below it.
    pub count: usize,
}

/// One value with how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Count<T> {
    /// The value.
    pub value: T,
    /// How many there are.
    pub count: usize,
}

/// How many there are of each value, the other filters applied. Values that occur nowhere are left out, unless they
/// are chosen. Owners and tags are those that occur most, at most 200.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Facets {
    /// By risk, lowest first.
    pub risks: Vec<Count<Risk>>,
    /// By owner, most frequent first.
    pub owners: Vec<Count<String>>,
    /// By tag, most frequent first.
    pub tags: Vec<Count<String>>,
    /// By status.
    pub statuses: Vec<Count<Status>>,
    /// By kind.
    pub kinds: Vec<Count<Kind>>,
}

/// How well something fits a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// All words are in name or title.
    Head,
    /// All words are somewhere.
    Anywhere,
}

/// The words of a search, each once.
#[derive(Debug, Default)]
pub(super) struct Words(Vec<String>);

impl Words {
    /// The words of a search field.
    pub(super) fn of(q: Option<&str>) -> AppResult<Self> {
        let mut words: Vec<String> = Vec::new();
        for word in folded(q.unwrap_or_default()).split_whitespace() {
            if words.iter().any(|w| w == word) {
                continue;
            }
            if words.len() == MAX_WORDS {
                return Err(AppError::invalid(format!(
                    "a search has at most {MAX_WORDS} words; leave out all but the most telling ones"
                )));
            }
            words.push(word.to_owned());
        }
        Ok(Self(words))
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all are in a folded text.
    pub(super) fn all_in(&self, text: &str) -> bool {
        self.0.iter().all(|w| text.contains(w.as_str()))
    }

    /// Whether they are these, whatever their order, or the last of these alone.
    pub(super) fn are(&self, exactly: &[&str]) -> bool {
        let last = exactly.last().is_some_and(|l| self.0 == [*l]);
        last || (self.0.len() == exactly.len() && exactly.iter().all(|e| self.0.iter().any(|w| w == e)))
    }

    /// How well a card fits; `None` when it does not.
    pub(super) fn rank(&self, card: &Card) -> Option<Rank> {
        if self.all_in(&card.head) {
            Some(Rank::Head)
        } else if self.all_in(&card.words) {
            Some(Rank::Anywhere)
        } else {
            None
        }
    }
}

/// How many to show on a page.
pub(super) fn page_size(asked: Option<usize>) -> AppResult<usize> {
    let limit = asked.unwrap_or(50);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(AppError::invalid(format!("`limit` is between 1 and {MAX_PAGE}; this is {limit}")));
    }
    Ok(limit)
}

/// Which of the view's environments the caller sees.
pub(super) fn sees(ctx: &Ctx, project: &ProjectName, view: &View) -> Vec<bool> {
    view.environments.iter().map(|e| ctx.sees(Action::ReadReleases, project, e)).collect()
}

/// Finds what fits, a page of it, with folders and facets.
///
/// # Errors
/// `forbidden`, `unknown_project`, `invalid_request`, `unknown_artifact` for an `after` that names nothing.
pub async fn browse(ctx: &Ctx, project: &ProjectName, input: BrowseInput) -> AppResult<BrowseOutput> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let limit = page_size(input.limit)?;
    let words = Words::of(input.q.as_deref())?;
    let view = ctx.app.project(project).await?.library_view(&ctx.app).await?;
    let sees = sees(ctx, project, &view);
    let mut tally = Tally::new(&view, &input);
    let (mut hits, mut others) = (Vec::new(), Vec::new());
    for row in &view.rows {
        match tally.count(row, statuses(row, &sees), &words) {
            Some(Rank::Head) => hits.push(row),
            Some(Rank::Anywhere) => others.push(row),
            None => {}
        }
    }
    let heads = hits.len();
    hits.append(&mut others);
    let from = match &input.after {
        None => 0,
        Some(after) => start(&view, &words, (&hits, heads), after)?,
    };
    let end = hits.len().min(from + limit);
    let shown = hits.get(from..end).unwrap_or_default();
    let before = |index: Option<usize>| Some(hits.get(index?)?.card.id.clone());
    Ok(BrowseOutput {
        items: shown.iter().map(|row| view.summary(row, &sees)).collect(),
        total: hits.len(),
        from,
        next: if end < hits.len() { before(end.checked_sub(1)) } else { None },
        previous: before(from.checked_sub(limit + 1)),
        folders: tally.folders(),
        facets: tally.facets(),
    })
}

/// Where the page after this artifact begins, whether or not that artifact still fits.
fn start(view: &View, words: &Words, found: (&[&Row], usize), after: &ArtifactRef) -> AppResult<usize> {
    let (hits, heads) = found;
    let row = view.row(after).ok_or_else(|| cuelight_core::Refusal::UnknownArtifact(after.clone()))?;
    let (begin, part) = match words.rank(&row.card) {
        Some(Rank::Head) => (0, &hits[..heads]),
        Some(Rank::Anywhere) | None => (heads, &hits[heads..]),
    };
    Ok(begin + part.partition_point(|r| place(&r.card.id) <= place(after)))
}

/// Everything that holds of an artifact, as a set of bits by the number of the status.
fn statuses(row: &Row, sees: &[bool]) -> u8 {
    let (mut live, mut newer, mut withdrawn) = (false, false, row.yanked);
    for place in row.seen(sees) {
        live = true;
        newer |= !place.newest;
        withdrawn |= place.yanked;
    }
    let holds = [live, !live, newer, withdrawn, row.card.owner_ids.is_empty()];
    holds.iter().enumerate().map(|(i, holds)| u8::from(*holds) << i).sum()
}
