//! Works a plan out: resolve, digest, compare, compute the version, check.

use std::collections::BTreeMap;

use cuelight_artifact::boundary::boundary;
use cuelight_artifact::bump::{self, CaseEffect, RenderEffect};
use cuelight_artifact::closure;
use cuelight_artifact::diagnostic::has_errors;
use cuelight_artifact::diff::diff;
use cuelight_artifact::files::{self, FileSet, Loaded};
use cuelight_artifact::model::Locked;
use cuelight_artifact::name::Word;
use cuelight_artifact::rules::dependency::LOCK_MISMATCH;
use cuelight_artifact::rules::request::{BUMP_TOO_LOW, BUMP_UNKNOWN};
use cuelight_artifact::{Artifact, ArtifactRef, Diagnostic, Digest, Kind};
use cuelight_core::event::{ChosenClass, ClosureEntry};
use cuelight_core::version::{Class, NewVersion, VersionRecord};
use cuelight_render::{Limits, check, compare};
use semver::{Prerelease, Version};

use super::catalog::PlanCatalog;
use super::export::{LockedArtifact, lockfile};
use super::{PlanAction, PlanEntry, PlanInput, PlanOutput};
use crate::app::Project;
use crate::ctx::Ctx;
use crate::error::{AppError, AppResult};
use crate::prompt::live;
use crate::serve::Fragments;

/// Largest set of files, in bytes.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// A plan with everything needed to carry it out.
pub(super) struct Worked {
    pub(super) output: PlanOutput,
    /// The new versions, fragments first. Reasons for lower classes are in [`PlanInput`].
    pub(super) versions: Vec<NewVersion>,
    /// The canonical bytes of each.
    pub(super) contents: Vec<(Digest, Vec<u8>)>,
    /// The newest versions the plan was made against.
    pub(super) seen: BTreeMap<ArtifactRef, Option<Version>>,
    /// Release notes by artifact, as the files have them.
    pub(super) notes: BTreeMap<ArtifactRef, String>,
}

/// What the plan compares an artifact with.
struct Baseline {
    head: Option<VersionRecord>,
    /// The newest pre-release under the plan's label.
    branch: Option<VersionRecord>,
    /// Every pre-release there is.
    taken: Vec<Version>,
}

pub(super) async fn work_out(ctx: &Ctx, project: &Project, input: &PlanInput) -> AppResult<Worked> {
    let bytes: usize = input.files.iter().map(|(path, text)| path.len() + text.len()).sum();
    if bytes > MAX_BYTES {
        return Err(AppError::new(
            crate::Code::TooLarge,
            format!("the files have {bytes} bytes; at most {MAX_BYTES} go into one plan"),
        ));
    }
    let set: FileSet = input.files.iter().map(|(p, t)| (p.clone(), t.clone().into_bytes())).collect();
    let loaded = files::read(&set);
    let mut plan = Planner::new(ctx, project, input, &loaded);
    let order = match closure::order(&loaded.artifacts) {
        Ok(order) => order,
        Err(found) => {
            plan.diagnostics.extend(found);
            Vec::new()
        }
    };
    for id in &order {
        if let Some(artifact) = loaded.artifacts.get(id) {
            plan.artifact(artifact).await?;
        }
    }
    plan.unknown_bumps(&loaded);
    plan.finish(&loaded)
}

struct Planner<'a> {
    ctx: &'a Ctx,
    project: &'a Project,
    input: &'a PlanInput,
    catalog: PlanCatalog,
    /// Fragments of the files and of the registry, as far as they were needed.
    fragments: Fragments,
    diagnostics: Vec<Diagnostic>,
    entries: Vec<PlanEntry>,
    /// What each entry includes, in the order of the entries.
    closures: Vec<Vec<ClosureEntry>>,
    surfaces: BTreeMap<ArtifactRef, Digest>,
    versions: Vec<NewVersion>,
    contents: Vec<(Digest, Vec<u8>)>,
    seen: BTreeMap<ArtifactRef, Option<Version>>,
    notes: BTreeMap<ArtifactRef, String>,
}

