//! Opens an artifact for editing.

use std::collections::BTreeMap;

use cuelight_artifact::model::{Constant, ConstantType, Stricter};
use cuelight_artifact::{Artifact, ArtifactName, ArtifactRef, EnvironmentName, ProjectName};
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Carried, Draft, Fields, build, carry_over, draft};
use crate::code::Code;
use crate::ctx::Ctx;
use crate::error::AppResult;
use crate::prompt::{Sample, live, samples_of};

/// Deepest field of an input that is offered as a variable.
const DEPTH: usize = 4;

/// Everything an editor shows.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Editing {
    /// What is edited.
    pub id: ArtifactRef,
    /// The newest version, which a new edit begins with.
    #[schemars(with = "String")]
    pub newest: Version,
    /// Its fields.
    pub fields: Fields,
    /// Its whole content.
    pub artifact: Artifact,
    /// What callers give, for templates to use.
    pub variables: Vec<Variable>,
    /// Its constants.
    pub constants: Vec<ConstantInfo>,
    /// Shared texts it includes itself.
    pub shared: Vec<Shared>,
    /// Sample inputs: its golden cases, or one made from the declared inputs.
    pub samples: Vec<Sample>,
    /// Where it is live.
    #[schemars(with = "BTreeMap<EnvironmentName, String>")]
    pub live: BTreeMap<EnvironmentName, Version>,
    /// What the caller began and has not published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Draft>,
    /// Whether there is a draft that cannot be read. Only discarding it helps: until then no other can be kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unreadable: bool,
    /// The draft carried over, when somebody published since it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Carried>,
}

/// A value that callers give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Variable {
    /// As templates write it, such as `company.name`.
    pub path: String,
    /// Its type in the schema, such as `string`; `any` when it says none.
    pub kind: String,
    /// Whether callers always give it.
    pub required: bool,
    /// What it means.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The values it may have, when the schema lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

/// A constant, for a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConstantInfo {
    /// Its name; templates write `constants.name`.
    pub name: String,
    /// Its type.
    pub kind: ConstantType,
    /// What it means, with its unit.
    pub description: String,
    /// Whether callers rely on the value.
    pub contract: bool,
    /// Which direction is stricter, for a threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stricter: Option<Stricter>,
}

/// A shared text within a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shared {
    /// What templates include it as.
    pub alias: String,
    /// Its name.
    pub name: ArtifactName,
    /// The version included.
    #[schemars(with = "Option<String>")]
    pub version: Option<Version>,
    /// Its text.
    pub text: String,
}

/// The newest version as form fields, with all that helps editing it, and the caller's draft if there is one.
///
/// # Errors
/// `unknown_artifact`, `forbidden`.
pub async fn open(ctx: &Ctx, project: &ProjectName, id: &ArtifactRef) -> AppResult<Editing> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let loaded = ctx.app.project(project).await?;
    let newest = build::newest(&loaded, id)?;
    let artifact = build::version(&ctx.app, &loaded, id, &newest).await?;
    let fragments = loaded.contents(&ctx.app).fragments(&artifact).await?;
    let shared = artifact.fragments.iter().map(|(alias, used)| {
        let locked = used.locked.as_ref();
        let text = locked.and_then(|l| fragments.0.get(&l.digest)?.body.clone());
        Shared {
            alias: alias.clone(),
            name: used.name.clone(),
            version: locked.map(|l| l.version.clone()),
            text: text.unwrap_or_default(),
        }
    });
    let (draft, unreadable) = match draft(ctx, project, id).await {
        Ok(draft) => (draft, false),
        Err(error) if error.code == Code::Corrupt => (None, true),
        Err(error) => return Err(error),
    };
    let carried = match draft.as_ref().filter(|d| d.edit.base != newest) {
        Some(draft) => Some(carry_over(ctx, project, id, &draft.edit).await?),
        None => None,
    };
    Ok(Editing {
        id: id.clone(),
        newest,
        fields: Fields::of(&artifact),
        variables: variables(artifact.inputs.as_ref()),
        constants: artifact.constants.iter().map(|(name, c)| constant(name, c)).collect(),
        shared: shared.collect(),
        samples: samples_of(&artifact),
        live: loaded.journal.read(|state| live(ctx, project, state, id)),
        artifact,
        draft,
        unreadable,
        carried,
    })
}

fn constant(name: &str, constant: &Constant) -> ConstantInfo {
    ConstantInfo {
        name: name.to_owned(),
        kind: constant.kind,
        description: constant.description.clone(),
        contract: constant.contract,
        stricter: constant.stricter,
    }
}

/// The declared inputs as templates write them; objects field by field, lists as one.
#[must_use]
pub fn variables(inputs: Option<&Value>) -> Vec<Variable> {
    let mut found = Vec::new();
    if let Some(schema) = inputs {
        walk(schema, "", DEPTH, &mut found);
    }
    found
}

fn walk(schema: &Value, prefix: &str, depth: usize, found: &mut Vec<Variable>) {
    let Some(properties) = schema["properties"].as_object() else { return };
    let required = schema["required"].as_array();
    for (name, field) in properties {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        if field["properties"].is_object() && depth > 1 {
            walk(field, &path, depth - 1, found);
            continue;
        }
        found.push(Variable {
            kind: kind(&field["type"]),
            required: required.is_some_and(|r| r.iter().any(|n| n == name)),
            description: field["description"].as_str().unwrap_or_default().to_owned(),
            values: field["enum"].as_array().cloned().unwrap_or_default(),
            path,
        });
    }
}

fn kind(declared: &Value) -> String {
    match declared {
        Value::String(one) => one.clone(),
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "any".to_owned(),
    }
}
