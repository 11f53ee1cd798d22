//! The server's address.

use std::fmt;

use hyper::Uri;

/// Scheme, host, port and path, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) encrypted: bool,
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// As it goes into the header `Host`.
    pub(crate) authority: String,
    /// Without a slash at its end.
    path: String,
}

impl Address {
    /// Reads an address; the error continues “the server's address …” and does not show it, for there may be a password
    /// in it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let uri: Uri = text.trim().parse().map_err(|e| format!("cannot be read: {e}"))?;
        let encrypted = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("does not start with `http://` or `https://`".into()),
        };
        let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
        if authority.contains('@') || uri.query().is_some() {
            return Err("holds a user, a password or a query".into());
        }
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err("has no host".into());
        }
        let port = uri.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
        let path = uri.path().trim_end_matches('/').to_owned();
        Ok(Self { encrypted, host, port, authority, path })
    }

    /// The target of a request: a path that begins with `/`, on this server.
    pub(crate) fn target(&self, path: &str) -> String {
        format!("{}{path}", self.path)
    }

    /// Whether it is this very machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.encrypted { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority, self.path)
    }
}

#[cfg(test)]
mod tests;
