use std::fmt::Write as _;

use super::*;

fn read(text: &str) -> Template {
    parse(text, &Limits::default()).unwrap_or_else(|e| panic!("{text:?}: {e:?}"))
}

fn place(text: &str) -> (u32, u32) {
    let span = parse(text, &Limits::default()).unwrap_err().span;
    (span.line, span.column)
}

#[test]
fn places_count_lines_and_characters() {
    assert_eq!(place("{{ a b }}"), (1, 6));
    assert_eq!(place("äöü {{ a b }}"), (1, 10));
    assert_eq!(place("a\nb\n🎈🎈 {{ x | nope }}"), (3, 11));
    assert_eq!(place("{# ä\n #}{{ \"é\n\" a }}"), (3, 3));
    assert_eq!(place("a\n  {% if x %}\n"), (2, 3));
    assert_eq!(place("{% raw %}\n\n{% endraw %} {% endif %}"), (3, 17));
}

#[test]
fn every_node_knows_its_text() {
    let source = "ü {{ a.b | default('x') }}{% for s in [1, (c and not d)] %}{{ s[0] }}{% endfor %}";
    let template = read(source);
    let mut seen = String::new();
    fn walk(expr: &Expr, source: &str, seen: &mut String) {
        let _ = writeln!(seen, "{}:{} {}", expr.span.line, expr.span.column, &source[expr.span.range()]);
        match &expr.kind {
            ExprKind::List(items) => items.iter().for_each(|e| walk(e, source, seen)),
            ExprKind::Attr(e, _) | ExprKind::Item(e, _) | ExprKind::Not(e) => walk(e, source, seen),
            ExprKind::Filter(e, f) => {
                walk(e, source, seen);
                f.argument().into_iter().for_each(|e| walk(e, source, seen));
            }
            ExprKind::And(a, b) | ExprKind::Or(a, b) | ExprKind::Compare(_, a, b) => {
                walk(a, source, seen);
                walk(b, source, seen);
            }
            _ => {}
        }
    }
    for node in &template.nodes {
        match &node.kind {
            NodeKind::Output { expr, .. } => walk(expr, source, &mut seen),
            NodeKind::For { iter, .. } => walk(iter, source, &mut seen),
            _ => {}
        }
    }
    insta::assert_snapshot!(seen, @"
    1:6 a.b | default('x')
    1:6 a.b
    1:6 a
    1:20 'x'
    1:39 [1, (c and not d)]
    1:40 1
    1:44 c and not d
    1:44 c
    1:50 not d
    1:54 d
    ");
}

#[test]
fn limits_hold_at_parse() {
    let tight = Limits { template_bytes: 10, ..Limits::default() };
    assert_eq!(parse("01234567890", &tight).unwrap_err().rule.id, "CL-T-001");
    assert!(parse("0123456789", &tight).is_ok());
    let tight = Limits { nodes: 3, ..Limits::default() };
    assert!(parse("a{{ b }}", &tight).is_ok());
    assert_eq!(parse("a{{ b }}c", &tight).unwrap_err().rule.id, "CL-T-001");
    let tight = Limits { depth: 3, ..Limits::default() };
    assert!(parse("{% if a %}{{ b.c }}{% endif %}", &tight).is_ok());
    assert_eq!(parse("{% if a %}{{ b.c.d }}{% endif %}", &tight).unwrap_err().rule.id, "CL-T-002");
}

/// What a person reads when a template is refused. Read these when they change.
#[test]
fn refusals_say_what_is_wrong_and_what_to_do() {
    let refused = [
        "{% set total = 1 %}",
        "{% macro f() %}{% endmacro %}",
        "{% import 'x' as x %}",
        "{% extends 'base' %}",
        "{% do x.append(1) %}",
        "{% filter upper %}x{% endfilter %}",
        "{% with a = 1 %}{% endwith %}",
        "{% autoescape false %}{% endautoescape %}",
        "{% switch x %}",
        "{{ now() }}",
        "{% for i in range(3) %}{% endfor %}",
        "{{ namespace(a=1) }}",
        "{{ name.upper() }}",
        "{{ a + 1 }}",
        "{{ -a }}",
        "{{ 'x' * 9 }}",
        "{{ a ~ b }}",
        "{{ a[1:2] }}",
        "{{ a[i] }}",
        "{{ a | tojson }}",
        "{{ a | title }}",
        "{{ a | default }}",
        "{{ a is none }}",
        "{% include name %}",
        "{{ a if b else c }}",
        "{% for a, b in c %}{% endfor %}",
        "{% for loop in c %}{% endfor %}",
        "{{ True }}",
        "{{ 1e5 }}",
        "{{ '\\d' }}",
        "{{ {'a': 1} }}",
        "{{ 1 < 2 < 3 }}",
        "{%+ if a %}{% endif %}",
        "{{ a = 1 }}",
        "{{ a %}",
        "{{ größe }}",
        "{% if a %}",
        "{{ 'a }}",
        "{% if a %}{% endfor %}",
        "{% else %}",
        "{{ loop }}",
        "{{ constants }}",
    ];
    let mut shown = String::new();
    for text in refused {
        let error = parse(text, &Limits::default()).unwrap_err();
        let _ = writeln!(shown, "{text}\n  {}\n  → {}", error.to_diagnostic(), error.fix);
    }
    insta::assert_snapshot!(shown);
}
