//! Who did something, as people call them.

use std::collections::BTreeMap;

use cuelight_app::AppResult;
use cuelight_app::session::names;
use maud::{Markup, html};

use crate::call::Call;
use crate::parts;
use crate::words::t;

/// Names of actors, by the id that entries have.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeMap<String, String>);

/// The names of these actors.
///
/// # Errors
/// Storage trouble.
pub async fn named(call: &Call, actors: impl IntoIterator<Item = &str> + Send) -> AppResult<Names> {
    let mut ids: Vec<String> = actors.into_iter().map(str::to_owned).collect();
    ids.sort();
    ids.dedup();
    Ok(Names(names(&call.ctx, &ids).await?))
}

impl Names {
    /// What people call an actor; its id when nobody gave it a name.
    #[must_use]
    pub fn plain(&self, actor: &str) -> String {
        match self.0.get(actor) {
            Some(label) => label.clone(),
            None if actor == "system" => t!("ledger-who-system"),
            None => actor.to_owned(),
        }
    }

    /// The same, to be shown.
    #[must_use]
    pub fn shown(&self, actor: &str) -> Markup {
        html! { (parts::user(self.plain(actor))) }
    }
}
