//! Operations on prompts and fragments: the same for both.

use axum::http::Method;
use cuelight_app::Code;
use cuelight_app::prompt::{
    ArtifactDetail, DependentInfo, DiffInput, DiffOutput, ListInput, ListOutput, UnyankInput, VersionInfo,
    YankInput,
};
use cuelight_artifact::Kind;
use cuelight_core::rights::Action;

use super::below;
use crate::operation::{Access, BodyLimit, Operation, Writes};
use crate::page::{Before, Listing, Named, Page};
use crate::routes::artifact;

const READ: Access = Access::Project(Action::ReadLibrary);
const UNKNOWN: &[Code] = &[Code::UnknownArtifact, Code::UnknownVersion];

pub(super) fn table() -> Vec<Operation> {
    [Kind::Prompt, Kind::Fragment].into_iter().flat_map(|kind| [read(kind), change(kind)].concat()).collect()
}

fn id(kind: Kind, verb: &str) -> String {
    format!("{kind}.{verb}")
}

fn one(kind: Kind, rest: &str) -> String {
    below(&format!("/{kind}s/{{name}}{rest}"))
}

fn read(kind: Kind) -> Vec<Operation> {
    vec![
        Operation::new(Method::GET, id(kind, "list"), below(&format!("/{kind}s")), move |c| {
            artifact::list(c, kind)
        })
        .says("Search and list, by name")
        .needs(READ)
        .cli("cuelight log")
        .asks::<ListInput>()
        .gives::<ListOutput>(200),
        Operation::new(Method::GET, id(kind, "get"), one(kind, ""), move |c| artifact::get(c, kind))
            .says("The newest version, with its whole content")
            .needs(READ)
            .cli("cuelight show")
            .header("If-None-Match", IF_NONE_MATCH)
            .gives::<ArtifactDetail>(200)
            .fails(UNKNOWN),
        Operation::new(Method::GET, id(kind, "versions"), one(kind, "/versions"), move |c| {
            artifact::versions(c, kind)
        })
        .says("All versions, newest first")
        .needs(READ)
        .cli("cuelight log <name>")
        .asks::<Before>()
        .gives::<Page<VersionInfo>>(200)
        .fails(&[Code::UnknownArtifact]),
        Operation::new(Method::GET, id(kind, "version"), one(kind, "/versions/{version}"), move |c| {
            artifact::version(c, kind)
        })
        .says("One version, with its whole content")
        .needs(READ)
        .cli("cuelight show <name>@<version>")
        .header("If-None-Match", IF_NONE_MATCH)
        .gives::<ArtifactDetail>(200)
        .fails(UNKNOWN),
        Operation::new(Method::GET, id(kind, "diff"), one(kind, "/diff"), move |c| artifact::diff(c, kind))
            .says("What differs between two versions: fields, words, computed class, relaxed boundaries")
            .needs(READ)
            .cli("cuelight diff")
            .asks::<DiffInput>()
            .gives::<DiffOutput>(200)
            .fails(&[
                Code::UnknownArtifact,
                Code::UnknownVersion,
                Code::UnknownEnvironment,
                Code::NotReleased,
            ]),
        Operation::new(Method::GET, id(kind, "dependents"), one(kind, "/dependents"), move |c| {
            artifact::dependents(c, kind)
        })
        .says("Who includes it, and where they are live")
        .needs(READ)
        .cli("cuelight tree --inverted")
        .asks::<Named>()
        .gives::<Listing<DependentInfo>>(200)
        .fails(&[Code::UnknownArtifact]),
    ]
}

fn change(kind: Kind) -> Vec<Operation> {
    let failures = &[Code::UnknownArtifact, Code::UnknownVersion, Code::NothingToChange];
    vec![
        Operation::new(Method::POST, id(kind, "yank"), one(kind, "/versions/{version}/yank"), move |c| {
            artifact::yank(c, kind)
        })
        .says("Take a version out of new resolutions and releases")
        .needs(Access::Project(Action::Yank))
        .writes(Writes::Event("version.yanked/1"))
        .cli("cuelight yank")
        .takes::<YankInput>(BodyLimit::Usual)
        .gives::<ArtifactDetail>(200)
        .fails(failures),
        Operation::new(Method::POST, id(kind, "unyank"), one(kind, "/versions/{version}/unyank"), move |c| {
            artifact::unyank(c, kind)
        })
        .says("Take a yank back")
        .needs(Access::Project(Action::Yank))
        .writes(Writes::Event("version.unyanked/1"))
        .cli("cuelight yank --undo")
        .takes::<UnyankInput>(BodyLimit::Usual)
        .gives::<ArtifactDetail>(200)
        .fails(failures),
    ]
}

const IF_NONE_MATCH: &str = "An ETag from before: the answer is 304 when nothing changed.";
