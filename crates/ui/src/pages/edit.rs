//! `/p/{project}/edit/{kind}/{*name}`: the editor. It works as a plain form; scripts add a preview while typing.

mod blocks;
mod conflict;
mod form;
mod preview;

use cuelight_app::edit::{
    self, Checked, Conflict, Draft, EditInput, Editing, SampleChoice, carry_over, discard, save_draft,
};
use cuelight_app::{AppError, AppResult, Code};
use cuelight_artifact::diagnostic::has_errors;
use cuelight_artifact::{ArtifactRef, Diagnostic, ProjectName};
use cuelight_core::rights::Action;
use maud::{Markup, html};

use super::change::{Labels, address, api, artifact_of, own_address};
use super::sample;
use crate::call::{Call, May};
use crate::error::UiResult;
use crate::parts::{Drawer, Here, Page, Tone, act, card, note, time};
use crate::reply::Reply;
use crate::route::{Answers, Route, action, page};
use crate::words::t;

/// Its addresses.
pub fn routes() -> Vec<Route> {
    let path = "/p/{project}/edit/{kind}/{*name}";
    let sample = "/p/acme/edit/prompt/sales/qualify-lead";
    vec![
        page("edit", path, sample, show),
        action("edit-save", path, sample, save),
        action(
            "edit-preview",
            "/p/{project}/edit-preview/{kind}/{*name}",
            "/p/acme/edit-preview/prompt/sales/qualify-lead",
            preview_part,
        )
        .answering(Answers::Part),
        action(
            "edit-draft",
            "/p/{project}/edit-draft/{kind}/{*name}",
            "/p/acme/edit-draft/prompt/sales/qualify-lead",
            draft_part,
        )
        .answering(Answers::Part),
        action(
            "edit-discard",
            "/p/{project}/edit-discard/{kind}/{*name}",
            "/p/acme/edit-discard/prompt/sales/qualify-lead",
            discard_it,
        ),
    ]
}

/// Everything a drawing of the editor needs.
pub(super) struct Editor {
    pub(super) project: ProjectName,
    pub(super) id: ArtifactRef,
    pub(super) editing: Editing,
    pub(super) input: EditInput,
    /// The version the edit began with, while conflicts with a newer one are being settled.
    pub(super) was: Option<semver::Version>,
    pub(super) conflicts: Vec<Conflict>,
    /// Fields in which the editor's own text was chosen.
    pub(super) kept: Vec<String>,
    /// Whether publishing was asked for: before, a missing reason is no error.
    pub(super) asked: bool,
    pub(super) choice: SampleChoice,
    pub(super) checked: Checked,
    pub(super) draft: Option<Draft>,
    pub(super) may: May,
    pub(super) said: Markup,
}

impl Editor {
    async fn of(call: &Call, editing: Editing, input: EditInput, choice: SampleChoice) -> AppResult<Self> {
        let (project, id) = (call.project()?, artifact_of(call)?);
        let checked = edit::check(&call.ctx, &project, &id, &input, &choice).await?;
        Ok(Self {
            may: call.may(Action::Publish, &project, None),
            draft: editing.draft.clone(),
            was: None,
            conflicts: Vec::new(),
            kept: Vec::new(),
            asked: false,
            said: html! {},
            project,
            id,
            editing,
            input,
            choice,
            checked,
        })
    }

    /// Where one of its addresses is.
    pub(super) fn at(&self, what: &str) -> String {
        address(&self.project, what, &self.id)
    }

    pub(super) fn labels(&self) -> Labels {
        Labels::of_messages(&self.input.fields.messages)
    }

    /// What there is to look at. Nobody is told that the reason is missing before they want to publish.
    pub(super) fn problems(&self) -> Vec<&Diagnostic> {
        let early = |d: &&Diagnostic| self.asked || d.path.as_deref() != Some("change_intent");
        self.checked.problems.iter().filter(early).collect()
    }
}

