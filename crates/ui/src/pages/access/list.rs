//! Access that was given, in plain words.

use std::collections::BTreeSet;

use cuelight_app::session;
use cuelight_app::token::TokenInfo;
use cuelight_app::{AppError, time};
use cuelight_core::rights::{Role, Scope};
use maud::{Markup, html};

use super::ACCESS;
use crate::call::Call;
use crate::parts::{Table, Tone, chip, facts, time as shown_time, user};
use crate::words::t;

/// What people call a role.
#[must_use]
pub fn role_name(role: Role) -> String {
    match role {
        Role::Serve => t!("access-role-serve"),
        Role::Viewer => t!("access-role-viewer"),
        Role::Auditor => t!("access-role-auditor"),
        Role::Author => t!("access-role-author"),
        Role::Releaser => t!("access-role-releaser"),
        Role::RollbackOwner => t!("access-role-on-call"),
        Role::Admin => t!("access-role-admin"),
    }
}

/// What a role may do, in a sentence.
pub fn role_may(role: Role) -> String {
    match role {
        Role::Serve => t!("access-may-serve"),
        Role::Viewer => t!("access-may-viewer"),
        Role::Auditor => t!("access-may-auditor"),
        Role::Author => t!("access-may-author"),
        Role::Releaser => t!("access-may-releaser"),
        Role::RollbackOwner => t!("access-may-on-call"),
        Role::Admin => t!("access-may-admin"),
    }
}

fn names<T: std::fmt::Display>(all: Option<&BTreeSet<T>>, every: String) -> String {
    match all {
        None => every,
        Some(some) => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// How far access reaches: projects and environments.
fn reach(scope: &Scope) -> Markup {
    html! {
        (names(scope.projects.as_ref(), t!("access-all-projects")))
        @if let Some(environments) = &scope.environments {
            ", " (t!("access-only-in")) " " (names(Some(environments), String::new()))
        }
        @if let Some(actions) = &scope.actions {
            br; span class="hint" { (t!("access-some-actions", count = actions.len())) }
        }
    }
}

/// The viewer's own access.
pub fn own(call: &Call) -> Markup {
    let scope = &call.ctx.principal.scope;
    let label = call.viewer.session.as_ref().map(|s| s.label.clone()).unwrap_or_default();
    facts(&[
        (t!("access-label"), user(&label)),
        (t!("access-role"), html! { (role_name(scope.role)) ". " (role_may(scope.role)) }),
        (t!("access-reach"), reach(scope)),
    ])
}

/// What one access is.
pub fn facts_of(it: &TokenInfo) -> Markup {
    facts(&[
        (t!("access-role"), html! { (role_name(it.scope.role)) ". " (role_may(it.scope.role)) }),
        (t!("access-reach"), reach(&it.scope)),
    ])
}

/// All of it: what holds first, then what has ended.
pub async fn draw(call: &Call, tokens: &[TokenInfo]) -> Result<Markup, AppError> {
    let now = time::show(call.ctx.app.now());
    let ended =
        |it: &TokenInfo| it.revoked_at.is_some() || it.expires_at.as_ref().is_some_and(|at| *at <= now);
    let (over, holding): (Vec<_>, Vec<_>) = tokens.iter().partition(|it| ended(it));
    let mut actors: Vec<String> = tokens.iter().map(|it| it.issued_by.clone()).collect();
    actors.sort();
    actors.dedup();
    let labels = session::names(&call.ctx, &actors).await?;
    let by = |it: &TokenInfo| match labels.get(&it.issued_by) {
        Some(label) => user(label),
        None => html! { (t!("access-by-server")) },
    };
    let start = |caption: String| {
        Table::new(caption)
            .column(t!("access-label"))
            .column(t!("access-role"))
            .column(t!("access-reach"))
            .column(t!("access-until"))
            .column(t!("access-by"))
    };
    let mut current = start(t!("access-list")).column(t!("access-take"));
    for it in holding {
        let own = call.ctx.principal.actor.to_string() == format!("token:{}", it.id);
        current.row(vec![
            html! { (user(&it.label)) @if own { " " (chip(Tone::Info, t!("access-yours"))) } },
            html! { (role_name(it.scope.role)) },
            reach(&it.scope),
            match &it.expires_at {
                Some(at) => shown_time::shown(&call.viewer, at),
                None => html! { (t!("access-for-ever")) },
            },
            by(it),
            html! {
                a class="btn small" href={ (ACCESS) "/" (it.id) "/revoke" } {
                    (t!("access-take")) span class="vh" { " " (user(&it.label)) }
                }
            },
        ]);
    }
    let mut past = start(t!("access-past"));
    let any_past = !over.is_empty();
    for it in over {
        let at = it.revoked_at.as_ref().or(it.expires_at.as_ref());
        past.row(vec![
            user(&it.label),
            html! { (role_name(it.scope.role)) },
            reach(&it.scope),
            html! {
                @if it.revoked_at.is_some() { (t!("access-revoked")) } @else { (t!("access-expired")) }
                @if let Some(at) = at { " " (shown_time::shown(&call.viewer, at)) }
            },
            by(it),
        ]);
    }
    Ok(html! {
        (current.draw())
        @if any_past { details class="in" { summary { (t!("access-past")) } (past.draw()) } }
    })
}
