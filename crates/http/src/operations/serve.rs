//! Operations that serve what is released, and the time machine.

use axum::http::Method;
use cuelight_app::Code;
use cuelight_app::node::AppliedInput;
use cuelight_app::serve::at::AtOutput;
use cuelight_app::serve::resolve::{ResolveInput, ResolveManyInput, Resolved, ResolvedMany};
use cuelight_core::rights::Action;

use super::below;
use crate::operation::{Access, BodyLimit, Operation};
use crate::routes::serve::{self, AtQuery, BundleText, FeedQuery};

const RESOLVE: &[Code] = &[
    Code::UnknownEnvironment,
    Code::NotReleased,
    Code::VersionBlocked,
    Code::InputsInvalid,
    Code::RenderFailed,
];

pub(super) fn table() -> Vec<Operation> {
    let environment = Access::Environment(Action::Serve);
    vec![
        Operation::new(Method::POST, "serve.resolve", below("/resolve"), serve::resolve)
            .says("What to send to the model for one prompt: version, messages, settings, cue")
            .needs(Access::Project(Action::Serve))
            .cli("cuelight render --env <environment>")
            .takes::<ResolveInput>(BodyLimit::Usual)
            .gives::<Resolved>(200)
            .fails(RESOLVE),
        Operation::new(Method::POST, "serve.resolve_many", below("/resolve/batch"), serve::resolve_many)
            .says("The same for many prompts, all of one generation")
            .needs(Access::Project(Action::Serve))
            .no_cli("the command line renders one prompt at a time")
            .takes::<ResolveManyInput>(BodyLimit::Usual)
            .gives::<ResolvedMany>(200)
            .fails(RESOLVE),
        Operation::new(
            Method::GET,
            "serve.bundle",
            below("/environments/{environment}/bundle"),
            serve::bundle,
        )
        .says("Everything an application needs to resolve and render an environment by itself")
        .needs(environment)
        .no_cli("for client libraries; `cuelight export` gives files")
        .header(
            "If-None-Match",
            "The ETag of the bundle one has: the answer is 304 when it is still current.",
        )
        .gives::<BundleText>(200),
        Operation::new(Method::GET, "serve.feed", below("/environments/{environment}/feed"), serve::feed)
            .says("New generations of an environment as they come, and when something else is said of the newest (server-sent events)")
            .needs(environment)
            .no_cli("for client libraries; `cuelight log --env <environment>` lists the same")
            .asks::<FeedQuery>()
            .header("Last-Event-ID", "The id of the last event seen: the feed goes on after it.")
            .gives_as::<String>(200, "text/event-stream"),
        Operation::new(
            Method::POST,
            "serve.applied",
            below("/environments/{environment}/applied"),
            serve::applied,
        )
        .says("A client says which generation it serves now, so that one can watch a release spread")
        .needs(environment)
        .no_cli("for client libraries; `cuelight nodes` shows what they said")
        .takes::<AppliedInput>(BodyLimit::Usual)
        .fails(&[Code::UnknownEnvironment]),
        Operation::new(Method::GET, "serve.at", below("/at"), serve::at)
            .says("What was decided live at an instant; any other key of the query is a request attribute")
            .needs(Access::Project(Action::ReadReleases))
            .cli("cuelight at")
            .asks::<AtQuery>()
            .gives::<AtOutput>(200)
            .fails(&[Code::UnknownEnvironment, Code::NothingLive]),
    ]
}
