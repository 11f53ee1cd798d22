//! Requirements to versions: the newest that matches, one version of a fragment in all, the lock first.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use semver::{Version, VersionReq};

use super::{Catalog, CatalogVersion, MAX_DEPTH, Resolved};
use crate::diagnostic::Diagnostic;
use crate::model::{Artifact, Locked};
use crate::name::{ArtifactName, Kind};
use crate::rules::Rule;
use crate::rules::dependency::{
    CYCLE, LOCK_MISMATCH, NO_MATCHING_VERSION, TOO_DEEP, TWO_VERSIONS, UNKNOWN_FRAGMENT,
};

/// Most choices tried before the search gives up. Real closures need a few dozen.
const MAX_STEPS: usize = 100_000;

/// Locks every fragment of `artifact` to a version.
///
/// For each fragment, in the order of names, the version `preferred` (from the lockfile) is tried first while it
/// satisfies the requirements, even if it was yanked meanwhile; then the versions that match, from the newest,
/// without yanked ones, and with pre-releases only where the requirement names one. Published fragments bring
/// their own fragments in the versions they were locked to. The first combination in which no fragment occurs in
/// two versions, no circle closes and nothing is nested too deeply is the answer.
///
/// # Errors
/// Diagnostics that name the artifact, the field `fragments.<alias>` and, for circles and conflicts, the path.
pub fn resolve(
    artifact: &Artifact,
    catalog: &dyn Catalog,
    preferred: &dyn Fn(&ArtifactName) -> Option<Locked>,
) -> Result<Resolved, Vec<Diagnostic>> {
    let wants = wants(artifact);
    let mut search = Search {
        artifact,
        catalog,
        versions: HashMap::new(),
        parts: HashMap::new(),
        steps: 0,
        conflict: None,
    };
    let mut found = Vec::new();
    let mut candidates = Vec::new();
    for want in &wants {
        match search.candidates(want, preferred(&want.name)) {
            Ok(list) => candidates.push(list),
            Err(diagnostic) => found.push(*diagnostic),
        }
    }
    if !found.is_empty() {
        return Err(found);
    }
    let Some(closure) = search.choose(&wants, &candidates) else {
        return Err(vec![search.failure(&wants)]);
    };
    let mut artifact = artifact.clone();
    for fragment in artifact.fragments.values_mut() {
        fragment.locked = closure.get(&fragment.name).map(|chosen| chosen.locked.clone());
    }
    Ok(Resolved {
        artifact,
        closure: closure.into_iter().map(|(name, chosen)| (name, chosen.locked)).collect(),
    })
}

/// All that an artifact demands of one fragment.
struct Want {
    name: ArtifactName,
    alias: String,
    requires: Vec<VersionReq>,
}

impl Want {
    fn matches(&self, version: &Version) -> bool {
        self.requires.iter().all(|r| r.matches(version))
    }

    fn shown(&self) -> String {
        let all: Vec<_> = self.requires.iter().map(ToString::to_string).collect();
        all.join(" and ")
    }
}

fn wants(artifact: &Artifact) -> Vec<Want> {
    let mut wants: BTreeMap<&ArtifactName, Want> = BTreeMap::new();
    for (alias, fragment) in &artifact.fragments {
        let new = || Want { name: fragment.name.clone(), alias: alias.clone(), requires: Vec::new() };
        let want = wants.entry(&fragment.name).or_insert_with(new);
        if !want.requires.contains(&fragment.require) {
            want.requires.push(fragment.require.clone());
        }
    }
    wants.into_values().collect()
}

/// A fragment in the closure, and through what it came there.
#[derive(Clone)]
struct Chosen {
    locked: Locked,
    through: Vec<(ArtifactName, Version)>,
}

type Closure = BTreeMap<ArtifactName, Chosen>;

type Obstacle = (&'static Rule, String);

/// A version with all that it brings. A fragment that uses no other has one level.
struct Parts {
    closure: Closure,
    levels: usize,
}

struct Search<'a> {
    artifact: &'a Artifact,
    catalog: &'a dyn Catalog,
    versions: HashMap<ArtifactName, Rc<Vec<CatalogVersion>>>,
    parts: HashMap<(ArtifactName, Version), Rc<Parts>>,
    steps: usize,
    /// The first thing that was in the way: that of the most wanted combination.
    conflict: Option<Obstacle>,
}

