//! Every text a refusal can have, each from a real decision, as one snapshot to read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use semver::Version;

use super::{KINDS, kind, names_the_thing};
use crate::command::{Command, OpenProject};
use crate::environment::{CreateEnvironment, Policy, SetPolicy};
use crate::event::{ChosenClass, VersionPublished};
use crate::release::open::MAX_CHANGES;
use crate::release::{Audience, Base, OpenRelease, Placed, RollBack, SlotRequest, Urgency};
use crate::tests::fixture::{
    PROMPT, Shop, clear, content, locked, open, over, place, prompt, publish, release, version, word,
};
use crate::tests::generate::digest;
use crate::version::{Class, Publish, Severity, Unyank, Yank};

#[test]
fn every_refusal_is_worth_reading() {
    let shop = Shop::stocked();
    let empty = Shop::default();
    let mut text = String::new();
    let mut met = BTreeSet::new();
    let commands = [projects(), versions(), yanks(), releases(), slots(), ways_back()].concat();
    let early = [release("staging", vec![])];
    for (shop, command) in early.iter().map(|c| (&empty, c)).chain(commands.iter().map(|c| (&shop, c))) {
        let refusal = shop.ask(command).expect_err("every command here is refused");
        names_the_thing(&refusal);
        met.insert(kind(&refusal));
        writeln!(text, "{}:\n    {refusal}", kind(&refusal)).unwrap();
    }
    assert_eq!(met, KINDS.iter().copied().collect(), "kinds without a text here");
    insta::assert_snapshot!(text);
}

fn projects() -> Vec<Command> {
    let project = OpenProject { project: word("shop"), key: String::new(), environments: vec![] };
    let create = |name, after: Option<&str>| {
        let (environment, policy) = (word(name), Policy::open());
        Command::CreateEnvironment(CreateEnvironment { environment, after: after.map(word), policy })
    };
    let policy = |environment, expected, policy| {
        Command::SetPolicy(SetPolicy { environment: word(environment), expected, policy })
    };
    vec![
        Command::OpenProject(project),
        create("staging", None),
        create("canary", Some("nowhere")),
        policy("nowhere", 1, Policy::open()),
        policy("staging", 2, Policy::strict()),
        policy("staging", 1, Policy::open()),
    ]
}

fn versions() -> Vec<Command> {
    let next = || version(PROMPT, "1.2.0", Some("1.1.0"));
    let with = |change: &dyn Fn(&mut VersionPublished)| {
        let mut new = next();
        change(&mut new);
        publish(vec![new])
    };
    let stale = |artifact: &str, seen: Option<&str>| {
        let seen = BTreeMap::from([(word(artifact), seen.map(word))]);
        Command::Publish(Publish { seen, versions: vec![next()] })
    };
    let fragment = version("fragment:safety/privacy", "1.0.0", None);
    let unknown = version("fragment:safety/unknown", "1.0.0", None);
    let mut itself = version("fragment:safety/privacy", "1.1.0", Some("1.0.0"));
    itself.closure.push(locked(&fragment));
    vec![
        stale(PROMPT, Some("1.1.0")),
        stale("sales/new", Some("1.0.0")),
        stale(PROMPT, None),
        publish(vec![]),
        publish(vec![next(), next()]),
        with(&|v| v.version = word("1.2.0+build.7")),
        with(&|v| v.version = word("1.0.0")),
        with(&|v| v.previous = Some(word("1.0.0"))),
        with(&|v| v.previous = None),
        publish(vec![version("sales/new", "1.0.0", Some("0.9.0"))]),
        with(&|v| v.version = word("1.0.1")),
        with(&|v| v.digest = content(PROMPT, "1.1.0")),
        with(&|v| v.class = Class::First),
        publish(vec![VersionPublished { class: Class::Minor, ..version("sales/new", "1.0.0", None) }]),
        with(&|v| v.chosen = Some(ChosenClass { class: Class::Patch, reason: None })),
        with(&|v| v.closure.push(locked(&unknown))),
        with(&|v| v.closure.extend([locked(&fragment), locked(&fragment)])),
        publish(vec![itself]),
    ]
}

