//! The library's view: what listing, browsing and searching need to know of every artifact. Kept per project; made
//! anew when the ledger has grown, with everything reused that is still so. It can be thrown away at any time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arc_swap::ArcSwap;
use cuelight_artifact::model::{Owners, Risk};
use cuelight_artifact::text::normal;
use cuelight_artifact::{Artifact, ArtifactName, ArtifactRef, Digest, EnvironmentName, Kind};
use cuelight_core::State;
use cuelight_core::ledger::{Micros, Seq};
use cuelight_core::version::VersionRecord;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::app::{App, Project};
use crate::error::{AppError, AppResult};
use crate::time;

/// Contents loaded at a time.
const CHUNK: usize = 500;

/// An artifact in brief.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// When that version was published, UTC.
    pub published_at: String,
    /// That version's content.
    pub digest: Digest,
    /// Its risk.
    pub risk: Risk,
    /// Words to find it by.
    pub tags: BTreeSet<String>,
    /// Who answers for it.
    pub owners: Owners,
    /// Where it is live, and at which version; a fragment is live where a live prompt includes it, at the newest of
    /// the versions included there.
    #[schemars(with = "BTreeMap<EnvironmentName, String>")]
    pub live: BTreeMap<EnvironmentName, Version>,
    /// How many artifacts include it.
    pub users: usize,
    /// Whether that version is yanked.
    pub yanked: bool,
}

/// The view of one project's library.
#[derive(Default)]
pub struct Library {
    current: ArcSwap<View>,
    builder: tokio::sync::Mutex<Builder>,
}

/// The library as of one ledger entry.
#[derive(Default)]
pub(super) struct View {
    seq: Seq,
    /// All environments in path order; [`Live::environment`] counts in it.
    pub(super) environments: Vec<EnvironmentName>,
    /// Every artifact that has a version, by name, then kind.
    pub(super) rows: Vec<Row>,
    /// Owners by the numbers in [`Card::owner_ids`].
    pub(super) owners: Vec<Arc<str>>,
    /// Tags by the numbers in [`Card::tag_ids`].
    pub(super) tags: Vec<Arc<str>>,
    /// Folders by the number in [`Card::folder`], each with the folder it is in. That one has a lower number.
    pub(super) folders: Vec<(Arc<str>, Option<usize>)>,
}

/// One artifact.
pub(super) struct Row {
    /// What its newest version says of itself.
    pub(super) card: Arc<Card>,
    /// The number of that version.
    pub(super) version: Version,
    /// When it was published.
    pub(super) at: Micros,
    /// Whether it is yanked.
    pub(super) yanked: bool,
    /// How many artifacts include it.
    pub(super) users: usize,
    /// Where it is live, by environment and version.
    pub(super) live: Vec<Live>,
}

/// One version that is live in one environment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Live {
    /// Counted in [`View::environments`].
    pub(super) environment: usize,
    /// The version.
    pub(super) version: Version,
    /// Whether it is the artifact's newest.
    pub(super) newest: bool,
    /// Whether it is yanked.
    pub(super) yanked: bool,
}

/// What one version says of itself, ready to be searched.
pub(super) struct Card {
    /// Which artifact.
    pub(super) id: ArtifactRef,
    /// The version's content.
    pub(super) digest: Digest,
    /// Its name for people.
    pub(super) title: String,
    /// What it does.
    pub(super) summary: String,
    /// Who answers for it.
    pub(super) owners: Owners,
    /// How much harm a mistake can do.
    pub(super) risk: Risk,
    /// Words to find it by.
    pub(super) tags: BTreeSet<String>,
    /// Name and title, folded for search.
    pub(super) head: String,
    /// All that search looks at, folded.
    pub(super) words: String,
    /// Its owners, each once.
    pub(super) owner_ids: Vec<usize>,
    /// Its tags.
    pub(super) tag_ids: Vec<usize>,
    /// The folder it is in.
    pub(super) folder: usize,
}

/// What is kept from one view for the next.
#[derive(Default)]
struct Builder {
    cards: HashMap<Digest, Arc<Card>>,
    owners: Numbers,
    tags: Numbers,
    folders: Numbers,
    parents: Vec<Option<usize>>,
}

/// Texts by number, in the order they were first seen.
#[derive(Default)]
struct Numbers {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, usize>,
}

/// What the state says of one artifact.
struct Outline {
    digest: Digest,
    version: Version,
    at: Micros,
    yanked: bool,
    users: usize,
    live: Vec<Live>,
}

