//! `cuelight show`: one version with its content, or what an environment serves.

mod place;

use std::fmt::Write as _;

use cuelight_app::environment::EnvironmentDetail;
use cuelight_app::prompt::ArtifactDetail;
use cuelight_app::{AppError, Code};
use cuelight_artifact::model::Message;
use cuelight_artifact::{Artifact, EnvironmentName, Kind};
use serde_json::Value;

use crate::cli::{Release, Versioned};
use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::output::{Style, Tone, clean};
use crate::present::{indent, when};
use crate::remote::segment;
use crate::session::{Project, Session};

/// Show one version, or what an environment serves.
///
/// Of a prompt or fragment: the newest version, a version by its number, or with --env the one that is live. Without
/// a name: all that an environment serves, now or in an earlier generation, or one release.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight show sales/qualify-lead@1.2.0\n  cuelight show sales/qualify-lead --env production --field constants\n  cuelight show --env production --generation 4\n  cuelight show --release 12"
)]
pub struct ShowArgs {
    /// The prompt, or `fragment:area/name`, with or without `@version`.
    #[arg(value_name = "NAME[@VERSION]", required_unless_present_any = ["env", "release"])]
    pub name: Option<Versioned>,
    /// What is live in this environment.
    #[arg(long, value_name = "ENVIRONMENT")]
    pub env: Option<EnvironmentName>,
    /// Only this field, such as `model.params.temperature` or `messages[0].text`.
    #[arg(long, value_name = "PATH", requires = "name")]
    pub field: Option<String>,
    /// What the environment served in this generation.
    #[arg(long, value_name = "N", requires = "env", conflicts_with = "name")]
    pub generation: Option<u64>,
    /// One release.
    #[arg(long, value_name = "N", conflicts_with_all = ["name", "env"])]
    pub release: Option<Release>,
}

/// Shows.
pub async fn run(session: &Session, args: &ShowArgs) -> Done {
    let project = session.project()?;
    let Some(name) = &args.name else { return place::run(session, &project, args).await };
    let found = fetch(&project, name, args.env.as_ref()).await?;
    let Some(path) = &args.field else {
        session.out.data(&text(&found, session.out.style()));
        return Outcome::fine(&found);
    };
    let whole = serde_json::to_value(&found.artifact)
        .map_err(|e| Failure::new(LocalCode::Internal, format!("the artifact has no JSON form: {e}")))?;
    let value = field(&whole, path).ok_or_else(|| {
        let known: Vec<&str> =
            whole.as_object().map(|o| o.keys().map(String::as_str).collect()).unwrap_or_default();
        Failure::usage(format!(
            "{} {} has no field `{}`",
            found.version.id,
            found.version.version,
            clean(path)
        ))
        .fix(format!("It has {}.", known.join(", ")))
    })?;
    let shown = match value {
        Value::String(text) => text.clone(),
        other => format!("{other:#}"),
    };
    session.out.data(&format!("{}\n", if session.out.is_terminal() { clean(&shown) } else { shown }));
    Outcome::fine(value)
}

async fn fetch(
    project: &Project,
    Versioned { id, version }: &Versioned,
    environment: Option<&EnvironmentName>,
) -> Result<ArtifactDetail, Failure> {
    let version = match (environment, version) {
        (None, version) => version.clone(),
        (Some(_), Some(_)) => return Err(Failure::usage("`@version` and `--env` exclude each other")),
        (Some(_), None) if id.kind == Kind::Fragment => {
            return Err(Failure::usage("a fragment is not live by itself")
                .fix("Name its version, as `fragment:area/name@1.2.0`."));
        }
        (Some(environment), None) => {
            let live: EnvironmentDetail =
                project.remote.get(&project.path(&format!("/environments/{}", segment(environment)))).await?;
            let slot = live.content.iter().find(|s| s.slot.over.is_none() && s.slot.prompt == id.name);
            let slot = slot.ok_or_else(|| {
                AppError::new(Code::NotReleased, format!("{id} is not live in `{environment}`"))
            })?;
            Some(slot.version.clone())
        }
    };
    let version = version.map(|v| format!("/versions/{}", segment(v))).unwrap_or_default();
    project.remote.get(&project.path(&format!("/{}s/{}{version}", id.kind, segment(&id.name)))).await
}

/// A value by its path: `messages[0].text`, `constants.limit.value`.
fn field<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut found = value;
    for part in path.split('.') {
        let (key, indexes) = part.split_once('[').map_or((part, None), |(k, i)| (k, Some(i)));
        if !key.is_empty() {
            found = found.get(key)?;
        }
        for index in indexes.into_iter().flat_map(|i| i.split('[')) {
            found = found.get(index.strip_suffix(']')?.parse::<usize>().ok()?)?;
        }
    }
    Some(found)
}

fn text(found: &ArtifactDetail, style: Style) -> String {
    let v = &found.version;
    let head = style.paint(Tone::Bold, &format!("{} {}", v.id, v.version));
    let mut text = format!("{head}  {}\n", v.digest);
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _never = writeln!(text, "{name:<12}{}", clean(value).replace('\n', "\n            "));
        }
    };
    line("title", &found.artifact.title);
    line("summary", &found.artifact.summary);
    line("published", &format!("{} by {}, ledger entry {}", when(&v.at), v.actor, v.seq));
    line("notes", v.notes.as_deref().unwrap_or_default());
    line("risk", v.risk.as_str());
    line("rules", &v.rules.join(", "));
    line("boundary", &v.boundary.join(", "));
    let fragments: Vec<String> = v.fragments.iter().map(|(n, v)| format!("{n} {v}")).collect();
    line("fragments", &fragments.join(", "));
    let live: Vec<String> = v.live_in.iter().map(ToString::to_string).collect();
    line("live in", &live.join(", "));
    if let Some(severity) = v.yanked {
        let why = v.yank_reason.clone().unwrap_or_default();
        line("yanked", &format!("{}: {why}", format!("{severity:?}").to_lowercase()));
    }
    text.push_str(&content(&found.artifact, style));
    text
}

fn content(artifact: &Artifact, style: Style) -> String {
    let mut text = String::new();
    let head = |what: &str| style.paint(Tone::Dim, &format!("--- {what}"));
    for message in &artifact.messages {
        match message {
            Message::Text { role, text: body } => {
                let _never = write!(text, "\n{}\n{}\n", head(role.as_str()), clean(body));
            }
            Message::Placeholder { name, .. } => {
                let _never =
                    write!(text, "\n{}\n", head(&format!("messages of the caller: {}", clean(name))));
            }
        }
    }
    if let Some(body) = &artifact.body {
        let _never = write!(text, "\n{}\n{}\n", head("body"), clean(body));
    }
    let Ok(Value::Object(fields)) = serde_json::to_value(artifact) else { return text };
    for (name, value) in fields {
        let settings = matches!(
            name.as_str(),
            "model"
                | "constants"
                | "inputs"
                | "output"
                | "tools"
                | "retrieval"
                | "authority"
                | "integration"
                | "overridable"
        );
        if settings {
            let _never = write!(text, "\n{}\n{}\n", head(&name), indent(&clean(&format!("{value:#}")), 0));
        }
    }
    text
}
