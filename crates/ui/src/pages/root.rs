//! `/`: leads to where the viewer's work is.

use cuelight_app::project;

use crate::call::Call;
use crate::error::UiResult;
use crate::reply::Reply;
use crate::route::{Answers, Route, page};

/// Its addresses.
pub fn routes() -> Vec<Route> {
    vec![page("root", "/", "/", show).answering(Answers::Elsewhere)]
}

/// To the only project, to the list of projects, or to the first steps when there is none.
async fn show(call: Call) -> UiResult<Reply> {
    let projects = project::list(&call.ctx).await?;
    Ok(Reply::to(match projects.as_slice() {
        [] => "/welcome".to_owned(),
        [only] => format!("/p/{}", only.name),
        _ => "/projects".to_owned(),
    }))
}
