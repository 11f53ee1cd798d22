//! Which version number a difference demands: major if it can break a caller, minor if callers or the model notice
//! it, patch otherwise. Computed by rules (CL-S), each with a reason; what cannot be decided counts as major.
//!
//! A caller gives inputs, fills placeholders, passes the messages to a model, carries out tool calls, reads the
//! answer and enforces the authority. What only the model reads (text, descriptions in schemas sent to it) is minor.

mod authority;
mod constant;
mod fragment;
pub(crate) mod glob;
mod message;
mod model;
mod retrieval;
mod schemas;
mod settle;
mod surface;
mod tool;
mod version;

pub use settle::{Overridden, Override, Request, SettleError, Settled, settle};
pub use surface::surface;
pub use version::{PrereleaseError, next, prerelease};

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::Artifact;
use crate::rules::{Rule, semver as rules};
use crate::schema::value::same;

/// How much a difference matters. Ordered: `None < Patch < Minor < Major`.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// No difference.
    #[default]
    None,
    /// Neither callers nor the model notice.
    Patch,
    /// Callers keep working; answers may differ.
    Minor,
    /// Some caller may break.
    Major,
}

impl Class {
    /// `none`, `patch`, `minor` or `major`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One difference and what it does to the number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// The rule, such as `CL-S-014`.
    pub rule: String,
    /// The field, such as `inputs.company.region`.
    pub path: String,
    /// What this difference alone demands.
    pub class: Class,
    /// In words.
    pub sentence: String,
    /// A value that shows a break: an input now refused, an answer or an argument now possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterexample: Option<Value>,
}

/// The class of a change and all reasons for it, weightiest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// The weightiest class among the reasons; `none` without any.
    pub class: Class,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// How the golden cases of both versions together render.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum CaseEffect {
    /// There are none, or none could be rendered with both versions.
    NoCases,
    /// Every case renders to the same bytes.
    Same {
        /// How many cases were rendered.
        cases: usize,
    },
    /// Some do not.
    Differs {
        /// Their names.
        cases: Vec<String>,
    },
}

/// Renders golden cases. The template engine lives outside this crate.
pub trait RenderEffect {
    /// Renders the golden cases of `old` and `new` with both, byte by byte. A case that one version refuses counts
    /// as different.
    fn cases(&self, old: &Artifact, new: &Artifact) -> CaseEffect;
}

/// What the difference between two versions of an artifact demands. Both are to be resolved: with fragments not
/// locked on one side only, the answer is major.
#[must_use]
pub fn compute(old: &Artifact, new: &Artifact, effect: &dyn RenderEffect) -> Verdict {
    // Both patterns name every field, so that a new field does not compile until it is classified here.
    let Artifact {
        kind,
        name,
        title,
        summary,
        intent,
        change_intent,
        owners,
        risk,
        tags,
        known_limitations,
        model,
        constants,
        inputs,
        messages,
        body,
        fragments,
        output,
        tools,
        retrieval,
        authority,
        integration,
        overridable,
        tests,
        extensions,
    } = old;
    let mut found = Reasons::default();
    if (kind, name) != (&new.kind, &new.name) {
        found.add(
            &rules::IDENTITY,
            "name",
            Class::Major,
            format!("{} became {}: to callers this is another artifact.", old.id(), new.id()),
        );
    }
    let words = [
        ("title", *title != new.title),
        ("summary", *summary != new.summary),
        ("intent", *intent != new.intent),
        ("change_intent", *change_intent != new.change_intent),
        ("tags", *tags != new.tags),
        ("known_limitations", *known_limitations != new.known_limitations),
        ("extensions", !same_map(extensions, &new.extensions)),
    ];
    for (path, _) in words.iter().filter(|(_, differs)| *differs) {
        found.add(
            &rules::DESCRIPTION,
            path,
            Class::Patch,
            format!("`{path}` says something else; no program reads it."),
        );
    }
    if *owners != new.owners {
        found.add(&rules::OWNERS, "owners", Class::Patch, "Other people answer for it.".into());
    }
    if *risk != new.risk {
        found.add(
            &rules::RISK,
            "risk",
            Class::Minor,
            format!("The risk went from {} to {}.", risk.as_str(), new.risk.as_str()),
        );
    }
    model::compare(model.as_ref(), new.model.as_ref(), &mut found);
    constant::compare(constants, &new.constants, &mut found);
    schemas::inputs(inputs.as_ref(), new.inputs.as_ref(), &mut found);
    schemas::output(output, &new.output, &mut found);
    tool::compare(tools.as_ref(), new.tools.as_ref(), &mut found);
    retrieval::compare(retrieval.as_ref(), new.retrieval.as_ref(), &mut found);
    authority::compare(authority, &new.authority, &mut found);
    authority::overridable(overridable, &new.overridable, &mut found);
    integration_compare(integration, &new.integration, &mut found);
    let mut texts = message::compare(messages, &new.messages, &mut found);
    if *body != new.body {
        texts.push("body".to_owned());
    }
    fragment::compare(fragments, &new.fragments, &mut found, &mut texts);
    let upgraded: Vec<String> =
        found.0.iter().filter(|r| r.rule == rules::FRAGMENT_UPGRADED.id).map(|r| r.path.clone()).collect();
    if !texts.is_empty() || !upgraded.is_empty() {
        rendered(&effect.cases(old, new), &texts, &upgraded, &mut found);
    }
    let cases = |a: &Artifact| serde_json::to_value(&a.tests).unwrap_or_default();
    if *tests != new.tests && !same(&cases(old), &cases(new)) {
        found.add(&rules::TESTS, "tests", Class::Patch, "Golden cases differ.".into());
    }
    found.verdict(old, new)
}

