//! Opens a release: changes what an environment serves, if its policy is satisfied.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cuelight_artifact::name::Word;
use cuelight_artifact::{ArtifactRef, Digest, EnvironmentName};
use semver::Version;

use crate::command::Context;
use crate::environment::{Environment, Policy, Predecessor, Prereleases};
use crate::event::{Event, ReleaseOpened};
use crate::refusal::Refusal;
use crate::release::{Base, Cause, Placed, Slot, SlotChange, Urgency};
use crate::state::State;
use crate::version::Severity;

/// Most places in one release.
pub const MAX_CHANGES: usize = 10_000;
/// Most attributes in the audience of an override.
pub const MAX_ATTRIBUTES: usize = 16;
/// Longest attribute, and longest value of one, in bytes.
pub const MAX_ATTRIBUTE: usize = 100;

/// Releases a set of versions into an environment.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenRelease {
    /// Where.
    pub environment: EnvironmentName,
    /// The generation the caller looked at; none to take it as it is.
    pub expected: Option<u64>,
    /// The places to change.
    pub changes: Vec<SlotRequest>,
    /// The generation that going back shall return to; none for the one before this release.
    pub way_back: Option<u64>,
    /// Planned or break-glass.
    pub urgency: Urgency,
    /// Why: a text blob.
    pub notes: Option<Digest>,
    /// A label for people.
    pub label: Option<Word>,
}

/// What shall stand in a place; `None` clears it.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotRequest {
    /// The place.
    pub slot: Slot,
    /// What shall stand there.
    pub placed: Option<Placed>,
}

type Content = BTreeMap<Slot, Arc<Placed>>;

pub(crate) fn decide(state: &State, open: &OpenRelease, _: &Context) -> Result<Vec<Event>, Refusal> {
    let environment = state.environment(&open.environment)?;
    let current = environment.generation();
    if let Some(expected) = open.expected
        && expected != current
    {
        return Err(Refusal::StaleGeneration {
            environment: open.environment.clone(),
            expected,
            found: current,
        });
    }
    let way_back = way_back(environment, open.way_back)?;
    let changes = changes(state, environment, &open.changes)?;
    let after = applied(environment.content.clone(), &changes);
    check_overrides(&after)?;
    if changes.is_empty() {
        return Err(Refusal::NothingToChange(format!("`{}` serves exactly that already", open.environment)));
    }
    let missing = missing(state, environment, &environment.policy, &changes);
    let passed_over = match (&open.urgency, missing.is_empty()) {
        (_, true) => Vec::new(),
        (Urgency::BreakGlass { .. }, false) => missing,
        (Urgency::Planned, false) => {
            return Err(Refusal::PolicyUnsatisfied { environment: open.environment.clone(), missing });
        }
    };
    Ok(vec![Event::ReleaseOpened(Box::new(ReleaseOpened {
        release: state.releases.len() as u64 + 1,
        environment: open.environment.clone(),
        generation: current + 1,
        cause: Cause::Release,
        changes,
        way_back,
        urgency: open.urgency.clone(),
        policy: environment.policy.clone(),
        passed_over,
        notes: open.notes,
        label: open.label.clone(),
    }))])
}

fn way_back(environment: &Environment, asked: Option<u64>) -> Result<u64, Refusal> {
    let current = environment.generation();
    match asked {
        None => Ok(current),
        Some(generation) if generation >= 1 && generation <= current => Ok(generation),
        Some(generation) => {
            Err(Refusal::UnknownGeneration { environment: environment.name.clone(), generation, current })
        }
    }
}

fn changes(
    state: &State,
    environment: &Environment,
    requests: &[SlotRequest],
) -> Result<Vec<SlotChange>, Refusal> {
    if requests.len() > MAX_CHANGES {
        return Err(Refusal::BadSlot {
            slot: requests[0].slot.clone(),
            because: format!(
                "a release changes at most {MAX_CHANGES} places; this one has {}: split it",
                requests.len()
            ),
        });
    }
    let mut seen = BTreeSet::new();
    let mut changes = Vec::new();
    for request in requests {
        if !seen.insert(&request.slot) {
            return Err(bad(&request.slot, "it is in the release twice; keep one of the two"));
        }
        if let Some(placed) = &request.placed {
            check_placed(state, &request.slot, placed)?;
        }
        let before = environment.content.get(&request.slot).cloned();
        if before.as_deref() != request.placed.as_ref() {
            let after = request.placed.clone().map(Arc::new);
            changes.push(SlotChange { slot: request.slot.clone(), before, after });
        }
    }
    changes.sort_by(|a, b| a.slot.cmp(&b.slot));
    Ok(changes)
}

fn check_placed(state: &State, slot: &Slot, placed: &Placed) -> Result<(), Refusal> {
    let record = state.version(&ArtifactRef::prompt(slot.prompt.clone()), &placed.version)?;
    match (&slot.over, &placed.audience) {
        (None, None) if placed.patch.is_some() => {
            Err(bad(slot, "only an override carries a field patch; give it an id, as in `area/name#acme`"))
        }
        (None, None) | (Some(_), Some(_)) => Ok(()),
        (None, Some(_)) => {
            Err(bad(slot, "an audience belongs to an override; give it an id, as in `area/name#acme`"))
        }
        (Some(_), None) => {
            Err(bad(slot, "an override needs an audience: at least one attribute, such as `tenant`"))
        }
    }?;
    if placed.patch.is_none() && placed.digest != record.digest {
        return Err(bad(
            slot,
            &format!(
                "its digest is not the one the registry has for {}; only a field patch makes another",
                placed.version
            ),
        ));
    }
    if let Some(audience) = &placed.audience {
        if audience.when.is_empty() || audience.when.len() > MAX_ATTRIBUTES {
            let found = audience.when.len();
            return Err(bad(
                slot,
                &format!("an override's audience has 1 to {MAX_ATTRIBUTES} attributes; this one has {found}"),
            ));
        }
        let long = |text: &str| !(1..=MAX_ATTRIBUTE).contains(&text.len()) || text.contains(char::is_control);
        if let Some((key, value)) = audience.when.iter().find(|(k, v)| long(k) || long(v)) {
            return Err(bad(
                slot,
                &format!(
                    "an attribute and its value have 1 to {MAX_ATTRIBUTE} bytes of plain text; {} has {} and {}",
                    key.escape_debug().take(40).collect::<String>(),
                    key.len(),
                    value.len()
                ),
            ));
        }
        if placed.patch.is_none() && audience.base == Base::Following {
            return Err(bad(slot, "an override needs a version of its own, a field patch, or both"));
        }
    }
    Ok(())
}

