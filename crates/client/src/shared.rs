//! What the client's callers and its thread share: the generations held, swapped whole, and how things are.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use cuelight_artifact::Digest;
use tokio::sync::watch;

use crate::answer::Source;
use crate::content::Content;
use crate::disk::Disk;
use crate::error::{Error, Refusal};
use crate::generation::{Expected, Generation};
use crate::jitter::Jitter;
use crate::options::Keep;
use crate::pin::Pin;
use crate::status::{Connection, LastError, Serving, Status, Trouble};
use crate::view::View;

/// The same trouble is told again as news when it was away for so long.
const FORGOTTEN: Duration = Duration::from_secs(300);

/// Shared by the callers and the thread. The thread is the only one who writes, and before it starts, the start.
pub(crate) struct Shared {
    pub(crate) expected: Expected,
    pub(crate) disk: Option<Disk>,
    pub(crate) jitter: Jitter,
    /// The generation to report. Sent again whenever it has to be reported again.
    pub(crate) reports: watch::Sender<Option<u64>>,
    keep: Keep,
    held: ArcSwapOption<Held>,
    health: Mutex<Health>,
    changed: Condvar,
}

/// The generations held: one value, replaced by one swap of a pointer.
struct Held {
    now: View,
    /// Earlier ones, the newest first.
    before: Vec<(Arc<Generation>, Source)>,
}

struct Health {
    connection: Connection,
    confirmed: Option<Instant>,
    stale_seconds: Option<u64>,
    trouble: Option<(Trouble, String, Instant)>,
    over: bool,
    refused: u64,
    disk_error: Option<String>,
    applied: u64,
    /// Whether the first attempt at the server has ended.
    tried: bool,
}

impl Shared {
    pub(crate) fn new(expected: Expected, disk: Option<Disk>, keep: Keep) -> Self {
        let health = Health {
            connection: Connection::Starting,
            confirmed: None,
            stale_seconds: None,
            trouble: None,
            over: true,
            refused: 0,
            disk_error: None,
            applied: 0,
            tried: false,
        };
        Self {
            expected,
            disk,
            jitter: Jitter::new(),
            reports: watch::Sender::new(None),
            keep,
            held: ArcSwapOption::empty(),
            health: Mutex::new(health),
            changed: Condvar::new(),
        }
    }

    /// The newest generation. No lock.
    pub(crate) fn now(&self) -> Result<View, Error> {
        self.with_now(View::clone)
    }

    /// As [`Shared::now`], without counts that all threads would change.
    pub(crate) fn with_now<T>(&self, ask: impl FnOnce(&View) -> T) -> Result<T, Error> {
        match &*self.held.load() {
            Some(held) => Ok(ask(&held.now)),
            None => {
                let health = self.health();
                let disk = health.disk_error.clone();
                Err(Error::NotReady(health.trouble.as_ref().map(|(_, what, _)| what.clone()).or(disk)))
            }
        }
    }

    /// The generation that is pinned. No lock.
    pub(crate) fn at(&self, pin: &Pin) -> Result<View, Error> {
        let held = self.held.load();
        let Some(held) = &*held else { return Err(Error::PinGone { pin: *pin, newest: None }) };
        if held.now.pin() == *pin {
            return Ok(held.now.clone());
        }
        let found = held.before.iter().find(|(generation, _)| generation.pin() == *pin);
        let newest = Some(held.now.generation());
        let (generation, source) = found.ok_or(Error::PinGone { pin: *pin, newest })?;
        let blocked = Arc::clone(&held.now.blocked);
        Ok(View { generation: Arc::clone(generation), source: *source, blocked })
    }

    /// Reads a bundle, with what is compiled already.
    pub(crate) fn read(&self, bytes: &[u8]) -> Result<Generation, Refusal> {
        let mut known: HashMap<Digest, Arc<Content>> = HashMap::new();
        if let Some(held) = &*self.held.load() {
            let before = held.before.iter().map(|(generation, _)| generation);
            for variant in std::iter::once(&held.now.generation).chain(before).flat_map(|g| g.variants()) {
                if let Some(content) = &variant.content {
                    known.entry(variant.digest).or_insert_with(|| Arc::clone(content));
                }
            }
        }
        Generation::read(bytes, &self.expected, &known)
    }

    /// Serves this generation from now on: one swap, so that every caller has all of it or all of the one before.
    pub(crate) fn apply(&self, generation: Generation, source: Source) {
        let old = self.held.load_full();
        let blocked = Arc::new(unsafe_now(old.as_deref(), &generation));
        let number = generation.number;
        tracing::info!(
            generation = number,
            source = source.as_str(),
            prompts = generation.prompts.len(),
            "a generation is applied"
        );
        let now = View { generation: Arc::new(generation), source, blocked };
        let before = old.as_deref().map_or_else(Vec::new, |old| self.past(old, &now));
        self.held.store(Some(Arc::new(Held { now, before })));
        self.reports.send_replace(Some(number));
        self.update(|health| health.applied += 1);
    }

    /// The server says that what is served is the newest.
    pub(crate) fn confirm(&self, stale_seconds: Option<u64>) {
        if let Some(held) = self.held.load_full().filter(|held| held.now.source != Source::Server) {
            let now = View { source: Source::Server, ..held.now.clone() };
            self.held.store(Some(Arc::new(Held { now, before: held.before.clone() })));
        }
        self.update(|health| {
            // With a stale database the server cannot know what is newest.
            health.confirmed = stale_seconds.is_none().then(Instant::now).or(health.confirmed);
            health.stale_seconds = stale_seconds;
            health.over = true;
        });
    }

