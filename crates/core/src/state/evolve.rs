//! Folds one event into the state. Total: whatever the ledger holds, this succeeds.

use std::sync::Arc;

use cuelight_artifact::ArtifactRef;
use semver::Version;

use super::{Stamp, State};
use crate::environment::{Environment, Generation, Span};
use crate::event::{EnvironmentCreated, Event, ReleaseOpened, VersionPublished};
use crate::release::ReleaseRecord;
use crate::version::{VersionRecord, YankRecord, shared};

impl State {
    /// Folds in the event of the entry at `stamp`.
    pub fn evolve(&mut self, stamp: &Stamp, event: &Event) {
        self.seq = stamp.seq;
        self.at = stamp.at;
        match event {
            Event::ProjectOpened(e) => {
                self.project = Some(e.project.clone());
                self.key.clone_from(&e.key);
            }
            Event::EnvironmentCreated(e) => self.environment_created(stamp, e),
            Event::PolicySet(e) => {
                if let Some(environment) = self.environments.iter_mut().find(|x| x.name == e.environment) {
                    environment.policy = e.policy.clone();
                    environment.policy_revision += 1;
                }
            }
            Event::VersionPublished(e) => self.version_published(stamp, e),
            Event::VersionYanked(e) => {
                let yank =
                    YankRecord { severity: e.severity, reason: e.reason, seq: stamp.seq, at: stamp.at };
                self.set_yank(&e.artifact, &e.version, Some(yank));
            }
            Event::VersionUnyanked(e) => self.set_yank(&e.artifact, &e.version, None),
            Event::ReleaseOpened(e) => self.release_opened(stamp, e),
        }
    }

    fn environment_created(&mut self, stamp: &Stamp, e: &EnvironmentCreated) {
        let position = usize::try_from(e.position).unwrap_or(usize::MAX).min(self.environments.len());
        self.environments.insert(
            position,
            Environment {
                name: e.environment.clone(),
                policy: e.policy.clone(),
                policy_revision: 1,
                at: stamp.at,
                content: Default::default(),
                generations: Vec::new(),
                timelines: Default::default(),
            },
        );
    }

    fn version_published(&mut self, stamp: &Stamp, e: &VersionPublished) {
        let history = self.artifacts.entry(e.artifact.clone()).or_default();
        if e.version.pre.is_empty() {
            if let Some(old) = history.head() {
                for entry in old.closure.iter() {
                    if let Some(users) = self.users.get_mut(&entry.name) {
                        users.remove(&e.artifact);
                        // An unused fragment leaves no trace, so that `users` says only what the heads say.
                        if users.is_empty() {
                            self.users.remove(&entry.name);
                        }
                    }
                }
            }
            for entry in &e.closure {
                self.users.entry(entry.name.clone()).or_default().insert(e.artifact.clone());
            }
        }
        let closure = shared(history.newest(), &e.closure);
        history.versions.push(VersionRecord {
            version: e.version.clone(),
            digest: e.digest,
            surface: e.surface,
            previous: e.previous.clone(),
            class: e.class,
            rules: e.rules.clone(),
            boundary: e.boundary.clone(),
            chosen: e.chosen.clone().map(Box::new),
            closure,
            risk: e.risk,
            notes: e.notes,
            seq: stamp.seq,
            at: stamp.at,
            actor: stamp.actor.clone(),
            yank: None,
        });
    }

    fn set_yank(&mut self, artifact: &ArtifactRef, version: &Version, yank: Option<YankRecord>) {
        let found = self
            .artifacts
            .get_mut(artifact)
            .and_then(|h| h.versions.iter_mut().find(|v| &v.version == version));
        if let Some(record) = found {
            record.yank = yank.map(Box::new);
        }
    }

    fn release_opened(&mut self, stamp: &Stamp, e: &ReleaseOpened) {
        // There are as many releases as entries: what they name is shared with what the state has already.
        let (mut name, mut changes) = (e.environment.clone(), e.changes.clone());
        if let Some(environment) = self.environments.iter_mut().find(|x| x.name == e.environment) {
            environment.generations.push(Generation {
                number: e.generation,
                seq: stamp.seq,
                at: stamp.at,
                release: e.release,
            });
            name.clone_from(&environment.name);
            for change in &mut changes {
                let timeline = environment.timelines.entry(change.slot.clone());
                change.slot.clone_from(timeline.key());
                let before = match &change.after {
                    Some(placed) => environment.content.insert(change.slot.clone(), Arc::clone(placed)),
                    None => environment.content.remove(&change.slot),
                };
                if before == change.before {
                    change.before = before;
                }
                timeline.or_default().push(Span {
                    generation: e.generation,
                    seq: stamp.seq,
                    at: stamp.at,
                    placed: change.after.clone(),
                });
            }
        }
        let actor = self.releases.last().map(|last| &last.actor).filter(|last| **last == stamp.actor);
        let actor = actor.unwrap_or(&stamp.actor).clone();
        self.releases.push(ReleaseRecord {
            number: e.release,
            environment: name,
            generation: e.generation,
            cause: e.cause.clone(),
            changes,
            way_back: e.way_back,
            urgency: e.urgency.clone(),
            passed_over: e.passed_over.clone(),
            notes: e.notes,
            label: e.label.clone(),
            seq: stamp.seq,
            at: stamp.at,
            actor,
        });
    }
}
