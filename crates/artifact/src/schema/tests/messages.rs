//! Texts that people read, kept here to be read.

use std::fmt::Write as _;

use super::*;

fn lead() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["company", "signals", "today"],
        "properties": {
            "company": {
                "type": "object",
                "additionalProperties": false,
                "required": ["name", "region"],
                "properties": {
                    "name": { "type": "string", "maxLength": 8 },
                    "region": { "type": "string", "enum": ["EMEA", "AMER", "APAC"] },
                    "employees": { "type": ["integer", "null"], "minimum": 1 }
                }
            },
            "signals": {
                "type": "array",
                "maxItems": 5,
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["name", "value"],
                    "properties": { "name": { "type": "string" }, "value": { "type": "string" } }
                }
            },
            "today": { "type": "string", "format": "date" },
            "score": { "type": "number", "exclusiveMinimum": 0, "maximum": 1 },
            "contact": { "oneOf": [
                { "type": "object", "additionalProperties": false, "required": ["by", "address"], "properties": { "by": { "const": "mail" }, "address": { "type": "string" } } },
                { "type": "object", "additionalProperties": false, "required": ["by", "number", "hours"], "properties": { "by": { "const": "phone" }, "number": { "type": "string" }, "hours": { "type": "string" } } }
            ] }
        }
    })
}

#[test]
fn violations_read_well() {
    let signal = json!({ "name": "budget", "value": "none" });
    let value = json!({
        "company": { "region": "Mars", "employees": 0.5, "name": "Acme Incorporated", "size": 3 },
        "signals": [signal, signal, signal, { "name": "budget", "value": 3 }, signal, "x"],
        "score": 0,
        "contact": { "by": "mail", "adress": "x" },
        "odd key": 1
    });
    let mut text = String::new();
    for violation in validate(&lead(), &value).unwrap_err() {
        writeln!(text, "{violation}").unwrap();
    }
    for other in [json!(null), json!([1]), json!({})] {
        for violation in validate(&lead(), &other).unwrap_err() {
            writeln!(text, "{other}: {violation}").unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn findings_read_well() {
    let schema = json!({
        "type": "object",
        "required": ["compnay", "score"],
        "nullable": true,
        "properties": {
            "company": { "type": "string", "maxlength": 3, "pattern": "^[a-z]+$" },
            "score": { "type": "integer", "minimum": 10, "maximum": 3 },
            "price": { "type": "number", "multipleOf": 0.01 },
            "when": { "type": "date" },
            "odd": true,
            "limit": { "maxLength": 4 },
            "count": { "type": "integer", "minLength": 2, "default": "three" },
            "tone": { "type": "string", "enum": ["warm", "plain"], "default": "cold", "examples": ["warm", 3] },
            "mixed": { "type": "string", "enum": ["a", 3] },
            "who": { "$ref": "#/$defs/person" },
            "tree": { "$ref": "#/$defs/tree" },
            "either": { "oneOf": [{ "type": "integer" }, { "type": "number", "minimum": 5 }] },
            "few": { "type": "array", "minItems": -1, "uniqueItems": true },
            "big": { "type": "integer", "maximum": 1e300 },
            "open": { "type": "object", "additionalProperties": { "type": "string" } },
            "remark": { "type": "string", "hint": "say hello" }
        },
        "$defs": {
            "tree": { "type": "array", "items": { "$ref": "#/$defs/tree" } },
            "unused": { "type": "strin" }
        }
    });
    let mut text = String::new();
    for d in check(&schema, "inputs") {
        writeln!(
            text,
            "{d}\n    at {}\n    fix: {}",
            d.path.as_deref().unwrap_or("?"),
            d.fix.as_deref().unwrap_or("none")
        )
        .unwrap();
    }
    insta::assert_snapshot!(text);
}
