//! A name that is not there: what it may have meant.

use cuelight_app::prompt::nearest;
use cuelight_app::{AppError, Code};
use cuelight_artifact::{Kind, ProjectName};
use cuelight_core::rights::Action;
use maud::html;

use crate::call::Call;
use crate::error::UiResult;
use crate::parts::page::artifact_address;
use crate::parts::{Here, Page, Tone, act, note, user, with_query};
use crate::reply::Reply;
use crate::words::t;

/// Most names to choose from.
const MOST: usize = 5;

/// The page of an unknown name with those that are like it; any other error as it is.
pub(crate) async fn or_nearest(
    call: &Call,
    project: &ProjectName,
    kind: Kind,
    name: &str,
    error: AppError,
) -> UiResult<Reply> {
    if error.code != Code::UnknownArtifact || !call.may(Action::ReadLibrary, project, None).yes() {
        return Err(error.into());
    }
    let near = nearest(&call.ctx, project, kind, name, MOST).await?;
    let library = format!("/p/{project}/library");
    let last: String = name.rsplit('/').next().unwrap_or_default().chars().take(100).collect();
    let body = html! {
        (note(Tone::Warn, html! {
            p { (t!("prompt-missing-about")) " " (user(name.chars().take(300).collect::<String>())) }
            @if !near.is_empty() {
                p { (t!("prompt-did-you-mean")) }
                ul {
                    @for id in &near {
                        li {
                            a href=(artifact_address(project, id)) { (id.name) }
                            @if id.kind == Kind::Fragment { " " span class="muted" { (t!("prompt-shared-text")) } }
                        }
                    }
                }
            }
        }))
        div class="actions" {
            (act::link(&t!("prompt-search-for-it"), &with_query(&library, &[("q", &last)])))
            (act::link(&t!("library-title"), &library))
        }
    };
    let page =
        Page::new(Here::Library, t!("prompt-missing")).project(project).trail(t!("library-title"), &library);
    Ok(Reply::page(page.body(body)).refused(&error))
}
