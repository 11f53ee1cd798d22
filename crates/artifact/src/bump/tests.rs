use proptest::prelude::*;
use semver::{Version, VersionReq};
use serde_json::json;

use super::*;
use crate::diff::tests::generate::{artifacts, edited_pairs, sample};
use crate::model::{Constant, ConstantType, Executor, Message, Tool};
use crate::name::Word;

struct Cases(CaseEffect);

impl RenderEffect for Cases {
    fn cases(&self, _: &Artifact, _: &Artifact) -> CaseEffect {
        self.0.clone()
    }
}

const NO_CASES: Cases = Cases(CaseEffect::NoCases);

fn differs() -> Cases {
    Cases(CaseEffect::Differs { cases: vec!["one".into(), "two".into()] })
}

/// Changes whatever the surface does not cover.
fn reworded(artifact: &Artifact, seed: u8) -> Artifact {
    let mut new = artifact.clone();
    let note = |schema: &mut Value| {
        if let Some(keywords) = schema.as_object_mut() {
            keywords.insert("description".into(), json!(format!("words {seed}")));
        }
    };
    if seed & 1 != 0 {
        new.inputs.iter_mut().for_each(note);
        new.output.schema.iter_mut().for_each(note);
    }
    if seed & 2 != 0 {
        for message in &mut new.messages {
            if let Message::Text { text, .. } = message {
                text.push_str("more");
            }
        }
    }
    if seed & 4 != 0 {
        let constant = Constant {
            kind: ConstantType::Integer,
            value: json!(seed),
            description: String::new(),
            contract: false,
            stricter: None,
        };
        new.constants.insert("not promised".into(), constant);
        new.constants.values_mut().for_each(|c| c.description.push('.'));
    }
    if let Some(tools) = new.tools.as_mut().filter(|_| seed & 8 != 0) {
        tools.list.iter_mut().for_each(|tool| tool.description.push('.'));
        tools.list.iter_mut().filter_map(|t| t.parameters.as_mut()).for_each(note);
        let mine = tools.list.iter().any(|t| t.executed_by == Executor::Platform);
        if mine {
            tools.list.push(Tool {
                name: "platform tool".into(),
                description: String::new(),
                executed_by: Executor::Platform,
                parameters: None,
                hidden: vec!["x".into()],
            });
        }
    }
    if let Some(model) = new.model.as_mut().filter(|_| seed & 16 != 0) {
        model.params.insert("temperature".into(), json!(0.5));
    }
    new.title.push_str("title");
    new
}

const SURFACE: &[&str] = &["inputs", "output", "tools", "constants", "messages", "model.family"];

