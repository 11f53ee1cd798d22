//! Hostile templates and data end as a refusal or at a limit, with little memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cuelight_artifact::Artifact;
use cuelight_render::{Deadline, LimitKind, Limits, RenderError, RenderRequest, compile, link};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::memory::peak;
use crate::support::{Shelf, fragment, prompt, schema_of, use_of};

/// What a hostile template may take beyond the template and the data themselves.
const MOST_MEMORY: usize = 16 * 1024 * 1024;

/// How a bomb ended.
#[derive(Debug, PartialEq)]
enum End {
    Refused(String),
    Stopped(LimitKind),
    Rendered(usize),
    Failed(String),
}

fn explode(artifact: &Artifact, shelf: &Shelf, data: &Value) -> End {
    explode_within(&Limits::default(), artifact, shelf, data)
}

fn explode_within(limits: &Limits, artifact: &Artifact, shelf: &Shelf, data: &Value) -> End {
    let (end, memory) = peak(|| {
        let program = match link(artifact, shelf, limits) {
            Ok(program) => program,
            Err(found) => return End::Refused(found[0].rule.clone()),
        };
        match program.render(&RenderRequest::new(data)) {
            Ok(rendered) => End::Rendered(rendered.bytes()),
            Err(RenderError::Limit { kind, .. }) => End::Stopped(kind),
            Err(error) => End::Failed(error.to_string()),
        }
    });
    assert!(memory <= MOST_MEMORY, "{memory} bytes for {end:?}");
    end
}

fn bomb(template: &str, data: &Value) -> End {
    explode(&prompt(template), &Shelf::default(), data)
}

fn refused(rule: &str) -> End {
    End::Refused(format!("CL-T-{rule}"))
}

#[test]
fn known_bombs_are_refused_by_the_grammar() {
    let none = json!({});
    assert_eq!(bomb("{{ 'x' * 100000000 }}", &none), refused("020"));
    let doubling = "{% set ns = namespace(a='x') %}".to_owned() + &"{% set ns.a = ns.a ~ ns.a %}".repeat(28);
    assert_eq!(bomb(&doubling, &none), refused("006"));
    assert_eq!(bomb("{% for i in range(100000000) %}x{% endfor %}", &none), refused("016"));
    assert_eq!(bomb("{{ 2 ** 1000000 }}", &none), refused("019"));
    assert_eq!(bomb("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", &none), refused("007"));
    assert_eq!(bomb("{{ ''.__class__.__mro__ }}", &none), refused("030"));
}

#[test]
fn deep_nesting_is_refused_without_using_the_stack() {
    let none = json!({});
    for n in [65, 5_000, 26_000] {
        assert_eq!(bomb(&format!("{{{{ {}1{} }}}}", "(".repeat(n), ")".repeat(n)), &none), refused("002"));
        assert_eq!(bomb(&format!("{{{{ {}1{} }}}}", "[".repeat(n), "]".repeat(n)), &none), refused("002"));
        assert_eq!(bomb(&format!("{{{{ {}1 }}}}", "not ".repeat(n)), &none), refused("002"));
        assert_eq!(bomb(&format!("{{{{ a{} }}}}", ".b".repeat(n)), &none), refused("002"));
        assert_eq!(bomb(&format!("{{{{ a{} }}}}", "|trim".repeat(n)), &none), refused("002"));
        assert_eq!(bomb(&format!("{{{{ a{} }}}}", " or a".repeat(n)), &none), refused("002"));
    }
    for n in [65, 9_000] {
        let ifs = "{% if a %}".repeat(n) + &"{% endif %}".repeat(n);
        assert_eq!(bomb(&ifs, &none), refused("002"));
        let fors = "{% for a in a %}".repeat(n) + &"{% endfor %}".repeat(n);
        assert!(matches!(bomb(&fors, &none), End::Refused(_)));
        let elifs = format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(n));
        assert_eq!(bomb(&elifs, &none), refused("002"));
    }
    // 100,000 of each are longer than a template may be; with that limit out of the way the depth still is.
    let roomy = Limits { template_bytes: usize::MAX, nodes: usize::MAX, ..Limits::default() };
    for text in [
        "{{ ".to_owned() + &"(".repeat(100_000),
        "{% if a %}".repeat(100_000),
        "{{ ".to_owned() + &"not ".repeat(100_000),
    ] {
        assert_eq!(cuelight_render::syntax::parse(&text, &roomy).unwrap_err().rule.id, "CL-T-002");
    }
}

