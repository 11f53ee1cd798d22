//! Paths become names that say the same.

use cuelight_artifact::model::{Message, Role};

use super::Labels;

#[test]
fn every_kind_of_path_has_a_name() {
    let labels = Labels::of_messages(&[
        Message::Text { role: Role::System, text: String::new() },
        Message::Placeholder { name: "history".into(), optional: true },
        Message::Text { role: Role::User, text: String::new() },
    ]);
    for (path, name) in [
        ("model.params.temperature", "Model parameter: temperature"),
        ("messages[0].text", "Message 1 (Instructions)"),
        ("messages[1]", "Message 2"),
        ("messages[2].text", "Message 3 (Request)"),
        ("messages", "Messages"),
        ("constants.limit.value", "Fixed value: limit"),
        ("constants.limit", "Fixed value: limit"),
        ("authority.forbidden[send-email]", "Never allowed"),
        ("tests[\"low score\"].inputs.company", "Test case: low score.inputs.company"),
        ("fragments.safety.locked.version", "Shared text: safety"),
        ("owners.rollback", "Who takes it back when it fails"),
        ("inputs.properties.a", "Inputs: a"),
        ("output.schema.properties.decision.enum", "Output: decision.enum"),
        ("", "The whole text"),
        ("x-team", "x-team"),
    ] {
        assert_eq!(labels.name(path), name, "{path}");
    }
}
