//! A slow, naive second implementation of the rules. It keeps a full copy of what every environment served in
//! every generation and calls no decision of the crate, so that the two can only agree by both being right.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_artifact::{ArtifactName, ArtifactRef, Digest, EnvironmentName, Kind};
use semver::Version;

use crate::command::Command;
use crate::environment::{Policy, Predecessor, Prereleases};
use crate::event::VersionPublished;
use crate::ledger::{Actor, Micros, Seq};
use crate::release::{Base, OpenRelease, Placed, RollBack, Slot, Urgency};
use crate::state::Stamp;
use crate::version::{Class, Publish, Severity};

pub type Content = BTreeMap<Slot, Placed>;

/// Names of the [`crate::Refusal`] variants that would each be a right answer.
pub type Objections = BTreeSet<&'static str>;

#[derive(Debug, Clone, Default)]
pub struct Model {
    pub open: bool,
    pub path: Vec<Env>,
    pub versions: Vec<Made>,
    pub releases: Vec<Released>,
}

#[derive(Debug, Clone)]
pub struct Env {
    pub name: EnvironmentName,
    pub policy: Policy,
    pub revision: u64,
    /// Index 0 is the empty beginning.
    pub served: Vec<Served>,
}

#[derive(Debug, Clone)]
pub struct Served {
    pub at: Micros,
    pub seq: Seq,
    pub release: u64,
    pub content: Content,
}

#[derive(Debug, Clone)]
pub struct Made {
    pub body: VersionPublished,
    pub seq: Seq,
    pub at: Micros,
    pub actor: Actor,
    pub yank: Option<(Severity, Digest, Seq, Micros)>,
}

#[derive(Debug, Clone)]
pub struct Released {
    pub environment: EnvironmentName,
    pub generation: u64,
    pub way_back: u64,
}

impl Env {
    fn new(name: &EnvironmentName, policy: &Policy) -> Self {
        let beginning = Served { at: Micros::MIN, seq: 0, release: 0, content: Content::new() };
        Self { name: name.clone(), policy: policy.clone(), revision: 1, served: vec![beginning] }
    }

    pub fn now(&self) -> &Content {
        &self.served.last().unwrap().content
    }

    pub fn generation(&self) -> u64 {
        self.served.len() as u64 - 1
    }

    pub fn content(&self, generation: u64) -> &Content {
        &self.served[usize::try_from(generation).unwrap()].content
    }

    pub fn was_tried(&self, prompt: &ArtifactName, patch: Option<Digest>) -> bool {
        let here = |s: &Served| s.content.iter().any(|(k, p)| &k.prompt == prompt && p.patch == patch);
        self.served.iter().any(here)
    }

    pub fn was_live(&self, prompt: &ArtifactName, version: &Version) -> bool {
        self.served
            .iter()
            .any(|s| s.content.iter().any(|(k, p)| &k.prompt == prompt && &p.version == version))
    }
}

impl Model {
    pub fn env(&self, name: &EnvironmentName) -> Option<&Env> {
        self.path.iter().find(|e| &e.name == name)
    }

    pub fn of(&self, artifact: &ArtifactRef) -> Vec<&Made> {
        self.versions.iter().filter(|m| &m.body.artifact == artifact).collect()
    }

    pub fn head(&self, artifact: &ArtifactRef) -> Option<&Made> {
        self.of(artifact).into_iter().rfind(|m| m.body.version.pre.is_empty())
    }

    pub fn newest(&self, artifact: &ArtifactRef) -> Option<Version> {
        self.of(artifact).last().map(|m| m.body.version.clone())
    }

    pub fn get(&self, artifact: &ArtifactRef, version: &Version) -> Option<&Made> {
        self.of(artifact).into_iter().find(|m| &m.body.version == version)
    }

    pub fn before(&self, name: &EnvironmentName) -> Option<&Env> {
        let position = self.path.iter().position(|e| &e.name == name)?;
        (position > 0).then(|| &self.path[position - 1])
    }

