//! Browser sessions: a one-time link opens one, and it acts as the token it was made for.
//!
//! Links and sessions are in the vault, never in a ledger: they are means, not facts. The vault keeps the hash of each
//! secret and looks it up by that hash. No comparison in constant time is needed: what a lookup's duration could tell
//! is about the hash of 256 random bits, from which nobody comes back to the bits.

mod end;
mod find;
mod kept;
mod link;
mod list;
mod names;
mod open;

pub use end::{end, end_other};
pub use find::{find, holds};
pub use link::{administrator, link, own_link};
pub use list::list;
pub use names::names;
pub use open::{open, open_with_token};

use std::fmt;

use cuelight_core::ledger::Micros;
use cuelight_core::rights::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ctx::Principal;

/// What sessions and links are kept as in the vault.
pub const KINDS: [&str; 2] = [<kept::KeptLink as kept::Kept>::KIND, <kept::KeptSession as kept::Kept>::KIND];

const MINUTE: Micros = 60_000_000;
/// How long a link can be used, in µs.
pub const LINK_LIVES: Micros = 15 * MINUTE;
/// A session that is not used for this long ends, in µs. It is written down every [`SEEN_EVERY`] only, so a session
/// may end that much earlier.
pub const IDLE_END: Micros = 60 * MINUTE;
/// A session ends this long after it was opened, used or not, in µs.
pub const ABSOLUTE_END: Micros = 12 * 60 * MINUTE;
/// What was made further ahead than this, in µs, was made while a clock was wrong, and has ended: otherwise it would hold
/// for as long as that clock was ahead. Servers' clocks may differ by less.
pub const AHEAD: Micros = 60 * MINUTE;
/// How often a session's last use is written down, in µs.
pub const SEEN_EVERY: Micros = 5 * MINUTE;

/// A one-time way in. The code is secret.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// What opens the session, once.
    pub code: String,
    /// Until when.
    pub expires_at: String,
}

/// A browser session that was opened; `secret` goes into the cookie only.
#[derive(Clone)]
pub struct Opened {
    /// What the browser shows with every request.
    pub secret: String,
    /// The session.
    pub session: SessionInfo,
}

/// A session as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionInfo {
    /// Public id.
    pub id: String,
    /// As whom it acts in the ledger.
    pub actor: String,
    /// What its token is for.
    pub label: String,
    /// The role of its token.
    pub role: Role,
    /// When it was opened.
    pub opened_at: String,
    /// When it was last used, to five minutes.
    pub seen_at: String,
    /// When it ends at the latest; it ends earlier after an hour without use, or with its token.
    pub ends_at: String,
}

/// Somebody who was recognised by their session.
#[derive(Debug, Clone)]
pub struct Found {
    /// Who, and what they may do.
    pub principal: Principal,
    /// The session.
    pub session: SessionInfo,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link(until {})", self.expires_at)
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opened({})", self.session.id)
    }
}
