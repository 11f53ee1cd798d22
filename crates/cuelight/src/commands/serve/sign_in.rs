//! A way into the pages for whoever started the server, and so holds its data folder.

use cuelight_app::session;

use super::Running;
use crate::failure::Failure;

/// A whole link that opens a session of the oldest administrator's token, once. None when there is no such token.
///
/// # Errors
/// When storage is away.
pub async fn sign_in_link(running: &Running) -> Result<Option<String>, Failure> {
    let Some(token) = session::administrator(&running.app) else {
        return Ok(None);
    };
    let link = session::link(&running.app, &token).await?;
    Ok(Some(format!("{}/sign-in/{}", running.base, link.code)))
}