    /// Who has a fragment in the closure of their newest full version.
    pub fn users(&self) -> BTreeMap<ArtifactName, BTreeSet<ArtifactRef>> {
        let mut users: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        let all: BTreeSet<_> = self.versions.iter().map(|m| &m.body.artifact).collect();
        for made in all.into_iter().filter_map(|a| self.head(a)) {
            for entry in &made.body.closure {
                users.entry(entry.name.clone()).or_default().insert(made.body.artifact.clone());
            }
        }
        users
    }

    /// Every reason against the command; empty when it must be carried out.
    pub fn objections(&self, command: &Command) -> Objections {
        let mut no = Objections::new();
        match command {
            Command::OpenProject(open) => {
                let names: BTreeSet<_> = open.environments.iter().map(|(name, _)| name).collect();
                no.extend(self.open.then_some("ProjectAlreadyOpen"));
                no.extend((names.len() != open.environments.len()).then_some("EnvironmentExists"));
                return no;
            }
            _ if !self.open => return Objections::from(["ProjectNotOpen"]),
            Command::CreateEnvironment(c) => {
                no.extend(self.env(&c.environment).map(|_| "EnvironmentExists"));
                no.extend(
                    c.after.as_ref().is_some_and(|a| self.env(a).is_none()).then_some("UnknownEnvironment"),
                );
            }
            Command::SetPolicy(c) => match self.env(&c.environment) {
                None => no.extend(["UnknownEnvironment"]),
                Some(env) => {
                    no.extend((env.revision != c.expected).then_some("StalePolicy"));
                    no.extend((env.policy == c.policy).then_some("NothingToChange"));
                }
            },
            Command::Publish(c) => self.against_publishing(c, &mut no),
            Command::Yank(c) => {
                let made = self.existing(&c.artifact, &c.version, &mut no);
                let same = made.and_then(|m| m.yank.as_ref()).is_some_and(|(s, ..)| *s == c.severity);
                no.extend(same.then_some("AlreadySo"));
            }
            Command::Unyank(c) => {
                let made = self.existing(&c.artifact, &c.version, &mut no);
                no.extend(made.is_some_and(|m| m.yank.is_none()).then_some("AlreadySo"));
            }
            Command::OpenRelease(c) => self.against_release(c, &mut no),
            Command::RollBack(c) => self.against_going_back(c, &mut no),
        }
        no
    }

    fn existing(&self, artifact: &ArtifactRef, version: &Version, no: &mut Objections) -> Option<&Made> {
        let found = self.get(artifact, version);
        if found.is_none() {
            no.insert(if self.of(artifact).is_empty() { "UnknownArtifact" } else { "UnknownVersion" });
        }
        found
    }

    fn against_publishing(&self, publish: &Publish, no: &mut Objections) {
        let stale = publish.seen.iter().any(|(artifact, planned)| &self.newest(artifact) != planned);
        no.extend(stale.then_some("StalePlan"));
        no.extend(publish.versions.is_empty().then_some("NothingToChange"));
        for (i, new) in publish.versions.iter().enumerate() {
            let earlier = &publish.versions[..i];
            let head = self.head(&new.artifact);
            let lowered = new.chosen.as_ref().is_some_and(|c| c.class < new.class && c.reason.is_none());
            let names: BTreeSet<_> = new.closure.iter().map(|c| &c.name).collect();
            let itself = new.artifact.kind == Kind::Fragment && names.contains(&new.artifact.name);
            let unknown = new.closure.iter().any(|c| {
                let fragment = ArtifactRef::fragment(c.name.clone());
                let registered = self.of(&fragment).into_iter().map(|m| &m.body);
                !registered.chain(earlier).any(|v| {
                    v.artifact == fragment && v.version == c.locked.version && v.digest == c.locked.digest
                })
            });
            let bad = earlier.iter().any(|e| e.artifact == new.artifact)
                || !new.version.build.is_empty()
                || self.get(&new.artifact, &new.version).is_some()
                || new.previous.as_ref() != head.map(|h| &h.body.version)
                || head.is_some_and(|h| h.body.version >= new.version || h.body.digest == new.digest)
                || head.is_none() != (new.class == Class::First)
                || lowered
                || names.len() != new.closure.len()
                || itself
                || unknown;
            no.extend(bad.then_some("BadVersion"));
        }
    }

