use super::Over;

fn json(text: &str) -> serde_json::Value {
    serde_json::to_value(text.parse::<Over>().unwrap().0).unwrap()
}

#[test]
fn attributes_version_and_fields_are_read() {
    insta::assert_json_snapshot!(
        json(r#"sales/qualify-lead#acme:tenant=acme, region=eu@1.2.0;constants.tone="dry; \"really\"";model.params.temperature=0.2;constants.word=plain"#),
        @r#"
    {
      "prompt": "sales/qualify-lead",
      "id": "acme",
      "when": {
        "region": "eu",
        "tenant": "acme"
      },
      "version": "1.2.0",
      "fields": {
        "constants.tone": "dry; \"really\"",
        "constants.word": "plain",
        "model.params.temperature": 0.2
      }
    }
    "#
    );
}

#[test]
fn what_is_wrong_is_named() {
    let said = |text: &str| text.parse::<Over>().unwrap_err();
    insta::assert_snapshot!(said("sales/qualify-lead"), @"there is no `:`; write `name#word:key=value,key=value@version;field=value`; version and fields may be left out");
    insta::assert_snapshot!(said("sales/qualify-lead:tenant=acme"), @"`sales/qualify-lead` has no `#word` that names the override; write `name#word:key=value,key=value@version;field=value`; version and fields may be left out");
    insta::assert_snapshot!(said("sales/qualify-lead#acme:tenant"), @"`tenant` is not `key=value`; write `name#word:key=value,key=value@version;field=value`; version and fields may be left out");
    insta::assert_snapshot!(said("sales/qualify-lead#acme:a=1,a=2"), @"`a` is given twice");
    insta::assert_snapshot!(said("sales/qualify-lead#acme:a=1@two"), @"`two` is not a version like 1.2.3: unexpected character 't' while parsing major version number");
}
