//! Every kind of event as it is written; what is refused when reading and when writing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cuelight_artifact::model::Risk;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixture::{PROMPT, Shop, clear, locked, open, over, version, word};
use super::generate::digest;
use crate::command::Command;
use crate::environment::{Blocked, CreateEnvironment, Policy, Predecessor, Prereleases, SetPolicy};
use crate::event::{ChosenClass, Event, MAX_INTEGER, encoding};
use crate::installation::{
    InstallationEvent, InstallationOpened, KnownEnd, ProjectCreated, RecoveredLedger, RecoveryRecorded,
    TokenIssued, TokenRevoked,
};
use crate::ledger::LedgerId;
use crate::release::{Base, OpenRelease, RollBack, Urgency};
use crate::rights::{Action, Role, Scope};
use crate::version::{Class, Publish, Unyank};

/// A history in which every field of every event is written at least once.
pub fn project_examples() -> Vec<Event> {
    let mut shop = Shop::stocked();
    let mut full = version(PROMPT, "1.2.0", Some("1.1.0"));
    full.closure.push(locked(&version("fragment:safety/privacy", "1.0.0", None)));
    full.class = Class::Major;
    full.rules = vec!["CL-S-001".into(), "CL-S-014".into()];
    full.boundary = vec!["CL-B-002".into()];
    full.chosen = Some(ChosenClass { class: Class::Minor, reason: Some(digest("only a comment moved")) });
    full.risk = Risk::High;
    full.notes = Some(digest("asks for consent first"));
    let seen = BTreeMap::from([(full.artifact.clone(), Some(word("1.2.0-spring.1")))]);
    shop.must(&Command::Publish(Publish { seen, versions: vec![full] }));
    shop.must(&Command::Unyank(Unyank {
        artifact: word(PROMPT),
        version: word("1.1.0"),
        reason: digest("the refunds were agreed"),
    }));
    shop.must(&Command::CreateEnvironment(CreateEnvironment {
        environment: word("canary"),
        after: Some(word("staging")),
        policy: Policy::open(),
    }));
    shop.must(&Command::SetPolicy(SetPolicy {
        environment: word("production"),
        expected: 1,
        policy: Policy {
            prereleases: Prereleases::Refused,
            predecessor: Predecessor::Required,
            blocked: Blocked::Refused,
        },
    }));
    let emergency = OpenRelease {
        urgency: Urgency::BreakGlass { reason: digest("the old one insults customers") },
        notes: Some(digest("spring campaign")),
        label: Some(word("spring")),
        ..open(
            "production",
            vec![super::fixture::place(PROMPT, "1.2.0"), over("acme", "acme", "1.0.0", Base::Pinned)],
        )
    };
    shop.must(&Command::OpenRelease(emergency));
    shop.must(&super::fixture::release("production", vec![clear("sales/qualify#acme")]));
    shop.must(&Command::RollBack(RollBack {
        release: 4,
        to: None,
        reason: Some(digest("acme wants it back")),
    }));
    shop.events
}

pub fn installation_examples() -> Vec<InstallationEvent> {
    let narrow = Scope {
        role: Role::Releaser,
        projects: Some([word("shop")].into()),
        environments: Some([word("staging"), word("production")].into()),
        actions: Some([Action::Release, Action::RollBack].into()),
    };
    vec![
        InstallationEvent::Opened(InstallationOpened {
            id: "8f14e45f".into(),
            key: "8f14e45f+c74f20a3+AQ".into(),
        }),
        InstallationEvent::ProjectCreated(ProjectCreated { project: word("shop") }),
        InstallationEvent::TokenIssued(TokenIssued {
            id: "t-admin".into(),
            scope: Scope::of(Role::Admin),
            expires_at: None,
        }),
        InstallationEvent::TokenIssued(TokenIssued {
            id: "t-night".into(),
            scope: narrow,
            expires_at: Some(1_798_761_600_000_000),
        }),
        InstallationEvent::TokenRevoked(TokenRevoked { id: "t-night".into() }),
        InstallationEvent::RecoveryRecorded(RecoveryRecorded {
            epoch: 1,
            copy: "5f1c".into(),
            made_at: 1_767_690_000_000_000,
            reason: digest("why"),
            ledgers: vec![
                RecoveredLedger {
                    ledger: LedgerId::Installation,
                    size: 5,
                    root: digest("installation"),
                    known: None,
                },
                RecoveredLedger {
                    ledger: LedgerId::Project(word("shop")),
                    size: 9,
                    root: digest("shop"),
                    known: Some(KnownEnd { size: 12, root: digest("known") }),
                },
            ],
        }),
    ]
}

