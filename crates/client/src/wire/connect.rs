//! Connections: TCP, and TLS where the address asks for it (rustls on ring).

use std::io;
use std::sync::Arc;

use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use super::address::Address;
use crate::error::StartError;

/// What requests are sent with: no body, or a small one.
pub(super) type Body = http_body_util::Full<hyper::body::Bytes>;

/// Drives a connection while its answer is read; ends with it.
#[derive(Debug)]
pub(crate) struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What encrypts, for an address that asks for it.
pub(super) fn encryption(
    address: &Address,
    roots: Option<&[u8]>,
) -> Result<Option<TlsConnector>, StartError> {
    if !address.encrypted {
        return Ok(None);
    }
    let failed = |what: String| StartError::Tls(what);
    let mut store = RootCertStore::empty();
    match roots {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|e| failed(format!("the roots given: {e}")))?;
                store.add(certificate).map_err(|e| failed(format!("the roots given: {e}")))?;
            }
        }
        None => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if store.is_empty() {
        let whose = if roots.is_some() { "the roots given hold" } else { "this system has" };
        return Err(failed(format!("{whose} no certificate of an authority")));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| failed(e.to_string()))?
        .with_root_certificates(store)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(TlsConnector::from(Arc::new(config))))
}

/// A new connection.
pub(super) async fn connect(
    address: &Address,
    tls: Option<&TlsConnector>,
) -> io::Result<(SendRequest<Body>, Driver)> {
    let tcp = TcpStream::connect((address.host.as_str(), address.port)).await?;
    tcp.set_nodelay(true)?;
    match tls {
        None => begin(TokioIo::new(tcp)).await,
        Some(tls) => {
            let name = ServerName::try_from(address.host.clone()).map_err(io::Error::other)?;
            begin(TokioIo::new(tls.connect(name, tcp).await?)).await
        }
    }
}

async fn begin<T>(stream: T) -> io::Result<(SendRequest<Body>, Driver)>
where
    T: Read + Write + Unpin + Send + 'static,
{
    let (sender, connection) = handshake(stream).await.map_err(io::Error::other)?;
    let driver = tokio::spawn(async move {
        // How it ends is seen by whoever reads the answer.
        drop(connection.await);
    });
    Ok((sender, Driver(driver)))
}
