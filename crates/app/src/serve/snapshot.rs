//! Snapshots: one immutable value per environment and generation, swapped whole. A reader holds one snapshot for
//! the length of a request, so no answer ever mixes two generations.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arc_swap::ArcSwap;
use cuelight_artifact::name::Word;
use cuelight_artifact::{ArtifactName, ArtifactRef, Digest, EnvironmentName};
use cuelight_core::State;
use cuelight_core::environment::{Blocked, Environment};
use cuelight_core::ledger::{Micros, Seq};
use cuelight_core::release::{Placed, Slot};
use cuelight_core::version::Severity;
use cuelight_resolve::precedence;
use semver::Version;
use tokio::sync::{OnceCell, watch};

use super::bundle::{self, BundleBytes};
use super::cue;
use super::served::{Contents, Served, Shared};
use crate::app::{App, Project};
use crate::code::Code;
use crate::error::{AppError, AppResult};
use crate::node::Began;

/// What a project serves.
pub struct Serving {
    snapshots: ArcSwap<BTreeMap<EnvironmentName, Arc<Snapshot>>>,
    cache: Mutex<HashMap<Digest, Weak<Served>>>,
    fragments: Shared,
    /// The snapshots before these, so that going back finds its content compiled.
    before: Mutex<BTreeMap<EnvironmentName, Arc<Snapshot>>>,
    refreshing: tokio::sync::Mutex<()>,
    served: watch::Sender<Seq>,
    /// Something could not be loaded because storage was away: trying again may help.
    owing: AtomicBool,
    /// Environments that are there and not served, and why.
    unserved: ArcSwap<BTreeMap<EnvironmentName, AppError>>,
}

impl Default for Serving {
    fn default() -> Self {
        Self {
            snapshots: ArcSwap::default(),
            cache: Mutex::default(),
            fragments: Shared::default(),
            before: Mutex::default(),
            refreshing: tokio::sync::Mutex::default(),
            served: watch::Sender::new(0),
            owing: AtomicBool::new(false),
            unserved: ArcSwap::default(),
        }
    }
}

/// One generation of one environment, ready to serve.
#[derive(Debug)]
pub struct Snapshot {
    /// The environment.
    pub environment: EnvironmentName,
    /// The generation; 0 before the first release.
    pub generation: u64,
    /// The entry that made the generation; 0 for generation 0.
    pub seq: Seq,
    /// When that was.
    pub at: Micros,
    /// The recovery epoch in which it is served, which its cues name.
    pub epoch: u64,
    /// The entry that the project had come to when this was made. A later one of the same generation says something else
    /// about it, such as a yank.
    pub made: Seq,
    /// What happens to requests for a version yanked with severity `block`.
    pub blocked: Blocked,
    /// What is live.
    pub prompts: HashMap<ArtifactName, Arc<Live>>,
    pub(crate) bundle: OnceCell<Arc<BundleBytes>>,
    /// Somebody asked for the bundle, of this generation or of the one before.
    pub(crate) asked: AtomicBool,
}

/// One live prompt.
#[derive(Debug)]
pub struct Live {
    /// What everybody gets that no override is for.
    pub stable: Variant,
    /// Overrides, the one to try first in front.
    pub overrides: Vec<Variant>,
}

/// One thing that may be served for a prompt.
#[derive(Debug)]
pub struct Variant {
    /// The override's id; none for the stable one.
    pub id: Option<Word>,
    /// Attributes that must be equal.
    pub when: BTreeMap<String, String>,
    /// The version it is or is made from.
    pub version: Version,
    /// What is really served.
    pub digest: Digest,
    /// The release that brought it.
    pub release: u64,
    /// Whether the version is yanked, and how badly.
    pub yanked: Option<Severity>,
    /// The content.
    pub served: Arc<Served>,
    pub(crate) cue: cue::Kept,
}

impl Serving {
    /// The snapshot of an environment, if the environment exists.
    #[must_use]
    pub fn snapshot(&self, environment: &EnvironmentName) -> Option<Arc<Snapshot>> {
        self.snapshots.load().get(environment).cloned()
    }

    /// All snapshots.
    #[must_use]
    pub(crate) fn all(&self) -> Arc<BTreeMap<EnvironmentName, Arc<Snapshot>>> {
        self.snapshots.load_full()
    }

    /// Told the ledger entry up to which the snapshots are current.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Seq> {
        self.served.subscribe()
    }

    /// Whether something is not served only because storage was away when it was to be loaded.
    #[must_use]
    pub fn owing(&self) -> bool {
        self.owing.load(Ordering::Relaxed)
    }

    /// Whether all that is served is served in this recovery epoch.
    #[must_use]
    pub(crate) fn is_of(&self, epoch: u64) -> bool {
        self.snapshots.load().values().all(|snapshot| snapshot.epoch == epoch)
    }

    /// The compiled artifact of this digest, shared by everybody who serves it.
    async fn served(&self, contents: Contents<'_>, digest: &Digest) -> AppResult<Arc<Served>> {
        if let Some(found) = self.cached(digest) {
            return Ok(found);
        }
        let fresh = Arc::new(Served::load(&contents, digest, &self.fragments).await?);
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.insert(*digest, Arc::downgrade(&fresh));
        if cache.len().is_power_of_two() {
            cache.retain(|_, weak| weak.strong_count() > 0);
        }
        Ok(fresh)
    }

    fn cached(&self, digest: &Digest) -> Option<Arc<Served>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(digest)?.upgrade()
    }
}