/// The kinds there are. The compiler asks for a new one here, and the tests then for an example of it and a line
/// in the corpus of old ledgers.
pub fn project_kinds() -> Vec<&'static str> {
    let of = |event: &Event| match event {
        Event::ProjectOpened(_) => "project.opened/1",
        Event::EnvironmentCreated(_) => "environment.created/1",
        Event::PolicySet(_) => "environment.policy_set/1",
        Event::VersionPublished(_) => "version.published/1",
        Event::VersionYanked(_) => "version.yanked/1",
        Event::VersionUnyanked(_) => "version.unyanked/1",
        Event::ReleaseOpened(_) => "release.opened/1",
    };
    let mut kinds = Vec::new();
    for event in project_examples() {
        let kind = of(&event);
        assert_eq!(event.encode().unwrap().0, kind);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

pub fn installation_kinds() -> Vec<&'static str> {
    let of = |event: &InstallationEvent| match event {
        InstallationEvent::Opened(_) => "installation.opened/1",
        InstallationEvent::ProjectCreated(_) => "project.created/1",
        InstallationEvent::TokenIssued(_) => "token.issued/1",
        InstallationEvent::TokenRevoked(_) => "token.revoked/1",
        InstallationEvent::RecoveryRecorded(_) => "recovery.recorded/1",
    };
    let mut kinds: Vec<_> = installation_examples().iter().map(of).collect();
    kinds.dedup();
    kinds
}

#[test]
fn every_event_as_it_is_written() {
    let mut text = String::new();
    for event in project_examples() {
        let (kind, body) = event.encode().unwrap();
        assert_eq!(Event::decode(&kind, &body).unwrap(), event);
        writeln!(text, "{kind} {body:#}").unwrap();
    }
    for event in installation_examples() {
        let (kind, body) = event.encode().unwrap();
        assert_eq!(InstallationEvent::decode(&kind, &body).unwrap(), event);
        writeln!(text, "{kind} {body:#}").unwrap();
    }
    assert_eq!((project_kinds().len(), installation_kinds().len()), (7, 5));
    insta::assert_snapshot!(text);
}

#[test]
fn what_is_no_event_says_why() {
    let opened = json!({ "project": "shop", "key": "k" });
    let mut extra = opened.clone();
    extra["by"] = json!("Ann");
    let bad = [
        ("project.opened/2", opened.clone()),
        ("project.opened", opened.clone()),
        ("", opened),
        ("project.opened/1", extra),
        ("project.opened/1", json!({ "project": "shop" })),
        ("project.opened/1", json!({ "project": "Shop", "key": "k" })),
        ("project.opened/1", Value::Null),
        ("version.unyanked/1", json!({ "artifact": "a/b", "version": "1.0", "reason": digest("why") })),
        ("version.unyanked/1", json!({ "artifact": "a/b", "version": "1.0.0", "reason": "because" })),
    ];
    let project = bad.map(|(kind, body)| Event::decode(kind, &body).expect_err(kind).to_string());
    let installation = InstallationEvent::decode("release.opened/1", &json!({})).unwrap_err().to_string();
    insta::assert_snapshot!(format!("{}\n{installation}", project.join("\n")));
}

/// RFC 8785 rounds numbers beyond 2^53; an entry would say another time than was decided, or none that can be read.
#[test]
fn numbers_that_would_be_rounded_are_not_written() {
    let token = |expires_at| {
        let (id, scope) = ("t1".into(), Scope::of(Role::Serve));
        InstallationEvent::TokenIssued(TokenIssued { id, scope, expires_at: Some(expires_at) })
    };
    let max = MAX_INTEGER.cast_signed();
    for fine in [0, -1, max, -max] {
        assert!(token(fine).encode().is_ok());
    }
    for far in [max + 1, -max - 1, i64::MAX, i64::MIN] {
        assert!(token(far).encode().is_err(), "{far}");
    }
    let far = token(i64::MAX).encode().unwrap_err().to_string();
    insta::assert_snapshot!(far, @"an entry of kind `token.issued/1` does not fit this version of Cuelight: `body.expires_at` is 9223372036854775807; an entry holds numbers up to 9007199254740991 (2^53-1)");
    let float = json!({ "kind": "x/1", "body": { "shares": [1, 0.5] } });
    let float = encoding::encode(&float).unwrap_err().to_string();
    insta::assert_snapshot!(float, @"an entry of kind `x/1` does not fit this version of Cuelight: `body.shares[1]` is 0.5; an entry holds whole numbers only");
    for shape in [json!(1), json!({ "kind": "x/1" }), json!({ "kind": 1, "body": {} })] {
        assert!(encoding::encode(&shape).is_err(), "{shape}");
    }
}

proptest! {
    /// Whatever stands in an entry, reading it ends in an event or in an error that names the kind.
    #[test]
    fn decode_never_panics(kind in prop::sample::select(project_kinds()), which in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>()) {
        let (_, mut body) = which.get(&project_examples()).encode().unwrap();
        let fields = body.as_object_mut().unwrap();
        let field = cut.get(&fields.keys().cloned().collect::<Vec<_>>()).clone();
        fields[&field] = json!({ "unexpected": true });
        let error = Event::decode(kind, &body).unwrap_err();
        prop_assert_eq!(&error.kind, kind);
    }
}