impl<'a> Planner<'a> {
    fn new(ctx: &'a Ctx, project: &'a Project, input: &'a PlanInput, loaded: &Loaded) -> Self {
        let (catalog, wrong) = project.journal.read(|state| {
            let catalog = PlanCatalog::new(state, loaded.lock.as_ref(), &input.upgrade);
            let wrong = catalog.contradictions(state);
            (catalog, wrong)
        });
        let mut diagnostics = loaded.diagnostics.clone();
        diagnostics.extend(wrong.into_iter().map(|(name, version)| {
            Diagnostic::error(&LOCK_MISMATCH, format!("{name} {version} has another digest in the registry"))
                .in_file("prompts.lock")
                .fix(LOCK_MISMATCH.fix)
        }));
        Self {
            ctx,
            project,
            input,
            catalog,
            fragments: Fragments::default(),
            diagnostics,
            entries: Vec::new(),
            closures: Vec::new(),
            surfaces: BTreeMap::new(),
            versions: Vec::new(),
            contents: Vec::new(),
            seen: BTreeMap::new(),
            notes: BTreeMap::new(),
        }
    }

    async fn artifact(&mut self, source: &Artifact) -> AppResult<()> {
        let id = source.id();
        let baseline = self.baseline(&id);
        let catalog = &self.catalog;
        let head = baseline.head.as_ref();
        let preferred = |name: &_| {
            // The lock first; without one, what the newest version was made with.
            let before = || {
                let upgraded = self.input.upgrade.contains(name);
                head.filter(|_| !upgraded).and_then(|h| h.locked(name)).map(|c| c.locked.clone())
            };
            catalog.preferred(&id, name).or_else(before)
        };
        let resolved = match closure::resolve(source, catalog, &preferred) {
            Ok(resolved) => resolved,
            Err(found) => {
                self.diagnostics.extend(found);
                return Ok(());
            }
        };
        let mut artifact = resolved.artifact;
        for fragment in artifact.fragments.values_mut() {
            fragment.locked = fragment.locked.take().map(|l| catalog.real(&fragment.name, &l));
        }
        let closure: Vec<ClosureEntry> = resolved
            .closure
            .iter()
            .map(|(name, chosen)| ClosureEntry {
                name: name.clone(),
                locked: catalog.real(name, chosen),
                direct: artifact.fragments.values().any(|f| &f.name == name),
            })
            .collect();
        for entry in &closure {
            let fragment = ArtifactRef::fragment(entry.name.clone());
            let newest = self.newest(&fragment);
            self.seen.entry(fragment).or_insert(newest);
            self.load(&entry.locked.digest).await?;
        }
        let bytes = artifact.canonical_bytes().map_err(|e| AppError::invalid(format!("{id}: {e}")))?;
        let digest = Digest::of_bytes(&bytes);
        let newest = self.newest(&id);
        self.seen.insert(id.clone(), newest);
        let unchanged = [baseline.branch.as_ref(), head].into_iter().flatten().find(|v| v.digest == digest);
        let entry = match unchanged {
            Some(record) => self.same(&artifact, record, &closure),
            None => match self.changed(&artifact, digest, &baseline, closure.clone()).await? {
                Some(entry) => {
                    self.contents.push((digest, bytes));
                    entry
                }
                None => return Ok(()),
            },
        };
        let surface = bump::surface(&artifact).map_err(AppError::internal)?;
        self.surfaces.insert(id.clone(), surface);
        if id.kind == Kind::Fragment {
            let locked = Locked { version: entry.to.clone(), digest };
            self.catalog.plan(&id.name, &locked, &closure);
            self.fragments.0.insert(digest, std::sync::Arc::new(artifact));
        }
        self.entries.push(entry);
        self.closures.push(closure);
        Ok(())
    }

    fn baseline(&self, id: &ArtifactRef) -> Baseline {
        self.project.journal.read(|state| {
            let history = state.artifacts.get(id);
            let branch = self.input.prerelease.as_ref().and_then(|l| history?.prerelease(l.as_str()));
            let versions = history.map(|h| h.versions.as_slice()).unwrap_or_default();
            let taken = versions.iter().map(|v| &v.version).filter(|v| !v.pre.is_empty()).cloned().collect();
            Baseline { head: history.and_then(|h| h.head()).cloned(), branch: branch.cloned(), taken }
        })
    }

    fn newest(&self, id: &ArtifactRef) -> Option<Version> {
        self.project.journal.read(|s| s.artifacts.get(id)?.newest().map(|v| v.version.clone()))
    }

    async fn load(&mut self, digest: &Digest) -> AppResult<()> {
        if !self.fragments.0.contains_key(digest) {
            let found = self.project.contents(&self.ctx.app).artifact(digest).await?;
            self.fragments.0.insert(*digest, std::sync::Arc::new(found));
        }
        Ok(())
    }

    fn same(&self, artifact: &Artifact, record: &VersionRecord, closure: &[ClosureEntry]) -> PlanEntry {
        self.entry(
            artifact,
            PlanAction::Same,
            Some(record.version.clone()),
            record.version.clone(),
            record.digest,
            closure,
        )
    }