/// What an environment holds, copied out of the state in one look.
struct Content {
    environment: EnvironmentName,
    generation: u64,
    seq: Seq,
    at: Micros,
    blocked: Blocked,
    slots: Vec<(Slot, Arc<Placed>, u64, Option<Severity>)>,
}

impl Project {
    /// The snapshot of an environment.
    ///
    /// # Errors
    /// `unknown_environment`; `unavailable`, or why else its content cannot be loaded, while it is there and not served.
    pub fn snapshot(&self, environment: &EnvironmentName) -> AppResult<Arc<Snapshot>> {
        self.serving.snapshot(environment).ok_or_else(|| self.not_served(environment))
    }

    fn not_served(&self, environment: &EnvironmentName) -> AppError {
        if self.journal.read(|state| state.environment(environment).is_err()) {
            let what = format!("there is no environment `{environment}` in `{}`", self.name);
            return AppError::new(Code::UnknownEnvironment, what);
        }
        let (code, why) = match self.serving.unserved.load().get(environment) {
            Some(error) => (error.code, error.detail.clone()),
            None => (Code::Unavailable, "it is being loaded".into()),
        };
        let again = if code == Code::Unavailable { "; it is tried again" } else { "" };
        AppError::new(code, format!("`{environment}` in `{}` is not served yet: {why}{again}", self.name))
    }

    /// Makes the snapshots say what the state says. Environments whose content is unchanged keep their snapshot.
    ///
    /// # Errors
    /// When the content of an environment cannot be loaded; that environment keeps what it served.
    pub async fn refresh(&self, app: &App) -> AppResult<()> {
        let _one_at_a_time = self.serving.refreshing.lock().await;
        let epoch = app.epoch();
        let (seq, contents) =
            self.journal.read(|s| (s.seq, s.environments.iter().map(|e| content(s, e)).collect::<Vec<_>>()));
        let old = self.serving.snapshots.load_full();
        let mut new = BTreeMap::new();
        let (mut failed, mut wanted, mut begun) = (None, Vec::new(), Vec::new());
        let mut owing = false;
        let mut unserved = BTreeMap::new();
        for content in contents {
            let replaced = old.get(&content.environment);
            let snapshot = match replaced.filter(|s| s.epoch == epoch && same(s, &content)) {
                Some(kept) => Arc::clone(kept),
                None => match self.build(app, replaced, &content, (epoch, seq)).await {
                    Ok(built) => {
                        self.keep(replaced, &content);
                        // What is there at the start did not come just now.
                        if replaced.is_some_and(|s| s.generation < content.generation) {
                            begun.push((content.environment.clone(), content.generation, content.at));
                        }
                        let built = Arc::new(built);
                        if replaced.is_some_and(|o| o.asked.load(Ordering::Relaxed)) {
                            wanted.push(Arc::clone(&built));
                        }
                        built
                    }
                    // One environment whose content cannot be loaded must not hold the others back: it goes on with
                    // what it had.
                    Err(error) => {
                        tracing::error!(environment = %content.environment, detail = error.detail, "not served");
                        owing |= error.code == Code::Unavailable;
                        failed = Some(error.clone());
                        match replaced {
                            Some(kept) => Arc::clone(kept),
                            None => {
                                unserved.insert(content.environment, error);
                                continue;
                            }
                        }
                    }
                },
            };
            new.insert(content.environment, snapshot);
        }
        self.serving.unserved.store(Arc::new(unserved));
        self.serving.snapshots.store(Arc::new(new));
        self.serving.owing.store(owing, Ordering::Relaxed);
        for (environment, generation, at) in begun {
            let (project, now) = (&self.name, app.now());
            app.node.began(&Began { project, environment: &environment, generation, at, now });
        }
        self.serving.served.send_replace(seq);
        // Where bundles are fetched, the first to ask for the new one shall not wait for it.
        for snapshot in wanted {
            let (project, key) = (self.name.clone(), app.cue_key);
            tokio::spawn(async move { bundle::ready(&snapshot, &project, key).await.map(drop) });
        }
        failed.map_or(Ok(()), Err)
    }

    /// Keeps the snapshot of the generation before this one, so that going back finds its content compiled.
    fn keep(&self, replaced: Option<&Arc<Snapshot>>, content: &Content) {
        if let Some(replaced) = replaced.filter(|s| s.generation != content.generation) {
            let mut before = self.serving.before.lock().unwrap_or_else(PoisonError::into_inner);
            before.insert(content.environment.clone(), Arc::clone(replaced));
        }
    }

    /// Loads what a change will need, so that nothing can fail once it is recorded.
    ///
    /// # Errors
    /// When content is missing or does not compile.
    pub async fn preload(&self, app: &App, digests: &[Digest]) -> AppResult<Vec<Arc<Served>>> {
        let mut loaded = Vec::with_capacity(digests.len());
        for digest in digests {
            loaded.push(self.serving.served(self.contents(app), digest).await?);
        }
        Ok(loaded)
    }