proptest! {
    #[test]
    fn a_class_is_none_exactly_without_a_difference((a, b) in edited_pairs(), other in artifacts()) {
        for (old, new) in [(&a, &b), (&b, &a), (&a, &other), (&a, &a)] {
            let verdict = compute(old, new, &NO_CASES);
            prop_assert_eq!(verdict.class == Class::None, old.digest().unwrap() == new.digest().unwrap(), "{:?}", verdict);
            prop_assert_eq!(verdict.class == Class::None, verdict.reasons.is_empty());
            prop_assert_eq!(verdict.reasons.iter().map(|r| r.class).max().unwrap_or_default(), verdict.class);
            for reason in &verdict.reasons {
                prop_assert!(crate::rules::by_id(&reason.rule).is_some());
                prop_assert!(!reason.sentence.is_empty());
            }
        }
    }

    #[test]
    fn equal_surface_is_never_major_by_its_fields((a, b) in edited_pairs(), seed in any::<u8>()) {
        for (old, new) in [(a.clone(), b), (a.clone(), reworded(&a, seed))] {
            if surface(&old).unwrap() != surface(&new).unwrap() {
                continue;
            }
            for reason in compute(&old, &new, &differs()).reasons {
                let covered = SURFACE.iter().any(|field| reason.path.starts_with(field));
                prop_assert!(!(covered && reason.class == Class::Major), "{:?}", reason);
            }
        }
    }

    #[test]
    fn wording_does_not_touch_the_surface(a in artifacts(), seed in any::<u8>()) {
        prop_assert_eq!(surface(&a).unwrap(), surface(&reworded(&a, seed)).unwrap());
    }

    #[test]
    fn what_cases_show_only_ever_raises_the_class((a, b) in edited_pairs()) {
        let class = |effect| compute(&a, &b, &Cases(effect)).class;
        let same = class(CaseEffect::Same { cases: 3 });
        prop_assert!(same <= class(CaseEffect::NoCases));
        let differing = class(CaseEffect::Differs { cases: vec!["x".into()] });
        prop_assert!(same <= differing);
        let none_rendered = class(CaseEffect::Same { cases: 0 });
        prop_assert_eq!(none_rendered, class(CaseEffect::NoCases));
    }

    #[test]
    fn numbers_agree_with_the_ranges_of_consumers(a in 0u64..3, b in 0u64..3, c in 0u64..3, class in prop::sample::select(vec![Class::Patch, Class::Minor, Class::Major])) {
        let previous = Version::new(a, b, c);
        let next_one = next(Some(&previous), class);
        prop_assert!(next_one > previous);
        let caret = VersionReq::parse(&format!("^{previous}")).unwrap();
        // in 0.0.z every step breaks for Cargo, also a patch
        let unstable = (a, b) == (0, 0);
        prop_assert_eq!(caret.matches(&next_one), class < Class::Major && !unstable, "{} -> {}", previous, next_one);
        let first = prerelease(&next_one, &"fix-tone".parse().unwrap(), 9).unwrap();
        let second = prerelease(&next_one, &"fix-tone".parse().unwrap(), 10).unwrap();
        prop_assert!(previous < first && first < second && second < next_one);
    }

    #[test]
    fn patterns_agree_with_trying_all_texts(a in "[ab*]{0,3}", b in "[ab*]{0,3}") {
        let texts = all_texts(5);
        let matches = |p: &str, t: &str| matching(p.as_bytes(), t.as_bytes());
        let both = texts.iter().any(|t| matches(&a, t) && matches(&b, t));
        prop_assert_eq!(glob::overlap(&a, &b), both, "{} and {}", a, b);
        // a letter outside both patterns stands for all the others
        let inside = texts.iter().all(|t| !matches(&b, t) || matches(&a, t));
        prop_assert_eq!(glob::covers(&a, &b), inside, "{} covers {}", a, b);
    }

    #[test]
    fn settling_never_goes_below_without_a_reason(class in classes(), at_least in prop::option::of(classes()), lower in prop::option::of((classes(), "[ a]{0,2}"))) {
        let verdict = Verdict { class, reasons: Vec::new() };
        let override_lower = lower.clone().map(|(class, reason)| Override { class, reason });
        match settle(&verdict, &Request { at_least, override_lower }) {
            Ok(settled) => {
                prop_assert_eq!(settled.class < class, settled.overridden.is_some());
                if let Some(record) = settled.overridden {
                    prop_assert_eq!(record.computed, class);
                    prop_assert!(!record.reason.trim().is_empty());
                }
                prop_assert!(class == Class::None || settled.class >= at_least.unwrap_or_default());
                prop_assert_eq!(class == Class::None, settled.class == Class::None);
            }
            Err(_) => prop_assert!(lower.is_some()),
        }
    }
}

fn classes() -> impl Strategy<Value = Class> {
    prop::sample::select(vec![Class::None, Class::Patch, Class::Minor, Class::Major])
}

fn all_texts(longest: usize) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut from = 0;
    for _ in 0..longest {
        let end = texts.len();
        for i in from..end {
            for letter in ["a", "b", "c"] {
                texts.push(format!("{}{letter}", texts[i]));
            }
        }
        from = end;
    }
    texts
}

fn matching(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|n| matching(rest, &text[n..])),
        Some((c, rest)) => text.first() == Some(c) && matching(rest, &text[1..]),
    }
}

#[test]
fn numbers_follow_the_class() {
    let step = |from: &str, class| next(Some(&from.parse().unwrap()), class).to_string();
    assert_eq!(next(None, Class::Patch).to_string(), "1.0.0");
    assert_eq!(step("1.2.3", Class::None), "1.2.3");
    assert_eq!(step("1.2.3", Class::Patch), "1.2.4");
    assert_eq!(step("1.2.3", Class::Minor), "1.3.0");
    assert_eq!(step("1.2.3", Class::Major), "2.0.0");
    assert_eq!(step("0.2.3", Class::Patch), "0.2.4");
    assert_eq!(step("0.2.3", Class::Minor), "0.2.4");
    assert_eq!(step("0.2.3", Class::Major), "0.3.0");
    assert_eq!(step("0.0.3", Class::Major), "0.0.4");
    let word = |text: &str| text.parse::<Word>().unwrap();
    assert_eq!(
        prerelease(&Version::new(2, 1, 0), &word("raise-the-bar"), 3).unwrap().to_string(),
        "2.1.0-raise-the-bar.3"
    );
    assert_eq!(
        prerelease(&Version::new(2, 1, 0), &word("007"), 1).unwrap_err().to_string(),
        "`007` cannot label a pre-release: a label of digits alone must not begin with 0; add a letter"
    );
}

