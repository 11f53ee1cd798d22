//! Pages of lists.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Remote, segment};
use crate::failure::Failure;

/// A page of a list.
#[derive(Debug, Deserialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The cursor of the next page.
    #[serde(default)]
    pub next: Option<Value>,
}

impl Remote {
    /// A whole list, page by page. `path` has no query; `cursor` is the name of the parameter that takes `next`.
    ///
    /// # Errors
    /// As [`Remote::get`].
    pub async fn list<T: DeserializeOwned>(&self, path: &str, cursor: &str) -> Result<Vec<T>, Failure> {
        let mut all = Vec::new();
        let mut from = String::new();
        loop {
            let page: Page<T> = self.get(&format!("{path}?limit=200{from}")).await?;
            all.extend(page.items);
            let next = match page.next {
                None | Some(Value::Null) => return Ok(all),
                Some(Value::String(text)) => text,
                Some(other) => other.to_string(),
            };
            from = format!("&{cursor}={}", segment(next));
        }
    }
}
