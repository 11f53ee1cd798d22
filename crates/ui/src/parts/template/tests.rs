//! Tests of templates in pieces.

use super::{Piece, pieces};

#[test]
fn a_template_is_text_with_variables_and_shared_texts() {
    let found = pieces("Dear {{ name }},\n{%- include \"tone\" -%}\n{% if a %}x{% endif %}{# note #}!");
    let expected = [
        Piece::Text("Dear "),
        Piece::Variable("name"),
        Piece::Text(",\n"),
        Piece::Include("tone"),
        Piece::Text("\n"),
        Piece::Logic("{% if a %}"),
        Piece::Text("x"),
        Piece::Logic("{% endif %}"),
        Piece::Logic("{# note #}"),
        Piece::Text("!"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn marks_within_texts_and_raw_blocks_are_no_instructions() {
    assert_eq!(pieces(r#"{{ "}}" ~ '\'}}' }}."#)[0], Piece::Variable(r#""}}" ~ '\'}}'"#));
    let found = pieces("{% raw %}{{ this }}{% if %}{% endraw %}{{ that }}");
    assert_eq!(found[1], Piece::Text("{{ this }}{% if %}"));
    assert_eq!(found[3], Piece::Variable("that"));
}

#[test]
fn nothing_of_a_text_gets_lost_whatever_it_is() {
    for text in ["", "{", "{{", "{{ never closed", "{é{%", "a {% raw %} no end", "}} %} {# x", "{{ 'a }} b"]
    {
        let found = pieces(text);
        let sum: String = found
            .iter()
            .map(|p| match p {
                Piece::Text(t) | Piece::Logic(t) => *t,
                other => panic!("{text}: {other:?}"),
            })
            .collect();
        assert_eq!(sum, text);
    }
}
