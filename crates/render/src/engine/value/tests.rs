use cuelight_artifact::canonical::canonical_bytes;
use minijinja::Environment;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::engine::environment;

fn engine(template: &str) -> Environment<'static> {
    let mut engine = environment(&Limits::default());
    engine.add_template_owned("t", template.to_owned()).unwrap();
    engine
}

/// These names are wanted, and there are no constants.
fn known<'n>(names: impl IntoIterator<Item = &'n str>) -> Known {
    let mut wanted: Vec<Box<str>> = names.into_iter().map(Into::into).collect();
    wanted.sort();
    Known { wanted: wanted.into(), constants: Box::default() }
}

fn root(inputs: &Json) -> Value {
    let limits = Limits::default();
    let known = known(inputs.as_object().into_iter().flatten().map(|(name, _)| name.as_str()));
    let converted = convert(inputs, &known, &mut Budget::new(&limits)).unwrap();
    let meter = Arc::new(Meter::new(limits, None));
    Value::from_object(Root {
        known: Arc::new(known),
        inputs: converted,
        passages: None,
        meter: shared_meter(&meter),
    })
}

#[test]
fn numbers_reach_templates_as_numbers() {
    // What went wrong with the engine's serde support and `arbitrary_precision`: `{'$serde_json::private::Number': '30'}`.
    let engine = engine("{{ n }} {{ f }} {{ o | json }}");
    let inputs: Json = serde_json::from_str(r#"{"n": 30, "f": 0.25, "o": {"deep": [30]}}"#).unwrap();
    let text = engine.get_template("t").unwrap().render(root(&inputs)).unwrap();
    assert_eq!(text, r#"30 0.25 {"deep":[30]}"#);
}

#[test]
fn the_build_has_no_arbitrary_precision_and_the_engine_no_serde() {
    // With arbitrary precision this number would be read.
    assert!(serde_json::from_str::<Json>("1e400").is_err());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let manifest = std::fs::read_to_string(manifest).unwrap();
    let line = manifest.lines().find(|line| line.starts_with("minijinja")).unwrap();
    assert!(!line.contains("\"serde\"") && line.contains("default-features = false"), "{line}");
    assert!(line.contains("\"=3.0.5\""), "the rendered bytes are a promise, so the engine is pinned: {line}");
}

#[test]
fn the_engine_knows_nothing_beyond_the_subset() {
    let engine = environment(&Limits::default());
    assert_eq!(engine.globals().count(), 0);
    for template in ["{{ x|title }}", "{{ x|list }}", "{{ x is odd }}", "{{ range(3) }}", "{{ dict() }}"] {
        let text = engine.render_str(template, root(&json!({ "x": "a" })));
        assert!(text.is_err(), "{template}: {text:?}");
    }
    for template in [
        "{% macro a() %}{% endmacro %}",
        "{% include \"t\" %}",
        "{% extends \"t\" %}",
        "{% import \"t\" as t %}",
    ] {
        assert!(engine.template_from_str(template).is_err(), "{template}");
    }
}

#[test]
fn only_wanted_inputs_are_converted_but_all_are_measured() {
    let inputs = json!({ "a": 1, "b": "x".repeat(100) });
    let limits = Limits { input_bytes: 90, ..Limits::default() };
    assert_eq!(convert(&inputs, &known([]), &mut Budget::new(&limits)).unwrap_err(), LimitKind::InputBytes);
    let converted = convert(&inputs, &known(["a", "c"]), &mut Budget::new(&Limits::default())).unwrap();
    assert_eq!(*converted.0, [Some(Value::from(1)), None]);
}

fn json_value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        any::<f64>().prop_filter("JSON has no NaN", |f| f.is_finite()).prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::btree_map(any::<String>(), inner, 0..12)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn json_is_the_canonical_form(value in json_value()) {
        let engine = engine("{{ v | json }}");
        let text = engine.get_template("t").unwrap().render(root(&json!({ "v": value }))).unwrap();
        prop_assert_eq!(text.into_bytes(), canonical_bytes(&value).unwrap());
    }

    #[test]
    fn fields_are_found_by_name_in_small_and_large_objects(keys in prop::collection::btree_set(any::<String>(), 0..20)) {
        let fields: serde_json::Map<String, Json> =
            keys.iter().enumerate().map(|(index, key)| (key.clone(), json!(index))).collect();
        let map = map(fields.iter().map(|(k, v)| (k.as_str(), v)));
        for (key, value) in &fields {
            prop_assert_eq!(map.get(key).and_then(Value::as_i64), value.as_i64());
        }
        let absent = map.get("no such key, not even by chance");
        prop_assert!(absent.is_none());
    }
}
