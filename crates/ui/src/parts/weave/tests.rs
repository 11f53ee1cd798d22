//! Tests of sentences with pieces.

use maud::html;

use super::Weave;

#[test]
fn pieces_stand_where_their_values_stand_and_text_is_escaped() {
    let mut weave = Weave::new();
    let (a, b) = (weave.put(html! { a href="/x" { "A" } }), weave.put(html! { bdi { "<b>" } }));
    let woven = weave.into(&format!("{b} & {a}, {b}.")).into_string();
    assert_eq!(woven, "<bdi>&lt;b&gt;</bdi> &amp; <a href=\"/x\">A</a>, <bdi>&lt;b&gt;</bdi>.");
}
