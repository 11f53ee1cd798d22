//! `cuelight release`: makes versions live, all at once.

mod over;

use std::path::{Path, PathBuf};

use cuelight_app::release::{BreakGlass, OpenInput, PinItem, ReleaseInfo, ReleaseItem};
use cuelight_artifact::name::Word;
use cuelight_artifact::{ArtifactName, EnvironmentName, Kind};
use cuelight_core::release::Slot;

use crate::cli::Versioned;
use crate::failure::{Done, Failure, Outcome};
use crate::output::Tone;
use crate::present::release::changes;
use crate::present::when;
use crate::session::Session;

pub use over::Over;

/// Make versions live in an environment, all at once.
///
/// All prompts named become live together as one new generation, or none. The environment's policy must be
/// satisfied; what is missing is said. The release declares which generation going back returns to.
///
/// An override gives an audience something of its own:
/// `sales/qualify-lead#acme:tenant=acme,region=eu;constants.tone="dry"`. After the name and a word that names the
/// override come the attributes that must all be equal, an optional `@version` of its own, and fields with JSON
/// values (a bare word is a text).
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight release sales/qualify-lead@1.3.0 sales/opt-out --env staging --notes \"raise the bar\"\n  cuelight release --env production --override 'sales/qualify-lead#acme:tenant=acme;constants.tone=\"dry\"' --preview\n  cuelight release --from staging --env production\n  cuelight release --file release.json"
)]
pub struct ReleaseArgs {
    /// Prompts to make live; the newest version where none is named.
    #[arg(value_name = "NAME[@VERSION]")]
    pub prompts: Vec<Versioned>,
    /// Where.
    #[arg(long, value_name = "ENVIRONMENT", required_unless_present = "file")]
    pub env: Option<EnvironmentName>,
    /// Make live exactly what is live in this environment, its overrides too.
    #[arg(long, value_name = "ENVIRONMENT")]
    pub from: Option<EnvironmentName>,
    /// Why, for everybody who looks later.
    #[arg(long, value_name = "TEXT")]
    pub notes: Option<String>,
    /// A word for people, such as a campaign.
    #[arg(long, value_name = "WORD")]
    pub label: Option<Word>,
    /// Do nothing if the environment is not at this generation any more.
    #[arg(long, value_name = "N")]
    pub expect_generation: Option<u64>,
    /// The generation that going back shall return to [default: the one before].
    #[arg(long, value_name = "N")]
    pub way_back: Option<u64>,
    /// Give an audience something of its own.
    #[arg(long = "override", value_name = "OVERRIDE")]
    pub overrides: Vec<Over>,
    /// Stop serving this prompt, its overrides too.
    #[arg(long, value_name = "NAME")]
    pub remove: Vec<ArtifactName>,
    /// End this override, written `name#word`.
    #[arg(long, value_name = "NAME#WORD")]
    pub remove_override: Vec<Slot>,
    /// Show what the release would be, and do nothing.
    #[arg(long, visible_alias = "dry-run")]
    pub preview: bool,
    /// Pass over the policy in an emergency; the reason and what was passed over are recorded.
    #[arg(long, value_name = "REASON")]
    pub break_glass: Option<String>,
    /// A JSON file with the whole request, as `POST …/releases` takes it.
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "prompts", "env", "from", "notes", "label", "expect_generation", "way_back", "overrides", "remove", "remove_override", "break_glass",
    ])]
    pub file: Option<PathBuf>,
}

/// Releases.
pub async fn run(session: &Session, args: ReleaseArgs) -> Done {
    let preview = args.preview;
    let input = match &args.file {
        Some(path) => read(&session.path(path))?,
        None => input(args)?,
    };
    let project = session.project()?;
    let found: ReleaseInfo = if preview {
        project.remote.ask(&project.path("/releases/preview"), &input).await?
    } else {
        project.remote.write("release", &project.path("/releases"), &input).await?
    };
    print(session, &found, if preview { Moment::Before } else { Moment::After });
    Outcome::fine(&found)
}

/// Whether a release is shown before or after it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It would be.
    Before,
    /// It is.
    After,
}

/// Prints a release, by this command or by `rollback`.
pub fn print(session: &Session, release: &ReleaseInfo, moment: Moment) {
    let style = session.out.style();
    let (environment, number, generation) = (&release.environment, release.release, release.generation);
    let head = match moment {
        Moment::Before => format!("Release {number} to {environment} would make generation {generation}:"),
        Moment::After => format!(
            "{} in {environment}: generation {generation}, by release {number}, {}",
            style.paint(Tone::Green, "Live"),
            when(&release.at)
        ),
    };
    session.out.data(&format!("{head}\n{}", changes(release, style)));
    let note = match (moment, release.way_back) {
        (Moment::Before, 0) => {
            "Nothing was done. It would be the first generation: nothing to go back to.".to_owned()
        }
        (Moment::Before, back) => format!("Nothing was done. Going back would return to generation {back}."),
        (Moment::After, 0) if generation == 1 => {
            "It is the first generation here: there is nothing to go back to yet.".to_owned()
        }
        (Moment::After, 0) => {
            "To serve another earlier generation, name it with `cuelight rollback --to`.".to_owned()
        }
        (Moment::After, back) => format!("`cuelight rollback {number}` returns to generation {back}."),
    };
    session.out.note(&note);
}

fn read(path: &Path) -> Result<OpenInput, Failure> {
    let bytes = std::fs::read(path).map_err(|e| Failure::io("read", path, &e))?;
    serde_json::from_slice(&bytes).map_err(|e| {
        Failure::usage(format!("`{}` is not a release: {e}", path.display()))
            .fix("It is the body of `POST …/releases`, such as {\"environment\": \"staging\", \"items\": [{\"do\": \"set\", \"prompt\": \"sales/opt-out\"}]}.")
    })
}

fn input(args: ReleaseArgs) -> Result<OpenInput, Failure> {
    let Some(environment) = args.env else { return Err(Failure::usage("name the environment with `--env`")) };
    let mut items: Vec<ReleaseItem> =
        args.from.into_iter().map(|from| ReleaseItem::Promote { from }).collect();
    for Versioned { id, version } in args.prompts {
        if id.kind == Kind::Fragment {
            return Err(Failure::usage(format!(
                "{id}: a fragment is released with the prompts that include it"
            ))
            .fix("Plan and apply those prompts, then release them."));
        }
        items.push(ReleaseItem::Set(PinItem { prompt: id.name, version }));
    }
    items.extend(args.overrides.into_iter().map(|o| ReleaseItem::Override(o.0)));
    items.extend(args.remove.into_iter().map(|prompt| ReleaseItem::Remove { prompt }));
    for slot in args.remove_override {
        let Some(id) = slot.over else {
            return Err(Failure::usage(format!("`{}` names no override; write `name#word`", slot.prompt)));
        };
        items.push(ReleaseItem::RemoveOverride { prompt: slot.prompt, id });
    }
    if items.is_empty() {
        return Err(Failure::usage("name at least one prompt to release, or an environment with `--from`"));
    }
    Ok(OpenInput {
        environment,
        items,
        expected_generation: args.expect_generation,
        way_back: args.way_back,
        notes: args.notes,
        label: args.label,
        break_glass: args.break_glass.map(|reason| BreakGlass { reason }),
    })
}
