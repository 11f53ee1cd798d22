//! The words of a version: its messages, with shared texts where they stand. Used by every page that shows them whole.

use std::collections::BTreeMap;

use cuelight_artifact::model::{Message, Role};
use cuelight_artifact::{Artifact, Digest, ProjectName};
use maud::{Markup, html};

use crate::parts::template::Templates;
use crate::parts::user;
use crate::words::t;

/// All of it. `shared` has every shared text in it, by digest.
pub(crate) fn wording(
    project: &ProjectName,
    artifact: &Artifact,
    shared: &BTreeMap<Digest, Artifact>,
) -> Markup {
    let mut templates = Templates::new(project, shared);
    html! {
        @for message in &artifact.messages {
            div class="message" {
                @match message {
                    Message::Text { role, text } => {
                        h3 { (role_word(*role)) }
                        (templates.draw(text, &artifact.fragments))
                    }
                    Message::Placeholder { name, optional } => {
                        h3 { (t!("prompt-earlier")) }
                        p {
                            span class="var" { (user(name)) } " "
                            @if *optional { (t!("prompt-earlier-optional")) } @else { (t!("prompt-earlier-required")) }
                        }
                    }
                }
            }
        }
        @if let Some(body) = &artifact.body { div class="message" { (templates.draw(body, &artifact.fragments)) } }
    }
}

/// Who speaks in a message.
fn role_word(role: Role) -> String {
    match role {
        Role::System => t!("prompt-role-system"),
        Role::User => t!("prompt-role-user"),
        Role::Assistant => t!("prompt-role-assistant"),
    }
}
