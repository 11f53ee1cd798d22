//! A long ledger: versions of many prompts, and then releases of one place each, every one a command with a checkpoint
//! of its own, as the application would have written them over years. Decided and folded by `core`, written in large parts.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use cuelight_app::App;
use cuelight_app::ports::{Clock, SystemClock};
use cuelight_artifact::model::{Message, Risk, Role};
use cuelight_artifact::{Artifact, ArtifactRef, Digest, Kind};
use cuelight_core::event::{Event, VersionPublished};
use cuelight_core::ledger::checkpoint::{Checkpoint, origin};
use cuelight_core::ledger::note::{SignerKey, VerifierKey};
use cuelight_core::ledger::tree::{Frontier, leaf_hash};
use cuelight_core::ledger::{Actor, BlobClass, Entry, LedgerId, Micros, Seq};
use cuelight_core::release::{OpenRelease, Placed, Slot, SlotRequest, Urgency};
use cuelight_core::state::{Stamp, State};
use cuelight_core::version::{Class, Publish};
use cuelight_core::{Command, Context, decide};
use cuelight_store::{
    CommandRecord, Content, Ledger as _, Part, StoredBlob, StoredCheckpoint, StoredEntry, Vault as _,
    VaultKey,
};
use cuelight_store_sqlite::SqliteStore;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::library::Filler;
use super::{ENVIRONMENT, Folder, PROJECT};
use crate::bare::{ports, said};

/// Time between two releases.
const STEP: Micros = 1_000_000;
/// Entries written at a time.
const PART: usize = 5_000;
/// Versions published by one command.
const PUBLISHED: usize = 100;

/// What is in a long ledger.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Long {
    /// A token that may do everything.
    pub admin: String,
    /// The prompts.
    pub prompts: Vec<String>,
    /// The versions of each of them, oldest first.
    pub versions: Vec<Version>,
    /// Entries in the project's ledger.
    pub entries: u64,
    /// How many of them are releases.
    pub releases: u64,
    /// When the first release was.
    pub start: Micros,
}

impl Long {
    /// When release `n`, counted from 0, was.
    pub fn time(&self, n: u64) -> Micros {
        self.start + STEP * Micros::try_from(n).unwrap_or(Micros::MAX / STEP)
    }

    /// The version of a prompt, by their places in the lists, that release `n` and those before it left live.
    pub fn live(&self, prompt: usize, n: u64) -> Option<&Version> {
        let prompts = self.prompts.len() as u64;
        let newest = n.checked_sub(prompt as u64)? / prompts;
        self.versions.get(usize::try_from(newest % self.versions.len() as u64).ok()?)
    }
}

/// A clock that stands, so that the years lie behind us.
struct Standing(Micros);

impl Clock for Standing {
    fn now(&self) -> Micros {
        self.0
    }
}

/// A long ledger of so many entries.
pub async fn long(folder: &Path, entries: u64, prompts: usize, versions: usize) -> Result<Folder<Long>> {
    let name = format!("ledger-{entries}-{prompts}x{versions}");
    if let Some(kept) = Folder::kept(folder, &name) {
        return Ok(kept);
    }
    let data = Folder::<Long>::begin(folder, &name)?;
    let store = crate::bare::open(data).await?;
    let begin = SystemClock.now() - STEP * Micros::try_from(entries)? - 60 * STEP;
    let mut with = ports(&store);
    with.clock = Arc::new(Standing(begin));
    let started = App::start(with).await.map_err(said)?;
    let first_token = started.first_token.context("a new folder has its first token")?;
    let key: VerifierKey = started.app.verifier_key().parse()?;
    let filler = Filler::new(started.app, first_token.token)?;
    let (admin, _) = filler.begin().await?;
    drop(filler);
    let mut writer = Writer::open(store, &key, begin).await?;
    let names = (0..prompts).map(|i| format!("area-{}/prompt-{i:05}", i % 8)).collect::<Vec<_>>();
    let digests = writer.publish(&names, versions).await?;
    let versions: Vec<Version> = (0..versions as u64).map(|n| Version::new(1, n, 0)).collect();
    let start = writer.now + STEP;
    let releases =
        entries.checked_sub(writer.state.seq).context("the ledger is too short for its versions")?;
    let about = Long { admin, prompts: names, versions, entries, releases, start };
    writer.release_all(&about, &digests).await?;
    if writer.state.seq != entries {
        bail!("the ledger has {} entries and not {entries}", writer.state.seq);
    }
    Folder::finish(folder, &name, about)
}

struct Writer {
    store: SqliteStore,
    ledger: LedgerId,
    signer: SignerKey,
    origin: String,
    state: State,
    tree: Frontier,
    now: Micros,
    commands: u64,
    part: Part,
}

impl Writer {
    async fn open(store: SqliteStore, key: &VerifierKey, now: Micros) -> Result<Self> {
        let seed = store.get(&VaultKey::new("key", "checkpoints")).await?.context("the signing key")?;
        let seed: [u8; 32] = seed.value.expose().try_into()?;
        let signer = SignerKey::from_seed(key.name(), &seed)?;
        let ledger = LedgerId::Project(PROJECT.parse()?);
        let installation = key.name().strip_prefix("cuelight/").context("the key is named")?;
        let origin = origin(installation, &ledger);
        let (mut state, mut tree) = (State::default(), Frontier::new());
        for stored in store.read(&ledger, 0, 1_000).await? {
            let entry = Entry::decode(&stored.bytes)?;
            let stamp = Stamp { seq: entry.seq, at: entry.at, actor: entry.actor.clone() };
            state.evolve(&stamp, &Event::decode(&entry.kind, &entry.body)?);
            tree.push(stored.leaf);
        }
        let part = empty(&ledger);
        Ok(Self { store, ledger, signer, origin, state, tree, now, commands: 0, part })
    }

