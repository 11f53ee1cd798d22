//! `cuelight sign-in`: a link that opens the pages in a browser.

use cuelight_http::SignInLink;
use serde_json::json;

use crate::failure::{Done, Outcome};
use crate::present::when;
use crate::session::Session;

const LINKS: &str = "/api/v1/sign-in-links";

/// Make a link that opens the pages in a browser, once.
///
/// Whoever opens the link acts as the holder of your token, for at most 12 hours. It works once, within 15 minutes:
/// treat it like the token until then.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cuelight sign-in\n  cuelight sign-in --json")]
pub struct SignInArgs {}

/// Asks for a link and prints it whole.
pub async fn run(session: &Session, _: &SignInArgs) -> Done {
    let remote = session.remote()?;
    let made: SignInLink = remote.ask(LINKS, &json!({})).await?;
    let link = remote.address().join(&made.path);
    session.out.data(&format!("{link}\n"));
    session.out.note(&format!("Open it in a browser. It works once, until {}.", when(&made.expires_at)));
    Outcome::fine(&json!({ "link": link, "expires_at": made.expires_at }))
}
