//! Both renderers against each other, on random templates and data; and the parser against the engine's own.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use cuelight_render::{Limits, RenderError, RenderRequest, link};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Map, Value, json};

use crate::support::{Shelf, constant, fragment, prompt, use_of};

/// Expressions, most of them in the subset. Names: scalars `a b c`, a list `l`, an object `o`; any may be missing.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => prop::sample::select(vec!["a", "b", "c", "l", "o", "x", "constants.k"]),
        2 => prop::sample::select(vec!["o.x", "o.y.z", "l[0]", "l[1].x", "o[\"x\"]", "x.x", "loop.index", "a.b"]),
        2 => prop::sample::select(vec!["1", "-1", "0", "2.5", "\"\"", "'a'", "\"a b\"", "true", "false", "none", "[]"]),
    ]
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let op = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]);
        let filter =
            prop::sample::select(vec!["upper", "lower", "trim", "length", "json", "join", "join(', ')"]);
        prop_oneof![
            2 => inner.clone().prop_map(|e| format!("({e})")),
            2 => inner.clone().prop_map(|e| format!("not {e}")),
            1 => (inner.clone(), op.clone(), inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            4 => (inner.clone(), op, inner.clone()).prop_map(|(a, op, b)| format!("({a}) {op} ({b})")),
            3 => (inner.clone(), filter).prop_map(|(e, f)| format!("{e} | {f}")),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} | default({b})")),
            2 => inner.clone().prop_map(|e| format!("{e} is defined")),
            1 => inner.clone().prop_map(|e| format!("{e} is not defined")),
            1 => prop::collection::vec(inner.clone(), 0..3).prop_map(|list| format!("[{}]", list.join(", "))),
            1 => inner.clone().prop_map(|e| format!("({e}).x")),
            1 => inner.prop_map(|e| format!("({e})[0]")),
        ]
    })
}

fn marker() -> impl Strategy<Value = &'static str> + Clone {
    prop::sample::select(vec!["", "", "", "-"])
}

fn tag(inner: &str, before: &str, after: &str) -> String {
    format!("{{%{before} {inner} {after}%}}")
}

