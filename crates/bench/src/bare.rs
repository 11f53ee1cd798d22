//! The roles this program takes as a process of its own: a bare axum server, and the server under test without the
//! rest of the binary.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::any;
use cuelight_app::ports::{SystemClock, SystemEntropy};
use cuelight_app::{App, Ports};
use cuelight_http::{HttpState, Limits, Rates};
use cuelight_store_sqlite::{OpenOptions, SqliteStore};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Largest answer of the bare server.
const LARGEST: usize = 64 * 1024 * 1024;

/// The ETag the bare server has.
pub const ETAG: &str = "\"bare\"";

/// A bare axum server: `/bytes/{n}` reads the body and answers so many bytes from memory; `/tagged/{n}` answers 304 to
/// who has its ETag.
pub async fn serve() -> Result<()> {
    let memory = Bytes::from(vec![b'x'; LARGEST]);
    let tagged = memory.clone();
    let router = Router::new()
        .route(
            "/bytes/{n}",
            any(move |Path(n): Path<usize>, _body: Bytes| {
                let answer = sized(&memory, n);
                async move { answer }
            }),
        )
        .route(
            "/tagged/{n}",
            any(move |Path(n): Path<usize>, headers: HeaderMap| {
                let answer = if headers.get(header::IF_NONE_MATCH).is_some_and(|v| v == ETAG) {
                    not_modified()
                } else {
                    sized(&tagged, n)
                };
                async move { answer }
            }),
        );
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    announce(&listener)?;
    axum::serve(listener, router).await?;
    Ok(())
}

fn sized(memory: &Bytes, n: usize) -> Response {
    let mut response = Response::new(Body::from(memory.slice(..n.min(LARGEST))));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn not_modified() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response.headers_mut().insert(header::ETAG, HeaderValue::from_static(ETAG));
    response
}

/// The server under test, wired as the binary wires it, without pages.
pub async fn serve_cuelight(arguments: &[String]) -> Result<()> {
    let [flag, data] = arguments else { bail!("usage: serve --data DIR") };
    if flag != "--data" {
        bail!("usage: serve --data DIR");
    }
    let mut terminate = signal(SignalKind::terminate())?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let store = open(PathBuf::from(data)).await?;
    let app = App::start(ports(&store)).await.map_err(said)?.app;
    let (stopping, stop) = watch::channel(false);
    let limits = Limits { rates: Rates::new(0, 0), ..Limits::default() };
    let state = HttpState::new(Arc::clone(&app), limits, "bench", stop.clone());
    announce(&listener)?;
    let mut stop = stop;
    let until = async move {
        let _ended = stop.wait_for(|stopping| *stopping).await;
    };
    let serving = tokio::spawn(cuelight_http::serve(listener, state, Router::new(), until));
    terminate.recv().await;
    stopping.send_replace(true);
    serving.await??;
    app.save().await.map_err(said)
}

/// Opens a data folder.
pub async fn open(data: PathBuf) -> Result<SqliteStore> {
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open(&OpenOptions::new(data))).await?;
    opened.context("the data folder cannot be opened")
}

/// The ports of a store with the real clock and randomness.
pub fn ports(store: &SqliteStore) -> Ports {
    let port = Arc::new(store.clone());
    Ports {
        ledger: port.clone(),
        blobs: port.clone(),
        observations: port.clone(),
        vault: port.clone(),
        nodes: port,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    }
}

/// An error of the application with all it says.
#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
pub fn said(error: cuelight_app::AppError) -> anyhow::Error {
    anyhow::anyhow!("{}: {}", error.code.as_str(), error.detail)
}

fn announce(listener: &TcpListener) -> Result<()> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{{\"address\":\"http://{}\"}}", listener.local_addr()?)?;
    out.flush()?;
    Ok(())
}
