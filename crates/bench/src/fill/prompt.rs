//! The prompt of about 2 KB: two texts, ten single values, one loop of five, one fragment.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use cuelight_artifact::model::{FragmentUse, Locked, Message, Role};
use cuelight_artifact::{Artifact, Kind};
use cuelight_render::{FragmentSource, Limits, Program, compile};
use serde_json::{Value, json};
use std::sync::Arc;

const YAML: &str = include_str!("../prompt/prompt.yaml");
/// Its message.
pub const SYSTEM: &str = include_str!("../prompt/system.md");
/// The text that the message includes.
pub const SAFETY: &str = include_str!("../prompt/safety.md");

/// Its files under a name, in one of its editions.
pub fn files(name: &str, edition: usize) -> BTreeMap<String, String> {
    let yaml = YAML.replace("NAME", name).replace("EDITION", &edition.to_string());
    let system = if edition == 1 {
        SYSTEM.to_owned()
    } else {
        SYSTEM.replace("at most 120 words", &format!("at most {} words", 120 + edition))
    };
    [(format!("prompts/{name}/prompt.yaml"), yaml), (format!("prompts/{name}/system.md"), system)].into()
}

/// The files of the fragment.
pub fn fragment() -> BTreeMap<String, String> {
    let yaml = "format: 1\nname: shared/safety\nsummary: What holds for every prompt.\n\
                change_intent: The first text.\nbody: { file: body.md }\n";
    [
        ("fragments/shared/safety/fragment.yaml".to_owned(), yaml.to_owned()),
        ("fragments/shared/safety/body.md".to_owned(), SAFETY.to_owned()),
    ]
    .into()
}

/// What a caller gives: ten single values, one of them a number, a flag, and a list of five.
pub fn inputs() -> Value {
    let signal =
        |name: &str, weight: u32, note: &str| json!({ "name": name, "weight": weight, "note": note });
    json!({
        "company": "Nordwerk Pumps",
        "industry": "industrial cooling",
        "country": "Denmark",
        "contact_name": "Ilse Marquardt",
        "contact_role": "head of maintenance",
        "account": "Hafen Logistics",
        "employees": 240,
        "received": "2026-03-12T09:41:00Z",
        "channel": "web form",
        "message": "Two of our four chillers stop when it is warmer than 30 degrees. We look for replacements before June.",
        "urgent": true,
        "signals": [
            signal("size", 60, "between 100 and 500 people"),
            signal("need", 85, "names a fault and a month"),
            signal("stock", 40, "two units of the fitting type are free"),
            signal("history", 20, "asked for a leaflet two years ago"),
            signal("region", 55, "served from the office in Aarhus"),
        ],
    })
}

struct Only(Arc<Artifact>);

impl FragmentSource for Only {
    fn fragment(&self, _: &FragmentUse) -> Option<Arc<Artifact>> {
        Some(Arc::clone(&self.0))
    }
}

/// The prompt compiled, without an application around it.
pub fn program() -> Result<Program> {
    let mut safety = Artifact::new(Kind::Fragment, "shared/safety".parse()?);
    safety.body = Some(SAFETY.to_owned());
    let locked = Locked { version: semver::Version::new(1, 0, 0), digest: safety.digest()? };
    let mut prompt = Artifact::new(Kind::Prompt, "bench/sort".parse()?);
    prompt.inputs = Some(schema());
    prompt.messages = vec![Message::Text { role: Role::System, text: SYSTEM.to_owned() }];
    let used = FragmentUse { name: safety.name.clone(), require: "^1.0".parse()?, locked: Some(locked) };
    prompt.fragments.insert("safety".to_owned(), used);
    compile(&prompt, &Only(Arc::new(safety)), &Limits::default())
        .map_err(|found| anyhow!("the prompt does not compile: {found:?}"))
}

/// What the templates read; the files say the same with limits.
fn schema() -> Value {
    let text = json!({ "type": "string" });
    let number = json!({ "type": "integer" });
    let mut properties: serde_json::Map<String, Value> = inputs()
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| value.is_string())
        .map(|(key, _)| (key.clone(), text.clone()))
        .collect();
    properties.insert("employees".to_owned(), number.clone());
    properties.insert("urgent".to_owned(), json!({ "type": "boolean" }));
    let signal = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "weight", "note"],
        "properties": { "name": text, "weight": number, "note": text },
    });
    properties.insert("signals".to_owned(), json!({ "type": "array", "items": signal }));
    let required: Vec<&String> = properties.keys().collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}
