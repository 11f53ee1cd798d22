//! What is written once is what would be written each time.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn settings() -> impl Strategy<Value = Settings> {
    let model = prop::option::of(Just(
        json!({ "family": "large", "allow": ["large@2026-*"], "params": { "temperature": 0.5 } }),
    ));
    let tools = prop::option::of(Just(json!({ "schema_version": "1.0.0", "list": [] })));
    let texts = prop::collection::btree_map("[a-z]{1,3}", any::<String>(), 0..4);
    let whole = (model, tools, texts.clone(), texts, prop::collection::vec(any::<String>(), 0..3));
    whole.prop_map(|(model, tools, constants, integration, allowed)| {
        let mut all = json!({
            "output": { "kind": "text" },
            "authority": { "allowed": allowed },
            "constants": constants,
            "integration": integration,
        });
        for (name, value) in [("model", model), ("tools", tools)] {
            if let Some(value) = value {
                all[name] = value;
            }
        }
        serde_json::from_value(all).unwrap()
    })
}

#[derive(Serialize)]
struct Answer<T> {
    before: u8,
    #[serde(flatten)]
    settings: T,
    after: u8,
}

proptest! {
    #[test]
    fn written_once_is_written_alike_and_reads_back(settings in settings()) {
        let written = Written::new(&settings).unwrap();
        prop_assert_eq!(&written.read().unwrap(), &settings);
        let again: Written = serde_json::from_str(&serde_json::to_string(&settings).unwrap()).unwrap();
        let (once, each) = (Answer { before: 1, settings: &again, after: 2 }, Answer { before: 1, settings: &settings, after: 2 });
        prop_assert_eq!(serde_json::to_string(&once).unwrap(), serde_json::to_string(&each).unwrap());
        prop_assert_eq!(serde_json::to_string(&written).unwrap(), serde_json::to_string(&settings).unwrap());
    }
}
