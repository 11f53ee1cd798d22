//! Random artifacts for property tests: everything an author may write, and nothing a reader refuses.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Number, Value, json};

use crate::model::*;
use crate::name::{ArtifactName, Kind};
use crate::text::{normal, scan};

/// A name of two to four parts.
pub(crate) fn name() -> impl Strategy<Value = ArtifactName> {
    "[a-b]{1,2}(-[a-b0-9])?(/[a-b]{1,2}(-[a-b0-9])?){1,3}".prop_map(|n| n.parse().unwrap())
}

fn identifier() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_]{0,8}"
}

/// Text with everything that YAML could trip over, in the form artifacts hold.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        4 => "[a-zA-Z0-9]{1,8}",
        2 => Just(" ".to_owned()),
        1 => Just("\n".to_owned()),
        3 => select(vec![
            ": ", " #", "#", "- ", "---", "...", "'", "\"", "\\", "{{ name }}", "{% if x %}", "[", "]", "{", "}",
            ",", "&a", "*a", "!t", "|", ">", "%", "@", "`", "?", "? ", ":", "=", "<<", "~", "\t", "é", "ß", "東京",
            "👩\u{200d}👧", "Привет ", "null", "true", "No", "007", "0x1F", "1e3", ".5", "2026-11-20", "12:30",
            "-1", "+1", "1_000", ".inf", "\n\n", "  ", "$", "^", "é",
        ]).prop_map(str::to_owned),
    ];
    vec(token, 0..12)
        .prop_map(|t| normal(&t.concat()).into_owned())
        .prop_filter("no hidden characters", |t| !crate::diagnostic::has_errors(&scan(t)))
}

/// Text that is not blank.
fn said() -> impl Strategy<Value = String> {
    text().prop_map(|t| if t.trim().is_empty() { format!("{t}words") } else { t })
}

fn scalar() -> impl Strategy<Value = Value> {
    let limit = crate::files::tree::MAX_INTEGER;
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        (-limit..=limit).prop_map(|n| json!(n)),
        any::<f64>().prop_filter_map("finite", |f| Number::from_f64(f).map(Value::Number)),
        text().prop_map(Value::String),
    ]
}

/// Any JSON value.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), scalar()].prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            btree_map(text(), inner, 0..4).prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Value> {
    btree_map(text(), value(), 0..4).prop_map(|m| Value::Object(m.into_iter().collect::<Map<_, _>>()))
}

fn owner() -> impl Strategy<Value = String> {
    "(user|team):[a-z][a-z0-9-]{0,6}"
}

fn constant() -> impl Strategy<Value = Constant> {
    let typed = prop_oneof![
        (-1000i64..1000).prop_map(|n| (ConstantType::Integer, json!(n))),
        any::<f64>()
            .prop_filter_map("finite", |f| Some((ConstantType::Number, Value::Number(Number::from_f64(f)?)))),
        text().prop_map(|t| (ConstantType::String, json!(t))),
        any::<bool>().prop_map(|b| (ConstantType::Boolean, json!(b))),
    ];
    (typed, text(), any::<bool>(), of(select(vec![Stricter::Higher, Stricter::Lower]))).prop_map(
        |((kind, value), description, contract, stricter)| {
            let stricter = stricter.filter(|_| matches!(kind, ConstantType::Integer | ConstantType::Number));
            Constant { kind, value, description, contract, stricter }
        },
    )
}

fn message() -> impl Strategy<Value = Message> {
    prop_oneof![
        3 => (select(vec![Role::System, Role::User, Role::Assistant]), said())
            .prop_map(|(role, text)| Message::Text { role, text }),
        1 => (identifier(), any::<bool>()).prop_map(|(name, optional)| Message::Placeholder { name, optional }),
    ]
}

fn fragments() -> impl Strategy<Value = BTreeMap<String, FragmentUse>> {
    let require = select(vec!["^1.2", "~1.2.3", "=1.2.3", "*", ">=1, <3", "^0.3.1-beta.2"]);
    let one = (name(), require).prop_map(|(name, require)| FragmentUse {
        name,
        require: require.parse().unwrap(),
        locked: None,
    });
    btree_map(identifier(), one, 0..3)
}

fn tools() -> impl Strategy<Value = Tools> {
    let executor = select(vec![Executor::Caller, Executor::Platform]);
    let tool = (text(), executor, of(object()), vec(text(), 0..3));
    let list =
        btree_map(identifier(), tool, 0..3).prop_map(|tools| {
            let named = tools.into_iter().map(|(name, (description, executed_by, parameters, hidden))| {
                Tool { name, description, executed_by, parameters, hidden }
            });
            named.collect::<Vec<_>>()
        });
    (list, select(vec![ToolChoice::Auto, ToolChoice::None]), 0u64..9).prop_map(|(list, choice, major)| {
        Tools { schema_version: semver::Version::new(major, 2, 3), choice, list }
    })
}

