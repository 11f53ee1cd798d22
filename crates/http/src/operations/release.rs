//! Operations on releases.

use axum::http::Method;
use cuelight_app::Code;
use cuelight_app::release::{OpenInput, ReleaseInfo, RollBackInput};
use cuelight_core::rights::Action;

use super::below;
use crate::operation::{Access, BodyLimit, Operation, Writes};
use crate::page::Page;
use crate::routes::release::{self, Which};

const READ: Access = Access::Project(Action::ReadReleases);
const OPEN: &[Code] = &[
    Code::UnknownEnvironment,
    Code::UnknownArtifact,
    Code::UnknownVersion,
    Code::UnknownGeneration,
    Code::PolicyUnsatisfied,
    Code::NothingToChange,
    Code::Stale,
    Code::BadRelease,
];

pub(super) fn table() -> Vec<Operation> {
    vec![
        Operation::new(Method::GET, "release.list", below("/releases"), release::list)
            .says("Releases, newest first, going back included")
            .needs(READ)
            .cli("cuelight log --releases")
            .asks::<Which>()
            .gives::<Page<ReleaseInfo>>(200)
            .fails(&[Code::UnknownEnvironment]),
        Operation::new(Method::POST, "release.open", below("/releases"), release::open)
            .says("Make a set of versions live in one environment, all at once")
            .needs(Access::Project(Action::Release))
            .writes(Writes::Event("release.opened/1"))
            .cli("cuelight release")
            .takes::<OpenInput>(BodyLimit::Usual)
            .gives::<ReleaseInfo>(201)
            .fails(OPEN),
        Operation::new(Method::POST, "release.preview", below("/releases/preview"), release::preview)
            .says("What a release would be; changes nothing")
            .needs(Access::Project(Action::Release))
            .cli("cuelight release --preview")
            .takes::<OpenInput>(BodyLimit::Usual)
            .gives::<ReleaseInfo>(200)
            .fails(OPEN),
        Operation::new(Method::GET, "release.get", below("/releases/{release}"), release::get)
            .says("One release")
            .needs(READ)
            .cli("cuelight show --release <number>")
            .gives::<ReleaseInfo>(200)
            .fails(&[Code::UnknownRelease]),
        Operation::new(
            Method::POST,
            "release.roll_back",
            below("/releases/{release}/rollback"),
            release::roll_back,
        )
        .says("Take a release back: a new generation with the content of an earlier one")
        .needs(Access::Project(Action::RollBack))
        .writes(Writes::Event("release.opened/1"))
        .cli("cuelight rollback")
        .may_take::<RollBackInput>()
        .gives::<ReleaseInfo>(201)
        .fails(&[
            Code::UnknownRelease,
            Code::UnknownGeneration,
            Code::ReleaseNotCurrent,
            Code::NothingBefore,
            Code::NothingToChange,
        ]),
    ]
}