#[test]
fn the_deepest_template_that_is_allowed_renders() {
    let data = json!({ "a": "x" });
    let ifs = "{% if a %}".repeat(60) + "{{ (((a))) }}" + &"{% endif %}".repeat(60);
    assert_eq!(bomb(&ifs, &data), End::Rendered(1));
    let brackets = format!("{{{{ {}a{} }}}}", "(".repeat(63), ")".repeat(63));
    assert_eq!(bomb(&brackets, &data), End::Rendered(1));
    let mut list = "a".to_owned();
    for _ in 0..31 {
        list = format!("[{list}][0]");
    }
    assert_eq!(bomb(&format!("{{{{ {list} }}}}"), &data), End::Rendered(1));
    let mut sides = "a == a".to_owned();
    for _ in 0..31 {
        sides = format!("true == ({sides})");
    }
    assert_eq!(bomb(&format!("{{{{ {sides} }}}}"), &data), End::Rendered(4));
    let elifs = format!("{{% if not a %}}{}{{% endif %}}", "{% elif not a %}".repeat(60));
    assert_eq!(bomb(&elifs, &data), End::Rendered(0));
}

#[test]
fn large_templates_are_refused() {
    let none = json!({});
    assert_eq!(bomb(&"x".repeat(256 * 1024 + 1), &none), refused("001"));
    assert_eq!(bomb(&"{{1}}".repeat(52_000), &none), refused("001"));
    assert_eq!(bomb(&format!("{{{{ [{}] }}}}", "1,".repeat(130_000)), &none), refused("001"));
    assert_eq!(bomb(&"x".repeat(256 * 1024), &none), End::Rendered(256 * 1024));
}

/// A chain of fragments, each of which includes the next `times` times.
fn fan(levels: usize, times: usize) -> (Artifact, Shelf) {
    let mut shelf = Shelf::default();
    for level in 0..levels {
        let mut made = fragment(&format!("parts/f{level}"), &"{% include \"next\" %}".repeat(times));
        if level + 1 < levels {
            made.fragments.insert("next".to_owned(), use_of(&format!("parts/f{}", level + 1)));
        } else {
            made.body = Some("lots of text".to_owned());
        }
        shelf.0.insert(made.name.to_string(), Arc::new(made));
    }
    let mut artifact = prompt(&"{% include \"next\" %}".repeat(times));
    artifact.fragments.insert("next".to_owned(), use_of("parts/f0"));
    (artifact, shelf)
}

#[test]
fn fans_of_fragments_are_refused() {
    let none = json!({});
    let (artifact, shelf) = fan(8, 50);
    assert_eq!(explode(&artifact, &shelf, &none), refused("001"));
    let (artifact, shelf) = fan(9, 1);
    assert_eq!(explode(&artifact, &shelf, &none), End::Refused("CL-D-004".to_owned()));
    let (artifact, shelf) = fan(8, 2);
    assert_eq!(explode(&artifact, &shelf, &none), End::Rendered(256 * 12));
}

#[test]
fn loops_stop_at_the_count_of_iterations() {
    let list: Vec<Value> = (0..1000).map(Value::from).collect();
    let data = json!({ "l": list });
    let nested = "{% for a in l %}{% for b in l %}{% for c in l %}{% endfor %}{% endfor %}{% endfor %}";
    assert_eq!(bomb(nested, &data), End::Stopped(LimitKind::Iterations));
    let literal =
        format!("{{% for a in l %}}{{% for b in [{}] %}}{{% endfor %}}{{% endfor %}}", "1,".repeat(1000));
    assert_eq!(bomb(&literal, &data), End::Stopped(LimitKind::Iterations));
    let ten = "{% for a in l %}{% endfor %}".repeat(10);
    assert_eq!(bomb(&ten, &data), End::Rendered(0));
    let eleven = "{% for a in l %}{% endfor %}".repeat(10) + "{% for a in [1] %}{% endfor %}";
    assert_eq!(bomb(&eleven, &data), End::Stopped(LimitKind::Iterations));
}

#[test]
fn steps_are_counted_over_all_messages() {
    let list: Vec<Value> = (0..1000).map(Value::from).collect();
    let data = json!({ "l": list, "a": 1 });
    let work = format!("{{% for x in l %}}{}{{% endfor %}}", "{% if a %}{% endif %}".repeat(3000));
    assert_eq!(bomb(&work, &data), End::Stopped(LimitKind::Steps));
    // Half of the steps in each message.
    let half = format!("{{% for x in l %}}{}{{% endfor %}}", "{% if a %}{% endif %}".repeat(200));
    assert_eq!(bomb(&half, &data), End::Rendered(0));
    let mut three = prompt(&half);
    three.messages = vec![three.messages[0].clone(); 3];
    assert_eq!(explode(&three, &Shelf::default(), &data), End::Stopped(LimitKind::Steps));
}

