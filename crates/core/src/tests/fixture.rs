//! A small shop in a known state, for texts and examples.

use std::collections::BTreeMap;

use cuelight_artifact::model::{Locked, Risk};
use cuelight_artifact::{ArtifactRef, Digest};
use semver::Version;

use super::generate::digest;
use crate::command::{Command, Context, OpenProject, decide};
use crate::environment::Policy;
use crate::event::{ClosureEntry, Event, VersionPublished};
use crate::ledger::Actor;
use crate::refusal::Refusal;
use crate::release::{Audience, Base, OpenRelease, Placed, Slot, SlotRequest, Urgency};
use crate::state::{Stamp, State};
use crate::version::{Class, Publish, Severity, Yank};

pub const PROMPT: &str = "sales/qualify";

/// Everything decided so far, and the state it leads to.
#[derive(Default)]
pub struct Shop {
    pub state: State,
    pub events: Vec<Event>,
}

impl Shop {
    /// With staging and production; one fragment, one prompt with versions 1.0.0, 1.1.0 (yanked) and 1.2.0-spring.1;
    /// 1.0.0 live in staging with an override for acme, at generation 2.
    pub fn stocked() -> Self {
        let mut shop = Self::default();
        let environments = vec![(word("staging"), Policy::open()), (word("production"), Policy::strict())];
        let open = OpenProject { project: word("shop"), key: "shop+c74f20a3+AQ".into(), environments };
        shop.must(&Command::OpenProject(open));
        let mut prompt = version(PROMPT, "1.0.0", None);
        prompt.closure.push(locked(&version("fragment:safety/privacy", "1.0.0", None)));
        shop.must(&publish(vec![version("fragment:safety/privacy", "1.0.0", None), prompt]));
        shop.must(&publish(vec![version(PROMPT, "1.1.0", Some("1.0.0"))]));
        shop.must(&publish(vec![version(PROMPT, "1.2.0-spring.1", Some("1.1.0"))]));
        let yank = Yank {
            artifact: word(PROMPT),
            version: word("1.1.0"),
            severity: Severity::Block,
            reason: digest("it promises refunds"),
        };
        shop.must(&Command::Yank(yank));
        shop.must(&release("staging", vec![place(PROMPT, "1.0.0")]));
        shop.must(&release("staging", vec![over("acme", "acme", "1.0.0", Base::Following)]));
        shop
    }

    pub fn ask(&self, command: &Command) -> Result<Vec<Event>, Refusal> {
        decide(&self.state, command, &Context { now: self.state.at + 1, actor: Actor::System })
    }

    /// Carries out a command that must be accepted.
    pub fn must(&mut self, command: &Command) {
        let events = self.ask(command).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        let at = self.state.at + 1_000_000;
        for event in events {
            let stamp = Stamp { seq: self.state.seq + 1, at, actor: Actor::System };
            self.state.evolve(&stamp, &event);
            self.events.push(event);
        }
    }
}

/// Any name or number from its text.
pub fn word<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub fn content(of: &str, number: &str) -> Digest {
    digest(&format!("{of} {number}"))
}

pub fn version(of: &str, number: &str, previous: Option<&str>) -> VersionPublished {
    VersionPublished {
        artifact: word(of),
        version: word(number),
        digest: content(of, number),
        surface: digest(of),
        previous: previous.map(word),
        class: if previous.is_some() { Class::Minor } else { Class::First },
        rules: Vec::new(),
        boundary: Vec::new(),
        chosen: None,
        closure: Vec::new(),
        risk: Risk::Medium,
        notes: None,
    }
}

pub fn locked(of: &VersionPublished) -> ClosureEntry {
    let locked = Locked { version: of.version.clone(), digest: of.digest };
    ClosureEntry { name: of.artifact.name.clone(), locked, direct: true }
}

pub fn publish(versions: Vec<VersionPublished>) -> Command {
    Command::Publish(Publish { seen: BTreeMap::new(), versions })
}

pub fn release(environment: &str, changes: Vec<SlotRequest>) -> Command {
    Command::OpenRelease(open(environment, changes))
}

pub fn open(environment: &str, changes: Vec<SlotRequest>) -> OpenRelease {
    OpenRelease {
        environment: word(environment),
        expected: None,
        changes,
        way_back: None,
        urgency: Urgency::Planned,
        notes: None,
        label: None,
    }
}

pub fn place(prompt: &str, number: &str) -> SlotRequest {
    let placed =
        Placed { version: word(number), digest: content(prompt, number), audience: None, patch: None };
    SlotRequest { slot: Slot::prompt(word(prompt)), placed: Some(placed) }
}

/// An override of the prompt with a field patch.
pub fn over(id: &str, tenant: &str, number: &str, base: Base) -> SlotRequest {
    let when = BTreeMap::from([("tenant".into(), tenant.into())]);
    let placed = Placed {
        version: word::<Version>(number),
        digest: digest(&format!("{tenant} on {number}")),
        audience: Some(Audience { when, base }),
        patch: Some(digest(tenant)),
    };
    SlotRequest { slot: Slot::over(word(PROMPT), word(id)), placed: Some(placed) }
}

pub fn clear(slot: &str) -> SlotRequest {
    SlotRequest { slot: word(slot), placed: None }
}

pub fn prompt() -> ArtifactRef {
    word(PROMPT)
}