    /// Decides a command, folds in what it says, and keeps it to be written.
    async fn command(&mut self, command: &Command) -> Result<()> {
        let actor = Actor::System;
        let context = Context { now: self.now, actor: actor.clone() };
        let events = decide(&self.state, command, &context)?;
        self.commands += 1;
        let id = format!("bench-{}", self.commands).parse::<cuelight_core::ledger::CommandId>()?;
        let first = self.state.seq + 1;
        for event in events {
            let seq: Seq = self.state.seq + 1;
            let (kind, body) = event.encode()?;
            let entry = Entry {
                seq,
                at: self.now,
                prev: self.tree.root(),
                actor: actor.clone(),
                command: id.clone(),
                kind: kind.clone(),
                body,
            };
            let bytes = entry.encode()?;
            let leaf = leaf_hash(&bytes);
            self.tree.push(leaf);
            self.state.evolve(&Stamp { seq, at: self.now, actor: actor.clone() }, &event);
            let command = id.clone();
            self.part.entries.push(StoredEntry { seq, at: self.now, command, kind, bytes, leaf });
        }
        let size = self.state.seq;
        let fingerprint = Some(Digest::of_bytes(id.as_str().as_bytes()));
        self.part.commands.push(CommandRecord { command: id, first, last: size, fingerprint });
        let checkpoint = Checkpoint { origin: self.origin.clone(), size, root: self.tree.root() };
        let note = checkpoint.sign(&self.signer)?;
        self.part.checkpoints.push(StoredCheckpoint { size, note });
        if self.part.entries.len() >= PART { self.write().await } else { Ok(()) }
    }

    async fn write(&mut self) -> Result<()> {
        let part = std::mem::replace(&mut self.part, empty(&self.ledger));
        if !part.entries.is_empty() {
            self.store.copy_in(part).await?;
        }
        Ok(())
    }

    /// Publishes all versions of all prompts, and gives their digests by prompt.
    async fn publish(&mut self, names: &[String], versions: usize) -> Result<Vec<Vec<Digest>>> {
        let mut digests = vec![Vec::with_capacity(versions); names.len()];
        for edition in 0..versions {
            let mut new = VecDeque::new();
            for (name, digests) in names.iter().zip(&mut digests) {
                let artifact = artifact(name, edition)?;
                let bytes = artifact.canonical_bytes()?;
                let digest = Digest::of_bytes(&bytes);
                digests.push(digest);
                let content = Content::Present(bytes);
                self.part.blobs.push(StoredBlob { digest, class: BlobClass::Artifact, content });
                new.push_back(version(&artifact, edition as u64, digest));
            }
            while !new.is_empty() {
                let some = new.drain(..PUBLISHED.min(new.len())).collect();
                self.command(&Command::Publish(Publish { seen: BTreeMap::new(), versions: some })).await?;
            }
        }
        Ok(digests)
    }

    async fn release_all(&mut self, about: &Long, digests: &[Vec<Digest>]) -> Result<()> {
        for n in 0..about.releases {
            let prompt = usize::try_from(n % about.prompts.len() as u64)?;
            let newest = usize::try_from((n / about.prompts.len() as u64) % about.versions.len() as u64)?;
            self.now = about.time(n);
            let placed = Placed {
                version: about.versions[newest].clone(),
                digest: digests[prompt][newest],
                audience: None,
                patch: None,
            };
            let slot = Slot::prompt(about.prompts[prompt].parse()?);
            let open = OpenRelease {
                environment: ENVIRONMENT.parse()?,
                expected: None,
                changes: vec![SlotRequest { slot, placed: Some(placed) }],
                way_back: None,
                urgency: Urgency::Planned,
                notes: None,
                label: None,
            };
            self.command(&Command::OpenRelease(open)).await?;
        }
        self.write().await
    }
}

fn empty(ledger: &LedgerId) -> Part {
    Part {
        ledger: ledger.clone(),
        entries: Vec::new(),
        commands: Vec::new(),
        checkpoints: Vec::new(),
        blobs: Vec::new(),
    }
}

/// A small prompt that differs by edition.
fn artifact(name: &str, edition: usize) -> Result<Artifact> {
    let mut artifact = Artifact::new(Kind::Prompt, name.parse()?);
    artifact.title = format!("Answer about {name}");
    let text = format!("Answer the question about {name} in at most {} words.\n", 40 + edition);
    artifact.messages = vec![Message::Text { role: Role::System, text }];
    Ok(artifact)
}

fn version(artifact: &Artifact, edition: u64, digest: Digest) -> VersionPublished {
    VersionPublished {
        artifact: ArtifactRef::prompt(artifact.name.clone()),
        version: Version::new(1, edition, 0),
        digest,
        surface: Digest::of_bytes(artifact.name.as_str().as_bytes()),
        previous: edition.checked_sub(1).map(|before| Version::new(1, before, 0)),
        class: if edition == 0 { Class::First } else { Class::Minor },
        rules: Vec::new(),
        boundary: Vec::new(),
        chosen: None,
        closure: Vec::new(),
        risk: Risk::default(),
        notes: None,
    }
}

#[cfg(test)]
mod tests;
