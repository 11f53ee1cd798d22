//! Cookies: reading them, and writing them as strictly as the connection allows.

use axum::http::{HeaderMap, header};

use crate::state::PublicAddress;

/// How long preferences are kept, in seconds: a year.
const YEAR: u32 = 31_536_000;

/// The value of a cookie; the first, if there are several.
#[must_use]
pub fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The name of the session's cookie. Over TLS the prefix makes browsers refuse it from anywhere else; without TLS the
/// port is in the name, because browsers do not keep the cookies of two ports apart.
#[must_use]
pub fn session_name(address: &PublicAddress) -> String {
    if address.is_secure() { "__Host-cuelight".into() } else { format!("cuelight-{}", address.port()) }
}

/// The header that gives a browser its session. It ends with the browser; the server ends it earlier.
#[must_use]
pub fn session(address: &PublicAddress, secret: &str) -> String {
    format!("{}={secret}; Path=/; HttpOnly; SameSite=Lax{}", session_name(address), secure(address))
}

/// The header that takes the session away.
#[must_use]
pub fn no_session(address: &PublicAddress) -> String {
    format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{}", session_name(address), secure(address))
}

/// The header that keeps a preference. The value must be of letters, digits and `/ _ + -`.
#[must_use]
pub fn preference(address: &PublicAddress, name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; SameSite=Lax; Max-Age={YEAR}{}", secure(address))
}

fn secure(address: &PublicAddress) -> &'static str {
    if address.is_secure() { "; Secure" } else { "" }
}

#[cfg(test)]
mod tests;
