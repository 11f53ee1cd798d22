//! Operations on environments.

use axum::http::Method;
use cuelight_app::Code;
use cuelight_app::environment::{
    CreateEnvironmentInput, EnvironmentDetail, EnvironmentInfo, GenerationDetail, GenerationInfo,
};
use cuelight_core::environment::Policy;
use cuelight_core::rights::Action;

use super::below;
use crate::operation::{Access, BodyLimit, Operation, Writes};
use crate::page::{Before, Listing, Page};
use crate::routes::environment;

const READ: Access = Access::Environment(Action::ReadReleases);
const ONE: &str = "/environments/{environment}";

pub(super) fn table() -> Vec<Operation> {
    let one = |rest: &str| below(&format!("{ONE}{rest}"));
    vec![
        Operation::new(Method::GET, "environment.list", below("/environments"), environment::list)
            .says("The environments the token reaches, in path order")
            .needs(Access::Project(Action::ReadReleases))
            .cli("cuelight env list")
            .gives::<Listing<EnvironmentInfo>>(200),
        Operation::new(Method::POST, "environment.create", below("/environments"), environment::create)
            .says("Add an environment to the path")
            .needs(Access::Project(Action::ConfigureEnvironments))
            .writes(Writes::Event("environment.created/1"))
            .cli("cuelight env create")
            .takes::<CreateEnvironmentInput>(BodyLimit::Usual)
            .gives::<EnvironmentDetail>(201)
            .fails(&[Code::Exists, Code::UnknownEnvironment]),
        Operation::new(Method::GET, "environment.get", one(""), environment::get)
            .says("One environment with what it serves; its ETag guards the policy")
            .needs(READ)
            .cli("cuelight show --env <environment>")
            .gives::<EnvironmentDetail>(200),
        Operation::new(Method::PUT, "environment.policy", one("/policy"), environment::set_policy)
            .says("Set what an environment demands of a release")
            .needs(Access::Environment(Action::ConfigureEnvironments))
            .writes(Writes::Event("environment.policy_set/1"))
            .cli("cuelight env policy")
            .required_header(
                "If-Match",
                "The ETag of the environment as it was read; only the policy's revision counts.",
            )
            .takes::<Policy>(BodyLimit::Usual)
            .gives::<EnvironmentDetail>(200)
            .fails(&[Code::PreconditionRequired, Code::Stale, Code::NothingToChange]),
        Operation::new(Method::GET, "environment.generations", one("/generations"), environment::generations)
            .says("The generations, newest first")
            .needs(READ)
            .cli("cuelight log --env <environment>")
            .asks::<Before>()
            .gives::<Page<GenerationInfo>>(200),
        Operation::new(
            Method::GET,
            "environment.generation",
            one("/generations/{generation}"),
            environment::generation,
        )
        .says("One generation with all it served")
        .needs(READ)
        .cli("cuelight show --env <environment> --generation <number>")
        .gives::<GenerationDetail>(200)
        .fails(&[Code::UnknownGeneration]),
    ]
}
