//! The settings of an answer as ready JSON.

use std::fmt;

use cuelight_resolve::Settings;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// [`Settings`] as the JSON that answers carry, written once: all answers of one content carry the same, and the text takes
/// less room than the values.
#[derive(Clone)]
pub struct Written(Box<[(&'static str, Box<RawValue>)]>);

impl Written {
    /// Writes settings.
    ///
    /// # Errors
    /// When they have no JSON form, which cannot be.
    pub fn new(settings: &Settings) -> serde_json::Result<Self> {
        let Settings { model, tools, output, authority, constants, integration } = settings;
        let mut members = Vec::with_capacity(6);
        if let Some(model) = model {
            members.push(("model", to_raw_value(model)?));
        }
        if let Some(tools) = tools {
            members.push(("tools", to_raw_value(tools)?));
        }
        members.push(("output", to_raw_value(output)?));
        members.push(("authority", to_raw_value(authority)?));
        members.push(("constants", to_raw_value(constants)?));
        members.push(("integration", to_raw_value(integration)?));
        Ok(Self(members.into()))
    }

    /// The settings again.
    ///
    /// # Errors
    /// Never: they were written by [`Written::new`].
    pub fn read(&self) -> serde_json::Result<Settings> {
        serde_json::from_str(&serde_json::to_string(self)?)
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(name, json)| (name, json.get()))).finish()
    }
}

/// As [`Settings`], byte for byte.
impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, json)| (name, json)))
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&Settings::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
