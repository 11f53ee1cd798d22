//! Withdrawing a version and reinstating it: two turns of one form.

use cuelight_app::prompt::{self, ArtifactDetail, UnyankInput, YankInput};
use cuelight_app::{AppError, AppResult, Code};
use cuelight_core::version::Severity;
use maud::{Markup, html};

use super::{Which, shown_ref, which};
use crate::call::Call;
use crate::error::UiResult;
use crate::pages::change::{address, api, own_address, version_address};
use crate::parts::confirm::{Confirm, confirm};
use crate::parts::{Drawer, Field, Here, Page, Tone, note};
use crate::reply::Reply;
use crate::words::t;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Withdraw,
    Reinstate,
}

pub async fn ask(call: Call, turn: Turn) -> UiResult<Reply> {
    let asked = which(&call)?;
    let detail = of(&call, &asked).await?;
    if turn == Turn::Reinstate && detail.version.yanked.is_none() {
        let said = t!(
            "version-not-withdrawn",
            name = asked.id.name.to_string(),
            version = asked.version.to_string()
        );
        return Err(AppError::new(Code::NothingToChange, said).into());
    }
    Ok(Reply::page(draw(&call, &asked, &detail, turn, None)))
}

pub async fn send(call: Call, turn: Turn) -> UiResult<Reply> {
    let asked = which(&call)?;
    match apply(&call, &asked, turn).await {
        Ok(()) => Ok(Reply::to(version_address(&asked.project, &asked.id, &asked.version))),
        Err(error) if error.code == Code::InvalidRequest => {
            let detail = of(&call, &asked).await?;
            Ok(Reply::page(draw(&call, &asked, &detail, turn, Some(&error))).status(422))
        }
        Err(error) => Err(error.into()),
    }
}

async fn of(call: &Call, Which { project, id, version }: &Which) -> AppResult<ArtifactDetail> {
    prompt::version(&call.ctx, project, id, version).await
}

async fn apply(call: &Call, Which { project, id, version }: &Which, turn: Turn) -> AppResult<()> {
    let ctx = call.write_ctx()?;
    let reason = call.form.raw("reason").unwrap_or_default().replace("\r\n", "\n");
    match turn {
        Turn::Withdraw => {
            let severity = if blocks(call) { Severity::Block } else { Severity::Avoid };
            prompt::yank(&ctx, project, id, version, YankInput { severity, reason }).await?;
        }
        Turn::Reinstate => {
            prompt::unyank(&ctx, project, id, version, UnyankInput { reason }).await?;
        }
    }
    Ok(())
}

/// Whether the form says that the version must not be used.
fn blocks(call: &Call) -> bool {
    call.form.text("severity") == Some("block")
}

fn draw(call: &Call, asked: &Which, detail: &ArtifactDetail, turn: Turn, error: Option<&AppError>) -> Page {
    let Which { project, id, version } = asked;
    let (name, number) = (id.name.to_string(), version.to_string());
    let cancel = version_address(project, id, version);
    let what = match turn {
        Turn::Withdraw => withdraws(detail),
        Turn::Reinstate => html! { p { (t!("version-reinstate-about")) } },
    };
    let fields = html! {
        @if turn == Turn::Withdraw { (severities(call)) }
        (reason(call, error))
    };
    let (path, title, head, button, tone) = match turn {
        Turn::Withdraw => (
            "withdraw",
            t!("version-withdraw-page", name = name, version = number.clone()),
            t!("version-withdraw-title", version = number.clone()),
            t!("version-withdraw-do", version = number),
            Tone::Bad,
        ),
        Turn::Reinstate => (
            "reinstate",
            t!("version-reinstate-page", name = name, version = number.clone()),
            t!("version-reinstate-title", version = number.clone()),
            t!("version-reinstate-do", version = number),
            Tone::Warn,
        ),
    };
    let action = address(project, &format!("{path}/{version}"), id);
    let it = Confirm { title: &head, what, fields, action: &action, button: &button, tone, cancel: &cancel };
    let (undo, operation) = match turn {
        Turn::Withdraw => ("", "yank"),
        Turn::Reinstate => (" --undo", "unyank"),
    };
    Page::new(Here::Library, title)
        .project(project)
        .trail(t!("shell-library"), format!("/p/{project}/library"))
        .trail(id.name.to_string(), own_address(project, id))
        .trail(version.to_string(), version_address(project, id, version))
        .body(confirm(call, &it))
        .drawer(
            Drawer::new()
                .cli(format!("cuelight yank {}@{version}{undo}", shown_ref(id)))
                .api("POST", api(project, id, &format!("/versions/{version}/{operation}"))),
        )
}

fn withdraws(detail: &ArtifactDetail) -> Markup {
    let live: Vec<String> = detail.version.live_in.iter().map(ToString::to_string).collect();
    html! {
        p { (t!("version-withdraw-about")) }
        @if !live.is_empty() { (note(Tone::Warn, html! { p { (t!("version-withdraw-live", environments = live.join(", "))) } })) }
    }
}

fn severities(call: &Call) -> Markup {
    let choice = |value: &str, label: String, on: bool| {
        html! {
            label class="check" { input type="radio" name="severity" value=(value) checked[on]; span { (label) } }
        }
    };
    html! {
        fieldset {
            legend { (t!("version-withdraw-how")) }
            (choice("avoid", t!("version-withdraw-avoid"), !blocks(call)))
            (choice("block", t!("version-withdraw-block"), blocks(call)))
        }
    }
}

fn reason(call: &Call, error: Option<&AppError>) -> Markup {
    Field::text("reason", t!("version-reason"))
        .area(3)
        .hint(t!("version-reason-hint"))
        .value(call.form.raw("reason").unwrap_or_default())
        .error(error.map(|e| match call.form.text("reason") {
            None => t!("version-reason-missing"),
            Some(_) => e.detail.clone(),
        }))
        .required()
        .draw()
}