#[test]
fn output_is_counted_over_all_messages_and_never_held_beyond_the_limit() {
    let text = "x".repeat(600_000);
    let data = json!({ "s": text, "l": [1, 2, 3] });
    assert_eq!(bomb("{{ s }}", &data), End::Rendered(600_000));
    assert_eq!(bomb("{% for x in l %}{{ s }}{% endfor %}", &data), End::Stopped(LimitKind::OutputBytes));
    let mut two = prompt("{{ s }}");
    two.messages = vec![two.messages[0].clone(); 2];
    assert_eq!(explode(&two, &Shelf::default(), &data), End::Stopped(LimitKind::OutputBytes));
    let raw = format!("{{% for x in l %}}{}{{% endfor %}}", "y".repeat(200_000)).repeat(1);
    let many: Vec<Value> = (0..1000).map(Value::from).collect();
    assert_eq!(bomb(&raw, &json!({ "l": many })), End::Stopped(LimitKind::OutputBytes));
}

#[test]
fn filters_stop_before_they_fill_the_memory() {
    let text = "ß\u{1}".repeat(200_000);
    let list: Vec<Value> = (0..900).map(Value::from).collect();
    let data = json!({ "s": text, "l": list });
    for filter in ["upper", "lower", "json", "trim", "upper | lower | upper | json | upper"] {
        let template =
            format!("{{% for x in l %}}{{% if (s | {filter}) == 'y' %}}{{% endif %}}{{% endfor %}}");
        assert_eq!(bomb(&template, &data), End::Stopped(LimitKind::FilterBytes), "{filter}");
    }
    assert_eq!(bomb("{{ l | join(s) }}", &data), End::Stopped(LimitKind::FilterBytes));
    assert_eq!(bomb("{{ [s, s, s, s, s, s, s, s] | json }}", &data), End::Stopped(LimitKind::FilterBytes));
    let nested = "[s, [s, [s, [s]]]]".replace('s', "[s, s, s, s]");
    assert_eq!(
        bomb(&format!("{{{{ {nested} | json | json | json }}}}"), &data),
        End::Stopped(LimitKind::FilterBytes)
    );
}

#[test]
fn comparisons_stop_by_the_bytes_they_look_at() {
    let text = "a".repeat(250_000);
    let list: Vec<Value> = (0..9000).map(|n| json!(n % 7)).collect();
    let data = json!({ "s": text, "t": text, "u": text.clone() + "b", "l": list, "m": list });
    for test in [
        "s == t",
        "s != t",
        "s <= t",
        "t in s",
        "u in s",
        "l == m",
        "9 in l",
        "l in [l, m]",
        "[s, t] == [t, s]",
    ] {
        let template = format!("{{% for x in l %}}{{% if {test} %}}{{% endif %}}{{% endfor %}}");
        assert_eq!(bomb(&template, &data), End::Stopped(LimitKind::ComparedBytes), "{test}");
    }
    let length = "{% for x in l %}{% if s | length == 5 %}{% endif %}{% endfor %}";
    assert_eq!(bomb(length, &data), End::Stopped(LimitKind::ComparedBytes));
    // Comparing with something short costs nothing, however often.
    let short = "{% for x in l %}{% if s == 'EMEA' %}{% endif %}{% endfor %}";
    assert_eq!(bomb(short, &data), End::Rendered(0));
}

#[test]
fn large_or_deep_data_is_refused_before_it_is_converted() {
    let mut deep = json!(1);
    for _ in 0..65 {
        deep = json!([deep]);
    }
    assert_eq!(bomb("{{ a | json }}", &json!({ "a": deep })), End::Stopped(LimitKind::InputDepth));
    let long = json!({ "a": "x".repeat(1024 * 1024) });
    assert_eq!(bomb("{{ b }}", &long), End::Stopped(LimitKind::InputBytes));
    let many = json!({ "a": vec![json!([]); 50_000] });
    assert_eq!(bomb("{{ b }}", &many), End::Stopped(LimitKind::InputValues));
    let most = json!({ "a": vec![json!([{ "k": [] }]); 16_000] });
    assert!(matches!(bomb("{{ a | length }}", &most), End::Rendered(5)));
}

#[test]
fn the_deadline_ends_rendering_at_the_next_look() {
    let list: Vec<Value> = (0..5000).map(Value::from).collect();
    let data = json!({ "l": list });
    let mut artifact = prompt("{% for x in l %}{{ x }}{% endfor %}");
    artifact.inputs = Some(schema_of(&data));
    let program = compile(&artifact, &Shelf::default(), &Limits::default()).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let never = Deadline::new(move || counter.fetch_add(1, Ordering::Relaxed) > usize::MAX / 2);
    program.render(&RenderRequest::new(&data).with_deadline(never)).unwrap();
    // One write and one iteration for each element: a look at every 64th of these 10,000 events.
    assert!((150..170).contains(&asked.load(Ordering::Relaxed)), "{asked:?}");
    let counter = Arc::new(AtomicUsize::new(0));
    let soon = Deadline::new(move || counter.fetch_add(1, Ordering::Relaxed) > 3);
    let error = program.render(&RenderRequest::new(&data).with_deadline(soon)).unwrap_err();
    assert!(matches!(error, RenderError::Limit { kind: LimitKind::Deadline, .. }), "{error}");
}