/// The text as search compares it: one normal form, lower case.
#[must_use]
pub(super) fn folded(text: &str) -> String {
    normal(&normal(text).to_lowercase()).into_owned()
}

impl Project {
    /// The library as of the newest entry that is known.
    pub(super) async fn library_view(&self, app: &App) -> AppResult<Arc<View>> {
        let known = self.library.current.load_full();
        if known.seq == self.journal.seq() {
            return Ok(known);
        }
        // One caller makes it; the others wait for it rather than make it too.
        let mut builder = self.library.builder.lock().await;
        let known = self.library.current.load_full();
        if known.seq == self.journal.seq() {
            return Ok(known);
        }
        let (seq, environments, outlines) = self.journal.read(|state| {
            let names = state.environments.iter().map(|e| e.name.clone()).collect::<Vec<_>>();
            (state.seq, names, outlines(state))
        });
        let missing: Vec<Digest> =
            outlines.iter().map(|o| o.digest).filter(|d| !builder.cards.contains_key(d)).collect();
        for chunk in missing.chunks(CHUNK) {
            for (digest, artifact) in chunk.iter().zip(self.contents(app).artifacts(chunk).await?) {
                builder.add(*digest, artifact);
            }
        }
        let view = Arc::new(builder.view(seq, environments, outlines)?);
        self.library.current.store(Arc::clone(&view));
        Ok(view)
    }
}

impl Builder {
    fn add(&mut self, digest: Digest, artifact: Artifact) {
        let Owners { business, technical, rollback } = &artifact.owners;
        let owners: BTreeSet<&str> =
            [business, technical, rollback].into_iter().flatten().map(|o| &**o).collect();
        let head = folded(&format!("{}\n{}", artifact.name, artifact.title));
        let mut words = vec![head.clone(), folded(&artifact.summary), folded(&artifact.intent)];
        words.extend(artifact.tags.iter().map(String::as_str).chain(owners.iter().copied()).map(folded));
        let card = Card {
            digest,
            head,
            words: words.join("\n"),
            owner_ids: owners.into_iter().map(|o| self.owners.number(o)).collect(),
            tag_ids: artifact.tags.iter().map(|t| self.tags.number(t)).collect(),
            folder: self.folder(artifact.name.as_str()),
            id: artifact.id(),
            title: artifact.title,
            summary: artifact.summary,
            owners: artifact.owners,
            risk: artifact.risk,
            tags: artifact.tags,
        };
        self.cards.insert(digest, Arc::new(card));
    }

    /// The number of the folder a name is in. The folders around it get lower numbers.
    fn folder(&mut self, name: &str) -> usize {
        let mut inner = None;
        for (end, _) in name.match_indices('/') {
            let number = self.folders.number(&name[..end]);
            if number == self.parents.len() {
                self.parents.push(inner);
            }
            inner = Some(number);
        }
        // A name has two parts or more, so there is a folder.
        inner.unwrap_or_default()
    }

    fn view(
        &mut self,
        seq: Seq,
        environments: Vec<EnvironmentName>,
        outlines: Vec<Outline>,
    ) -> AppResult<View> {
        let mut rows = Vec::with_capacity(outlines.len());
        for outline in outlines {
            let Outline { digest, version, at, yanked, users, live } = outline;
            let card = self.cards.get(&digest).map(Arc::clone).ok_or_else(|| AppError::internal(digest))?;
            rows.push(Row { card, version, at, yanked, users, live });
        }
        rows.sort_by(|a, b| place(&a.card.id).cmp(&place(&b.card.id)));
        // Cards of versions that were followed by others are dropped now and then, not each time.
        if self.cards.len() > rows.len() * 2 {
            self.cards = rows.iter().map(|r| (r.card.digest, Arc::clone(&r.card))).collect();
        }
        let folders = self.folders.texts.iter().cloned().zip(self.parents.iter().copied()).collect();
        Ok(View {
            seq,
            environments,
            rows,
            owners: self.owners.texts.clone(),
            tags: self.tags.texts.clone(),
            folders,
        })
    }
}

impl Numbers {
    fn number(&mut self, text: &str) -> usize {
        if let Some(found) = self.numbers.get(text) {
            return *found;
        }
        let (number, text) = (self.texts.len(), Arc::<str>::from(text));
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }
}

/// What rows are ordered by.
pub(super) fn place(id: &ArtifactRef) -> (&ArtifactName, Kind) {
    (&id.name, id.kind)
}