impl Search<'_> {
    fn versions(&mut self, name: &ArtifactName) -> Rc<Vec<CatalogVersion>> {
        if let Some(known) = self.versions.get(name) {
            return Rc::clone(known);
        }
        let mut versions = self.catalog.versions(name);
        versions.sort_by(|a, b| b.version.cmp(&a.version));
        let versions = Rc::new(versions);
        self.versions.insert(name.clone(), Rc::clone(&versions));
        versions
    }

    fn report(&self, rule: &'static Rule, want: &Want, message: String, fix: &str) -> Diagnostic {
        let path = format!("fragments.{}", want.alias);
        Diagnostic::error(rule, message).of(&self.artifact.id()).on(path).fix(fix)
    }

    /// The versions to try for a fragment, the most wanted first.
    fn candidates(&mut self, want: &Want, preferred: Option<Locked>) -> Result<Vec<Locked>, Box<Diagnostic>> {
        let versions = self.versions(&want.name);
        if self.artifact.kind == Kind::Fragment && want.name == self.artifact.name {
            let message = format!("the fragment includes itself: {0} → {0}", want.name);
            return Err(Box::new(self.report(&CYCLE, want, message, CYCLE.fix)));
        }
        if versions.is_empty() {
            let message = format!("there is no fragment `{}`", want.name);
            return Err(Box::new(self.report(&UNKNOWN_FRAGMENT, want, message, UNKNOWN_FRAGMENT.fix)));
        }
        let mut list = Vec::new();
        if let Some(locked) = preferred.filter(|l| want.matches(&l.version)) {
            match versions.iter().find(|v| v.version == locked.version) {
                Some(v) if v.digest == locked.digest => list.push(locked),
                Some(v) => {
                    let message = format!(
                        "the lock says that `{}` {} is {}, but it is {}",
                        want.name,
                        v.version,
                        locked.digest.short(),
                        v.digest.short()
                    );
                    return Err(Box::new(self.report(&LOCK_MISMATCH, want, message, LOCK_MISMATCH.fix)));
                }
                None => {
                    let message =
                        format!("the lock names `{}` {}, which does not exist", want.name, locked.version);
                    return Err(Box::new(self.report(&LOCK_MISMATCH, want, message, LOCK_MISMATCH.fix)));
                }
            }
        }
        let newest = versions.iter().filter(|v| !v.yanked && want.matches(&v.version));
        for v in newest {
            let locked = Locked { version: v.version.clone(), digest: v.digest };
            if !list.contains(&locked) {
                list.push(locked);
            }
        }
        if list.is_empty() {
            let shown: Vec<_> = versions
                .iter()
                .map(|v| format!("{}{}", v.version, if v.yanked { " (yanked)" } else { "" }))
                .collect();
            let message = format!(
                "no version of `{}` satisfies {}; there {} {}",
                want.name,
                want.shown(),
                if shown.len() == 1 { "is" } else { "are" },
                listed(&shown)
            );
            return Err(Box::new(self.report(&NO_MATCHING_VERSION, want, message, NO_MATCHING_VERSION.fix)));
        }
        Ok(list)
    }

    /// Chooses for the wants from the front; takes back what leads nowhere.
    fn choose(&mut self, wants: &[Want], candidates: &[Vec<Locked>]) -> Option<Closure> {
        let mut closure = Closure::new();
        // For each want so far: which candidate it got, and the names that came with it.
        let mut trail: Vec<(usize, Vec<ArtifactName>)> = Vec::new();
        let mut next = 0;
        loop {
            let Some(want) = wants.get(trail.len()) else { return Some(closure) };
            match candidates[trail.len()].get(next) {
                Some(locked) => {
                    self.step().ok()?;
                    match self.add(want, locked, &mut closure) {
                        Ok(added) => {
                            trail.push((next, added));
                            next = 0;
                        }
                        Err(obstacle) => {
                            self.conflict.get_or_insert(obstacle);
                            next += 1;
                        }
                    }
                }
                None => {
                    let (tried, added) = trail.pop()?;
                    for name in added {
                        closure.remove(&name);
                    }
                    next = tried + 1;
                }
            }
        }
    }

    fn step(&mut self) -> Result<(), Obstacle> {
        self.steps += 1;
        let message = || "the search for versions that go together took too long".to_owned();
        if self.steps > MAX_STEPS { Err((&TWO_VERSIONS, message())) } else { Ok(()) }
    }

    /// Adds this version and all that it brings, unless they do not go with what is there. The names added.
    fn add(
        &mut self,
        want: &Want,
        locked: &Locked,
        closure: &mut Closure,
    ) -> Result<Vec<ArtifactName>, Obstacle> {
        let user = &self.artifact.name;
        let parts = self.parts(&want.name, locked, &mut Vec::new())?;
        if parts.levels > MAX_DEPTH {
            return Err(too_deep(&format!("{user} → {}", want.name)));
        }
        if self.artifact.kind == Kind::Fragment
            && let Some(own) = parts.closure.get(user)
        {
            return Err(circle(user, own));
        }
        let clash = parts.closure.iter().find_map(|(name, chosen)| {
            let there = closure.get(name).filter(|there| there.locked != chosen.locked)?;
            Some(needed_twice(name, there, chosen, user))
        });
        if let Some(clash) = clash {
            return Err(clash);
        }
        let added: Vec<_> =
            parts.closure.keys().filter(|name| !closure.contains_key(*name)).cloned().collect();
        closure.extend(added.iter().map(|name| (name.clone(), parts.closure[name].clone())));
        Ok(added)
    }

    /// A version and everything below it. `above` is the way down to it.
    fn parts(
        &mut self,
        name: &ArtifactName,
        locked: &Locked,
        above: &mut Vec<(ArtifactName, Version)>,
    ) -> Result<Rc<Parts>, Obstacle> {
        self.step()?;
        let here = (name.clone(), locked.version.clone());
        if let Some(known) = self.parts.get(&here) {
            return Ok(Rc::clone(known));
        }
        let path = || {
            let names =
                std::iter::once(&self.artifact.name).chain(above.iter().map(|(n, _)| n)).chain([name]);
            names.map(ToString::to_string).collect::<Vec<_>>().join(" → ")
        };
        if above.contains(&here) {
            return Err((&CYCLE, format!("fragments include each other in a circle: {}", path())));
        }
        if above.len() >= MAX_DEPTH {
            return Err(too_deep(&path()));
        }
        let versions = self.versions(name);
        let Some(version) =
            versions.iter().find(|v| v.version == locked.version && v.digest == locked.digest)
        else {
            let message =
                format!("`{name}` {} is part of a published fragment, but does not exist", locked.version);
            return Err((&UNKNOWN_FRAGMENT, message));
        };
        let mut parts = Parts { closure: Closure::new(), levels: 1 };
        above.push(here.clone());
        for (inner, inner_locked) in &version.fragments {
            // An error may depend on the way down, so only successes are remembered.
            let below = self.parts(inner, inner_locked, above)?;
            parts.take(&here, &below)?;
        }
        above.pop();
        parts.closure.insert(name.clone(), Chosen { locked: locked.clone(), through: Vec::new() });
        let parts = Rc::new(parts);
        self.parts.insert(here, Rc::clone(&parts));
        Ok(parts)
    }

    fn failure(&mut self, wants: &[Want]) -> Diagnostic {
        let (rule, message) =
            self.conflict.take().unwrap_or((&TWO_VERSIONS, "no versions go together".to_owned()));
        let gave_up = self.steps > MAX_STEPS;
        let message =
            if gave_up { format!("{message} (gave up after {MAX_STEPS} combinations)") } else { message };
        // The fragment that the message is about, or the first one.
        let about = wants.iter().find(|w| message.contains(&format!("`{}`", w.name))).or(wants.first());
        match about {
            Some(want) => self.report(rule, want, message, rule.fix),
            None => Diagnostic::error(rule, message).of(&self.artifact.id()).fix(rule.fix),
        }
    }
}

