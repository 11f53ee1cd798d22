//! The HTTP client: no redirects (they would carry the token elsewhere), bounded waiting, TLS only where asked for.

use std::sync::Arc;
use std::time::Duration;

use super::Address;
use crate::failure::{Failure, LocalCode};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take. A plan over a large library takes seconds.
const ANSWER: Duration = Duration::from_secs(120);

/// A client for this address.
pub(super) fn build(address: &Address) -> Result<reqwest::Client, Failure> {
    let failed = |what: String| Failure::new(LocalCode::Unreachable, what);
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("cuelight-cli/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(ANSWER);
    if address.is_loopback() {
        // A proxy for the world outside is no way to this machine.
        builder = builder.no_proxy();
    }
    if !address.is_encrypted() {
        // Certificates of the system are not looked for when none is needed; small containers have none.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let unused = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| failed(format!("TLS cannot be set up: {e}")))?
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        builder = builder.tls_backend_preconfigured(unused);
    }
    builder.build().map_err(|e| {
        let cause = std::error::Error::source(&e).map(ToString::to_string).unwrap_or_default();
        failed(format!("{address}: no connection can be made from here: {e} {cause}"))
    })
}