#[test]
fn refusals_say_what_to_do() {
    let verdict = Verdict { class: Class::Major, reasons: Vec::new() };
    let ask = |at_least, class, reason: &str| {
        let override_lower = Some(Override { class, reason: reason.into() });
        settle(&verdict, &Request { at_least, override_lower }).unwrap_err().to_string()
    };
    assert_eq!(
        ask(None, Class::Patch, "  "),
        "the differences demand major; patch is lower and needs an accepted reason, which is kept with the version"
    );
    assert_eq!(
        ask(None, Class::None, "same"),
        "the content differs, so it needs a number of its own: ask for at least patch"
    );
    assert_eq!(
        ask(Some(Class::Minor), Class::Patch, "both"),
        "asked for at least minor and for patch at once: drop one of the two"
    );
}

#[test]
fn json_is_what_clients_read() {
    let mut new = sample();
    new.inputs.as_mut().unwrap()["properties"]["company"]["maxLength"] = json!(2);
    new.title.push('!');
    let verdict = compute(&sample(), &new, &NO_CASES);
    assert_eq!(
        serde_json::to_value(&verdict).unwrap(),
        json!({
            "class": "major",
            "reasons": [
                {
                    "rule": "CL-S-014",
                    "path": "inputs.company",
                    "class": "major",
                    "sentence": "A caller may give {\"company\":\"aaa\"}; it is refused now: company must have at most 2 characters, has 3.",
                    "counterexample": { "company": "aaa" }
                },
                {
                    "rule": "CL-S-002",
                    "path": "title",
                    "class": "patch",
                    "sentence": "`title` says something else; no program reads it."
                }
            ]
        })
    );
    assert_eq!(format!("[{:>6}]", Class::Minor), "[ minor]");
    assert_eq!(serde_json::to_value(CaseEffect::NoCases).unwrap(), json!({ "effect": "no_cases" }));
}

/// The sentences for one change of each kind, kept to be read.
#[test]
fn sentences_read_well() {
    let edits: &[(&str, Value)] = &[
        ("/name", json!("sales/other")),
        ("/model/family", json!("claude")),
        ("/model/allow", json!(["claude@1"])),
        ("/model/params/temperature", json!(0.7)),
        ("/constants/disqualify_below/value", json!(30)),
        ("/constants/disqualify_below/contract", json!(false)),
        ("/inputs/required", json!([])),
        ("/inputs/pattern", json!("x")),
        ("/output/kind", json!("text")),
        ("/output/schema/properties/decision/enum", json!(["yes", "no", "later"])),
        ("/messages/0/text", json!("Other.")),
        ("/messages/1/name", json!("talk")),
        ("/messages", json!([{ "type": "text", "role": "assistant", "text": "x" }])),
        ("/fragments/safety/locked/version", json!("1.3.0")),
        (
            "/fragments/safety/locked",
            json!({ "version": "1.3.0", "digest": format!("sha256:{}", "1".repeat(64)) }),
        ),
        ("/tools/schema_version", json!("3.0.0")),
        ("/tools/choice", json!("none")),
        ("/tools/list/0/parameters/properties/depth/type", json!("number")),
        ("/tools/list/0/hidden", json!(["tenant_id", "user_id"])),
        ("/tools/list/1/executed_by", json!("caller")),
        ("/retrieval/into", json!("notes")),
        ("/authority/forbidden", json!([])),
        ("/authority/escalation", json!([])),
        ("/integration/crm/field", json!("x")),
        ("/overridable", json!(["title"])),
        ("/risk", json!("low")),
    ];
    let mut text = String::new();
    for (pointer, value) in edits {
        let mut json = serde_json::to_value(sample()).unwrap();
        let (parent, last) = pointer.rsplit_once('/').unwrap();
        json.pointer_mut(parent).unwrap()[last] = value.clone();
        let new: Artifact = serde_json::from_value(json).unwrap();
        for r in compute(&sample(), &new, &differs()).reasons {
            text.push_str(&format!("{:<6} {} {}\n    {}\n", r.class, r.rule, r.path, r.sentence));
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn many_messages_end_quickly() {
    let message = |i: usize| Message::Text { role: crate::model::Role::User, text: i.to_string() };
    let (mut old, mut new) = (sample(), sample());
    old.messages = (0..5_000).map(message).collect();
    new.messages = (1..5_001).map(|i| message(i * 7)).collect();
    assert_eq!(compute(&old, &new, &NO_CASES).class, Class::Major);
}
