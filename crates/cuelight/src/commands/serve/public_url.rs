//! The address under which browsers reach the server, when something in front gives it another one.

use std::fmt;
use std::str::FromStr;

use super::address::PlainHttp;
use crate::failure::{Failure, LocalCode};
use crate::remote::{Address, Origin};

/// `https://prompts.example.com`: scheme, host and perhaps a port, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Address);

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address = Address::parse(text, Origin::Argument)
            .map_err(|failure| failure.detail.replace("the server's address", "this address"))?;
        // Cookies that belong to a host alone need the root of it.
        if address.has_path() {
            return Err("this address has a path, and the pages are at the root of their host".into());
        }
        Ok(Self(address))
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PublicUrl {
    /// Refuses an address where sign-in links and cookies would travel unencrypted, unless that is wanted.
    ///
    /// # Errors
    /// `exposed`.
    pub fn check(&self, plain: Option<PlainHttp>) -> Result<(), Failure> {
        if self.0.is_encrypted() || self.0.is_loopback() || plain.is_some() {
            return Ok(());
        }
        let detail = format!("{self} is not https, and whoever signs in there could be overheard");
        Err(Failure::new(LocalCode::Exposed, detail).fix("Write `--public-url https://…`, the address of what adds TLS; where nothing can listen in, pass --allow-plain-http."))
    }
}