    /// Something went wrong. What was served goes on.
    pub(crate) fn trouble(&self, kind: Trouble, message: &str) {
        let mut news = false;
        self.update(|health| {
            let same = |(k, m, at): &(Trouble, String, Instant)| {
                *k == kind && m == message && at.elapsed() < FORGOTTEN
            };
            news = !health.trouble.as_ref().is_some_and(same);
            health.trouble = Some((kind, message.to_owned(), Instant::now()));
            health.over = false;
            health.refused += u64::from(matches!(kind, Trouble::BadBundle | Trouble::Locked));
        });
        // The same trouble, again and again, is told once.
        if news {
            tracing::warn!(?kind, message, "the newest prompts cannot be had; what is here goes on");
        } else {
            tracing::debug!(?kind, message, "the newest prompts still cannot be had");
        }
    }

    pub(crate) fn connection(&self, connection: Connection) {
        let mut was = connection;
        self.update(|health| was = std::mem::replace(&mut health.connection, connection));
        if was != connection {
            tracing::info!(?connection, "how the server is reached");
        }
    }

    /// The first attempt has ended, whichever way.
    pub(crate) fn tried(&self) {
        self.update(|health| health.tried = true);
    }

    pub(crate) fn disk_error(&self, what: Option<String>) {
        if let Some(what) = &what {
            tracing::warn!(what, "the copy on disk cannot be used");
        }
        self.update(|health| health.disk_error = what);
    }

    pub(crate) fn status(&self) -> Status {
        let held = self.held.load();
        let (serving, pins) = match &*held {
            None => (None, Vec::new()),
            Some(held) => {
                let View { generation, source, .. } = &held.now;
                let serving = Serving {
                    pin: generation.pin(),
                    source: *source,
                    at: generation.at,
                    prompts: generation.prompts.len(),
                };
                let before = held.before.iter().map(|(generation, _)| generation.pin());
                (Some(serving), std::iter::once(serving.pin).chain(before).collect())
            }
        };
        let health = self.health();
        Status {
            serving,
            connection: health.connection,
            confirmed: health.confirmed.map(|at| at.elapsed()),
            stale_seconds: health.stale_seconds,
            last_error: health.trouble.as_ref().map(|(kind, message, at)| LastError {
                kind: *kind,
                message: message.clone(),
                ago: at.elapsed(),
                over: health.over,
            }),
            refused: health.refused,
            disk_error: health.disk_error.clone(),
            held: pins,
            applied: health.applied,
        }
    }

    /// Waits until `until` holds or the time is over; whether it holds.
    pub(crate) fn wait(&self, at_most: Duration, until: impl Fn(&Status) -> bool) -> bool {
        self.wait_for(at_most, |_| until(&self.status()))
    }

    /// Waits for the server's first word: shorter when the first attempt has ended and there is something to serve.
    pub(crate) fn wait_for_first(&self, at_most: Duration) {
        self.wait_for(at_most, |tried| tried && self.held.load().is_some());
    }

    fn wait_for(&self, at_most: Duration, until: impl Fn(bool) -> bool) -> bool {
        let end = Instant::now() + at_most;
        let mut health = self.health();
        loop {
            let (tried, applied) = (health.tried, health.applied);
            // `until` may look at the status, which locks too.
            drop(health);
            if until(tried) {
                return true;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            health = self.health();
            if health.tried == tried && health.applied == applied {
                // What changes between the look and here is found at the next look, a moment later.
                let pause = left.min(Duration::from_millis(20));
                health = match self.changed.wait_timeout(health, pause) {
                    Ok((health, _)) => health,
                    Err(poisoned) => poisoned.into_inner().0,
                };
            }
        }
    }

    /// What is served.
    pub(crate) fn newest(&self) -> Option<Arc<Generation>> {
        self.held.load().as_ref().map(|held| Arc::clone(&held.now.generation))
    }

    /// What stays of the past when `now` comes.
    fn past(&self, old: &Held, now: &View) -> Vec<(Arc<Generation>, Source)> {
        let was = (Arc::clone(&old.now.generation), old.now.source);
        let mut bytes = 0_usize;
        std::iter::once(was)
            .chain(old.before.iter().cloned())
            .filter(|(generation, _)| generation.pin() != now.pin())
            .take(self.keep.generations)
            .take_while(|(generation, _)| {
                bytes = bytes.saturating_add(generation.size);
                bytes <= self.keep.bytes
            })
            .collect()
    }

    fn update(&self, change: impl FnOnce(&mut Health)) {
        change(&mut self.health());
        self.changed.notify_all();
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What must not be served although an earlier generation has it: a pin is no way around a version that was yanked as
/// unsafe.
fn unsafe_now(old: Option<&Held>, generation: &Generation) -> BTreeSet<Digest> {
    let mut found = old.map(|old| (*old.now.blocked).clone()).unwrap_or_default();
    for variant in generation.variants() {
        if variant.content.is_some() {
            found.remove(&variant.digest);
        } else {
            found.insert(variant.digest);
        }
    }
    found
}