    fn against_release(&self, open: &OpenRelease, no: &mut Objections) {
        let Some(env) = self.env(&open.environment) else {
            no.insert("UnknownEnvironment");
            return;
        };
        no.extend(open.expected.is_some_and(|e| e != env.generation()).then_some("StaleGeneration"));
        let way_back = open.way_back.is_some_and(|g| g == 0 || g > env.generation());
        no.extend(way_back.then_some("UnknownGeneration"));
        let slots: BTreeSet<_> = open.changes.iter().map(|c| &c.slot).collect();
        no.extend((slots.len() != open.changes.len()).then_some("BadSlot"));
        for change in &open.changes {
            let Some(placed) = &change.placed else { continue };
            let artifact = ArtifactRef::prompt(change.slot.prompt.clone());
            let made = self.existing(&artifact, &placed.version, no);
            let other = placed.patch.is_none() && made.is_some_and(|m| m.body.digest != placed.digest);
            let shape = match (&change.slot.over, &placed.audience) {
                (None, audience) => audience.is_none() && placed.patch.is_none(),
                (Some(_), None) => false,
                (Some(_), Some(a)) => {
                    (1..=16).contains(&a.when.len()) && (placed.patch.is_some() || a.base == Base::Pinned)
                }
            };
            no.extend((other || !shape).then_some("BadSlot"));
        }
        let after = wanted(env.now(), open);
        no.extend((!coherent(&after)).then_some("BadSlot"));
        no.extend((&after == env.now()).then_some("NothingToChange"));
        if open.urgency == Urgency::Planned && !self.violations(env, &after).is_empty() {
            no.insert("PolicyUnsatisfied");
        }
    }

    /// What the environment's policy has against serving `after`: what is wrong, and with which version.
    pub fn violations(&self, env: &Env, after: &Content) -> BTreeSet<(&'static str, String)> {
        let mut found = BTreeSet::new();
        for (slot, placed) in after {
            if env.now().get(slot) == Some(placed) {
                continue;
            }
            let what = format!("{} {}", slot.prompt, placed.version);
            if env.policy.prereleases == Prereleases::Refused && !placed.version.pre.is_empty() {
                found.insert(("is a pre-release", what.clone()));
            }
            let made = self.get(&ArtifactRef::prompt(slot.prompt.clone()), &placed.version);
            if made.is_some_and(|m| m.yank.is_some()) {
                found.insert(("is yanked", what.clone()));
            }
            for used in made.iter().flat_map(|m| &m.body.closure) {
                let fragment = self.get(&ArtifactRef::fragment(used.name.clone()), &used.locked.version);
                if fragment.is_some_and(|f| f.yank.as_ref().is_some_and(|y| y.0 == Severity::Block)) {
                    found.insert(("was yanked as unsafe", what.clone()));
                }
            }
            let earlier = self.before(&env.name).filter(|_| env.policy.predecessor == Predecessor::Required);
            let stays = env.now().get(slot).is_some_and(|before| before.patch == placed.patch);
            if placed.patch.is_some()
                && !stays
                && earlier.is_some_and(|e| !e.was_tried(&slot.prompt, placed.patch))
            {
                found.insert(("with these fields was never live", slot.to_string()));
            }
            if earlier.is_some_and(|e| !e.was_live(&slot.prompt, &placed.version)) {
                found.insert(("was never live", what));
            }
        }
        found
    }

    /// Where going back leads: the environment and the generation, if they exist.
    pub fn destination(&self, back: &RollBack) -> Option<(&Env, u64)> {
        let release = self.releases.get(usize::try_from(back.release).ok()?.checked_sub(1)?)?;
        Some((self.env(&release.environment)?, back.to.unwrap_or(release.way_back)))
    }

