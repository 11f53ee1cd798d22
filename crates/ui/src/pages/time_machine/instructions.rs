//! The exact instructions of a prompt: its messages, with shared texts where they stand.

use std::collections::BTreeMap;

use cuelight_artifact::model::Message;
use cuelight_artifact::{Artifact, Digest, ProjectName};
use maud::{Markup, html};

use crate::pages::prompt::role_word;
use crate::parts::template::Templates;
use crate::parts::user;
use crate::words::t;

/// All of it.
pub(super) fn draw(
    project: &ProjectName,
    artifact: &Artifact,
    shared: &BTreeMap<Digest, Artifact>,
) -> Markup {
    let mut templates = Templates::new(project, shared);
    html! {
        @for message in &artifact.messages {
            @match message {
                Message::Text { role, text } => {
                    div class="message" {
                        h3 { (role_word(*role)) }
                        (templates.draw(text, &artifact.fragments))
                    }
                }
                Message::Placeholder { name, .. } => {
                    div class="message" { p class="muted" { (t!("time-machine-placeholder")) " " (user(name)) } }
                }
            }
        }
    }
}