impl View {
    /// The row of an artifact.
    pub(super) fn row(&self, id: &ArtifactRef) -> Option<&Row> {
        let found = self.rows.binary_search_by(|r| place(&r.card.id).cmp(&place(id))).ok()?;
        self.rows.get(found)
    }

    /// The row as answers show it to somebody who sees these environments.
    pub(super) fn summary(&self, row: &Row, sees: &[bool]) -> ArtifactSummary {
        let card = &row.card;
        ArtifactSummary {
            kind: card.id.kind,
            name: card.id.name.clone(),
            title: card.title.clone(),
            summary: card.summary.clone(),
            version: row.version.clone(),
            published_at: time::show(row.at),
            digest: card.digest,
            risk: card.risk,
            tags: card.tags.clone(),
            owners: card.owners.clone(),
            live: row
                .seen(sees)
                .filter_map(|l| Some((self.environments.get(l.environment)?.clone(), l.version.clone())))
                .collect(),
            users: row.users,
            yanked: row.yanked,
        }
    }
}

impl Card {
    /// Whether this is one of its owners.
    pub(super) fn owned_by(&self, owner: &str) -> bool {
        let Owners { business, technical, rollback } = &self.owners;
        [business, technical, rollback].into_iter().any(|o| o.as_deref() == Some(owner))
    }
}

impl Row {
    /// What of it is live where somebody sees it.
    pub(super) fn seen(&self, sees: &[bool]) -> impl Iterator<Item = &Live> {
        self.live.iter().filter(|l| sees.get(l.environment).copied().unwrap_or_default())
    }
}

/// Looks over the whole state once: prompts and places are in the same order, so that nothing is looked for.
fn outlines(state: &State) -> Vec<Outline> {
    let mut places: Vec<_> = state.environments.iter().map(|e| e.content.iter().peekable()).collect();
    let mut included: HashMap<&ArtifactName, Vec<Live>> = HashMap::new();
    let mut found = Vec::with_capacity(state.artifacts.len());
    // Prompts come before fragments: by then it is known what live prompts include.
    for (id, history) in &state.artifacts {
        let Some(newest) = history.head().or_else(|| history.newest()) else { continue };
        let mut live = Vec::new();
        if id.kind == Kind::Prompt {
            for (environment, content) in places.iter_mut().enumerate() {
                while let Some((slot, placed)) = content.next_if(|(slot, _)| slot.prompt <= id.name) {
                    // Most of what is live is the newest version, and digests are quicker to compare than numbers.
                    let is_newest = placed.digest == newest.digest && placed.version == newest.version;
                    let record = if is_newest { Some(newest) } else { history.get(&placed.version) };
                    let Some(record) = record.filter(|_| slot.prompt == id.name) else { continue };
                    if slot.over.is_none() {
                        live.push(Live {
                            environment,
                            version: record.version.clone(),
                            newest: is_newest,
                            yanked: record.yank.is_some(),
                        });
                    }
                    include(state, &mut included, environment, record);
                }
            }
        } else if let Some(here) = included.remove(&id.name) {
            live = here;
            live.iter_mut().for_each(|l| l.newest = l.version == newest.version);
            live.sort_by(|a, b| (a.environment, &a.version).cmp(&(b.environment, &b.version)));
        }
        found.push(Outline {
            digest: newest.digest,
            version: newest.version.clone(),
            at: newest.at,
            yanked: newest.yank.is_some(),
            users: state.users.get(&id.name).filter(|_| id.kind == Kind::Fragment).map_or(0, BTreeSet::len),
            live,
        });
    }
    found
}

/// Notes the fragments of a version that is live.
fn include<'a>(
    state: &State,
    included: &mut HashMap<&'a ArtifactName, Vec<Live>>,
    environment: usize,
    record: &'a VersionRecord,
) {
    for entry in record.closure.iter() {
        let live = included.entry(&entry.name).or_default();
        let version = &entry.locked.version;
        if live.iter().any(|l| l.environment == environment && &l.version == version) {
            continue;
        }
        let fragment = state.artifacts.get(&ArtifactRef::fragment(entry.name.clone()));
        let yanked = fragment.and_then(|h| h.get(version)).is_some_and(|r| r.yank.is_some());
        // Which of its versions is the newest is known when its own turn comes.
        live.push(Live { environment, version: version.clone(), newest: false, yanked });
    }
}