/// Every override has its prompt, follows it if it is to, and no two have the same audience.
fn check_overrides(content: &Content) -> Result<(), Refusal> {
    let mut audiences = BTreeMap::new();
    for (slot, placed) in content {
        let Some(audience) = &placed.audience else { continue };
        let Some(prompt) = content.get(&Slot::prompt(slot.prompt.clone())) else {
            return Err(bad(
                slot,
                "it would stand there without its prompt; release the prompt too, or remove the override",
            ));
        };
        if audience.base == Base::Following && prompt.version != placed.version {
            return Err(bad(
                slot,
                &format!(
                    "it follows its prompt, which is at {} then, but is made from {}; make it anew in the same release, or pin it",
                    prompt.version, placed.version
                ),
            ));
        }
        if let Some(other) = audiences.insert((&slot.prompt, &audience.when), slot) {
            return Err(bad(
                slot,
                &format!("`{other}` has the very same audience; change one of the two, or remove one"),
            ));
        }
    }
    Ok(())
}

pub(crate) fn applied(mut content: Content, changes: &[SlotChange]) -> Content {
    for change in changes {
        match &change.after {
            Some(placed) => content.insert(change.slot.clone(), Arc::clone(placed)),
            None => content.remove(&change.slot),
        };
    }
    content
}

/// What a policy would demand of everything that is live in an environment now, were it released anew.
#[must_use]
pub fn refused_now(state: &State, environment: &Environment, policy: &Policy) -> Vec<String> {
    let live = environment.content.iter();
    let changes: Vec<SlotChange> = live
        .map(|(slot, placed)| SlotChange {
            slot: slot.clone(),
            before: None,
            after: Some(Arc::clone(placed)),
        })
        .collect();
    missing(state, environment, policy, &changes)
}

fn missing(state: &State, environment: &Environment, policy: &Policy, changes: &[SlotChange]) -> Vec<String> {
    let predecessor = match policy.predecessor {
        Predecessor::Required => state.before(&environment.name),
        Predecessor::Optional => None,
    };
    let mut missing = Vec::new();
    let mut judged = BTreeSet::new();
    for change in changes {
        let Some(placed) = &change.after else { continue };
        // A field patch makes content of its own. One that is not live here must have been tried one environment
        // earlier too; the version it is applied to is judged by itself.
        let stays = change.before.as_ref().is_some_and(|b| b.patch == placed.patch);
        if let (Some(earlier), Some(patch), false) = (predecessor, &placed.patch, stays)
            && !earlier.was_tried(&change.slot.prompt, patch)
        {
            missing.push(format!(
                "{} with these fields was never live in `{}`: release it there first (a releaser can)",
                change.slot, earlier.name
            ));
        }
        // A prompt and its overrides often have the same version; what it lacks is said once.
        if !judged.insert((&change.slot.prompt, &placed.version)) {
            continue;
        }
        let what = format!("{} {}", change.slot.prompt, placed.version);
        if policy.prereleases == Prereleases::Refused && !placed.version.pre.is_empty() {
            missing
                .push(format!("{what} is a pre-release: publish it as a full version first (an author can)"));
        }
        let artifact = ArtifactRef::prompt(change.slot.prompt.clone());
        if state.version(&artifact, &placed.version).is_ok_and(|v| v.yank.is_some()) {
            missing.push(format!(
                "{what} is yanked: choose another version, or take the yank back (a releaser can)"
            ));
        }
        let fragments: Vec<String> = unsafe_fragments(state, &artifact, &placed.version).collect();
        if !fragments.is_empty() {
            missing.push(format!(
                "{what} contains {}, which was yanked as unsafe: publish it with another (an author can)",
                fragments.join(" and ")
            ));
        }
        if let Some(earlier) = predecessor
            && !earlier.was_live(&change.slot.prompt, &placed.version)
        {
            missing.push(format!(
                "{what} was never live in `{}`: release it there first (a releaser can)",
                earlier.name
            ));
        }
    }
    missing
}

/// The fragments in a version that were yanked with severity `block`.
fn unsafe_fragments<'a>(
    state: &'a State,
    artifact: &ArtifactRef,
    version: &Version,
) -> impl Iterator<Item = String> + 'a {
    let closure = state.version(artifact, version).map(|v| &*v.closure).unwrap_or_default();
    closure.iter().filter_map(|used| {
        let fragment = ArtifactRef::fragment(used.name.clone());
        let record = state.version(&fragment, &used.locked.version).ok()?;
        let blocked = record.yank.as_ref().is_some_and(|y| y.severity == Severity::Block);
        blocked.then(|| format!("{fragment} {}", used.locked.version))
    })
}

fn bad(slot: &Slot, because: &str) -> Refusal {
    Refusal::BadSlot { slot: slot.clone(), because: because.to_owned() }
}