/// Reasons as they are found.
#[derive(Default)]
struct Reasons(Vec<Reason>);

impl Reasons {
    fn add(&mut self, rule: &Rule, path: &str, class: Class, sentence: String) {
        self.0.push(Reason {
            rule: rule.id.to_owned(),
            path: path.to_owned(),
            class,
            sentence,
            counterexample: None,
        });
    }

    fn show(&mut self, rule: &Rule, path: &str, sentence: String, counterexample: Value) {
        self.add(rule, path, Class::Major, sentence);
        if let Some(last) = self.0.last_mut() {
            last.counterexample = Some(counterexample);
        }
    }

    fn verdict(mut self, old: &Artifact, new: &Artifact) -> Verdict {
        if self.0.is_empty() && old != new && !crate::diff::diff(old, new).is_empty() {
            let sentence = "The content is arranged differently; its meaning is the same.".to_owned();
            self.add(&rules::REWRITTEN, "", Class::Patch, sentence);
        }
        self.0.sort_by_key(|reason| std::cmp::Reverse(reason.class));
        Verdict { class: self.0.first().map_or(Class::None, |r| r.class), reasons: self.0 }
    }
}

fn rendered(effect: &CaseEffect, texts: &[String], upgraded: &[String], found: &mut Reasons) {
    match effect {
        CaseEffect::Differs { cases } => {
            let which = match cases.as_slice() {
                [one] => format!("the golden case `{one}` renders"),
                [first, rest @ ..] => format!("the golden case `{first}` and {} more render", rest.len()),
                [] => "golden cases render".to_owned(),
            };
            // also an upgraded fragment: its own cases may miss what the cases of this artifact show
            for path in texts.iter().chain(upgraded) {
                found.add(
                    &rules::TEXT_DIFFERS,
                    path,
                    Class::Minor,
                    format!("`{path}` changed, and {which} differently."),
                );
            }
        }
        CaseEffect::Same { cases } if *cases > 0 => {
            for path in texts {
                let sentence = format!("`{path}` changed, but all {cases} golden cases render the same.");
                found.add(&rules::TEXT_SAME, path, Class::Patch, sentence);
            }
        }
        CaseEffect::Same { .. } | CaseEffect::NoCases => {
            for path in texts {
                let sentence =
                    format!("`{path}` changed, and there is no golden case to show whether that matters.");
                found.add(&rules::TEXT_UNPROVED, path, Class::Minor, sentence);
            }
        }
    }
}

type Settings = std::collections::BTreeMap<String, Value>;

fn same_map(a: &Settings, b: &Settings) -> bool {
    a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
}

fn integration_compare(old: &Settings, new: &Settings, found: &mut Reasons) {
    for (key, value) in old {
        let path = format!("integration.{key}");
        match new.get(key) {
            None => found.add(
                &rules::INTEGRATION_BROKEN,
                &path,
                Class::Major,
                format!("`{path}`, which callers read, is gone."),
            ),
            Some(other) if !same(value, other) => {
                let sentence = format!("`{path}`, which callers read, has another value.");
                found.add(&rules::INTEGRATION_BROKEN, &path, Class::Major, sentence);
            }
            Some(_) => {}
        }
    }
    for key in new.keys().filter(|key| !old.contains_key(*key)) {
        let path = format!("integration.{key}");
        found.add(&rules::INTEGRATION_ADDED, &path, Class::Minor, format!("`{path}` is new."));
    }
}

#[cfg(test)]
mod tests;
