//! The engineer drawer: exact ids, and how to do the same from the command line and the API. The only place where
//! words of version control are used.

use maud::{Markup, html};

use crate::words::t;

/// What the drawer of a page says.
#[derive(Debug, Clone, Default)]
pub struct Drawer {
    ids: Vec<(String, String)>,
    commands: Vec<String>,
    calls: Vec<(String, String)>,
}

impl Drawer {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An id or a digest.
    #[must_use]
    pub fn id(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.ids.push((name.into(), value.to_string()));
        self
    }

    /// A command that does the same or shows the same.
    #[must_use]
    pub fn cli(mut self, command: impl Into<String>) -> Self {
        self.commands.push(command.into());
        self
    }

    /// A call of the API that does the same or shows the same.
    #[must_use]
    pub fn api(mut self, method: impl Into<String>, address: impl Into<String>) -> Self {
        self.calls.push((method.into(), address.into()));
        self
    }

    /// Drawn; nothing when it is empty.
    #[must_use]
    pub fn draw(&self) -> Markup {
        if self.ids.is_empty() && self.commands.is_empty() && self.calls.is_empty() {
            return html! {};
        }
        html! {
            details class="drawer" {
                summary { (t!("drawer-title")) }
                div class="in" {
                    @if !self.ids.is_empty() {
                        h3 { (t!("drawer-ids")) }
                        dl class="facts mono" {
                            @for (name, value) in &self.ids { div { dt { (name) } dd { (value) } } }
                        }
                    }
                    @if !self.commands.is_empty() {
                        h3 { (t!("drawer-cli")) }
                        @for command in &self.commands { pre class="command" { code { (command) } } }
                    }
                    @if !self.calls.is_empty() {
                        h3 { (t!("drawer-api")) }
                        @for (method, address) in &self.calls { pre class="command" { code { (method) " " (address) } } }
                    }
                }
            }
        }
    }
}
