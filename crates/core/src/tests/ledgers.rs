//! Old ledgers, as they were once written: every version of Cuelight reads them and comes to the same state.
//!
//! The files under `tests/ledgers` are never changed. A new kind of event, or a new version of one, gets lines at
//! the end of a *new* file beside them.

use std::collections::BTreeSet;

use cuelight_artifact::Digest;

use super::events::{installation_kinds, project_kinds};
use crate::event::Event;
use crate::installation::{Installation, InstallationEvent};
use crate::ledger::Entry;
use crate::state::{Stamp, State};

const PROJECT: &str = include_str!("../../tests/ledgers/v1.jsonl");
const PROJECT_STATE: &str = include_str!("../../tests/ledgers/v1.state.sha256");
const INSTALLATION: &str = include_str!("../../tests/ledgers/installation-v1.jsonl");
const INSTALLATION_STATE: &str = include_str!("../../tests/ledgers/installation-v1.state.sha256");

const RECOVERED: &str = include_str!("../../tests/ledgers/installation-v2.jsonl");
const RECOVERED_STATE: &str = include_str!("../../tests/ledgers/installation-v2.state.sha256");

const MOVED: &str = "an old ledger leads to another state. If only the form of the saved state changed, raise \
    state::FORMAT, read the snapshot's difference, and commit the new digest; if an event now means something \
    else, give it a new version and upcast the old one";

/// Reads the lines and checks what holds of every ledger: order, time, canonical bytes, and that each entry
/// names the root of all before it.
fn entries(lines: &str) -> Vec<(Stamp, Entry)> {
    let lines: Vec<&str> = lines.lines().collect();
    let mut read = Vec::new();
    let mut last = i64::MIN;
    for (i, line) in lines.iter().enumerate() {
        let entry = Entry::decode(line.as_bytes()).unwrap();
        assert_eq!(entry.encode().unwrap(), line.as_bytes(), "line {} is canonical", i + 1);
        assert_eq!(entry.seq, i as u64 + 1);
        assert!(entry.at >= last, "time goes forward");
        assert_eq!(entry.prev, Digest::from_raw(root(&lines[..i])), "root before line {}", i + 1);
        last = entry.at;
        read.push((Stamp { seq: entry.seq, at: entry.at, actor: entry.actor.clone() }, entry));
    }
    read
}

/// RFC 9162, 2.1.1, word by word and slowly.
fn root(lines: &[&str]) -> [u8; 32] {
    let hash = |parts: &[&[u8]]| *Digest::of_bytes(&parts.concat()).as_raw();
    match lines {
        [] => hash(&[]),
        [line] => hash(&[&[0], line.as_bytes()]),
        _ => {
            let (left, right) = lines.split_at(lines.len().next_power_of_two() / 2);
            hash(&[&[1], &root(left), &root(right)])
        }
    }
}

fn kinds(entries: &[(Stamp, Entry)]) -> BTreeSet<&str> {
    entries.iter().map(|(_, e)| e.kind.as_str()).collect()
}

#[test]
fn a_projects_old_ledger_leads_to_the_same_state() {
    let entries = entries(PROJECT);
    assert_eq!(kinds(&entries), project_kinds().into_iter().collect(), "every kind is in the corpus");
    let mut state = State::default();
    for (stamp, entry) in &entries {
        state.evolve(stamp, &Event::decode(&entry.kind, &entry.body).unwrap());
    }
    insta::assert_json_snapshot!(state);
    let saved = state.save().unwrap();
    assert_eq!(State::load(&saved), Some(state));
    assert_eq!(Digest::of_bytes(&saved).to_string(), PROJECT_STATE.trim(), "{MOVED}");
}

#[test]
fn the_installations_old_ledgers_lead_to_the_same_states() {
    let (first, recovered) = (entries(INSTALLATION), entries(RECOVERED));
    let found: BTreeSet<_> = kinds(&first).union(&kinds(&recovered)).copied().collect();
    assert_eq!(found, installation_kinds().into_iter().collect(), "every kind is in the corpus");
    for (name, entries, digest) in [("v1", first, INSTALLATION_STATE), ("v2", recovered, RECOVERED_STATE)] {
        let mut state = Installation::default();
        for (stamp, entry) in &entries {
            state.evolve(stamp, &InstallationEvent::decode(&entry.kind, &entry.body).unwrap());
        }
        insta::assert_json_snapshot!(format!("installation_{name}"), state);
        let saved = state.save().unwrap();
        assert_eq!(Installation::load(&saved), Some(state));
        assert_eq!(Digest::of_bytes(&saved).to_string(), digest.trim(), "{name}: {MOVED}");
    }
}
