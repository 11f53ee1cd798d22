//! Makes commands from dice: good ones for the state at hand, and about one in four with a single flaw.

mod publish;
mod release;

use cuelight_artifact::{ArtifactRef, Digest, EnvironmentName, Kind};
use proptest::prelude::*;
use semver::Version;

use super::model::Model;
use crate::command::{Command, OpenProject};
use crate::environment::{Blocked, CreateEnvironment, Policy, Predecessor, Prereleases, SetPolicy};
use crate::version::{Severity, Unyank, Yank};

const PROMPTS: &[&str] = &["sales/qualify", "sales/outreach", "tutor/explain", "support/answer"];
const FRAGMENTS: &[&str] = &["safety/privacy", "tone/brand", "legal/opt-out"];
const ENVIRONMENTS: &[&str] = &["development", "staging", "production", "canary", "demo"];

/// One command to be, as dice; what it becomes depends on the state it meets.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub what: What,
    rolls: [u16; 32],
}

#[derive(Debug, Clone, Copy)]
pub enum What {
    Publish,
    Release,
    RollBack,
    Yank,
    Unyank,
    CreateEnvironment,
    SetPolicy,
    OpenProject,
}

pub fn history() -> impl Strategy<Value = Vec<Recipe>> {
    let what = prop_oneof![
        60 => Just(What::Publish),
        90 => Just(What::Release),
        35 => Just(What::RollBack),
        15 => Just(What::Yank),
        8 => Just(What::Unyank),
        12 => Just(What::CreateEnvironment),
        12 => Just(What::SetPolicy),
        2 => Just(What::OpenProject),
    ];
    let recipe = (what, proptest::array::uniform32(any::<u16>()));
    prop::collection::vec(recipe.prop_map(|(what, rolls)| Recipe { what, rolls }), 1..=40)
}

/// Reads the rolls one after the other; zeros when they are used up. Zero always means the plainest choice, so
/// that shrinking leads there.
pub struct Dice<'a> {
    rolls: std::slice::Iter<'a, u16>,
}

impl Recipe {
    pub fn dice(&self) -> Dice<'_> {
        Dice { rolls: self.rolls.iter() }
    }
}

impl Dice<'_> {
    pub fn below(&mut self, n: usize) -> usize {
        usize::from(self.rolls.next().copied().unwrap_or(0)) % n.max(1)
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) >= 100 - chance
    }

    pub fn pick<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        of.get(self.below(of.len()))
    }

    fn environment(&mut self) -> EnvironmentName {
        ENVIRONMENTS[self.below(ENVIRONMENTS.len())].parse().unwrap()
    }

    /// An environment there is.
    fn existing(&mut self, model: &Model) -> EnvironmentName {
        self.pick(&model.path).map_or_else(|| name("nowhere"), |e| e.name.clone())
    }

    fn policy(&mut self) -> Policy {
        Policy {
            prereleases: [Prereleases::Allowed, Prereleases::Refused][self.below(2)],
            predecessor: [Predecessor::Optional, Predecessor::Required][self.below(2)],
            blocked: [Blocked::Warned, Blocked::Refused][self.below(2)],
        }
    }

    fn artifact(&mut self) -> ArtifactRef {
        let all = PROMPTS.len() + FRAGMENTS.len();
        pool().nth(self.below(all)).unwrap()
    }

    fn digest(&mut self) -> Digest {
        digest(&format!("text {}", self.below(1000)))
    }
}

pub fn digest(of: &str) -> Digest {
    Digest::of_bytes(of.as_bytes())
}

/// Fragments first.
fn pool() -> impl Iterator<Item = ArtifactRef> {
    let fragments = FRAGMENTS.iter().map(|f| ArtifactRef::fragment(f.parse().unwrap()));
    fragments.chain(PROMPTS.iter().map(|p| ArtifactRef::prompt(p.parse().unwrap())))
}