/// Writes hostile templates from dice: loops in loops over long lists, with costly things in them.
struct Writer<'d> {
    dice: std::slice::Iter<'d, u8>,
}

impl Writer<'_> {
    fn pick<'c>(&mut self, choices: &[&'c str]) -> &'c str {
        let roll = self.dice.next().map_or(0, |d| usize::from(*d));
        choices[roll % choices.len()]
    }

    fn value(&mut self) -> String {
        let base = self.pick(&["s", "t", "l", "o", "x", "[s, t, l]", "[l, l, l]", "l[5]", "'y'"]);
        let mut value = base.to_owned();
        for _ in 0..self.dice.next().map_or(0, |d| d % 4) {
            value = match self.pick(&["up", "json", "join", "list", "sum", "or"]) {
                "up" => format!("({value}) | default(s) | json | upper"),
                "json" => format!("({value}) | json"),
                "join" => format!("[s, ({value}) | json] | join(t)"),
                "list" => format!("[{value}, {value}]"),
                "sum" => format!("(({value}) | json) in (s | upper)"),
                _ => format!("({value}) or ({value})"),
            };
        }
        value
    }

    fn body(&mut self, depth: u8) -> String {
        let mut out = String::new();
        for _ in 0..=self.dice.next().map_or(0, |d| d % 3) {
            out += &match self.pick(if depth == 0 {
                &["print", "if", "compare", "print", "if", "compare", "compare", "flags"]
            } else {
                &["for", "for", "for", "if", "compare", "print"]
            }) {
                "print" => format!("{{{{ ({}) | json }}}}", self.value()),
                "compare" => "{% if s not in s or l != l or t > t %}{{ s }}{% endif %}".to_owned(),
                "flags" => "{% if x and not s %}{% elif o.a.b and x or t %}{% endif %}".repeat(400),
                "if" => {
                    format!("{{% if ({}) == ({}) %}}{{{{ s }}}}{{% endif %}}", self.value(), self.value())
                }
                _ => {
                    let list = self.pick(&["l", "m", "[1, 2, 3]", "[l, m, s]"]);
                    format!("{{% for x in {list} %}}{}{{% endfor %}}", self.body(depth - 1))
                }
            };
        }
        out
    }
}

#[test]
fn hostile_templates_end_within_the_limits_of_the_product() {
    hostile(100, &Limits::default());
}

/// The limits on bytes are a sixteenth here, so that an unoptimised build writes a thousand templates' worth of bytes
/// in a few seconds; everything else is as in the product.
#[test]
fn a_thousand_hostile_templates_end_within_limits() {
    let limits = Limits::default();
    let limits = Limits {
        filter_bytes: limits.filter_bytes / 16,
        compared_bytes: limits.compared_bytes / 16,
        output_bytes: limits.output_bytes / 16,
        ..limits
    };
    let ends = hostile(1000, &limits);
    let stopped: u32 = ends.iter().filter(|(name, _)| name.starts_with("Stopped")).map(|(_, n)| n).sum();
    assert!(stopped > 400 && ends.len() > 4, "{ends:?}");
}

fn hostile(cases: u32, limits: &Limits) -> BTreeMap<String, u32> {
    let list: Vec<Value> = (0..400).map(|n| json!({ "n": n, "t": "z".repeat(20) })).collect();
    // Large texts run into other limits than many small ones.
    let data = |scale: usize| {
        json!({ "s": "S".repeat(scale), "t": "\u{1}ß".repeat(scale / 5), "l": list, "m": [1, "two", null, [3]],
            "o": { "a": { "b": "c" } }, "x": "X" })
    };
    let sizes = [20, 500, 5_000, 250_000].map(data);
    let ends = RefCell::new(BTreeMap::<String, u32>::new());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&prop::collection::vec(any::<u8>(), 8..80), |dice| {
        let template = Writer { dice: dice[1..].iter() }.body(4);
        let data = &sizes[usize::from(dice[0] % 4)];
        let end = explode_within(limits, &prompt(&template), &Shelf::default(), data);
        if let End::Rendered(bytes) = end {
            prop_assert!(bytes <= limits.output_bytes, "{bytes} from {template}");
        }
        prop_assert!(!matches!(end, End::Failed(_)), "{end:?} from {template}");
        let name = match end {
            End::Rendered(_) => "rendered".to_owned(),
            other => format!("{other:?}"),
        };
        *ends.borrow_mut().entry(name).or_default() += 1;
        Ok(())
    });
    result.unwrap();
    ends.into_inner()
}
