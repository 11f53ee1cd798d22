//! Who looks, and how they like to see it.

use axum::http::HeaderMap;
use cuelight_app::session::SessionInfo;
use cuelight_artifact::ProjectName;
use jiff::tz::TimeZone;

use crate::cookie;

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// `system`, `light` or `dark`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads it; anything else is the system's.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// Who looks.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The name of their time zone, such as `Europe/Berlin`.
    pub zone_name: String,
    /// Their time zone.
    pub zone: TimeZone,
    /// Whether they chose the zone by hand; otherwise it follows the browser.
    pub zone_chosen: bool,
    /// Light or dark.
    pub theme: Theme,
    /// The project they looked at last.
    pub project: Option<ProjectName>,
    /// Their session; none when nobody is signed in.
    pub session: Option<SessionInfo>,
}

impl Viewer {
    /// From the browser's preferences.
    #[must_use]
    pub fn of(headers: &HeaderMap, session: Option<SessionInfo>) -> Self {
        let asked = cookie::get(headers, "zone").filter(|name| is_zone_name(name));
        let found = asked.and_then(|name| Some((name, TimeZone::get(name).ok()?)));
        let (zone_name, zone) =
            found.map_or_else(|| ("UTC".to_owned(), TimeZone::UTC), |(name, zone)| (name.to_owned(), zone));
        let theme = cookie::get(headers, "theme").map(Theme::parse).unwrap_or_default();
        let zone_chosen = cookie::get(headers, "zone-chosen") == Some("yes");
        let project = cookie::get(headers, "project").and_then(|name| name.parse().ok());
        Self { zone_name, zone, zone_chosen, theme, project, session }
    }
}

/// Whether a text may name a zone: what goes back into a cookie and into pages must be harmless.
#[must_use]
pub fn is_zone_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'+' | b'-'))
}
