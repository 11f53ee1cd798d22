//! Who can reach the server.

use std::net::SocketAddr;

use crate::failure::{Failure, LocalCode};

/// That plain HTTP is wanted on an address that other machines reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainHttp {
    /// It is, because something in front adds TLS.
    Allowed,
}

/// Refuses to listen where other machines reach the server without encryption, unless that is wanted.
///
/// # Errors
/// `exposed`.
pub fn check_exposed(address: SocketAddr, plain: Option<PlainHttp>) -> Result<(), Failure> {
    if address.ip().is_loopback() || plain.is_some() {
        return Ok(());
    }
    Err(Failure::new(
        LocalCode::Exposed,
        format!("other machines reach {address}, and tokens would travel unencrypted"),
    ))
}
