//! The form that gives access.

use std::collections::BTreeSet;

use cuelight_app::token::IssueInput;
use cuelight_app::{AppError, environment, project};
use cuelight_core::rights::{Action, Resource, Role, allows};
use maud::{Markup, html};

use super::list::{role_may, role_name};
use crate::call::Call;
use crate::parts::Tone;
use crate::parts::{Field, act, icon};
use crate::words::t;

/// What was entered, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Given {
    label: String,
    role: Option<Role>,
    projects: Vec<String>,
    environments: Vec<String>,
    days: String,
    label_error: Option<String>,
    role_error: Option<String>,
    days_error: Option<String>,
}

impl Given {
    /// Reads the form.
    pub fn of(call: &Call) -> Self {
        let all = |name: &str| call.form.all(name).into_iter().map(str::to_owned).collect();
        let role = call.form.text("role");
        Self {
            label: call.form.text("label").unwrap_or_default().to_owned(),
            role: role.and_then(|text| Role::ALL.iter().copied().find(|r| r.as_str() == text)),
            projects: all("project"),
            environments: all("environment"),
            days: call.form.text("days").unwrap_or_default().to_owned(),
            ..Self::default()
        }
    }

    /// What it is for, as entered.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What to ask for; otherwise itself, with what is wrong.
    pub fn input(&self) -> Result<IssueInput, Box<Self>> {
        let mut wrong = Self { label_error: None, role_error: None, days_error: None, ..self.clone() };
        let days = if self.days.is_empty() { Some(None) } else { self.days.parse().ok().map(Some) };
        let days = days.filter(|d: &Option<u32>| d.is_none_or(|d| (1..=3_650).contains(&d)));
        let projects = some(&self.projects);
        let environments = some(&self.environments);
        if let (Some(role), Some(days), Some(projects), Some(environments)) =
            (self.role, days, projects, environments)
            && !self.label.is_empty()
        {
            let label = self.label.clone();
            return Ok(IssueInput { label, role, projects, environments, actions: None, days });
        }
        wrong.label_error = self.label.is_empty().then(|| t!("access-label-missing"));
        wrong.role_error = self.role.is_none().then(|| t!("access-role-missing"));
        wrong.days_error = days.is_none().then(|| t!("access-days-wrong"));
        Err(Box::new(wrong))
    }
}

/// The names that were chosen: no choice is no limit. None when one is no name, which no box of ours sends.
#[expect(clippy::option_option, reason = "no limit and a wrong name are two things")]
fn some<T: std::str::FromStr + Ord>(names: &[String]) -> Option<Option<BTreeSet<T>>> {
    if names.is_empty() {
        return Some(None);
    }
    names.iter().map(|n| n.parse().ok()).collect::<Option<BTreeSet<T>>>().map(Some)
}

/// The form.
pub async fn form(call: &Call, given: &Given) -> Result<Markup, AppError> {
    let projects = project::list(&call.ctx).await?;
    let mut environments: Vec<String> = Vec::new();
    for it in &projects {
        if allows(&call.ctx.principal.scope, Action::ReadReleases, &Resource::Project(&it.name)).is_err() {
            continue;
        }
        for found in environment::list(&call.ctx, &it.name).await? {
            let name = found.name.to_string();
            if !environments.contains(&name) {
                environments.push(name);
            }
        }
    }
    let names: Vec<String> = projects.iter().map(|p| p.name.to_string()).collect();
    let days = if given.days.is_empty() { "90" } else { given.days.as_str() };
    Ok(html! {
        form method="post" action=(super::ACCESS) {
            (act::command(call))
            (Field::text("label", t!("access-label")).value(given.label.as_str()).hint(t!("access-label-hint"))
                .with("maxlength", "200").required().error(given.label_error.clone()).draw())
            (roles(given))
            (boxes("project", &t!("access-projects"), &t!("access-projects-hint"), &names, &given.projects))
            (boxes("environment", &t!("access-environments"), &t!("access-environments-hint"), &environments, &given.environments))
            (Field::text("days", t!("access-days")).kind("number").with("min", "1").with("max", "3650")
                .value(days).hint(t!("access-days-hint")).error(given.days_error.clone()).draw())
            (act::submit(&t!("access-give-do")))
        }
    })
}

fn roles(given: &Given) -> Markup {
    let error = given.role_error.as_ref();
    html! {
        fieldset aria-describedby=[error.map(|_| "f-role-error")] {
            legend { (t!("access-role")) span class="required" { " " (t!("common-required")) } }
            @if let Some(error) = error { p class="error" id="f-role-error" { (icon::of(Tone::Bad)) (error) } }
            @for role in Role::ALL {
                @let may = format!("f-role-{}-may", role.as_str());
                label class="check" {
                    input type="radio" name="role" value=(role.as_str()) required aria-describedby=(may)
                        checked[given.role == Some(*role)];
                    span { (role_name(*role)) }
                }
                p class="hint under-check" id=(may) { (role_may(*role)) }
            }
        }
    }
}

fn boxes(name: &str, legend: &str, hint: &str, values: &[String], chosen: &[String]) -> Markup {
    if values.is_empty() {
        return html! {};
    }
    let id = format!("f-{name}-hint");
    html! {
        fieldset aria-describedby=(id) {
            legend { (legend) }
            p class="hint" id=(id) { (hint) }
            div class="row" {
                @for value in values {
                    label class="check" {
                        input type="checkbox" name=(name) value=(value) checked[chosen.contains(value)];
                        span { (value) }
                    }
                }
            }
        }
    }
}
