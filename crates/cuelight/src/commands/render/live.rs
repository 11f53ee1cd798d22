//! What an environment serves, as its applications would get it.

use std::collections::BTreeMap;

use cuelight_app::prompt::ArtifactDetail;
use cuelight_app::serve::resolve::{Render, ResolveInput, Resolved};
use cuelight_artifact::{EnvironmentName, Kind};
use serde_json::Value;

use super::{RenderArgs, Shown, given};
use crate::failure::{Failure, LocalCode};
use crate::remote::segment;
use crate::session::{Project, Session};

/// Asks the server to resolve and render.
pub(super) async fn render(
    session: &Session,
    args: &RenderArgs,
    environment: &EnvironmentName,
) -> Result<Shown, Failure> {
    if args.name.kind == Kind::Fragment {
        return Err(
            Failure::usage("a fragment is not live by itself").fix("Leave `--env` out to render the files.")
        );
    }
    let project = session.project()?;
    let attributes: BTreeMap<String, String> =
        args.attr.iter().map(|p| (p.key.clone(), p.value.clone())).collect();
    let mut input = ResolveInput {
        environment: environment.clone(),
        prompt: args.name.name.clone(),
        subject: None,
        attributes,
        inputs: Default::default(),
        passages: Vec::new(),
        placeholders: BTreeMap::new(),
        render: Render::None,
    };
    // A golden case is one of the version that is live, which may not be that of the files.
    let artifact = match &args.case {
        None => None,
        Some(_) => {
            let chosen: Resolved = project.remote.ask(&project.path("/resolve"), &input).await?;
            Some(detail(&project, args, &chosen).await?.artifact)
        }
    };
    let given = given(session, args, artifact.as_ref())?;
    let Value::Object(inputs) = given.inputs else {
        return Err(Failure::usage("the inputs are not one JSON object"));
    };
    (input.inputs, input.passages, input.placeholders) = (inputs, given.passages, given.placeholders);
    input.render = Render::Messages;
    let found: Resolved = project.remote.ask(&project.path("/resolve"), &input).await?;
    for warning in &found.warnings {
        session.out.warn(warning);
    }
    let source =
        format!("{} in {environment}, generation {}, {}", found.version, found.generation, found.reason);
    let messages = found.messages.ok_or_else(|| {
        Failure::new(LocalCode::NotCuelight, "the answer has no messages, though it was asked to render")
    })?;
    Ok(Shown::new(args.name.clone(), source, messages, found.retrieval))
}

async fn detail(project: &Project, args: &RenderArgs, chosen: &Resolved) -> Result<ArtifactDetail, Failure> {
    let (name, version) = (segment(&args.name.name), segment(&chosen.version));
    project.remote.get(&project.path(&format!("/prompts/{name}/versions/{version}"))).await
}