async fn show(call: Call) -> UiResult<Reply> {
    let (project, id) = (call.project()?, artifact_of(&call)?);
    let editing = edit::open(&call.ctx, &project, &id).await?;
    if editing.unreadable {
        return Ok(Reply::page(unreadable(&call, &project, &id)));
    }
    let (mut conflicts, mut was) = (Vec::new(), None);
    let input = match (&editing.carried, &editing.draft) {
        (Some(carried), Some(draft)) => {
            conflicts.clone_from(&carried.conflicts);
            was = Some(draft.edit.base.clone());
            EditInput { base: carried.base.clone(), fields: carried.fields.clone(), ..draft.edit.clone() }
        }
        (_, Some(draft)) => draft.edit.clone(),
        (_, None) => fresh(&editing),
    };
    let carried = was.is_some();
    let mut editor = Editor::of(&call, editing, input, SampleChoice::First).await?;
    (editor.was, editor.conflicts) = (was.filter(|_| !conflicts.is_empty()), conflicts);
    if carried {
        editor.said = conflict::carried_over(&editor);
    }
    Ok(Reply::page(draw(&call, &editor)))
}

fn fresh(editing: &Editing) -> EditInput {
    EditInput {
        base: editing.newest.clone(),
        fields: editing.fields.clone(),
        also: std::collections::BTreeSet::new(),
        bump: None,
    }
}

async fn save(call: Call) -> UiResult<Reply> {
    let (project, id) = (call.project()?, artifact_of(&call)?);
    let editing = edit::open(&call.ctx, &project, &id).await?;
    if editing.unreadable {
        return Ok(Reply::page(unreadable(&call, &project, &id)).status(Code::Stale.status()));
    }
    let mut sent = form::read(&call.form)?;
    let wish = form::Wish::of(&call.form);
    match &wish {
        form::Wish::Theirs(field) => conflict::take_theirs(&mut sent.input.fields, &editing.fields, field),
        form::Wish::Mine(field) => sent.kept.push(field.clone()),
        _ => {}
    }
    wish.rearrange(&mut sent.input.fields);
    let overtaken = sent.input.base != editing.newest;
    let was = if overtaken { Some(sent.input.base.clone()) } else { sent.was.take() };
    let mut conflicts = Vec::new();
    if let Some(base) = &was {
        let from = EditInput { base: base.clone(), ..sent.input.clone() };
        let carried = carry_over(&call.ctx, &project, &id, &from).await?;
        if overtaken {
            sent.input = EditInput { base: carried.base, fields: carried.fields, ..sent.input };
            sent.kept.clear();
        }
        // Whoever was shown a conflict and publishes all the same has decided.
        if overtaken || wish != form::Wish::Publish {
            conflicts = carried.conflicts;
            conflicts.retain(|c| !sent.kept.contains(&c.field));
        }
    }
    let was = was.filter(|_| !conflicts.is_empty());
    let choice = sample::choice(&call.form, &editing.variables);
    let kept = undecided(&sent.input, was.as_ref());
    let saved = save_draft(&call.ctx, &project, &id, &kept, sent.revision).await;
    let mut editor = Editor::of(&call, editing, sent.input, choice).await?;
    (editor.was, editor.conflicts, editor.kept) = (was, conflicts, sent.kept);
    editor.asked = sent.asked || wish == form::Wish::Publish;
    let status = match saved {
        Ok(draft) => {
            // A conflict is shown before anything goes on: nobody saw it yet.
            let settled = editor.conflicts.is_empty();
            if wish == form::Wish::Publish && settled && editor.checked.plan.is_some() {
                return Ok(Reply::to(editor.at("publish")));
            }
            editor.said = if settled {
                after_saving(&call, &editor, &draft, &wish)
            } else {
                card::outcome(Tone::Good, html! { p { (saved_at(&call, &draft)) } })
            };
            editor.draft = Some(draft);
            match wish {
                form::Wish::Publish if settled => 422,
                form::Wish::Publish => 409,
                _ => 200,
            }
        }
        Err(error) => {
            editor.said = not_saved(&error)?;
            error.code.status()
        }
    };
    if overtaken || !editor.conflicts.is_empty() {
        editor.said = html! { (conflict::carried_over(&editor)) (editor.said) };
    }
    Ok(Reply::page(draw(&call, &editor)).status(status))
}

