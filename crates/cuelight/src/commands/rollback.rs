//! `cuelight rollback`: takes a release back.

use cuelight_app::environment::EnvironmentDetail;
use cuelight_app::release::{ReleaseInfo, RollBackInput};
use cuelight_app::{AppError, Code};
use cuelight_artifact::EnvironmentName;
use cuelight_core::release::Cause;

use super::release::{Moment, print};
use crate::cli::Release;
use crate::failure::{Done, Failure, Outcome};
use crate::remote::segment;
use crate::session::{Project, Session};

/// Take a release back.
///
/// The environment gets a new generation with the content of the one the release declared as its way back, or of
/// --to. All prompts of the release go back together. Needs no approval, no tests and no model.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight rollback --env production --reason \"answers in the wrong language\"\n  cuelight rollback 42 --to 7"
)]
pub struct RollbackArgs {
    /// The release, by its number.
    #[arg(value_name = "RELEASE", required_unless_present = "env", conflicts_with = "env")]
    pub release: Option<Release>,
    /// Take back the newest release of this environment.
    #[arg(long, value_name = "ENVIRONMENT")]
    pub env: Option<EnvironmentName>,
    /// The generation to return to [default: the release's declared way back].
    #[arg(long, value_name = "GENERATION")]
    pub to: Option<u64>,
    /// Why, for everybody who looks later.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// Goes back.
pub async fn run(session: &Session, args: &RollbackArgs) -> Done {
    let project = session.project()?;
    let release = match (&args.release, &args.env) {
        (Some(release), _) => release.0,
        (None, Some(environment)) => newest(&project, environment, args.to).await?,
        (None, None) => return Err(Failure::usage("name the release, or the environment with `--env`")),
    };
    let input = RollBackInput { to: args.to, reason: args.reason.clone() };
    let path = project.path(&format!("/releases/{release}/rollback"));
    let found: ReleaseInfo = project.remote.write("rollback", &path, &input).await?;
    session.out.data(&format!("Release {release} is taken back.\n"));
    print(session, &found, Moment::After);
    Outcome::fine(&found)
}

/// The release that an environment serves. When that is a going back already, doing it again is hardly meant: two
/// people on call do it one after the other.
async fn newest(project: &Project, environment: &EnvironmentName, to: Option<u64>) -> Result<u64, Failure> {
    let path = format!("/environments/{}", segment(environment));
    let found: EnvironmentDetail = project.remote.get(&project.path(&path)).await?;
    let number = found.info.release.ok_or_else(|| {
        AppError::new(Code::NothingBefore, format!("nothing has been released to `{environment}` yet"))
    })?;
    let release: ReleaseInfo = project.remote.get(&project.path(&format!("/releases/{number}"))).await?;
    if let (Cause::RollBack { of, to: back }, None) = (&release.cause, to) {
        let detail = format!(
            "`{environment}` went back already: release {number} took release {of} back, to generation {back}"
        );
        return Err(Failure::from(AppError::new(Code::NothingToChange, detail))
            .fix("To go back further, name the generation with `--to`; `cuelight log --env` shows them."));
    }
    Ok(number)
}
