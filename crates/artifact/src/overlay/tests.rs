use super::*;
use crate::model::{Constant, Model};
use crate::name::Kind;
use serde_json::json;

fn artifact() -> Artifact {
    let mut a = Artifact::new(Kind::Prompt, "a/b".parse().unwrap());
    let tone = Constant {
        kind: ConstantType::String,
        value: json!("warm"),
        description: String::new(),
        contract: false,
        stricter: None,
    };
    a.constants.insert("tone".into(), tone);
    a.model = Some(Model {
        family: "f".into(),
        allow: vec![],
        params: [("temperature".to_owned(), json!(0.1))].into(),
    });
    a.messages.push(Message::Text { role: crate::model::Role::System, text: "hello".into() });
    a.overridable = ["constants.tone", "model.params.temperature", "messages[0].text", "constants.gone"]
        .map(String::from)
        .into();
    a
}

#[test]
fn allowed_fields_change_and_nothing_else_does() {
    let patch = Patch(
        [
            ("constants.tone".into(), json!("dry")),
            ("model.params.temperature".into(), json!(0.5)),
            ("messages[0].text".into(), json!("hi")),
        ]
        .into(),
    );
    let base = artifact();
    let patched = apply(&base, &patch).unwrap();
    for (path, value) in &patch.0 {
        assert_eq!(get(&patched, path).as_ref(), Some(value));
    }
    let undo =
        Patch([("constants.tone".into(), json!("warm")), ("messages[0].text".into(), json!("hello"))].into());
    let mut back = apply(&patched, &undo).unwrap();
    back.model.as_mut().unwrap().params.insert("temperature".into(), json!(0.1));
    assert_eq!(back, base);
}

#[test]
fn every_refused_field_is_named_with_its_reason() {
    let patch = Patch(
        [
            ("constants.tone".into(), json!(3)),
            ("constants.gone".into(), json!(3)),
            ("risk".into(), json!("low")),
        ]
        .into(),
    );
    let text: Vec<String> = apply(&artifact(), &patch).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        [
            "`constants.gone`: there is no such field in this version",
            "`constants.tone`: must be a text",
            "`risk`: not a field that may be overridden; this prompt allows: constants.gone, constants.tone, messages[0].text, model.params.temperature",
        ]
    );
}

#[test]
fn texts_are_as_clean_as_in_files() {
    let hidden = Patch([("constants.tone".into(), json!("dr\u{200b}y"))].into());
    let text = apply(&artifact(), &hidden).unwrap_err()[0].to_string();
    assert!(text.contains("U+200B"), "{text}");
    let lines = Patch([("messages[0].text".into(), json!("a\r\nb"))].into());
    assert_eq!(get(&apply(&artifact(), &lines).unwrap(), "messages[0].text"), Some(json!("a\nb")));
}