    async fn build(
        &self,
        app: &App,
        old: Option<&Arc<Snapshot>>,
        content: &Content,
        (epoch, made): (u64, Seq),
    ) -> AppResult<Snapshot> {
        let mut prompts: HashMap<ArtifactName, Arc<Live>> = HashMap::new();
        let mut slots = content.slots.iter().peekable();
        while let Some(first) = slots.next() {
            let name = first.0.prompt.clone();
            let mut group = vec![first];
            while let Some(more) = slots.next_if(|s| s.0.prompt == name) {
                group.push(more);
            }
            let unchanged = old.and_then(|o| o.prompts.get(&name)).filter(|live| same_live(live, &group));
            let live = match unchanged {
                Some(live) => Arc::clone(live),
                None => Arc::new(self.live(app, &group).await?),
            };
            prompts.insert(name, live);
        }
        Ok(Snapshot {
            environment: content.environment.clone(),
            generation: content.generation,
            seq: content.seq,
            at: content.at,
            epoch,
            made,
            blocked: content.blocked,
            prompts,
            bundle: OnceCell::new(),
            asked: AtomicBool::new(old.is_some_and(|o| o.asked.load(Ordering::Relaxed))),
        })
    }

    async fn live(
        &self,
        app: &App,
        group: &[&(Slot, Arc<Placed>, u64, Option<Severity>)],
    ) -> AppResult<Live> {
        let mut stable = None;
        let mut overrides = Vec::new();
        for (slot, placed, release, yanked) in group {
            let variant = Variant {
                id: slot.over.clone(),
                when: placed.audience.as_ref().map(|a| a.when.clone()).unwrap_or_default(),
                version: placed.version.clone(),
                digest: placed.digest,
                release: *release,
                yanked: *yanked,
                served: self.serving.served(self.contents(app), &placed.digest).await?,
                cue: cue::Kept::default(),
            };
            match &slot.over {
                None => stable = Some(variant),
                Some(id) => overrides.push((id.clone(), variant)),
            }
        }
        overrides.sort_by(|a, b| precedence((&a.1.when, &a.0), (&b.1.when, &b.0)));
        let stable = stable.ok_or_else(|| AppError::internal("an override without its prompt is live"))?;
        Ok(Live { stable, overrides: overrides.into_iter().map(|(_, v)| v).collect() })
    }
}

/// How badly a version is yanked, itself or by a fragment in it that was yanked as unsafe.
fn yanked(state: &State, prompt: &ArtifactName, version: &Version) -> Option<Severity> {
    let record = state.version(&ArtifactRef::prompt(prompt.clone()), version).ok()?;
    let of_fragments = record.closure.iter().filter_map(|used| {
        let fragment = ArtifactRef::fragment(used.name.clone());
        let yank = state.version(&fragment, &used.locked.version).ok()?.yank.as_ref()?;
        (yank.severity == Severity::Block).then_some(Severity::Block)
    });
    record.yank.as_ref().map(|y| y.severity).into_iter().chain(of_fragments).max()
}

fn content(state: &State, environment: &Environment) -> Content {
    let newest = environment.generations.last();
    let slots = environment
        .content
        .iter()
        .map(|(slot, placed)| {
            let span = environment.timelines.get(slot).and_then(|t| t.last());
            let release =
                span.and_then(|s| environment.generation_record(s.generation)).map_or(0, |g| g.release);
            let yanked = yanked(state, &slot.prompt, &placed.version);
            (slot.clone(), Arc::clone(placed), release, yanked)
        })
        .collect();
    Content {
        environment: environment.name.clone(),
        generation: environment.generation(),
        seq: newest.map_or(0, |g| g.seq),
        at: newest.map_or(environment.at, |g| g.at),
        blocked: environment.policy.blocked,
        slots,
    }
}

fn same(snapshot: &Snapshot, content: &Content) -> bool {
    // Within a generation only yanks and the policy can differ.
    snapshot.generation == content.generation
        && snapshot.blocked == content.blocked
        && content.slots.iter().all(|(slot, _, _, yanked)| {
            snapshot.prompts.get(&slot.prompt).is_some_and(|live| {
                let variants = std::iter::once(&live.stable).chain(&live.overrides);
                variants.filter(|v| v.id == slot.over).all(|v| v.yanked == *yanked)
            })
        })
}

fn same_live(live: &Live, group: &[&(Slot, Arc<Placed>, u64, Option<Severity>)]) -> bool {
    let variants = || std::iter::once(&live.stable).chain(&live.overrides);
    variants().count() == group.len()
        && group.iter().all(|(slot, placed, release, yanked)| {
            variants().any(|v| {
                v.id == slot.over
                    && v.digest == placed.digest
                    && v.version == placed.version
                    && v.release == *release
                    && v.yanked == *yanked
                    && placed.audience.as_ref().map_or(v.when.is_empty(), |a| a.when == v.when)
            })
        })
}
