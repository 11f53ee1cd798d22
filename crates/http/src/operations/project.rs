//! Operations on projects.

use axum::http::Method;
use cuelight_app::Code;
use cuelight_app::project::{CreateProjectInput, ProjectInfo};
use cuelight_core::rights::Action;

use super::PROJECT;
use crate::operation::{Access, BodyLimit, Operation, Writes};
use crate::page::{Listing, Named};
use crate::routes::project;

const ALL: &str = "/api/v1/projects";

pub(super) fn table() -> Vec<Operation> {
    vec![
        Operation::new(Method::GET, "project.list", ALL, project::list)
            .says("The projects the token reaches")
            .needs(Access::AnyToken)
            .cli("cuelight project list")
            .asks::<Named>()
            .gives::<Listing<ProjectInfo>>(200),
        Operation::new(Method::POST, "project.create", ALL, project::create)
            .says("Create a project with the environments development, staging and production")
            .needs(Access::Installation(Action::CreateProjects))
            .writes(Writes::Event("project.created/1"))
            .cli("cuelight project create")
            .takes::<CreateProjectInput>(BodyLimit::Usual)
            .gives::<ProjectInfo>(201)
            .fails(&[Code::Exists]),
        Operation::new(Method::GET, "project.get", PROJECT, project::get)
            .says("One project")
            .needs(Access::Project(Action::ReadProjects))
            .cli("cuelight project list")
            .gives::<ProjectInfo>(200),
    ]
}