/// A template that includes the fragments `aliases`.
fn template(aliases: &'static [&'static str]) -> impl Strategy<Value = String> {
    let text = "[ \n\t}%a-]{0,4}";
    let leaf = prop_oneof![
        3 => text,
        1 => Just("{".to_owned()),
        3 => (expression(), marker(), marker()).prop_map(|(e, b, a)| format!("{{{{{b} {e} {a}}}}}")),
        1 => (text, marker(), marker()).prop_map(|(t, b, a)| format!("{{#{b}{t}{a}#}}")),
        1 => (text, marker(), marker(), marker(), marker()).prop_map(|(t, b, c, d, e)| {
            format!("{}{t}{}", tag("raw", b, c), tag("endraw", d, e))
        }),
        1 => (prop::sample::select(aliases), marker(), marker())
            .prop_map(|(alias, b, a)| match alias {
                "" => String::new(),
                alias => tag(&format!("include \"{alias}\""), b, a),
            }),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let body = prop::collection::vec(inner, 0..4).prop_map(|parts: Vec<String>| parts.concat());
        let marks = prop::array::uniform8(marker());
        prop_oneof![
            (expression(), body.clone(), expression(), body.clone(), body.clone(), marks.clone(), 0..3).prop_map(
                |(test, yes, other, elif, no, m, shape): (String, String, String, String, String, [&str; 8], i32)| {
                    let mut out = tag(&format!("if {test}"), m[0], m[1]) + &yes;
                    if shape > 1 {
                        out += &(tag(&format!("elif {other}"), m[2], m[3]) + &elif);
                    }
                    if shape > 0 {
                        out += &(tag("else", m[4], m[5]) + &no);
                    }
                    out + &tag("endif", m[6], m[7])
                }
            ),
            (
                prop::sample::select(vec!["x", "a", "y"]),
                prop_oneof![
                    3 => prop::sample::select(vec!["l", "[1, 2]", "o.y", "x", "l | default([a])"]).prop_map(str::to_owned),
                    1 => expression(),
                ],
                body.clone(),
                body,
                marks,
                any::<bool>()
            )
                .prop_map(|(name, list, each, nothing, m, has_else)| {
                    let mut out = tag(&format!("for {name} in {list}"), m[0], m[1]) + &each;
                    if has_else {
                        out += &(tag("else", m[2], m[3]) + &nothing);
                    }
                    out + &tag("endfor", m[4], m[5])
                }),
        ]
    })
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..4).prop_map(Value::from),
        prop::sample::select(vec![0.0, -1.0, 2.5, 1e21, 1e-7]).prop_map(Value::from),
        prop::sample::select(vec!["", "a", "A b", " ü ", "{{ a }}", "\u{1}\"\\\n"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(prop::sample::select(vec!["x", "y", "z"]), inner, 0..3)
                .prop_map(|m| Value::Object(m.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

fn data() -> impl Strategy<Value = Value> {
    (
        prop::option::weighted(0.8, json_value()),
        prop::option::weighted(0.8, json_value()),
        prop::option::weighted(0.8, json_value()),
        prop::option::weighted(0.8, prop::collection::vec(json_value(), 0..4)),
        prop::option::weighted(
            0.8,
            prop::collection::btree_map(prop::sample::select(vec!["x", "y", "z"]), json_value(), 0..3),
        ),
    )
        .prop_map(|(a, b, c, l, o)| {
            let mut map = Map::new();
            for (name, value) in [("a", a), ("b", b), ("c", c)] {
                value.map(|value| map.insert(name.to_owned(), value));
            }
            l.map(|l| map.insert("l".to_owned(), Value::from(l)));
            o.map(|o| map.insert("o".to_owned(), json!(o)));
            Value::Object(map)
        })
}

/// How often something happened, so that a test cannot pass by rendering nothing.
#[derive(Default)]
struct Tally {
    cases: Cell<u32>,
    accepted: Cell<u32>,
    rendered: Cell<u32>,
}

fn up(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

/// Renders with both; they must agree to the byte and in every error.
fn both(text: &str, fragments: &[&str; 2], data: &Value, tally: &Tally) -> Result<(), TestCaseError> {
    up(&tally.cases);
    let mut artifact = prompt(text);
    artifact.constants.insert("k".to_owned(), constant(&json!("root")));
    let mut shelf = Shelf::default();
    for (alias, body) in ["p", "q"].iter().zip(fragments) {
        let name = format!("parts/{alias}");
        let mut made = fragment(&name, body);
        made.constants.insert("k".to_owned(), constant(&json!(alias)));
        if *alias == "q" {
            made.fragments.insert("p".to_owned(), use_of("parts/p"));
        }
        shelf.0.insert(name.clone(), Arc::new(made));
        artifact.fragments.insert((*alias).to_owned(), use_of(&name));
    }
    let Ok(program) = link(&artifact, &shelf, &Limits::default()) else { return Ok(()) };
    up(&tally.accepted);
    let request = RenderRequest::new(data);
    let engine = program.render(&request);
    let reference = program.render_by_reference(&request);
    prop_assert!(!matches!(engine, Err(RenderError::Engine { .. })), "{engine:?}");
    prop_assert_eq!(&engine, &reference);
    if engine.is_ok() {
        up(&tally.rendered);
    }
    Ok(())
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

#[test]
fn engine_and_reference_agree() {
    let tally = Tally::default();
    let strategy = (template(&["p", "q"]), template(&[""]), template(&["p"]), data());
    let result = runner(1500).run(&strategy, |(root, p, q, data)| both(&root, &[&p, &q], &data, &tally));
    result.unwrap();
    assert!(
        tally.accepted.get() * 4 > tally.cases.get(),
        "accepted {} of {}",
        tally.accepted.get(),
        tally.cases.get()
    );
    assert!(
        tally.rendered.get() * 14 > tally.cases.get(),
        "rendered {} of {}",
        tally.rendered.get(),
        tally.cases.get()
    );
}

#[test]
fn single_outputs_agree() {
    let tally = Tally::default();
    let result = runner(4000).run(&(expression(), data()), |(e, data)| {
        both(&format!("{{% if {e} %}}T{{% else %}}F{{% endif %}}"), &["", ""], &data, &tally)?;
        both(&format!("{{{{ ({e}) | json }}}}"), &["", ""], &data, &tally)
    });
    result.unwrap();
    assert!(
        tally.rendered.get() * 4 > tally.cases.get(),
        "rendered {} of {}",
        tally.rendered.get(),
        tally.cases.get()
    );
}

#[test]
fn token_soup_never_panics_and_both_agree() {
    let words = vec![
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "{", "}", "%", "#", "if", "elif", "else",
        "endif", "for", "endfor", "in", "not", "and", "or", "is", "defined", "include", "raw", "endraw",
        "\"p\"", "a", "l", ".x", "[0]", "[", "]", "(", ")", "|", "upper", "==", "<", "1", "2.5", "'", "\"",
        "\\", "ü", "*", "~", "=", ",",
    ];
    let soup = prop::collection::vec(prop::sample::select(words), 0..40).prop_map(|w| w.concat());
    let tally = Tally::default();
    runner(6000).run(&(soup, data()), |(text, data)| both(&text, &["x", "{"], &data, &tally)).unwrap();
    assert!(tally.accepted.get() > 100, "accepted {}", tally.accepted.get());
}

/// Expressions whose types are known, for which the engine's own operators mean the same as ours.
fn tame() -> impl Strategy<Value = String> {
    let number =
        prop::sample::select(vec!["n", "m", "3", "0", "l | length", "o.n", "l[1]"]).prop_map(str::to_owned);
    let text = prop::sample::select(vec![
        "s",
        "t",
        "'b'",
        "o.s",
        "s | upper",
        "t | trim | lower",
        "gone | default('d')",
    ])
    .prop_map(str::to_owned);
    let order = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let truth = prop_oneof![
        (number.clone(), order.clone(), number.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (text.clone(), order, text.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (number.clone(), prop::sample::select(vec!["in", "not in"]))
            .prop_map(|(a, op)| format!("{a} {op} l")),
        (text.clone(), prop::sample::select(vec!["in", "not in"])).prop_map(|(a, op)| format!("{a} {op} s")),
        prop::sample::select(vec![
            "n",
            "s",
            "l",
            "o",
            "gone",
            "o.gone",
            "n is defined",
            "gone is defined",
            "o.gone is not defined",
            "true",
            "false"
        ])
        .prop_map(str::to_owned),
    ]
    .prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|e| format!("not {e}")),
            inner.clone().prop_map(|e| format!("({e})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("{a} or {b}")),
        ]
    });
    prop_oneof![
        1 => number.prop_map(|e| format!("{{{{ {e} }}}}")),
        1 => text.prop_map(|e| format!("{{{{ {e} }}}}")),
        4 => truth.prop_map(|e| format!("{{% if {e} %}}1{{% else %}}0{{% endif %}}")),
    ]
}

/// The engine as anyone would set it up, fed with the very text of the template.
fn stock() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_syntax(SyntaxConfig::builder().keep_trailing_newline(true).build().unwrap());
    engine.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    engine.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    engine
}

#[test]
fn the_parser_reads_templates_as_the_engine_does() {
    let engine = stock();
    let data = json!({ "n": 2, "m": 5, "s": "b c", "t": " Ab ", "l": [2, 3], "o": { "n": 1, "s": "z" } });
    let list = minijinja::Value::from(vec![2, 3]);
    let object: BTreeMap<&str, minijinja::Value> = BTreeMap::from([("n", 1.into()), ("s", "z".into())]);
    let context = minijinja::context! { n => 2, m => 5, s => "b c", t => " Ab ", l => list, o => minijinja::Value::from(object) };
    let glue = (marker(), marker(), "[ \n\ta]{0,3}");
    let strategy = prop::collection::vec((tame(), glue), 1..4);
    let ran = Cell::new(0);
    let result = runner(3000).run(&strategy, |parts| {
        let mut text = String::new();
        for (part, (before, after, between)) in parts {
            write!(text, "{{% for x in l {before}%}}{part}{between}{{%{after} endfor %}}{between}").unwrap();
        }
        let Ok(wanted) = engine.render_str(&text, context.clone()) else { return Ok(()) };
        let program = link(&prompt(&text), &Shelf::default(), &Limits::default())
            .map_err(|found| TestCaseError::fail(format!("{text}: {found:?}")))?;
        let got =
            program.render(&RenderRequest::new(&data)).map_err(|e| TestCaseError::fail(e.to_string()))?;
        ran.set(ran.get() + 1);
        prop_assert_eq!(&got.messages[0].content, &wanted, "{}", text);
        Ok(())
    });
    result.unwrap();
    assert!(ran.get() > 2700, "compared {}", ran.get());
}