/// What is kept of an edit. While conflicts are open it stays on the version it began with, so that they are shown again
/// whenever it is opened.
fn undecided(input: &EditInput, was: Option<&semver::Version>) -> EditInput {
    EditInput { base: was.unwrap_or(&input.base).clone(), ..input.clone() }
}

fn after_saving(call: &Call, editor: &Editor, draft: &Draft, wish: &form::Wish) -> Markup {
    if *wish == form::Wish::Publish {
        return card::outcome(
            Tone::Warn,
            html! {
                p { strong { (t!("edit-not-yet")) } }
                p { @if has_errors(&editor.checked.problems) { (t!("edit-not-yet-problems")) } @else { (t!("edit-not-yet-same")) } }
            },
        );
    }
    card::outcome(Tone::Good, html! { p { (saved_at(call, draft)) } })
}

fn saved_at(call: &Call, draft: &Draft) -> Markup {
    html! { (t!("edit-saved")) " " (time::shown(&call.viewer, &draft.saved_at)) }
}

/// What to say when a draft was not kept; other errors are pages of their own.
fn not_saved(error: &AppError) -> AppResult<Markup> {
    let said = match error.code {
        Code::Stale => t!("edit-other-tab-form"),
        Code::TooLarge => t!("edit-too-large"),
        Code::InvalidRequest => t!("edit-too-many"),
        _ => return Err(error.clone()),
    };
    Ok(card::outcome(Tone::Warn, html! { p { strong { (t!("edit-not-saved")) } } p { (said) } }))
}

async fn preview_part(call: Call) -> UiResult<Reply> {
    let (project, id) = (call.project()?, artifact_of(&call)?);
    let editing = edit::open(&call.ctx, &project, &id).await?;
    let sent = form::read(&call.form)?;
    let choice = sample::choice(&call.form, &editing.variables);
    let mut editor = Editor::of(&call, editing, sent.input, choice).await?;
    editor.asked = sent.asked;
    Ok(Reply::part(preview::draw(&editor)))
}

async fn draft_part(call: Call) -> UiResult<Reply> {
    let (project, id) = (call.project()?, artifact_of(&call)?);
    let sent = form::read(&call.form)?;
    let kept = undecided(&sent.input, sent.was.as_ref());
    match save_draft(&call.ctx, &project, &id, &kept, sent.revision).await {
        Ok(draft) => {
            let part = draft_state(Some(draft.revision), html! { (saved_at(&call, &draft)) });
            Ok(Reply::part(part).header("hx-trigger", "cl:saved"))
        }
        Err(error) if error.code == Code::Stale => {
            let part = draft_state(sent.revision, html! { strong { (t!("edit-other-tab")) } });
            Ok(Reply::part(part).refused(&error))
        }
        Err(error) => Err(error.into()),
    }
}

async fn discard_it(call: Call) -> UiResult<Reply> {
    let (project, id) = (call.project()?, artifact_of(&call)?);
    discard(&call.ctx, &project, &id).await?;
    let again = call.form.text("then") == Some("edit");
    Ok(Reply::to(if again { address(&project, "edit", &id) } else { own_address(&project, &id) }))
}

/// In place of the editor, when the draft cannot be read: what is in it is not lost unasked.
fn unreadable(call: &Call, project: &ProjectName, id: &ArtifactRef) -> Page {
    let may = call.may(Action::Publish, project, None);
    let discard = html! {
        form method="post" action=(address(project, "edit-discard", id)) {
            (act::command(call))
            input type="hidden" name="then" value="edit";
            div class="actions" {
                (act::danger_submit(&t!("edit-unreadable-discard")))
                a class="btn quiet" href=(own_address(project, id)) { (t!("edit-back")) }
            }
        }
    };
    let body = note(
        Tone::Warn,
        html! {
            p { strong { (t!("edit-unreadable")) } }
            p { (t!("edit-unreadable-about")) }
            (act::guarded(&may, &t!("edit-unreadable-discard"), discard))
        },
    );
    frame(project, id).body(body)
}

