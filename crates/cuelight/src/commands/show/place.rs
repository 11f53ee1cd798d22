//! What an environment serves or served, and one release.

use cuelight_app::environment::{EnvironmentDetail, GenerationDetail};
use cuelight_app::release::{ReleaseInfo, SlotInfo};
use cuelight_artifact::EnvironmentName;

use super::ShowArgs;
use crate::failure::{Done, Failure, Outcome};
use crate::output::Table;
use crate::present::release::{changes, headline};
use crate::present::when;
use crate::remote::segment;
use crate::session::{Project, Session};

/// Shows an environment, a generation, or a release.
pub(super) async fn run(session: &Session, project: &Project, args: &ShowArgs) -> Done {
    match (&args.release, &args.env, args.generation) {
        (Some(release), ..) => one_release(session, project, release.0).await,
        (None, Some(environment), Some(number)) => generation(session, project, environment, number).await,
        (None, Some(environment), None) => now(session, project, environment).await,
        (None, None, _) => Err(Failure::usage("name a prompt, an environment or a release")),
    }
}

async fn one_release(session: &Session, project: &Project, number: u64) -> Done {
    let found: ReleaseInfo = project.remote.get(&project.path(&format!("/releases/{number}"))).await?;
    let head = format!("{}: generation {}  {}\n", found.environment, found.generation, headline(&found));
    session.out.data(&format!("{head}{}", changes(&found, session.out.style())));
    session.out.data(&format!("    going back returns to generation {}\n", found.way_back));
    Outcome::fine(&found)
}

async fn generation(
    session: &Session,
    project: &Project,
    environment: &EnvironmentName,
    number: u64,
) -> Done {
    let path = format!("/environments/{}/generations/{number}", segment(environment));
    let found: GenerationDetail = project.remote.get(&project.path(&path)).await?;
    session.out.data(&format!("{environment}: generation {number}  {}\n", headline(&found.info.release)));
    session.out.data(&content(&found.content));
    Outcome::fine(&found)
}

async fn now(session: &Session, project: &Project, environment: &EnvironmentName) -> Done {
    let path = format!("/environments/{}", segment(environment));
    let found: EnvironmentDetail = project.remote.get(&project.path(&path)).await?;
    let head = match (&found.info.since, found.info.release) {
        (Some(since), Some(release)) => {
            format!(
                "{environment}: generation {} since {}, by release {release}\n",
                found.info.generation,
                when(since)
            )
        }
        _ => format!("{environment}: nothing has been released here yet\n"),
    };
    session.out.data(&format!("{head}{}", content(&found.content)));
    Outcome::fine(&found)
}

fn content(slots: &[SlotInfo]) -> String {
    if slots.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&["PROMPT", "VERSION", "DIGEST", "FOR"]);
    for slot in slots {
        let when: Vec<String> = slot.when.iter().map(|(k, v)| format!("{k}={v}")).collect();
        table.row([slot.slot.to_string(), slot.version.to_string(), slot.digest.short(), when.join(", ")]);
    }
    table.print()
}
