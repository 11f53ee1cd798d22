//! The form gives back what it was drawn with.

use cuelight_artifact::model::{Message, Role};

use super::{MESSAGES, Wish, read};
use crate::fields::Fields;

fn form(pairs: &[(&str, &str)]) -> Fields {
    let mut form = Fields::default();
    for (name, value) in pairs {
        form.push(*name, *value);
    }
    form
}

#[test]
fn messages_keep_their_order_and_every_line() {
    let sent = read(&form(&[
        ("base", "1.2.0"),
        ("m.0.role", "system"),
        ("m.0.text", "\r\nFirst\r\n\r\n"),
        ("m.1.place", "history"),
        ("m.1.optional", "yes"),
        ("m.2.role", "user"),
        ("m.2.text", "Last"),
        ("tags", "one, two ,,"),
        ("limitations", "a, b\r\n\r\nc\r\n"),
    ]))
    .unwrap();
    let fields = sent.input.fields;
    assert_eq!(
        fields.messages,
        [
            Message::Text { role: Role::System, text: "\nFirst\n\n".into() },
            Message::Placeholder { name: "history".into(), optional: true },
            Message::Text { role: Role::User, text: "Last".into() },
        ]
    );
    assert_eq!(fields.tags.into_iter().collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(fields.known_limitations, ["a, b", "c"]);
    assert!(fields.body.is_none() && sent.revision.is_none());
}

#[test]
fn a_form_without_its_version_is_refused() {
    assert!(read(&form(&[("title", "x")])).is_err());
}

#[test]
fn messages_are_added_removed_and_moved_and_never_lost() {
    let base = [
        ("base", "1.0.0"),
        ("m.0.role", "system"),
        ("m.0.text", "a"),
        ("m.1.role", "user"),
        ("m.1.text", "b"),
    ];
    let said = |wish: &str| {
        let mut fields = read(&form(&base)).unwrap().input.fields;
        Wish::of(&form(&[("do", wish)])).rearrange(&mut fields);
        let text = |m: &Message| match m {
            Message::Text { text, .. } => text.clone(),
            Message::Placeholder { name, .. } => name.clone(),
        };
        fields.messages.iter().map(text).collect::<Vec<_>>()
    };
    assert_eq!(said("add"), ["a", "b", ""]);
    assert_eq!(said("remove:0"), ["b"]);
    assert_eq!(said("up:1"), ["b", "a"]);
    for nothing in ["up:0", "up:9", "remove:9", "remove:x", "save", "", "theirs:title"] {
        assert_eq!(said(nothing), ["a", "b"], "{nothing}");
    }
}

#[test]
fn a_form_with_more_messages_than_are_read_is_refused() {
    let with = |count: usize| {
        let names: Vec<String> = (0..count).map(|i| format!("m.{i}.role")).collect();
        let mut all = vec![("base", "1.0.0")];
        all.extend(names.iter().map(|n| (n.as_str(), "user")));
        read(&form(&all)).map(|sent| sent.input.fields.messages.len())
    };
    assert_eq!(with(MESSAGES).unwrap(), MESSAGES);
    assert!(with(MESSAGES + 1).is_err(), "the last one would be lost");
}
