//! `cuelight token`: create, list or revoke API tokens.

use std::collections::BTreeSet;

use cuelight_app::token::{IssueInput, Issued, TokenInfo};
use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::rights::{Action, Role, Scope};
use serde_json::json;

use crate::failure::{Done, Outcome};
use crate::output::Table;
use crate::present::when;
use crate::remote::segment;
use crate::session::Session;

const TOKENS: &str = "/api/v1/tokens";

/// Create, list or revoke API tokens.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight token create --role serve --only-project acme --only-env production --label \"crm backend\"\n  cuelight token list\n  cuelight token revoke 3f0c9a6be1d24875"
)]
pub struct TokenArgs {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do with tokens.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Create a token. It is shown once.
    #[command(visible_alias = "issue")]
    Create {
        /// What it is for, for people.
        #[arg(long, value_name = "TEXT")]
        label: String,
        /// What it may do: serve, viewer, auditor, author, releaser, rollback_owner or admin.
        #[arg(long, value_parser = role)]
        role: Role,
        /// Only this project; may be repeated [default: all].
        #[arg(long, value_name = "PROJECT")]
        only_project: Vec<ProjectName>,
        /// Only this environment; may be repeated [default: all].
        #[arg(long, value_name = "ENVIRONMENT")]
        only_env: Vec<EnvironmentName>,
        /// Only this action of the role, such as roll_back; may be repeated [default: all of the role's].
        #[arg(long, value_name = "ACTION", value_parser = action)]
        only_action: Vec<Action>,
        /// Days until it ends.
        #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: u32,
    },
    /// List all tokens, without their secrets.
    List,
    /// End a token, at once.
    Revoke {
        /// Its public id.
        id: String,
    },
}

fn role(text: &str) -> Result<Role, String> {
    let names = || Role::ALL.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(", ");
    Role::ALL
        .iter()
        .copied()
        .find(|r| r.as_str() == text.replace('-', "_"))
        .ok_or_else(|| format!("the roles are {}", names()))
}

fn action(text: &str) -> Result<Action, String> {
    let names = || Action::ALL.iter().map(|a| a.as_str()).collect::<Vec<_>>().join(", ");
    let found = Action::ALL.iter().copied().find(|a| a.as_str() == text.replace('-', "_"));
    found.ok_or_else(|| format!("the actions are {}", names()))
}

/// Does it.
pub async fn run(session: &Session, args: TokenArgs) -> Done {
    let remote = session.remote()?;
    match args.verb {
        Verb::Create { label, role, only_project, only_env, only_action, days } => {
            let input = IssueInput {
                label,
                role,
                projects: some(only_project),
                environments: some(only_env),
                actions: some(only_action),
                days: Some(days),
            };
            let issued: Issued = remote.write("token", TOKENS, &input).await?;
            session.out.data(&format!("{}\n", issued.token));
            let until = issued.expires_at.as_deref().map(when).unwrap_or_default();
            session.out.note(&format!("Token {} until {until}. It is shown only this once.", issued.id));
            Outcome::fine(&issued)
        }
        Verb::List => {
            let found: Vec<TokenInfo> = remote.list(TOKENS, "after").await?;
            let mut table = Table::new(&["ID", "ROLE", "REACHES", "ENDS", "LABEL"]);
            for t in &found {
                let ends = match (&t.revoked_at, &t.expires_at) {
                    (Some(at), _) => format!("revoked {}", when(at)),
                    (None, Some(at)) => when(at),
                    (None, None) => "never".into(),
                };
                table.row([
                    t.id.clone(),
                    t.scope.role.as_str().into(),
                    reach(&t.scope),
                    ends,
                    t.label.clone(),
                ]);
            }
            session.out.data(&table.print());
            Outcome::fine(&found)
        }
        Verb::Revoke { id } => {
            remote.delete(&format!("{TOKENS}/{}", segment(&id))).await?;
            session.out.data(&format!("Token {id} is revoked.\n"));
            Outcome::fine(&json!({ "revoked": id }))
        }
    }
}

fn some<T: Ord>(items: Vec<T>) -> Option<BTreeSet<T>> {
    (!items.is_empty()).then(|| items.into_iter().collect())
}

/// How far a token reaches, in words.
pub fn reach(scope: &Scope) -> String {
    let list = |items: Vec<String>| items.join(", ");
    let mut parts = Vec::new();
    match &scope.projects {
        None => parts.push("all projects".into()),
        Some(p) => parts.push(list(p.iter().map(ToString::to_string).collect())),
    }
    if let Some(e) = &scope.environments {
        parts.push(format!("in {}", list(e.iter().map(ToString::to_string).collect())));
    }
    if let Some(a) = &scope.actions {
        parts.push(format!("only {}", list(a.iter().map(|a| a.as_str().to_owned()).collect())));
    }
    parts.join(" ")
}