fn retrieval() -> impl Strategy<Value = Retrieval> {
    let min_score = of(any::<f64>().prop_filter("finite", |f| f.is_finite()));
    (text(), text(), any::<u32>(), min_score, btree_map(text(), text(), 0..3), identifier()).prop_map(
        |(index, query, top_k, min_score, filters, into)| Retrieval {
            index,
            query,
            top_k,
            min_score,
            filters,
            into,
        },
    )
}

fn tests() -> impl Strategy<Value = Vec<TestCase>> {
    let inputs = prop_oneof![Just(Value::Null), object()];
    let case = (inputs, vec(value(), 0..2), btree_map(text(), value(), 0..3));
    btree_map(said(), case, 0..3).prop_map(|cases| {
        let named = cases.into_iter().map(|(name, (inputs, retrieval, expect))| TestCase {
            name,
            inputs,
            retrieval,
            expect,
        });
        named.collect()
    })
}

fn authority() -> impl Strategy<Value = Authority> {
    let rule = (text(), text()).prop_map(|(when, to)| Escalation { id: String::new(), when, to });
    let rules = vec(rule, 0..3).prop_map(|mut rules| {
        for (i, rule) in rules.iter_mut().enumerate() {
            rule.id = format!("rule-{i}");
        }
        rules
    });
    (btree_set(text(), 0..3), btree_set(text(), 0..3), rules).prop_map(|(allowed, forbidden, escalation)| {
        let forbidden = forbidden.difference(&allowed).cloned().collect();
        Authority { allowed, forbidden, approval_required: BTreeSet::new(), escalation }
    })
}

/// An artifact as far as prompts and fragments are alike.
fn common() -> impl Strategy<Value = Artifact> {
    let texts = (text(), text(), text(), text());
    let owners = (of(owner()), of(owner()), owner());
    let risk = select(vec![Risk::Low, Risk::Medium, Risk::High]);
    let people = (texts, owners, risk, btree_set(said(), 0..3), vec(said(), 0..3));
    let rest = (
        btree_map(identifier(), constant(), 0..3),
        of(object()),
        fragments(),
        tests(),
        btree_map("x-[a-z]{1,3}", value(), 0..3),
    );
    (name(), people, rest).prop_map(|(name, people, rest)| {
        let mut artifact = Artifact::new(Kind::Fragment, name);
        let (texts, owners, risk, tags, known_limitations) = people;
        (artifact.title, artifact.summary, artifact.intent, artifact.change_intent) = texts;
        artifact.owners = Owners { business: owners.0, technical: owners.1, rollback: Some(owners.2) };
        (artifact.risk, artifact.tags, artifact.known_limitations) = (risk, tags, known_limitations);
        (artifact.constants, artifact.inputs, artifact.fragments, artifact.tests, artifact.extensions) = rest;
        artifact
    })
}

/// An artifact without errors, with no fragment locked.
pub(crate) fn artifact() -> impl Strategy<Value = Artifact> {
    let fragment = (common(), said()).prop_map(|(mut artifact, body)| {
        artifact.body = Some(body);
        artifact
    });
    let model = (text(), vec(text(), 0..3), btree_map(text(), value(), 0..3))
        .prop_map(|(family, allow, params)| Model { family, allow, params });
    let output = (any::<bool>(), of(object())).prop_map(|(json, schema)| Output {
        kind: if json { OutputKind::Json } else { OutputKind::Text },
        schema,
    });
    let parts = (
        (said(), vec(message(), 0..4)),
        of(model),
        output,
        of(tools()),
        of(retrieval()),
        authority(),
        btree_map(text(), value(), 0..3),
    );
    let prompt = (common(), parts).prop_map(
        |(mut artifact, (messages, model, output, tools, retrieval, authority, integration))| {
            artifact.kind = Kind::Prompt;
            let mut names = BTreeSet::new();
            let first = Message::Text { role: Role::System, text: messages.0 };
            let unique =
                |m: &Message| !matches!(m, Message::Placeholder { name, .. } if !names.insert(name.clone()));
            artifact.messages = std::iter::once(first).chain(messages.1).filter(unique).collect();
            (artifact.model, artifact.output, artifact.tools) = (model, output, tools);
            (artifact.retrieval, artifact.authority, artifact.integration) =
                (retrieval, authority, integration);
            let constants = artifact.constants.keys().map(|c| format!("constants.{c}"));
            artifact.overridable = constants.chain(["messages[0].text".to_owned()]).collect();
            artifact
        },
    );
    prop_oneof![1 => fragment, 2 => prompt]
}
