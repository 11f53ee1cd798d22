//! `cuelight env`: create or list environments, set policies.

use cuelight_app::environment::{CreateEnvironmentInput, EnvironmentDetail, EnvironmentInfo};
use cuelight_artifact::EnvironmentName;
use cuelight_core::environment::{Blocked, Policy, Predecessor, Prereleases};
use serde::Serialize;

use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::output::Table;
use crate::present::when;
use crate::remote::{Tagged, segment};
use crate::session::{Project, Session};

/// Create or list environments, or set their policies.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight env list\n  cuelight env create canary --after staging\n  cuelight env policy production --blocked refused"
)]
pub struct EnvArgs {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do with environments.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List the environments in path order.
    List,
    /// Add an environment to the path.
    Create {
        /// Its name.
        name: EnvironmentName,
        /// The environment it comes after [default: it comes first].
        #[arg(long, value_name = "ENVIRONMENT")]
        after: Option<EnvironmentName>,
    },
    /// Show or set what an environment demands of a release.
    Policy {
        /// The environment.
        name: EnvironmentName,
        /// Whether pre-release versions may be released here.
        #[arg(long, value_enum)]
        prereleases: Option<Allow>,
        /// Whether a version must have been live in the environment before this one.
        #[arg(long, value_enum)]
        predecessor: Option<Need>,
        /// What happens to requests for a version that was yanked with `block`.
        #[arg(long, value_enum)]
        blocked: Option<Block>,
    },
}

/// May or may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Allow {
    /// They may.
    Allowed,
    /// They may not.
    Refused,
}

/// Must or need not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Need {
    /// It must.
    Required,
    /// It need not.
    Optional,
}

/// Warned or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Block {
    /// Served, with a warning.
    Warned,
    /// Refused.
    Refused,
}

/// Does it.
pub async fn run(session: &Session, args: &EnvArgs) -> Done {
    let project = session.project()?;
    match &args.verb {
        Verb::List => list(session, &project).await,
        Verb::Create { name, after } => {
            let input = CreateEnvironmentInput { name: name.clone(), after: after.clone(), policy: None };
            let found: EnvironmentDetail =
                project.remote.write("env", &project.path("/environments"), &input).await?;
            session.out.data(&format!(
                "Created environment {name}, number {} in the path.\n",
                found.info.position + 1
            ));
            Outcome::fine(&found)
        }
        Verb::Policy { name, prereleases, predecessor, blocked } => {
            policy(session, &project, name, (*prereleases, *predecessor, *blocked)).await
        }
    }
}

async fn list(session: &Session, project: &Project) -> Done {
    let found: Vec<EnvironmentInfo> = project.remote.list(&project.path("/environments"), "after").await?;
    let mut table = Table::new(&["ENVIRONMENT", "GENERATION", "SINCE", "PROMPTS", "OVERRIDES", "DEMANDS"]);
    for e in &found {
        let since = e.since.as_deref().map(when).unwrap_or_default();
        let [prompts, overrides] = [e.prompts, e.overrides].map(|n| n.to_string());
        table.row([
            e.name.to_string(),
            e.generation.to_string(),
            since,
            prompts,
            overrides,
            demands(&e.policy),
        ]);
    }
    session.out.data(&table.print());
    Outcome::fine(&found)
}

fn demands(policy: &Policy) -> String {
    let mut all = Vec::new();
    if policy.prereleases == Prereleases::Refused {
        all.push("no pre-releases");
    }
    if policy.predecessor == Predecessor::Required {
        all.push("live one environment earlier");
    }
    if policy.blocked == Blocked::Refused {
        all.push("blocked versions are not served");
    }
    if all.is_empty() { "nothing".into() } else { all.join("; ") }
}

type Settings = (Option<Allow>, Option<Need>, Option<Block>);

async fn policy(session: &Session, project: &Project, name: &EnvironmentName, settings: Settings) -> Done {
    let path = project.path(&format!("/environments/{}", segment(name)));
    let Tagged { body, etag }: Tagged<EnvironmentDetail> = project.remote.get_tagged(&path).await?;
    let old = body.info.policy;
    let new = changed(&old, settings);
    if settings == (None, None, None) {
        print(session, name, &old);
        return Outcome::fine(&old);
    }
    let etag =
        etag.ok_or_else(|| Failure::new(LocalCode::NotCuelight, "the environment came without an ETag"))?;
    let found: EnvironmentDetail = project.remote.put(&format!("{path}/policy"), &etag, &new).await?;
    print(session, name, &found.info.policy);
    Outcome::fine(&found.info.policy)
}

fn changed(old: &Policy, (prereleases, predecessor, blocked): Settings) -> Policy {
    Policy {
        prereleases: prereleases.map_or(old.prereleases, |v| match v {
            Allow::Allowed => Prereleases::Allowed,
            Allow::Refused => Prereleases::Refused,
        }),
        predecessor: predecessor.map_or(old.predecessor, |v| match v {
            Need::Required => Predecessor::Required,
            Need::Optional => Predecessor::Optional,
        }),
        blocked: blocked.map_or(old.blocked, |v| match v {
            Block::Warned => Blocked::Warned,
            Block::Refused => Blocked::Refused,
        }),
    }
}

fn print(session: &Session, name: &EnvironmentName, policy: &Policy) {
    let Policy { prereleases, predecessor, blocked } = policy;
    let (prereleases, predecessor, blocked) = (word(prereleases), word(predecessor), word(blocked));
    session
        .out
        .data(&format!("{name}: prereleases {prereleases}, predecessor {predecessor}, blocked {blocked}\n"));
}

/// The word a setting is written with.
fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