    fn against_going_back(&self, back: &RollBack, no: &mut Objections) {
        let Some((env, to)) = self.destination(back) else {
            no.insert("UnknownRelease");
            return;
        };
        let newest = env.served.last().unwrap().release;
        no.extend((back.to.is_none() && back.release != newest).then_some("ReleaseNotCurrent"));
        no.extend((to == 0).then_some("NothingBefore"));
        no.extend((to > env.generation()).then_some("UnknownGeneration"));
        no.extend((to <= env.generation() && env.content(to) == env.now()).then_some("NothingToChange"));
    }

    /// Carries out a command to which there is no objection; `stamp` is that of its first entry.
    pub fn apply(&mut self, command: &Command, stamp: &Stamp) {
        match command {
            Command::OpenProject(open) => {
                self.open = true;
                self.path = open.environments.iter().map(|(name, policy)| Env::new(name, policy)).collect();
            }
            Command::CreateEnvironment(c) => {
                let before = |a| 1 + self.path.iter().position(|e| &e.name == a).unwrap();
                let position = c.after.as_ref().map_or(0, before);
                self.path.insert(position, Env::new(&c.environment, &c.policy));
            }
            Command::SetPolicy(c) => {
                let env = self.path.iter_mut().find(|e| e.name == c.environment).unwrap();
                env.policy = c.policy.clone();
                env.revision += 1;
            }
            Command::Publish(c) => {
                self.versions.extend(c.versions.iter().zip(stamp.seq..).map(|(v, seq)| Made {
                    body: v.clone(),
                    seq,
                    at: stamp.at,
                    actor: stamp.actor.clone(),
                    yank: None,
                }));
            }
            Command::Yank(c) => {
                self.made_mut(&c.artifact, &c.version).yank =
                    Some((c.severity, c.reason, stamp.seq, stamp.at));
            }
            Command::Unyank(c) => self.made_mut(&c.artifact, &c.version).yank = None,
            Command::OpenRelease(c) => {
                let env = self.env(&c.environment).unwrap();
                let content = wanted(env.now(), c);
                let way_back = c.way_back.unwrap_or_else(|| env.generation());
                self.serve(&c.environment, content, way_back, stamp);
            }
            Command::RollBack(c) => {
                let (env, to) = self.destination(c).unwrap();
                let restored = self.releases.iter().find(|r| r.environment == env.name && r.generation == to);
                let way_back = restored.map_or(0, |r| r.way_back);
                let (name, content) = (env.name.clone(), env.content(to).clone());
                self.serve(&name, content, way_back, stamp);
            }
        }
    }

    fn made_mut(&mut self, artifact: &ArtifactRef, version: &Version) -> &mut Made {
        let mut all = self.versions.iter_mut();
        all.find(|m| &m.body.artifact == artifact && &m.body.version == version).unwrap()
    }

    fn serve(&mut self, name: &EnvironmentName, content: Content, way_back: u64, stamp: &Stamp) {
        let release = self.releases.len() as u64 + 1;
        let env = self.path.iter_mut().find(|e| &e.name == name).unwrap();
        env.served.push(Served { at: stamp.at, seq: stamp.seq, release, content });
        let generation = env.generation();
        self.releases.push(Released { environment: name.clone(), generation, way_back });
    }
}

/// What an environment shall serve after the release.
fn wanted(now: &Content, open: &OpenRelease) -> Content {
    let mut after = now.clone();
    for change in &open.changes {
        match &change.placed {
            Some(placed) => after.insert(change.slot.clone(), placed.clone()),
            None => after.remove(&change.slot),
        };
    }
    after
}

/// Every override has its prompt, follows it when it is to, and differs from the others in its audience.
pub fn coherent(content: &Content) -> bool {
    content.iter().all(|(slot, placed)| {
        let Some(audience) = &placed.audience else { return slot.over.is_none() };
        let Some(prompt) = content.get(&Slot::prompt(slot.prompt.clone())) else { return false };
        let follows = audience.base == Base::Pinned || prompt.version == placed.version;
        let alone = content.iter().all(|(other, p)| {
            other == slot
                || other.prompt != slot.prompt
                || p.audience.as_ref().is_none_or(|a| a.when != audience.when)
        });
        slot.over.is_some() && follows && alone
    })
}
