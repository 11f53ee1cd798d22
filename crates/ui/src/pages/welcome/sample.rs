//! Makes the sample project: published, and live in every environment.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_app::plan::{self, PlanInput};
use cuelight_app::project::{self, CreateProjectInput};
use cuelight_app::release::{self, OpenInput, PinItem, ReleaseItem};
use cuelight_app::{AppError, Code};
use cuelight_artifact::{Kind, ProjectName};

use super::{Shown, draw, step};
use crate::call::Call;
use crate::error::UiResult;
use crate::reply::Reply;
use crate::words::t;

/// The way of a release; each environment takes what the one before it has.
const PATH: [&str; 3] = ["development", "staging", "production"];

/// Does everything a team would, through the same operations.
pub async fn make(call: Call) -> UiResult<Reply> {
    let asked = call.form.text("name").unwrap_or_default().to_owned();
    let refused = |error: String, status: u16| {
        let shown = Shown { sample_name: Some(asked.clone()), sample_error: Some(error), ..Shown::default() };
        Ok(Reply::page(draw(&call, &shown)).status(status))
    };
    let name: ProjectName = match asked.parse() {
        Ok(name) => name,
        Err(error) => return refused(t!("welcome-bad-name", why = format!("{error}")), 422),
    };
    match project::create(&step(&call, "create")?, CreateProjectInput { name: name.clone() }).await {
        Err(error) if error.code == Code::Exists => return refused(t!("welcome-exists"), 409),
        other => other?,
    };
    let input = PlanInput {
        files: call.state.sample().clone(),
        bumps: BTreeMap::new(),
        prerelease: None,
        upgrade: BTreeSet::new(),
        plan: None,
    };
    let published = plan::apply(&step(&call, "apply")?, &name, &input).await?;
    let prompts = published.versions.into_iter().filter(|v| v.id.kind == Kind::Prompt);
    let items: Vec<ReleaseItem> =
        prompts.map(|v| ReleaseItem::Set(PinItem { prompt: v.id.name, version: Some(v.version) })).collect();
    for (i, environment) in PATH.iter().enumerate() {
        let items = match i.checked_sub(1) {
            None => items.clone(),
            Some(before) => vec![ReleaseItem::Promote { from: word(PATH[before])? }],
        };
        let input = OpenInput {
            environment: word(environment)?,
            items,
            expected_generation: None,
            way_back: None,
            notes: Some(t!("welcome-sample-notes")),
            label: None,
            break_glass: None,
        };
        release::open(&step(&call, environment)?, &name, input).await?;
    }
    Ok(Reply::to(format!("/p/{name}")))
}

fn word<T: std::str::FromStr>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|_| AppError::internal(format!("`{text}` is no name of an environment")))
}
