//! Carries an edit over to a newer version, field by field: what only one side changed is taken from that side, and
//! what both changed differently is a conflict with all three texts.

use std::collections::BTreeMap;

use cuelight_artifact::model::Message;
use cuelight_artifact::{ArtifactRef, ProjectName};
use cuelight_core::rights::Action;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::{EditInput, Fields, build};
use crate::ctx::Ctx;
use crate::error::AppResult;

/// An edit on the newest version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Carried {
    /// The version it is based on now.
    #[schemars(with = "String")]
    pub base: Version,
    /// The edit. Where there is a conflict it has the editor's own text.
    pub fields: Fields,
    /// What both sides changed, for a person to decide.
    pub conflicts: Vec<Conflict>,
}

/// A field that both sides changed differently. A text is absent where that side has no such field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Conflict {
    /// The field, such as `title` or `messages[0].text`; `messages` when messages were added, removed or moved.
    pub field: String,
    /// What it was when the edit began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// What the edit makes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mine: Option<String>,
    /// What the newest version says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theirs: Option<String>,
}

/// The edit on the newest version, whoever published it in between.
///
/// # Errors
/// `unknown_artifact`, `unknown_version` for the base, `forbidden`.
pub async fn carry_over(
    ctx: &Ctx,
    project: &ProjectName,
    id: &ArtifactRef,
    input: &EditInput,
) -> AppResult<Carried> {
    ctx.on_project(Action::ReadLibrary, project)?;
    let loaded = ctx.app.project(project).await?;
    let newest = build::newest(&loaded, id)?;
    let base = build::version(&ctx.app, &loaded, id, &input.base).await?;
    let theirs = build::version(&ctx.app, &loaded, id, &newest).await?;
    let mine = input.fields.settled(&base);
    let (fields, conflicts) = carry(&Fields::of(&base), &mine, &Fields::of(&theirs));
    Ok(Carried { base: newest, fields, conflicts })
}

/// `mine`, which was made from `base`, carried over to `theirs`, which was made from `base` too. A field in conflict
/// keeps `mine`, as far as `theirs` has such a field.
#[must_use]
pub fn carry(base: &Fields, mine: &Fields, theirs: &Fields) -> (Fields, Vec<Conflict>) {
    let mut found = Conflicts(Vec::new());
    let text = |t: &String| Some(t.clone());
    let lines = |all: &mut dyn Iterator<Item = &String>| Some(all.cloned().collect::<Vec<_>>().join("\n"));
    let fields = Fields {
        title: found.three("title", (&base.title, &mine.title, &theirs.title), text),
        summary: found.three("summary", (&base.summary, &mine.summary, &theirs.summary), text),
        intent: found.three("intent", (&base.intent, &mine.intent, &theirs.intent), text),
        change_intent: found.three(
            "change_intent",
            (&base.change_intent, &mine.change_intent, &theirs.change_intent),
            text,
        ),
        owners: cuelight_artifact::model::Owners {
            business: found.three(
                "owners.business",
                (&base.owners.business, &mine.owners.business, &theirs.owners.business),
                Clone::clone,
            ),
            technical: found.three(
                "owners.technical",
                (&base.owners.technical, &mine.owners.technical, &theirs.owners.technical),
                Clone::clone,
            ),
            rollback: found.three(
                "owners.rollback",
                (&base.owners.rollback, &mine.owners.rollback, &theirs.owners.rollback),
                Clone::clone,
            ),
        },
        risk: found.three("risk", (&base.risk, &mine.risk, &theirs.risk), |r| Some(r.as_str().to_owned())),
        tags: found.three("tags", (&base.tags, &mine.tags, &theirs.tags), |t| lines(&mut t.iter())),
        known_limitations: found.three(
            "known_limitations",
            (&base.known_limitations, &mine.known_limitations, &theirs.known_limitations),
            |l| lines(&mut l.iter()),
        ),
        messages: messages(base, mine, theirs, &mut found),
        body: found.three("body", (&base.body, &mine.body, &theirs.body), Clone::clone),
        constants: constants(base, mine, theirs, &mut found),
    };
    (fields, found.0)
}

struct Conflicts(Vec<Conflict>);

impl Conflicts {
    /// The one that changed; `mine` and a conflict when both did, differently.
    fn three<T: Clone + PartialEq>(
        &mut self,
        field: &str,
        (base, mine, theirs): (&T, &T, &T),
        show: impl Fn(&T) -> Option<String>,
    ) -> T {
        if mine == base || mine == theirs {
            return theirs.clone();
        }
        if theirs != base {
            let field = field.to_owned();
            self.0.push(Conflict { field, base: show(base), mine: show(mine), theirs: show(theirs) });
        }
        mine.clone()
    }
}

/// Messages go one by one while all three have the same speakers in the same order, else all together.
fn messages(base: &Fields, mine: &Fields, theirs: &Fields, found: &mut Conflicts) -> Vec<Message> {
    let order = frame(&base.messages);
    if frame(&mine.messages) != order || frame(&theirs.messages) != order {
        let all = (&base.messages, &mine.messages, &theirs.messages);
        return found.three("messages", all, |m| Some(script(m)));
    }
    let sides = base.messages.iter().zip(&mine.messages).zip(&theirs.messages).enumerate();
    sides
        .map(|(index, ((base, mine), theirs))| {
            found.three(&format!("messages[{index}].text"), (base, mine, theirs), |m| Some(text_of(m)))
        })
        .collect()
}

/// A message without its text.
fn frame(messages: &[Message]) -> Vec<Message> {
    let bare = messages.iter().map(|message| match message {
        Message::Text { role, .. } => Message::Text { role: *role, text: String::new() },
        placeholder @ Message::Placeholder { .. } => placeholder.clone(),
    });
    bare.collect()
}

fn text_of(message: &Message) -> String {
    match message {
        Message::Text { text, .. } => text.clone(),
        Message::Placeholder { name, .. } => format!("[{name}]"),
    }
}

/// All messages as one text, each under who speaks.
fn script(messages: &[Message]) -> String {
    let parts = messages.iter().map(|message| match message {
        Message::Text { role, text } => format!("{}:\n{text}", role.as_str()),
        Message::Placeholder { name, .. } => format!("[{name}]"),
    });
    parts.collect::<Vec<_>>().join("\n\n")
}

/// Constants are those of `theirs`; a value for one that is gone is a conflict, so that it is not lost unseen.
fn constants(
    base: &Fields,
    mine: &Fields,
    theirs: &Fields,
    found: &mut Conflicts,
) -> BTreeMap<String, String> {
    let names = theirs.constants.keys().chain(mine.constants.keys());
    let names: std::collections::BTreeSet<&String> = names.collect();
    let merged = names.into_iter().filter_map(|name| {
        let of = |fields: &Fields| fields.constants.get(name).cloned();
        let field = format!("constants.{name}.value");
        let value = found.three(&field, (&of(base), &of(mine), &of(theirs)), Clone::clone);
        Some((name.clone(), theirs.constants.get(name).map(|t| value.unwrap_or_else(|| t.clone()))?))
    });
    merged.collect()
}

#[cfg(test)]
mod tests;
