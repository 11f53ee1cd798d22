//! Operations on sets of files: plan, apply, and the library as files again.

use axum::http::Method;
use cuelight_app::Code;
use cuelight_app::plan::{ApplyOutput, DriftOutput, FilesOutput, PlanInput, PlanOutput};
use cuelight_core::rights::Action;

use super::below;
use crate::operation::{Access, BodyLimit, Operation, Writes};
use crate::routes::plan::{self, InEnvironment, MaybeEnvironment};

const READ: Access = Access::Project(Action::ReadLibrary);

pub(super) fn table() -> Vec<Operation> {
    vec![
        Operation::new(Method::POST, "plan.make", below("/plan"), plan::make)
            .says("What a set of files would change; changes nothing")
            .needs(READ)
            .cli("cuelight plan")
            .takes::<PlanInput>(BodyLimit::Files)
            .gives::<PlanOutput>(200),
        Operation::new(Method::POST, "plan.apply", below("/apply"), plan::apply)
            .says("Publish what a set of files changes: all of it or nothing")
            .needs(Access::Project(Action::Publish))
            .writes(Writes::Event("version.published/1"))
            .cli("cuelight apply")
            .takes::<PlanInput>(BodyLimit::Files)
            .gives::<ApplyOutput>(200)
            .fails(&[Code::FilesInvalid, Code::BumpTooLow, Code::StalePlan, Code::NothingToChange]),
        Operation::new(Method::GET, "plan.lock", below("/lock"), plan::lock)
            .says("The lockfile of the newest versions, or of what an environment serves")
            .needs(READ)
            .cli("cuelight export --env <environment>")
            .asks::<MaybeEnvironment>()
            .gives_as::<String>(200, "application/yaml")
            .fails(&[Code::UnknownEnvironment]),
        Operation::new(Method::GET, "plan.files", below("/files"), plan::files)
            .says("The files of the newest versions, or of what an environment serves")
            .needs(READ)
            .cli("cuelight export")
            .asks::<MaybeEnvironment>()
            .gives::<FilesOutput>(200)
            .fails(&[Code::UnknownEnvironment]),
        Operation::new(Method::GET, "plan.drift", below("/drift"), plan::drift)
            .says("How an environment differs from the newest versions")
            .needs(Access::Project(Action::ReadReleases))
            .cli("cuelight drift")
            .asks::<InEnvironment>()
            .gives::<DriftOutput>(200)
            .fails(&[Code::UnknownEnvironment]),
    ]
}
