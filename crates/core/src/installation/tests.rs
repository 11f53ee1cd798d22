//! The installation's rules over random histories, against a naive list of what happened, and its refusals.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::ledger::LedgerId;
use crate::rights::{Action, Role};

const PROJECTS: [&str; 3] = ["shop", "school", "clinic"];
const COPIES: [&str; 3] = ["5f1c", "77aa", "0b0b"];
const TOKENS: [&str; 4] = ["t-1", "t-2", "t-3", "t-4"];

fn scope() -> impl Strategy<Value = Scope> {
    let projects = prop::option::of(prop::sample::subsequence(PROJECTS.to_vec(), 0..=3));
    let actions = prop::option::of(prop::sample::subsequence(Action::ALL.to_vec(), 0..=3));
    (prop::sample::select(Role::ALL), projects, actions).prop_map(|(role, projects, actions)| Scope {
        projects: projects.map(|p| p.into_iter().map(|p| p.parse().unwrap()).collect()),
        actions: actions.map(|a| a.into_iter().collect()),
        ..Scope::of(role)
    })
}

fn recovery() -> impl Strategy<Value = RecordRecovery> {
    (prop::sample::select(COPIES.to_vec()), 0..100_i64, 0..9_u64, prop::option::of(0..20_u64)).prop_map(
        |(copy, made_at, size, known)| {
            let root = Digest::of_bytes(copy.as_bytes());
            let known = known.map(|size| KnownEnd { size, root });
            let ledgers = vec![RecoveredLedger { ledger: LedgerId::Installation, size, root, known }];
            RecordRecovery { copy: copy.into(), made_at, reason: root, ledgers }
        },
    )
}

fn command() -> impl Strategy<Value = InstallationCommand> {
    let token = || prop::sample::select(TOKENS.to_vec()).prop_map(str::to_owned);
    let issue = (token(), scope(), prop::option::of(0..10_000_i64));
    prop_oneof![
        2 => "[a-f]{4}".prop_map(|id| InstallationCommand::Open(InstallationOpened { key: format!("{id}+k"), id })),
        3 => prop::sample::select(PROJECTS.to_vec()).prop_map(|p| InstallationCommand::CreateProject(p.parse().unwrap())),
        4 => issue.prop_map(|(id, scope, expires_at)| InstallationCommand::IssueToken(TokenIssued { id, scope, expires_at })),
        4 => token().prop_map(InstallationCommand::RevokeToken),
        2 => recovery().prop_map(InstallationCommand::RecordRecovery),
    ]
}

/// The naive rules: what happened so far, searched from the beginning each time.
fn objection(happened: &[InstallationCommand], command: &InstallationCommand) -> Option<&'static str> {
    use InstallationCommand as C;
    let opened = happened.iter().any(|c| matches!(c, C::Open(_)));
    let copied = |copy: &str| happened.iter().any(|c| matches!(c, C::RecordRecovery(r) if r.copy == copy));
    let issued = |id: &str| happened.iter().any(|c| matches!(c, C::IssueToken(t) if t.id == id));
    match command {
        C::Open(_) => opened.then_some("AlreadyOpen"),
        _ if !opened => Some("NotOpen"),
        C::CreateProject(_) => happened.contains(command).then_some("ProjectExists"),
        C::IssueToken(t) => issued(&t.id).then_some("TokenExists"),
        C::RevokeToken(id) if !issued(id) => Some("UnknownToken"),
        C::RevokeToken(_) => happened.contains(command).then_some("TokenRevoked"),
        C::RecordRecovery(r) => copied(&r.copy).then_some("RecoveryRecorded"),
    }
}

fn kind(refusal: &InstallationRefusal) -> &'static str {
    match refusal {
        InstallationRefusal::AlreadyOpen => "AlreadyOpen",
        InstallationRefusal::NotOpen => "NotOpen",
        InstallationRefusal::ProjectExists(_) => "ProjectExists",
        InstallationRefusal::TokenExists(_) => "TokenExists",
        InstallationRefusal::UnknownToken(_) => "UnknownToken",
        InstallationRefusal::TokenRevoked(_) => "TokenRevoked",
        InstallationRefusal::RecoveryRecorded(_) => "RecoveryRecorded",
    }
}

fn recorded(record: &RecordRecovery, epoch: u64) -> RecoveryRecorded {
    let RecordRecovery { copy, made_at, reason, ledgers } = record.clone();
    RecoveryRecorded { epoch, copy, made_at, reason, ledgers }
}

