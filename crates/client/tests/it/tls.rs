//! Encryption: the authority given is trusted, and no other.

use std::sync::Arc;
use std::time::Duration;

use cuelight_client::{Connection, Options, Trouble};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use crate::fake::Fake;
use crate::follow::start;
use crate::world::{LEAD, World, ask, assert_generation, assert_wait};

const AUTHORITY: &[u8] = include_bytes!("../data/authority.pem");
const OTHER: &[u8] = include_bytes!("../data/other-authority.pem");

/// Something in front of a server that encrypts, as a load balancer does; its port.
fn encrypting(runtime: &Runtime, behind: &str) -> u16 {
    let behind = behind.trim_start_matches("http://").to_owned();
    let chain = CertificateDer::pem_slice_iter(include_bytes!("../data/server.pem"));
    let chain = chain.collect::<Result<Vec<_>, _>>().expect("certificates");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../data/server.key.pem")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate with its key");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    runtime.spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let (acceptor, behind) = (acceptor.clone(), behind.clone());
            tokio::spawn(async move {
                // A client that does not trust us hangs up.
                let Ok(mut outside) = acceptor.accept(tcp).await else { return };
                let mut inside = TcpStream::connect(behind).await.expect("the server");
                drop(tokio::io::copy_bidirectional(&mut outside, &mut inside).await);
            });
        }
    });
    port
}

#[test]
fn an_encrypted_server_is_followed_and_a_strange_authority_is_not_trusted() {
    let runtime = Runtime::new().expect("a runtime");
    let fake = Fake::bundle(World::new().bundle());
    let port = encrypting(&runtime, &fake.address);
    for server in [format!("https://localhost:{port}"), format!("https://127.0.0.1:{port}")] {
        let client = start(&fake, |o| (o.server, o.roots) = (server, Some(AUTHORITY.to_vec())));
        assert_generation(&client, 1);
        assert_wait(&client, |s| s.connection == Connection::Feed);
        assert!(client.resolve(&ask(LEAD)).is_ok());
    }
    let server = format!("https://localhost:{port}");
    let stranger = start(&fake, |o| {
        (o.server, o.roots, o.token) = (server, Some(OTHER.to_vec()), "cl_stranger_x".into());
    });
    assert_wait(&stranger, |s| s.connection == Connection::Away && s.last_error.is_some());
    let error = stranger.status().last_error.expect("an error");
    assert_eq!(error.kind, Trouble::Unreachable);
    assert!(error.message.contains("certificate"), "{error:?}");
    assert!(stranger.now().is_err());
    // Nothing was sent, the token least of all.
    assert!(fake.seen("").iter().all(|seen| !seen.headers.contains("cl_stranger_x")));
    // A plain server where an encrypted one is expected.
    let plain = fake.address.replace("http://", "https://");
    let client = start(&fake, |o: &mut Options| {
        (o.server, o.roots) = (plain, Some(AUTHORITY.to_vec()));
        o.pace.connect = Duration::from_secs(1);
    });
    assert_wait(&client, |s| s.connection == Connection::Away && s.last_error.is_some());
    runtime.shutdown_background();
}
