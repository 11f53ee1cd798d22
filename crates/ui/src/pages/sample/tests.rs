//! What a form sends becomes what a caller would give.

use cuelight_app::edit::{SampleChoice, variables};
use serde_json::json;

use super::{OWN, choice};
use crate::fields::Fields;

#[test]
fn values_have_the_types_that_are_declared() {
    let schema = json!({
        "type": "object",
        "required": ["person", "company"],
        "properties": {
            "person": { "type": "string" },
            "note": { "type": "string" },
            "company": { "type": "object", "properties": { "size": { "type": "integer" }, "name": { "type": "string" } } },
            "signals": { "type": "array" },
            "keen": { "type": "boolean" },
        }
    });
    let declared = variables(Some(&schema));
    let form = Fields::parse(&format!(
        "sample={OWN}&in.person=12%0D%0A13&in.note=&in.company.size=40&in.company.name=Acme&in.signals=%5B1%2C2%5D&in.keen=perhaps"
    ));
    let SampleChoice::Own(values) = choice(&form, &declared) else { panic!("own values") };
    let expected = json!({
        "person": "12\n13",
        "company": { "size": 40, "name": "Acme" },
        "signals": [1, 2],
        "keen": "perhaps",
    });
    assert_eq!(serde_json::Value::Object(values.inputs), expected);
}

#[test]
fn a_case_of_any_name_is_a_case() {
    for name in ["low score", "own", ""] {
        let mut form = Fields::default();
        form.push("sample", format!("case:{name}"));
        assert_eq!(choice(&form, &[]), SampleChoice::Case(name.to_owned()));
    }
    assert_eq!(choice(&Fields::default(), &[]), SampleChoice::First);
}
