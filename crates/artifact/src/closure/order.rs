//! The order in which a set of artifacts can be published: fragments before their users.

use std::collections::{BTreeMap, BTreeSet};

use super::MAX_DEPTH;
use crate::diagnostic::Diagnostic;
use crate::model::Artifact;
use crate::name::ArtifactRef;
use crate::rules::dependency::{CYCLE, TOO_DEEP};

/// The artifacts such that every fragment of the set stands before those that use it. Fragments outside the set
/// do not matter here. Among those that may come next, prompts and names come in their own order, so the answer
/// is always the same.
///
/// # Errors
/// A circle of fragments, or more than [`MAX_DEPTH`] levels, with the path.
pub fn order(artifacts: &BTreeMap<ArtifactRef, Artifact>) -> Result<Vec<ArtifactRef>, Vec<Diagnostic>> {
    let mut users: BTreeMap<&ArtifactRef, Vec<&ArtifactRef>> = BTreeMap::new();
    let mut uses: BTreeMap<&ArtifactRef, BTreeSet<&ArtifactRef>> = BTreeMap::new();
    for (id, artifact) in artifacts {
        let inner = artifact.fragments.values().map(|f| ArtifactRef::fragment(f.name.clone()));
        let inner: BTreeSet<_> =
            inner.filter_map(|f| artifacts.get_key_value(&f).map(|(id, _)| id)).collect();
        for fragment in &inner {
            users.entry(fragment).or_default().push(id);
        }
        uses.insert(id, inner);
    }
    let mut missing: BTreeMap<&ArtifactRef, usize> =
        uses.iter().map(|(id, inner)| (*id, inner.len())).collect();
    let mut ready: BTreeSet<&ArtifactRef> =
        missing.iter().filter(|(_, n)| **n == 0).map(|(id, _)| *id).collect();
    let mut levels: BTreeMap<&ArtifactRef, usize> = BTreeMap::new();
    let mut sorted = Vec::new();
    let mut found = Vec::new();
    while let Some(id) = ready.pop_first() {
        missing.remove(id);
        let level = uses[id].iter().map(|f| levels[f] + 1).max().unwrap_or(0);
        levels.insert(id, level);
        if level == MAX_DEPTH + 1 {
            found.push(too_deep(id, &uses, &levels));
        }
        sorted.push(id.clone());
        for user in users.get(id).into_iter().flatten() {
            if let Some(n) = missing.get_mut(user) {
                *n -= 1;
                if *n == 0 {
                    ready.insert(user);
                }
            }
        }
    }
    found.extend(cycle(&uses, &missing));
    if found.is_empty() { Ok(sorted) } else { Err(found) }
}

fn too_deep(
    id: &ArtifactRef,
    uses: &BTreeMap<&ArtifactRef, BTreeSet<&ArtifactRef>>,
    levels: &BTreeMap<&ArtifactRef, usize>,
) -> Diagnostic {
    let mut path = vec![id];
    while let Some(next) = path.last().and_then(|last| uses[last].iter().max_by_key(|f| levels.get(*f))) {
        path.push(next);
    }
    let path: Vec<_> = path.iter().map(|id| id.name.to_string()).collect();
    let message = format!("fragments are nested {} levels deep: {}", path.len() - 1, path.join(" → "));
    Diagnostic::error(&TOO_DEEP, message).of(id).on("fragments").fix(TOO_DEEP.fix)
}

/// The circle among those that never became ready; each of them waits for another one of them.
fn cycle(
    uses: &BTreeMap<&ArtifactRef, BTreeSet<&ArtifactRef>>,
    waiting: &BTreeMap<&ArtifactRef, usize>,
) -> Option<Diagnostic> {
    let mut path: Vec<&ArtifactRef> = vec![waiting.keys().next()?];
    loop {
        let next = uses[path[path.len() - 1]].iter().find(|f| waiting.contains_key(*f))?;
        if let Some(start) = path.iter().position(|id| id == next) {
            let circle = &path[start..];
            // Begin at the least name, so that the message does not depend on where the walk began.
            let least = (0..circle.len()).min_by_key(|i| circle[*i])?;
            let names: Vec<_> =
                (0..=circle.len()).map(|i| circle[(least + i) % circle.len()].name.to_string()).collect();
            let message = format!("fragments include each other in a circle: {}", names.join(" → "));
            return Some(Diagnostic::error(&CYCLE, message).of(circle[least]).on("fragments").fix(CYCLE.fix));
        }
        path.push(next);
    }
}
