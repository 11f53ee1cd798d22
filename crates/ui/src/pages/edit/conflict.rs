//! When somebody published since the edit began: what both changed, with both texts, for a person to decide.

use cuelight_app::edit::{Conflict, Fields};
use cuelight_artifact::diff::words;
use maud::{Markup, html};

use super::Editor;
use crate::parts::sides::{Lines, side_by_side};
use crate::parts::{Tone, card, note, text, user};
use crate::words::t;

/// What happened, above the form.
pub fn carried_over(editor: &Editor) -> Markup {
    note(
        Tone::Warn,
        html! {
            p { strong { (t!("edit-carried", version = editor.input.base.to_string())) } }
            p { @if editor.conflicts.is_empty() { (t!("edit-carried-clean")) } @else { (t!("edit-carried-conflicts", count = editor.conflicts.len())) } }
        },
    )
}

/// Every field that both sides changed.
pub fn draw(editor: &Editor) -> Markup {
    let labels = editor.labels();
    html! {
        @for conflict in &editor.conflicts {
            @let id = format!("conflict-{}", conflict.field.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
            @let label = labels.name(&conflict.field);
            (card::flush(&id, &t!("edit-conflict", field = label.clone()), html! {}, one(conflict, &label)))
        }
    }
}

fn one(conflict: &Conflict, label: &str) -> Markup {
    let said = |side: &Option<String>| side.clone().unwrap_or_default();
    html! {
        (side_by_side(
            &words(&said(&conflict.theirs), &said(&conflict.mine)),
            (&t!("edit-conflict-theirs"), &t!("edit-conflict-mine")),
            Lines::Changed,
        ))
        div class="in" {
            details {
                summary { (t!("edit-conflict-base")) }
                div class="prompt-text" data-user { (text::shown(&said(&conflict.base))) }
            }
            p class="hint" { (t!("edit-conflict-about")) }
            div class="actions" {
                button class="btn" type="submit" form="edit" name="do" value={ "theirs:" (conflict.field) } {
                    (t!("edit-conflict-take")) span class="vh" { ": " (user(label)) }
                }
                button class="btn" type="submit" form="edit" name="do" value={ "mine:" (conflict.field) } {
                    (t!("edit-conflict-keep")) span class="vh" { ": " (user(label)) }
                }
            }
        }
    }
}

/// Puts the published text of a field in the place of one's own.
pub fn take_theirs(mine: &mut Fields, theirs: &Fields, field: &str) {
    let index = || field.strip_prefix("messages[")?.split_once(']')?.0.parse::<usize>().ok();
    match field {
        "title" => mine.title.clone_from(&theirs.title),
        "summary" => mine.summary.clone_from(&theirs.summary),
        "intent" => mine.intent.clone_from(&theirs.intent),
        "owners.business" => mine.owners.business.clone_from(&theirs.owners.business),
        "owners.technical" => mine.owners.technical.clone_from(&theirs.owners.technical),
        "owners.rollback" => mine.owners.rollback.clone_from(&theirs.owners.rollback),
        "risk" => mine.risk = theirs.risk,
        "tags" => mine.tags.clone_from(&theirs.tags),
        "known_limitations" => mine.known_limitations.clone_from(&theirs.known_limitations),
        "messages" => mine.messages.clone_from(&theirs.messages),
        "body" => mine.body.clone_from(&theirs.body),
        _ => {
            if let Some((mine, theirs)) =
                index().and_then(|i| Some((mine.messages.get_mut(i)?, theirs.messages.get(i)?)))
            {
                mine.clone_from(theirs);
            }
            let constant = field.strip_prefix("constants.").and_then(|f| f.strip_suffix(".value"));
            if let Some((name, value)) = constant.and_then(|c| theirs.constants.get_key_value(c)) {
                mine.constants.insert(name.clone(), value.clone());
            }
        }
    }
}