    fn entry(
        &self,
        artifact: &Artifact,
        action: PlanAction,
        from: Option<Version>,
        to: Version,
        digest: Digest,
        closure: &[ClosureEntry],
    ) -> PlanEntry {
        let id = artifact.id();
        let project = &self.project.name;
        PlanEntry {
            action,
            from,
            to,
            digest,
            class: None,
            chosen: None,
            reasons: Vec::new(),
            boundary: Vec::new(),
            changes: Vec::new(),
            cases_differ: Vec::new(),
            cases: artifact.tests.len(),
            fragments: closure.iter().map(|c| (c.name.clone(), c.locked.version.clone())).collect(),
            users_elsewhere: Vec::new(),
            live: self.project.journal.read(|state| live(self.ctx, project, state, &id)),
            id,
        }
    }

    async fn changed(
        &mut self,
        artifact: &Artifact,
        digest: Digest,
        baseline: &Baseline,
        closure: Vec<ClosureEntry>,
    ) -> AppResult<Option<PlanEntry>> {
        let id = artifact.id();
        let found = check(artifact, &self.fragments, &Limits::default());
        let broken = has_errors(&found);
        self.diagnostics.extend(found);
        let head = baseline.head.as_ref();
        let old = match head {
            Some(head) => Some(self.old(head).await?),
            None => None,
        };
        if broken {
            return Ok(None);
        }
        let Some(settled) = self.settle(artifact, old.as_ref()) else { return Ok(None) };
        let next = bump::next(head.map(|h| &h.version), settled.class);
        let to = match &self.input.prerelease {
            None => next,
            Some(label) => prerelease(&next, label, &baseline.taken)?,
        };
        let action = if head.is_some() { PlanAction::Change } else { PlanAction::Add };
        let from = head.map(|h| h.version.clone());
        let mut entry = self.entry(artifact, action, from.clone(), to.clone(), digest, &closure);
        entry.class = old.is_some().then_some(settled.computed);
        entry.chosen = (settled.class != settled.computed && old.is_some()).then_some(settled.class);
        entry.reasons = settled.reasons;
        entry.cases_differ = settled.cases_differ;
        if let Some((old, _)) = &old {
            entry.boundary = boundary(old, artifact);
            entry.changes = diff(old, artifact);
        }
        let class = if old.is_some() { ledger_class(settled.computed) } else { Class::First };
        let mut rules: Vec<String> = entry.reasons.iter().map(|r| r.rule.clone()).collect();
        rules.sort();
        rules.dedup();
        let mut boundaries: Vec<String> = entry.boundary.iter().map(|b| b.rule.clone()).collect();
        boundaries.dedup();
        self.notes.insert(id.clone(), artifact.change_intent.clone());
        self.versions.push(NewVersion {
            artifact: id,
            version: to,
            digest,
            surface: bump::surface(artifact).map_err(AppError::internal)?,
            previous: from,
            class,
            rules,
            boundary: boundaries,
            chosen: entry.chosen.map(|class| ChosenClass { class: ledger_class(class), reason: None }),
            closure,
            risk: artifact.risk,
            notes: None,
        });
        Ok(Some(entry))
    }

    async fn old(&self, head: &VersionRecord) -> AppResult<(Artifact, Fragments)> {
        let artifact = self.project.contents(&self.ctx.app).artifact(&head.digest).await?;
        let fragments = self.project.contents(&self.ctx.app).fragments(&artifact).await?;
        Ok((artifact, fragments))
    }

    fn settle(&mut self, artifact: &Artifact, old: Option<&(Artifact, Fragments)>) -> Option<SettledBump> {
        let id = artifact.id();
        let asked = self.input.bumps.get(&id);
        let Some((old, old_fragments)) = old else {
            let none = bump::Class::None;
            return Some(SettledBump {
                computed: none,
                class: none,
                reasons: Vec::new(),
                cases_differ: Vec::new(),
            });
        };
        let effect = Effect { old: old_fragments, new: &self.fragments };
        let cases_differ = match effect.cases(old, artifact) {
            CaseEffect::Differs { cases } => cases,
            CaseEffect::NoCases | CaseEffect::Same { .. } => Vec::new(),
        };
        let verdict = bump::compute(old, artifact, &effect);
        // Asking is asking for exactly that: more is fine, less needs the reason.
        let wish =
            asked.map(|a| bump::Override { class: a.class, reason: a.reason.clone().unwrap_or_default() });
        let request = bump::Request { at_least: None, override_lower: wish };
        match bump::settle(&verdict, &request) {
            Ok(settled) => Some(SettledBump {
                computed: verdict.class,
                class: settled.class,
                reasons: verdict.reasons,
                cases_differ,
            }),
            Err(refused) => {
                self.diagnostics.push(
                    Diagnostic::error(&BUMP_TOO_LOW, refused.to_string()).of(&id).fix(BUMP_TOO_LOW.fix),
                );
                None
            }
        }
    }

