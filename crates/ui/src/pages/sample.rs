//! Sample data in a form: a choice of golden cases, or values of one's own for each declared input.

use cuelight_app::edit::{SampleChoice, Variable};
use cuelight_app::prompt::Sample;
use cuelight_app::serve::resolve::Values;
use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::parts::Field;
use crate::words::t;

/// The choice that means values of one's own.
const OWN: &str = "own";
/// What stands before the name of a golden case, so that none can be mistaken for the choice above.
const CASE: &str = "case:";

/// The choice of a golden case, and a field for each declared input, filled with the values used now.
pub fn fields(samples: &[Sample], variables: &[Variable], chosen: &SampleChoice, values: &Values) -> Markup {
    let label = |s: &Sample| if s.case.is_empty() { t!("sample-made") } else { s.case.clone() };
    let mut options: Vec<(String, String)> =
        samples.iter().map(|s| (format!("{CASE}{}", s.case), label(s))).collect();
    if options.is_empty() {
        options.push((CASE.to_owned(), t!("sample-none")));
    }
    if !variables.is_empty() {
        options.push((OWN.to_owned(), t!("sample-own")));
    }
    let now = match chosen {
        SampleChoice::Own(_) => OWN.to_owned(),
        SampleChoice::Case(name) => format!("{CASE}{name}"),
        SampleChoice::First => options[0].0.clone(),
    };
    let own = matches!(chosen, SampleChoice::Own(_));
    html! {
        (Field::text("sample", t!("sample-case")).choice(options).value(now).hint(t!("sample-case-about")).draw())
        @if !variables.is_empty() {
            details open[own] {
                summary { (t!("sample-own-title")) }
                p class="hint" { (t!("sample-own-about")) }
                @for variable in variables { (field(variable, &values.inputs)) }
            }
        }
    }
}

fn field(variable: &Variable, inputs: &Map<String, Value>) -> Markup {
    let now = at(inputs, &variable.path).map(written).unwrap_or_default();
    let mut field = Field::text(format!("in.{}", variable.path), variable.path.clone()).value(now);
    let mut hints: Vec<String> = vec![variable.description.clone()];
    if !variable.required {
        hints.push(t!("sample-optional"));
    }
    let words: Vec<(String, String)> = variable.values.iter().map(|v| (written(v), written(v))).collect();
    if !words.is_empty() && words.iter().all(|(v, _)| !v.is_empty()) {
        let mut options = words;
        if !variable.required {
            options.insert(0, (String::new(), String::new()));
        }
        field = field.choice(options);
    } else if matches!(variable.kind.as_str(), "array" | "object") {
        hints.push(t!("sample-json"));
        field = field.area(4);
    } else if variable.kind == "string" {
        field = field.area(2);
    }
    let hint: Vec<String> = hints.into_iter().filter(|h| !h.is_empty()).collect();
    if hint.is_empty() { field.draw() } else { field.hint(hint.join(" ")).draw() }
}

/// A value as people write it into a field.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => serde_json::to_string_pretty(value).unwrap_or_default(),
        other => other.to_string(),
    }
}

fn at<'v>(inputs: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    let mut steps = path.split('.');
    let mut now = inputs.get(steps.next()?)?;
    for step in steps {
        now = now.get(step)?;
    }
    Some(now)
}

/// What a form chose.
pub fn choice(form: &Fields, variables: &[Variable]) -> SampleChoice {
    match form.text("sample") {
        None => SampleChoice::First,
        Some(OWN) => SampleChoice::Own(Values { inputs: own(form, variables), ..Values::default() }),
        Some(other) => SampleChoice::Case(other.strip_prefix(CASE).unwrap_or(other).to_owned()),
    }
}

/// The values of the fields. One that is not of its type is handed on as it is, and the check says so.
fn own(form: &Fields, variables: &[Variable]) -> Map<String, Value> {
    let mut inputs = Map::new();
    for variable in variables {
        let Some(raw) = form.raw(&format!("in.{}", variable.path)) else { continue };
        if raw.is_empty() && !(variable.required && variable.kind == "string") {
            continue;
        }
        let text = raw.replace("\r\n", "\n");
        let value = match variable.kind.as_str() {
            "string" => Value::String(text),
            _ => serde_json::from_str(text.trim()).unwrap_or(Value::String(text)),
        };
        put(&mut inputs, &variable.path, value);
    }
    inputs
}

fn put(inputs: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            inputs.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = inputs.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests;