fn frame(project: &ProjectName, id: &ArtifactRef) -> Page {
    Page::new(Here::Library, t!("edit-title", name = id.name.to_string()))
        .project(project)
        .trail(t!("shell-library"), format!("/p/{project}/library"))
        .trail(id.name.to_string(), own_address(project, id))
}

/// The state of the draft, with its revision for the next save.
fn draft_state(revision: Option<u64>, said: Markup) -> Markup {
    html! {
        div id="draft-state" class="hint" {
            input type="hidden" id="f-revision" name="revision" value=[revision];
            (said)
        }
    }
}

fn draw(call: &Call, editor: &Editor) -> Page {
    let id = &editor.id;
    let state = match &editor.draft {
        Some(draft) => draft_state(Some(draft.revision), saved_at(call, draft)),
        None => draft_state(None, html! { (t!("edit-no-draft")) }),
    };
    let body = html! {
        (editor.said)
        @if let May::No { why, who } = &editor.may { (note(Tone::Info, html! { p { (why) " " (who) " " (t!("edit-look-only")) } })) }
        (conflict::draw(editor))
        form id="edit" class="editor" method="post" action=(editor.at("edit")) data-guard {
            // What Enter in a field means: the first button of a form is pressed.
            button class="vh" type="submit" name="do" value="save" tabindex="-1" aria-hidden="true" {}
            (act::command(call))
            input type="hidden" name="base" value=(editor.input.base);
            @if let Some(was) = &editor.was { input type="hidden" name="was" value=(was); }
            @for field in &editor.kept { input type="hidden" name="kept" value=(field); }
            @if editor.asked { input type="hidden" name="asked" value="yes"; }
            div class="halves wide" {
                div { div data-editor-switch {} (blocks::draw(editor)) }
                div class="beside" {
                    div hx-post=(editor.at("edit-preview")) hx-trigger="input delay:300ms from:#edit" hx-target="#preview"
                        hx-swap="innerHTML" hx-sync="this:replace" {}
                    @if editor.may.yes() {
                        div hx-post=(editor.at("edit-draft")) hx-trigger="input delay:2s from:#edit" hx-target="#draft-state"
                            hx-swap="outerHTML" hx-sync="this:queue last" {}
                    }
                    (card("sample-card", &t!("edit-sample"), html! {}, html! {
                        (sample::fields(&editor.editing.samples, &editor.editing.variables, &editor.choice, &editor.checked.values))
                        @if editor.may.yes() { div class="actions" { button class="btn" type="submit" name="do" value="check" { (t!("edit-check")) } } }
                    }))
                    div id="preview" { (preview::draw(editor)) }
                }
            }
            div class="actions bar" {
                @if editor.may.yes() {
                    button class="btn primary" type="submit" name="do" value="publish" { (t!("edit-review")) }
                    button class="btn" type="submit" name="do" value="save" { (t!("edit-save")) }
                } @else { (act::guarded(&editor.may, &t!("edit-review"), html! {})) }
                a class="btn quiet" href=(own_address(&editor.project, id)) { (t!("edit-back")) }
                (state)
            }
        }
        @if editor.draft.is_some() {
            form method="post" action=(editor.at("edit-discard")) {
                (act::command(call))
                p class="hint" { (t!("edit-discard-about")) }
                button class="btn danger" type="submit" { (t!("edit-discard")) }
            }
        }
    };
    frame(&editor.project, id)
        .chips(html! { (t!("edit-from", version = editor.input.base.to_string())) })
        .body(body)
        .editor()
        .drawer(
            Drawer::new()
                .cli("cuelight export && cuelight plan && cuelight apply")
                .api("GET", api(&editor.project, id, ""))
                .api("POST", format!("/api/v1/projects/{}/plan", editor.project)),
        )
}