    fn unknown_bumps(&mut self, loaded: &Loaded) {
        for id in self.input.bumps.keys().filter(|id| !loaded.artifacts.contains_key(*id)) {
            let message = format!("a version class is asked for {id}, which is not in the files");
            self.diagnostics.push(Diagnostic::error(&BUMP_UNKNOWN, message).of(id).fix(BUMP_UNKNOWN.fix));
        }
    }

    fn lock(&self) -> String {
        let all = self.entries.iter().zip(&self.closures).map(|(entry, closure)| LockedArtifact {
            id: &entry.id,
            version: &entry.to,
            digest: entry.digest,
            surface: self.surfaces.get(&entry.id).copied(),
            closure,
        });
        self.project.journal.read(|state| lockfile(state, all).print())
    }

    fn finish(mut self, loaded: &Loaded) -> AppResult<Worked> {
        let diagnostics: Vec<Diagnostic> =
            self.diagnostics.drain(..).map(|d| loaded.source.place(d)).collect();
        let absent = self.project.journal.read(|state| {
            for entry in &mut self.entries {
                if entry.id.kind == Kind::Fragment && entry.action != PlanAction::Same {
                    let users = state.users.get(&entry.id.name).into_iter().flatten();
                    entry.users_elsewhere =
                        users.filter(|u| !loaded.artifacts.contains_key(*u)).cloned().collect();
                }
            }
            state
                .artifacts
                .keys()
                .filter(|id| !loaded.artifacts.contains_key(*id))
                .cloned()
                .collect::<Vec<_>>()
        });
        let count = |action| self.entries.iter().filter(|e| e.action == action).count();
        let identity: Vec<_> = self.entries.iter().map(|e| (&e.id, e.to.to_string(), e.digest)).collect();
        let seen: Vec<_> =
            self.seen.iter().map(|(id, v)| (id, v.as_ref().map(ToString::to_string))).collect();
        let clean = !has_errors(&diagnostics);
        let digest = Digest::of_canonical(&(identity, seen, clean)).map_err(AppError::internal)?;
        let output = PlanOutput {
            digest,
            absent: absent.into_iter().filter(|id| !source_has(loaded, id)).collect(),
            add: count(PlanAction::Add),
            change: count(PlanAction::Change),
            same: count(PlanAction::Same),
            lock: self.lock(),
            diagnostics,
            entries: self.entries,
        };
        Ok(Worked {
            output,
            versions: self.versions,
            contents: self.contents,
            seen: self.seen,
            notes: self.notes,
        })
    }
}

/// Files with errors are not read as artifacts, but they are not absent either.
fn source_has(loaded: &Loaded, id: &ArtifactRef) -> bool {
    loaded.source.file(id).is_some()
}

struct SettledBump {
    computed: bump::Class,
    class: bump::Class,
    reasons: Vec<bump::Reason>,
    cases_differ: Vec<String>,
}

/// The next pre-release of `next` under a label: one after the highest of the same number.
fn prerelease(next: &Version, label: &Word, taken: &[Version]) -> AppResult<Version> {
    let base = |v: &Version| Version { pre: Prerelease::EMPTY, ..v.clone() };
    let number =
        |v: &Version| v.pre.as_str().strip_prefix(label.as_str())?.strip_prefix('.')?.parse::<u64>().ok();
    let last = taken.iter().filter(|v| base(v) == *next).filter_map(number).max().unwrap_or(0);
    bump::prerelease(next, label, last + 1).map_err(|e| AppError::invalid(e.to_string()))
}

fn ledger_class(class: bump::Class) -> Class {
    match class {
        bump::Class::Major => Class::Major,
        bump::Class::Minor => Class::Minor,
        bump::Class::Patch | bump::Class::None => Class::Patch,
    }
}

/// Renders golden cases before and after.
struct Effect<'a> {
    old: &'a Fragments,
    new: &'a Fragments,
}

impl RenderEffect for Effect<'_> {
    fn cases(&self, old: &Artifact, new: &Artifact) -> CaseEffect {
        compare((old, self.old), (new, self.new), &Limits::default())
    }
}
