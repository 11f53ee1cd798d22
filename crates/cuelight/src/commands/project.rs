//! `cuelight project`: create or list projects.

use cuelight_app::project::{CreateProjectInput, ProjectInfo};
use cuelight_artifact::ProjectName;

use crate::failure::{Done, Outcome};
use crate::output::Table;
use crate::present::when;
use crate::remote::PROJECTS;
use crate::session::Session;

/// Create or list projects.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cuelight project create acme\n  cuelight project list")]
pub struct ProjectArgs {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do with projects.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Create a project with the environments development, staging and production.
    Create {
        /// Its name, for good.
        name: ProjectName,
    },
    /// List the projects that the token reaches.
    List,
}

/// Does it.
pub async fn run(session: &Session, args: &ProjectArgs) -> Done {
    let remote = session.remote()?;
    match &args.verb {
        Verb::Create { name } => {
            let input = CreateProjectInput { name: name.clone() };
            let found: ProjectInfo = remote.write("project", PROJECTS, &input).await?;
            session.out.data(&format!("Created project {name}.\n"));
            session.out.note(
                "Its environments are development, staging and production; `cuelight env list` shows them.",
            );
            Outcome::fine(&found)
        }
        Verb::List => {
            let found: Vec<ProjectInfo> = remote.list(PROJECTS, "after").await?;
            let mut table = Table::new(&["NAME", "PROMPTS", "FRAGMENTS", "RELEASES", "CREATED"]);
            for p in &found {
                let [prompts, fragments, releases] =
                    [p.prompts, p.fragments, p.releases].map(|n| n.to_string());
                table.row([p.name.to_string(), prompts, fragments, releases, when(&p.created_at)]);
            }
            if found.is_empty() {
                session.out.note(
                    "There is no project that this token reaches; `cuelight project create` makes one.",
                );
            } else {
                session.out.data(&table.print());
            }
            Outcome::fine(&found)
        }
    }
}