fn yanks() -> Vec<Command> {
    let yank = |artifact, version| {
        let (artifact, version) = (word(artifact), word(version));
        Command::Yank(Yank { artifact, version, severity: Severity::Block, reason: digest("why") })
    };
    let version = word::<Version>("1.0.0");
    vec![
        yank("sales/unknown", "1.0.0"),
        yank("fragment:safety/unknown", "1.0.0"),
        yank(PROMPT, "6.0.0"),
        yank(PROMPT, "1.1.0"),
        Command::Unyank(Unyank { artifact: prompt(), version, reason: digest("why") }),
    ]
}

fn releases() -> Vec<Command> {
    let with = |environment: &str, change: &dyn Fn(&mut OpenRelease)| {
        let mut asked = open(environment, vec![place(PROMPT, "1.0.0")]);
        change(&mut asked);
        Command::OpenRelease(asked)
    };
    let main = place(PROMPT, "1.1.0");
    let pinned = over("acme", "acme", "1.1.0", Base::Pinned);
    vec![
        with("nowhere", &|_| ()),
        with("staging", &|r| r.expected = Some(1)),
        with("staging", &|r| r.way_back = Some(0)),
        with("staging", &|r| r.way_back = Some(3)),
        with("production", &|r| r.way_back = Some(1)),
        with("staging", &|_| ()),
        with("staging", &|r| r.changes.clear()),
        release("staging", vec![place("sales/unknown", "1.0.0")]),
        release("staging", vec![place(PROMPT, "6.0.0")]),
        release("production", vec![place(PROMPT, "1.2.0-spring.1")]),
        release("production", vec![main, pinned, over("globex", "globex", "1.2.0-spring.1", Base::Pinned)]),
    ]
}

fn slots() -> Vec<Command> {
    let with = |mut request: SlotRequest, change: &dyn Fn(&mut Placed)| {
        request.placed.iter_mut().for_each(change);
        release("staging", vec![request])
    };
    let acme = || over("acme", "acme", "1.0.0", Base::Pinned);
    let main = || place(PROMPT, "1.0.0");
    let audience = Audience { when: BTreeMap::new(), base: Base::Pinned };
    let many = |p: &mut Placed| {
        let more = (0..16).map(|i| (format!("attribute-{i}"), "x".to_owned()));
        p.audience.iter_mut().for_each(|a| a.when.extend(more.clone()));
    };
    let crowd = (0..=MAX_CHANGES).map(|i| place(&format!("sales/prompt-{i}"), "1.0.0")).collect();
    let emergency = Urgency::BreakGlass { reason: digest("why") };
    let left_behind = open("staging", vec![place(PROMPT, "1.2.0-spring.1")]);
    vec![
        release("staging", crowd),
        release("staging", vec![main(), main()]),
        with(main(), &|p| p.patch = Some(digest("patch"))),
        with(main(), &|p| p.audience = Some(audience.clone())),
        with(acme(), &|p| p.audience = None),
        with(main(), &|p| p.digest = digest("another")),
        with(acme(), &|p| p.patch = None),
        with(acme(), &|p| p.audience.iter_mut().for_each(|a| a.when.clear())),
        with(acme(), &many),
        with(over("acme", "acme", "1.0.0", Base::Following), &|p| {
            p.patch = None;
            p.digest = content(PROMPT, "1.0.0");
        }),
        release("staging", vec![clear(PROMPT)]),
        release("production", vec![acme()]),
        // Not even in an emergency.
        Command::OpenRelease(OpenRelease { urgency: emergency, ..left_behind }),
        release("staging", vec![over("globex", "acme", "1.0.0", Base::Pinned)]),
    ]
}

fn ways_back() -> Vec<Command> {
    let back = |release, to| Command::RollBack(RollBack { release, to, reason: None });
    vec![back(7, None), back(0, None), back(1, None), back(2, Some(0)), back(2, Some(2)), back(2, Some(3))]
}
