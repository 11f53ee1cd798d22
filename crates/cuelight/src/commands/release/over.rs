//! An override on the command line: `name#word:key=value,key=value[@version][;field=value]…`.

use std::collections::BTreeMap;
use std::str::FromStr;

use cuelight_app::release::OverrideItem;
use cuelight_artifact::NameError;
use cuelight_artifact::overlay::Patch;
use cuelight_core::release::Slot;
use serde_json::Value;

/// An override to release.
#[derive(Debug, Clone)]
pub struct Over(pub OverrideItem);

const FORM: &str =
    "write `name#word:key=value,key=value@version;field=value`; version and fields may be left out";

impl FromStr for Over {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (slot, rest) = text.split_once(':').ok_or_else(|| format!("there is no `:`; {FORM}"))?;
        let slot: Slot = slot.parse().map_err(|e: NameError| format!("`{slot}`: {e}"))?;
        let id = slot
            .over
            .ok_or_else(|| format!("`{}` has no `#word` that names the override; {FORM}", slot.prompt))?;
        let mut parts = split(rest).into_iter();
        let audience = parts.next().unwrap_or_default();
        let (audience, version) = match audience.rsplit_once('@') {
            None => (audience.as_str(), None),
            Some((audience, version)) => (
                audience,
                Some(version.parse().map_err(|e| format!("`{version}` is not a version like 1.2.3: {e}"))?),
            ),
        };
        let mut when = BTreeMap::new();
        for pair in audience.split(',') {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| format!("`{pair}` is not `key=value`; {FORM}"))?;
            if when.insert(key.trim().to_owned(), value.trim().to_owned()).is_some() {
                return Err(format!("`{}` is given twice", key.trim()));
            }
        }
        let mut fields = BTreeMap::new();
        for field in parts {
            let (path, value) =
                field.split_once('=').ok_or_else(|| format!("`{field}` is not `field=value`; {FORM}"))?;
            // What is no JSON is a text: `constants.tone=dry` needs no quotes within quotes.
            let value = serde_json::from_str(value.trim()).unwrap_or_else(|_| Value::from(value.trim()));
            if fields.insert(path.trim().to_owned(), value).is_some() {
                return Err(format!("`{}` is given twice", path.trim()));
            }
        }
        Ok(Self(OverrideItem { prompt: slot.prompt, id, when, version, fields: Patch(fields) }))
    }
}

/// Splits at `;`, but not within a JSON text.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        if c == ';' && !quoted {
            parts.push(String::new());
            continue;
        }
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = c == '\\' && !escaped;
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

#[cfg(test)]
mod tests;