fn name(text: &str) -> EnvironmentName {
    text.parse().unwrap()
}

pub fn command(model: &Model, recipe: &Recipe) -> Command {
    let dice = &mut recipe.dice();
    // Before the project is open, nine in ten commands open it.
    if !model.open && !dice.percent(10) {
        return open_project(dice);
    }
    // What needs something that is not there yet mostly makes way for what brings it about.
    let prompts = model.versions.iter().any(|m| m.body.artifact.kind == Kind::Prompt);
    let what = match recipe.what {
        What::Release | What::RollBack | What::Yank if !prompts && !dice.percent(10) => What::Publish,
        What::RollBack if model.releases.is_empty() && !dice.percent(10) => What::Release,
        what => what,
    };
    other(model, what, dice)
}

fn other(model: &Model, what: What, dice: &mut Dice<'_>) -> Command {
    match what {
        What::Publish => Command::Publish(publish::publish(model, dice)),
        What::Release => Command::OpenRelease(release::open(model, dice)),
        What::RollBack => Command::RollBack(release::roll_back(model, dice)),
        What::Yank => {
            let (artifact, version) = version(model, dice);
            let severity = [Severity::Avoid, Severity::Block][dice.below(2)];
            Command::Yank(Yank { artifact, version, severity, reason: dice.digest() })
        }
        What::Unyank => {
            let yanked = model.versions.iter().filter(|m| m.yank.is_some()).collect::<Vec<_>>();
            let good = !dice.percent(30);
            let (artifact, version) = match dice.pick(&yanked) {
                Some(made) if good => (made.body.artifact.clone(), made.body.version.clone()),
                _ => version(model, dice),
            };
            Command::Unyank(Unyank { artifact, version, reason: dice.digest() })
        }
        What::CreateEnvironment => {
            let after = if dice.percent(80) { Some(dice.existing(model)) } else { None };
            let after = if dice.percent(10) { Some(dice.environment()) } else { after };
            let policy = dice.policy();
            Command::CreateEnvironment(CreateEnvironment { environment: dice.environment(), after, policy })
        }
        What::SetPolicy => {
            let environment = if dice.percent(5) { dice.environment() } else { dice.existing(model) };
            let revision = model.env(&environment).map_or(1, |e| e.revision);
            let expected =
                if dice.percent(20) { [revision - 1, revision + 1][dice.below(2)] } else { revision };
            Command::SetPolicy(SetPolicy { environment, expected, policy: dice.policy() })
        }
        What::OpenProject => open_project(dice),
    }
}

fn open_project(dice: &mut Dice<'_>) -> Command {
    let mut names: Vec<_> = ENVIRONMENTS[..=dice.below(3)].iter().map(|e| name(e)).collect();
    if dice.percent(3) {
        names.push(names[0].clone());
    }
    let environments = names.into_iter().enumerate().map(|(i, name)| {
        let usual = if i == 0 { Policy::open() } else { Policy::strict() };
        (name, if dice.percent(40) { dice.policy() } else { usual })
    });
    let environments = environments.collect();
    Command::OpenProject(OpenProject {
        project: "shop".parse().unwrap(),
        key: "shop+1+AA".into(),
        environments,
    })
}

/// A version there is, or now and then one there is not.
fn version(model: &Model, dice: &mut Dice<'_>) -> (ArtifactRef, Version) {
    let flawed = dice.percent(15);
    let prompts: Vec<_> = model.versions.iter().filter(|m| m.body.artifact.kind == Kind::Prompt).collect();
    let made = if dice.percent(60) { dice.pick(&prompts).copied() } else { dice.pick(&model.versions) };
    match made {
        Some(made) if !flawed => (made.body.artifact.clone(), made.body.version.clone()),
        Some(made) if dice.percent(50) => (made.body.artifact.clone(), Version::new(77, 0, 0)),
        _ => (dice.artifact(), Version::new(1, 0, 0)),
    }
}
