//! What somebody chose to release, as it travels in addresses and forms.

use std::collections::BTreeMap;

use cuelight_app::release::{OpenInput, PinItem, ReleaseItem};
use cuelight_app::{AppError, AppResult};
use cuelight_artifact::{ArtifactName, EnvironmentName, ProjectName};
use cuelight_core::release::Slot;
use maud::{Markup, html};
use semver::Version;

use crate::fields::Fields;
use crate::parts::with_query;

/// What is to happen with one prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// The newest full version goes live.
    Newest,
    /// This version goes live.
    Version(Version),
    /// The prompt is not served any more.
    Remove,
}

/// What somebody chose.
#[derive(Debug, Clone)]
pub struct Order {
    /// Where.
    pub environment: EnvironmentName,
    /// Everything that is live there comes along.
    pub from: Option<EnvironmentName>,
    /// Single prompts.
    pub picks: BTreeMap<ArtifactName, Pick>,
    /// Variants that end.
    pub ends: Vec<Slot>,
}

fn parsed<T: std::str::FromStr>(what: &str, text: &str) -> AppResult<T> {
    text.parse().map_err(|_| AppError::invalid(format!("`{text}` is not {what}")))
}

impl Order {
    /// Reads it from an address or a form.
    ///
    /// # Errors
    /// `invalid_request` when a value is not of its form.
    pub fn read(fields: &Fields, environment: EnvironmentName) -> AppResult<Self> {
        let mut picks = BTreeMap::new();
        let mut names = fields.all("pick");
        names.extend(fields.all("prompt"));
        for name in names.into_iter().filter(|n| !n.is_empty()) {
            let asked = fields.text(&format!("v.{name}"));
            let asked =
                asked.or_else(|| fields.text("version").filter(|_| fields.text("prompt") == Some(name)));
            let pick = match asked {
                None => Pick::Newest,
                Some("remove") => Pick::Remove,
                Some(version) => Pick::Version(parsed("a version number", version)?),
            };
            picks.insert(parsed("a prompt’s name", name)?, pick);
        }
        let ends = fields.all("end").into_iter().filter(|e| !e.is_empty());
        Ok(Self {
            environment,
            from: fields.text("from").map(|f| parsed("an environment’s name", f)).transpose()?,
            picks,
            ends: ends.map(|e| parsed("a variant’s name", e)).collect::<AppResult<_>>()?,
        })
    }

    /// The environment that is asked for.
    ///
    /// # Errors
    /// `invalid_request` when it is none.
    pub fn environment(fields: &Fields) -> AppResult<Option<EnvironmentName>> {
        fields.text("env").map(|e| parsed("an environment’s name", e)).transpose()
    }

    /// Whether nothing was chosen.
    pub fn is_empty(&self) -> bool {
        self.from.is_none() && self.picks.is_empty() && self.ends.is_empty()
    }

    /// As the operation takes it.
    pub fn input(&self) -> OpenInput {
        let mut items: Vec<ReleaseItem> =
            self.from.iter().map(|from| ReleaseItem::Promote { from: from.clone() }).collect();
        items.extend(self.picks.iter().map(|(prompt, pick)| match pick {
            Pick::Newest => ReleaseItem::Set(PinItem { prompt: prompt.clone(), version: None }),
            Pick::Version(version) => {
                ReleaseItem::Set(PinItem { prompt: prompt.clone(), version: Some(version.clone()) })
            }
            Pick::Remove => ReleaseItem::Remove { prompt: prompt.clone() },
        }));
        items.extend(self.ends.iter().filter_map(|slot| {
            let id = slot.over.clone()?;
            Some(ReleaseItem::RemoveOverride { prompt: slot.prompt.clone(), id })
        }));
        OpenInput {
            environment: self.environment.clone(),
            items,
            expected_generation: None,
            way_back: None,
            notes: None,
            label: None,
            break_glass: None,
        }
    }

    /// Names and values, in order.
    fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = vec![("env".to_owned(), self.environment.to_string())];
        pairs.extend(self.from.iter().map(|from| ("from".to_owned(), from.to_string())));
        for (prompt, pick) in &self.picks {
            pairs.push(("pick".into(), prompt.to_string()));
            match pick {
                Pick::Newest => {}
                Pick::Version(version) => pairs.push((format!("v.{prompt}"), version.to_string())),
                Pick::Remove => pairs.push((format!("v.{prompt}"), "remove".into())),
            }
        }
        pairs.extend(self.ends.iter().map(|slot| ("end".to_owned(), slot.to_string())));
        pairs
    }

    /// As hidden fields of a form.
    pub fn hidden(&self) -> Markup {
        html! { @for (name, value) in self.pairs() { input type="hidden" name=(name) value=(value); } }
    }

    fn address(&self, path: &str) -> String {
        let pairs = self.pairs();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        with_query(path, &pairs)
    }

    /// The page to choose something else.
    pub fn choose(&self, project: &ProjectName) -> String {
        self.address(&format!("/p/{project}/release"))
    }

    /// As the command line takes it.
    pub fn command(&self) -> String {
        let mut words = vec!["cuelight release".to_owned()];
        for (prompt, pick) in &self.picks {
            match pick {
                Pick::Newest => words.push(prompt.to_string()),
                Pick::Version(version) => words.push(format!("{prompt}@{version}")),
                Pick::Remove => words.push(format!("--remove {prompt}")),
            }
        }
        words.extend(self.from.iter().map(|from| format!("--from {from}")));
        words.push(format!("--env {}", self.environment));
        words.join(" ")
    }
}
