use proptest::prelude::*;

use super::*;

fn term(licence: &str) -> Expression {
    Expression::Term(Term { licence: licence.to_owned(), exception: None })
}

fn allowed_with(text: &str, allowed: &[&str]) -> bool {
    Expression::parse(text).unwrap().holds(&|term| allowed.contains(&term.to_string().as_str()))
}

#[test]
fn and_binds_tighter_than_or() {
    let expected = Expression::Or(vec![Expression::And(vec![term("A"), term("B")]), term("C")]);
    assert_eq!(Expression::parse("A AND B OR C").unwrap(), expected);
    assert_eq!(Expression::parse("(A and B) or C").unwrap(), expected);
    let other = Expression::And(vec![term("A"), Expression::Or(vec![term("B"), term("C")])]);
    assert_eq!(Expression::parse("A AND (B OR C)").unwrap(), other);
}

#[test]
fn the_old_slash_is_a_choice() {
    assert_eq!(Expression::parse("MIT/Apache-2.0"), Expression::parse("MIT OR Apache-2.0"));
    assert_eq!(Expression::parse("Apache-2.0 / MIT"), Expression::parse("Apache-2.0 OR MIT"));
}

#[test]
fn a_choice_needs_one_and_a_sum_needs_all() {
    assert!(allowed_with("Unlicense OR MIT", &["MIT"]));
    assert!(allowed_with("MIT OR Apache-2.0 OR LGPL-2.1-or-later", &["MIT"]));
    assert!(!allowed_with("MIT AND GPL-3.0-only", &["MIT"]));
    assert!(allowed_with("(MIT OR GPL-3.0-only) AND Unicode-3.0", &["MIT", "Unicode-3.0"]));
    assert!(!allowed_with("(MIT OR GPL-3.0-only) AND Unicode-3.0", &["MIT"]));
}

#[test]
fn an_exception_belongs_to_its_licence() {
    assert!(allowed_with("Apache-2.0 WITH LLVM-exception", &["Apache-2.0 WITH LLVM-exception"]));
    assert!(!allowed_with("Apache-2.0 WITH LLVM-exception", &["Apache-2.0"]));
    assert!(!allowed_with("GPL-2.0-only WITH Classpath-exception-2.0", &["GPL-2.0-only"]));
}

#[test]
fn or_later_includes_the_named_version() {
    assert!(allowed_with("Apache-2.0+", &["Apache-2.0"]));
}

#[test]
fn what_is_no_expression_is_refused_with_the_reason() {
    for (text, error) in [
        ("", SpdxError::Ends),
        ("MIT OR", SpdxError::Ends),
        ("(MIT", SpdxError::Ends),
        ("MIT WITH", SpdxError::Ends),
        ("MIT)", SpdxError::Unexpected(")".into())),
        ("MIT Apache-2.0", SpdxError::Unexpected("Apache-2.0".into())),
        ("OR MIT", SpdxError::Unexpected("OR".into())),
        ("MIT AND OR ISC", SpdxError::Unexpected("OR".into())),
        ("see LICENSE.txt", SpdxError::Unexpected("LICENSE.txt".into())),
        ("MIT, ISC", SpdxError::Unexpected("MIT,".into())),
        ("(MIT ISC)", SpdxError::Unexpected("ISC".into())),
    ] {
        assert_eq!(Expression::parse(text), Err(error), "{text}");
    }
}

/// Written out with every parenthesis, so that reading it back cannot lean on precedence.
fn written(expression: &Expression) -> String {
    let join = |parts: &[Expression], word: &str| {
        let parts: Vec<_> = parts.iter().map(written).collect();
        format!("({})", parts.join(word))
    };
    match expression {
        Expression::Term(term) => term.to_string(),
        Expression::And(parts) => join(parts, " AND "),
        Expression::Or(parts) => join(parts, " OR "),
    }
}

fn expression() -> impl Strategy<Value = Expression> {
    let leaf = ("[A-Z][A-Za-z0-9.]{0,6}-[0-9]", proptest::option::of("[A-Z][a-z]{0,6}-exception"))
        .prop_map(|(licence, exception)| Expression::Term(Term { licence, exception }));
    leaf.prop_recursive(4, 24, 4, |inner| {
        let parts = proptest::collection::vec(inner, 2..4);
        prop_oneof![parts.clone().prop_map(Expression::And), parts.prop_map(Expression::Or)]
    })
}

proptest! {
    #[test]
    fn written_and_read_back_is_the_same(expression in expression()) {
        prop_assert_eq!(Expression::parse(&written(&expression)), Ok(expression));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[A-Za-z0-9()/+ .-]{0,40}") {
        let _ = Expression::parse(&text);
    }
}
