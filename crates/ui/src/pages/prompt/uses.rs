//! Who uses a shared text.

use cuelight_app::environment::EnvironmentInfo;
use cuelight_app::prompt::DependentInfo;
use cuelight_artifact::{Kind, ProjectName};
use maud::{Markup, html};

use crate::parts::page::artifact_address;
use crate::parts::{Table, card};
use crate::words::t;

/// Most users shown.
const MOST: usize = 50;

pub(super) fn used_by(
    project: &ProjectName,
    users: &[DependentInfo],
    environments: &[EnvironmentInfo],
) -> Markup {
    let mut table = Table::new(t!("prompt-used-by"))
        .column(t!("library-name"))
        .column(t!("prompt-uses-version"))
        .column(t!("library-where-live"));
    for user in users.iter().take(MOST) {
        table.row(vec![
            html! {
                a href=(artifact_address(project, &user.id)) { (user.id.name) }
                @if user.id.kind == Kind::Fragment { div class="muted small" { (t!("prompt-shared-text")) } }
            },
            html! {
                (user.uses.to_string())
                @if !user.direct { div class="muted small" { (t!("prompt-indirect")) } }
            },
            html! {
                ul class="dots" {
                    @for environment in environments { @if let Some(version) = user.live.get(&environment.name) { li class="on" { (environment.name) " " (version.to_string()) } } }
                    @if user.live.is_empty() { li { (t!("library-nowhere")) } }
                }
            },
        ]);
    }
    let body = html! {
        @if users.is_empty() { div class="in" { p { (t!("prompt-used-by-nobody")) } } } @else { (table.draw()) }
        @if users.len() > MOST { p class="more" { (t!("prompt-used-by-more", count = users.len() - MOST)) } }
    };
    let head = html! { span class="muted small" { (t!("prompt-used-by-count", count = users.len())) } };
    card::flush("used-by", &t!("prompt-used-by"), head, body)
}
