//! Runs a history: decides, records, folds, and checks every law after every command.

use std::collections::BTreeMap;

use super::generate::{Recipe, command};
use super::model::Model;
use super::{laws, refusals};
use crate::command::{Command, Context, decide};
use crate::event::Event;
use crate::ledger::{Actor, Entry, Micros};
use crate::refusal::Refusal;
use crate::release::Cause;
use crate::state::{Stamp, State};

/// What a run has met, and how often.
pub type Coverage = BTreeMap<String, usize>;

/// The live state, a second one folded from decoded entries, and the naive model.
#[derive(Default)]
pub struct World {
    pub state: State,
    replayed: State,
    pub model: Model,
    now: Micros,
    /// Every event with its stamp, in order.
    pub log: Vec<(Stamp, Event)>,
}

/// Runs the whole history and counts what it met.
pub fn run(history: &[Recipe], met: &mut Coverage) -> World {
    let mut world = World::default();
    for recipe in history {
        world.step(recipe, met);
    }
    world
}

impl World {
    fn step(&mut self, recipe: &Recipe, met: &mut Coverage) {
        let dice = &mut recipe.dice();
        // Several commands may fall into one microsecond.
        self.now += Micros::try_from(dice.below(3)).unwrap();
        let actor = if dice.percent(10) { Actor::System } else { Actor::Token { id: "t1".into() } };
        let context = Context { now: self.now, actor };
        let command = command(&self.model, recipe);
        let objections = self.model.objections(&command);

        let decided = decide(&self.state, &command, &context);
        assert_eq!(decided, decide(&self.state, &command, &context), "decided twice, otherwise");
        assert_eq!(decided, decide(&self.replayed, &command, &context), "decided otherwise after a replay");
        match decided {
            Ok(events) => {
                assert!(objections.is_empty(), "{command:?}\nought to be refused as one of {objections:?}");
                assert!(!events.is_empty(), "a command that changes nothing is refused");
                laws::release_is_allowed(&self.model, &command, &events);
                self.record(&command, &context, events, met);
                if dice.percent(10) {
                    self.replayed = saved_and_read(&self.state);
                }
            }
            Err(refusal) => {
                let kind = refusals::kind(&refusal);
                assert!(
                    objections.contains(kind),
                    "{command:?}\nrefused: {refusal}\nby the model: {objections:?}"
                );
                refusals::names_the_thing(&refusal);
                count(met, kind);
                self.count_missing(&refusal, met);
            }
        }
        assert_eq!(self.state, self.replayed, "replay of the entries gives another state");
        assert_eq!(self.state.save(), self.replayed.save(), "and it is saved otherwise");
        laws::state_is_as_the_model_says(&self.state, &self.model);
        laws::overrides_never_dangle(&self.state);
        laws::going_back_is_always_open(&self.state, &self.model, &context);
    }

    fn record(&mut self, command: &Command, context: &Context, events: Vec<Event>, met: &mut Coverage) {
        let stamp = |seq| Stamp { seq, at: context.now, actor: context.actor.clone() };
        self.model.apply(command, &stamp(self.state.seq + 1));
        for event in events {
            let stamp = stamp(self.state.seq + 1);
            let (kind, decoded) = through_an_entry(&stamp, &event);
            assert_eq!(decoded, event, "an event reads otherwise than it was written");
            laws::body_is_fit_for_the_ledger(&event);
            let before: Vec<_> = self.state.environments.clone();
            self.state.evolve(&stamp, &event);
            self.replayed.evolve(&stamp, &decoded);
            laws::only_a_release_changes_content(&before, &self.state, &event);
            count(met, &kind);
            count_situations(&event, met);
            self.log.push((stamp, event));
        }
    }

    fn count_missing(&self, refusal: &Refusal, met: &mut Coverage) {
        if let Refusal::PolicyUnsatisfied { missing, .. } = refusal {
            for what in laws::DEMANDS.iter().filter(|d| missing.iter().any(|line| line.contains(**d))) {
                count(met, &format!("refused: {what}"));
            }
        }
    }
}

fn count(met: &mut Coverage, what: &str) {
    *met.entry(what.to_owned()).or_default() += 1;
}

/// Situations worth meeting that no single kind of event or refusal stands for.
fn count_situations(event: &Event, met: &mut Coverage) {
    if let Event::VersionPublished(e) = event
        && !e.closure.is_empty()
    {
        count(met, "a version with fragments");
    }
    let Event::ReleaseOpened(e) = event else { return };
    let mut situations = vec![match &e.cause {
        Cause::Release if !e.passed_over.is_empty() => "break-glass that passed something over",
        Cause::Release if !e.urgency.is_planned() => "break-glass that was not needed",
        Cause::Release => "planned release",
        Cause::RollBack { to, .. } if to + 2 == e.generation => "back by one generation",
        Cause::RollBack { .. } => "back by several generations",
    }];
    situations.extend((e.way_back + 1 != e.generation).then_some("way back declared further back"));
    situations.extend((e.changes.len() > 2).then_some("more than two places at once"));
    for change in &e.changes {
        let over = if change.slot.over.is_some() { "override" } else { "prompt" };
        let verb = match (&change.before, &change.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        count(met, &format!("{over} {verb}"));
        if let Some(placed) = &change.after
            && let Some(audience) = &placed.audience
        {
            let patch = if placed.patch.is_some() { "with a patch" } else { "without a patch" };
            count(met, &format!("override {:?} {patch}", audience.base));
        }
    }
    for situation in situations {
        count(met, situation);
    }
}

/// Writes the event as the bytes of an entry and reads those.
fn through_an_entry(stamp: &Stamp, event: &Event) -> (String, Event) {
    let (kind, body) = event.encode().unwrap();
    let entry = Entry {
        seq: stamp.seq,
        at: stamp.at,
        prev: super::generate::digest("prev"),
        actor: stamp.actor.clone(),
        command: "c-1".parse().unwrap(),
        kind: kind.clone(),
        body,
    };
    let read = Entry::decode(&entry.encode().unwrap()).unwrap();
    assert_eq!(read, entry, "an entry reads otherwise than it was written");
    (kind, Event::decode(&read.kind, &read.body).unwrap())
}

fn saved_and_read(state: &State) -> State {
    let bytes = state.save().unwrap();
    let read = State::load(&bytes).unwrap();
    assert_eq!(&read, state, "a saved state reads otherwise than it was");
    assert_eq!(read.save().unwrap(), bytes, "the same state is saved in other bytes");
    read
}