impl Parts {
    /// Adds what a fragment used by `user` brings.
    fn take(&mut self, user: &(ArtifactName, Version), below: &Parts) -> Result<(), Obstacle> {
        self.levels = self.levels.max(below.levels + 1);
        for (name, chosen) in &below.closure {
            let mut chosen = chosen.clone();
            chosen.through.insert(0, user.clone());
            if *name == user.0 {
                return Err(circle(name, &chosen));
            }
            match self.closure.get(name) {
                Some(there) if there.locked != chosen.locked => {
                    return Err(needed_twice(name, there, &chosen, &user.0));
                }
                Some(_) => {}
                None => {
                    self.closure.insert(name.clone(), chosen);
                }
            }
        }
        Ok(())
    }
}

fn too_deep(path: &str) -> Obstacle {
    (&TOO_DEEP, format!("fragments are nested more than {MAX_DEPTH} levels deep: {path}"))
}

/// `own` is where the fragment `name` occurs below itself.
fn circle(name: &ArtifactName, own: &Chosen) -> Obstacle {
    let between = own.through.iter().map(|(n, _)| n).filter(|n| *n != name);
    let path: Vec<_> = std::iter::once(name).chain(between).chain([name]).map(ToString::to_string).collect();
    (&CYCLE, format!("fragments include each other in a circle: {}", path.join(" → ")))
}

fn needed_twice(name: &ArtifactName, one: &Chosen, other: &Chosen, user: &ArtifactName) -> Obstacle {
    let message = format!("`{name}` would be needed twice: {} and {}", shown(one, user), shown(other, user));
    (&TWO_VERSIONS, message)
}

/// `1.2.3 (sales/x → safety/y 2.0.0)`
fn shown(chosen: &Chosen, user: &ArtifactName) -> String {
    let through = chosen.through.iter().filter(|(n, _)| n != user);
    let through: Vec<_> = through.map(|(n, v)| format!(" → {n} {v}")).collect();
    format!("{} ({user}{})", chosen.locked.version, through.concat())
}

/// The first ten, and how many more.
fn listed(all: &[String]) -> String {
    let more = all.len().saturating_sub(10);
    let shown = all[..all.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