/// What the state must be, made from what happened.
fn expected(happened: &[(Stamp, InstallationCommand)]) -> Installation {
    let mut state = Installation::default();
    for (stamp, command) in happened {
        (state.seq, state.at) = (stamp.seq, stamp.at);
        match command {
            InstallationCommand::Open(open) => {
                state.id = Some(open.id.clone());
                state.key = open.key.clone();
            }
            InstallationCommand::CreateProject(project) => {
                state.projects.insert(project.clone(), stamp.at);
            }
            InstallationCommand::IssueToken(token) => {
                let revoked = InstallationCommand::RevokeToken(token.id.clone());
                let record = TokenRecord {
                    scope: token.scope.clone().into(),
                    expires_at: token.expires_at,
                    at: stamp.at,
                    actor: stamp.actor.clone(),
                    revoked_at: happened.iter().find(|(_, c)| *c == revoked).map(|(s, _)| s.at),
                };
                state.tokens.insert(token.id.clone(), record);
            }
            InstallationCommand::RevokeToken(_) => {}
            InstallationCommand::RecordRecovery(record) => {
                let recorded = recorded(record, state.recoveries.len() as u64 + 1);
                state.recoveries.push(Recovery { at: stamp.at, actor: stamp.actor.clone(), recorded });
            }
        }
    }
    state
}

proptest! {
    #[test]
    fn every_history_keeps_the_rules(commands in prop::collection::vec(command(), 1..40)) {
        let mut state = Installation::default();
        let mut replayed = Installation::default();
        let mut happened: Vec<(Stamp, InstallationCommand)> = Vec::new();
        for (at, command) in (100..).zip(&commands) {
            let before: Vec<_> = happened.iter().map(|(_, c)| c.clone()).collect();
            let decided = state.decide(command);
            prop_assert_eq!(&decided, &replayed.decide(command));
            prop_assert_eq!(decided.as_ref().err().map(kind), objection(&before, command));
            for event in decided.unwrap_or_default() {
                let actor = Actor::Token { id: format!("t-{}", at % 3).into() };
                let stamp = Stamp { seq: state.seq + 1, at, actor };
                let (kind, body) = event.encode().unwrap();
                let text = serde_json::to_string(&body).unwrap();
                let read = InstallationEvent::decode(&kind, &serde_json::from_str(&text).unwrap()).unwrap();
                prop_assert_eq!(&read, &event);
                state.evolve(&stamp, &event);
                replayed.evolve(&stamp, &read);
                happened.push((stamp, command.clone()));
            }
            prop_assert_eq!(&state, &expected(&happened));
            let saved = serde_json::to_string(&state).unwrap();
            replayed = serde_json::from_str(&saved).unwrap();
            prop_assert_eq!(&replayed, &state);
        }
    }

    /// Folding never fails, not even with events that nobody would decide.
    #[test]
    fn evolve_is_total(commands in prop::collection::vec(command(), 1..40)) {
        let mut state = Installation::default();
        for (seq, command) in (1..).zip(commands) {
            let event = match command {
                InstallationCommand::Open(open) => InstallationEvent::Opened(open),
                InstallationCommand::CreateProject(project) => InstallationEvent::ProjectCreated(ProjectCreated { project }),
                InstallationCommand::IssueToken(token) => InstallationEvent::TokenIssued(token),
                InstallationCommand::RevokeToken(id) => InstallationEvent::TokenRevoked(TokenRevoked { id }),
                InstallationCommand::RecordRecovery(record) => InstallationEvent::RecoveryRecorded(recorded(&record, seq % 3)),
            };
            state.evolve(&Stamp { seq, at: 1, actor: Actor::System }, &event);
            prop_assert_eq!(state.seq, seq);
        }
    }
}

#[test]
fn what_is_known_to_be_lost_is_never_less_than_nothing() {
    let root = Digest::of_bytes(b"root");
    let ledger = |known: Option<u64>| RecoveredLedger {
        ledger: LedgerId::Installation,
        size: 9,
        root,
        known: known.map(|size| KnownEnd { size, root }),
    };
    let lost = [None, Some(0), Some(9), Some(12)].map(|known| ledger(known).lost());
    assert_eq!(lost, [0, 0, 0, 3]);
}

#[test]
fn every_refusal_is_worth_reading() {
    let open = InstallationCommand::Open(InstallationOpened { id: "8f14".into(), key: "k".into() });
    let project = InstallationCommand::CreateProject("shop".parse().unwrap());
    let token = InstallationCommand::IssueToken(TokenIssued {
        id: "t-1".into(),
        scope: Scope::of(Role::Serve),
        expires_at: None,
    });
    let revoke = InstallationCommand::RevokeToken("t-1".into());
    let recover = InstallationCommand::RecordRecovery(RecordRecovery {
        copy: "5f1c".into(),
        made_at: 0,
        reason: Digest::of_bytes(b"why"),
        ledgers: Vec::new(),
    });
    let unknown = InstallationCommand::RevokeToken("t-9".into());
    let mut state = Installation::default();
    let mut text = String::new();
    let mut refuse = |state: &Installation, command: &InstallationCommand| {
        let refusal = state.decide(command).unwrap_err();
        writeln!(text, "{}:\n    {refusal}", kind(&refusal)).unwrap();
    };
    refuse(&state, &project);
    for command in [&open, &project, &token, &revoke, &recover] {
        for event in state.decide(command).unwrap() {
            state.evolve(&Stamp { seq: state.seq + 1, at: 0, actor: Actor::System }, &event);
        }
    }
    for command in [&open, &project, &token, &unknown, &revoke, &recover] {
        refuse(&state, command);
    }
    insta::assert_snapshot!(text);
}
