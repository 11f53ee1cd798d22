//! Starting and ending a server in this process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cuelight_app::follow::{Lost, Pace, follow};
use cuelight_app::ports::{Entropy, SystemClock, SystemEntropy};
use cuelight_app::token::Issued;
use cuelight_app::{App, AppError, Ports};
use cuelight_http::{HttpState, Limits, Rates};
use cuelight_replica::{Replica, Stores};
use cuelight_ui::{PublicAddress, UiState};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::store::{self, Store};
use super::{Database, PublicUrl};
use crate::demo::library;
use crate::failure::{Failure, LocalCode};

/// How long requests may go on after the server was told to end.
const GRACE: Duration = Duration::from_secs(10);
/// Most connections that wait to be accepted, where the system allows so many. What comes on top tries again later and later.
const WAITING: u32 = 16_384;
/// How often it is looked whether a write ended with an unknown result.
const HEARTBEAT: Duration = Duration::from_millis(250);

/// What to serve, and where.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data folder.
    pub data: PathBuf,
    /// The address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address under which browsers reach it; the one it listens on when absent.
    pub public: Option<PublicUrl>,
    /// The database to store in; the data folder alone when absent.
    pub database: Option<Database>,
    /// For how long the database may be silent before the server says that it is not ready; for ever when absent.
    pub unready_after: Option<Duration>,
    /// How often one token may ask for what.
    pub rates: Rates,
}

impl Settings {
    /// This folder and address, and nothing else.
    #[must_use]
    pub fn on(data: PathBuf, listen: SocketAddr) -> Self {
        Self { data, listen, public: None, database: None, unready_after: None, rates: Rates::default() }
    }
}

/// A server that answers.
pub struct Running {
    /// Where.
    pub address: SocketAddr,
    /// Where browsers reach it: scheme and host, without a slash at the end.
    pub base: String,
    /// Its data folder.
    pub data: PathBuf,
    /// The application in it.
    pub app: Arc<App>,
    /// On the very first start, the administrator's token.
    pub first_token: Option<Issued>,
    store: Store,
    stopping: watch::Sender<bool>,
    serving: JoinHandle<std::io::Result<()>>,
    following: JoinHandle<Result<(), Lost>>,
}

/// Why a server ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Asked,
    /// What is in memory cannot be trusted any more: a write ended with an unknown result, or the database was replaced.
    Poisoned(String),
}

/// Opens the data folder and begins to answer.
///
/// # Errors
/// When folder or database cannot be used, or the address is taken.
pub async fn start(settings: Settings) -> Result<Running, Failure> {
    let Settings { data, listen, public, database, unready_after, rates } = settings;
    let listener = bind(listen)
        .map_err(|e| Failure::new(LocalCode::Listen, format!("cannot listen on {listen}: {e}")))?;
    let address = listener.local_addr().map_err(|e| Failure::new(LocalCode::Listen, e.to_string()))?;
    let base = public.map_or_else(|| format!("http://{address}"), |url| url.to_string());
    let store = store::open(&data, database.as_ref()).await?;
    let Stores { ledger, blobs, observations, vault, nodes } = store.stores.clone();
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let ports = Ports { ledger, blobs, observations, vault, nodes, clock, entropy };
    let started = App::start(ports).await?;
    let (stopping, stop) = watch::channel(false);
    let nonce = hex::encode(&SystemEntropy.bytes32().map_err(AppError::from)?[..4]);
    let limits = Limits { stale: unready_after, rates, ..Limits::default() };
    let state = HttpState::new(started.app.clone(), limits, &nonce, stop.clone());
    started.app.node().reached_at(&base);
    let following = tokio::spawn(following(store.shared.clone(), started.app.clone(), stop.clone()));
    let reached = PublicAddress::parse(&base).map_err(AppError::internal)?;
    let pages = cuelight_ui::router(UiState::new(cuelight_ui::Settings {
        app: started.app.clone(),
        address: reached,
        sample: library::acme(&[]).map_err(AppError::internal)?,
        nonce,
        stopping: stop.clone(),
    }));
    let serving = tokio::spawn(async move {
        let until = async move {
            let mut stop = stop;
            // An error means that the sender is gone, which is an end as well.
            let _ended = stop.wait_for(|stopping| *stopping).await;
        };
        cuelight_http::serve(listener, state, pages, until).await
    });
    let data = std::path::absolute(&data).unwrap_or(data);
    tracing::info!(%address, data = %data.display(), "serving");
    let Started { app, first_token } = started.into();
    Ok(Running { address, base, data, app, first_token, store, stopping, serving, following })
}

/// Listens, with room for all clients of a server that was away to come back at once.
fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Otherwise the port stays taken for a while after a server that held connections. Windows means another thing by it.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// Follows the store, and keeps the copy of a database.
async fn following(
    shared: Option<Arc<Replica>>,
    app: Arc<App>,
    stopping: watch::Receiver<bool>,
) -> Result<(), Lost> {
    let Some(replica) = shared else { return follow(app, Pace::alone(), stopping).await };
    let keeping = tokio::spawn(keep(replica, stopping.clone()));
    let ended = follow(app, Pace::default(), stopping).await;
    keeping.abort();
    ended
}

/// Keeps the copy of a database. That it cannot be kept is logged; the server goes on.
async fn keep(replica: Arc<Replica>, stopping: watch::Receiver<bool>) {
    if let Err(error) = replica.bring_up().await {
        tracing::warn!(%error, "the copy of the database is not up to date yet");
    }
    replica.keep(stopping).await;
}

/// Named fields of what the application says at its start.
struct Started {
    app: Arc<App>,
    first_token: Option<Issued>,
}

impl From<cuelight_app::Started> for Started {
    fn from(started: cuelight_app::Started) -> Self {
        Self { app: started.app, first_token: started.first_token }
    }
}

/// Why a store could not be opened or used, as a failure of a command.
pub fn open_failure(error: &cuelight_store::StoreError) -> Failure {
    use cuelight_store::StoreError as E;
    let code = match error {
        E::Locked { .. } => LocalCode::DataLocked,
        E::NewerSchema { .. } | E::TooOld { .. } => LocalCode::DataVersion,
        E::Corrupt { .. } => LocalCode::DataDamaged,
        E::Settings { .. } => LocalCode::DatabaseSettings,
        _ => LocalCode::DataFolder,
    };
    Failure::new(code, error.to_string())
}

impl Running {
    /// Serves until a signal comes or storage is lost, then ends.
    pub async fn until(mut self, mut signals: Signals) -> Ended {
        let mut pulse = tokio::time::interval(HEARTBEAT);
        let ended = loop {
            tokio::select! {
                () = signals.wait() => break Ended::Asked,
                _ = pulse.tick() => {
                    if let Some(why) = self.store.poisoned() {
                        break Ended::Poisoned(why.to_owned());
                    }
                    if self.following.is_finished() {
                        break self.lost().await;
                    }
                    if self.serving.is_finished() {
                        break Ended::Poisoned("the server stopped listening".into());
                    }
                }
            }
        };
        self.end(&ended).await;
        ended
    }

    /// Why following ended by itself.
    async fn lost(&mut self) -> Ended {
        let why = match (&mut self.following).await {
            Ok(Ok(())) => "following the store ended".into(),
            Ok(Err(lost)) => lost.to_string(),
            Err(error) => format!("following the store failed: {error}"),
        };
        Ended::Poisoned(why)
    }

    /// Ends: not ready any more, feeds end, requests finish, states are saved.
    pub async fn end(self, why: &Ended) {
        tracing::info!("ending");
        self.stopping.send_replace(true);
        let abort = self.serving.abort_handle();
        match tokio::time::timeout(GRACE, self.serving).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::error!(%error, "the server ended with an error"),
            Ok(Err(error)) => tracing::error!(%error, "the server's task failed"),
            Err(_) => {
                abort.abort();
                tracing::warn!(
                    "requests were still going on after {} seconds and were cut off",
                    GRACE.as_secs()
                );
            }
        }
        if !self.following.is_finished()
            && tokio::time::timeout(Duration::from_secs(2), self.following).await.is_err()
        {
            tracing::warn!("the other servers were not told that this one ends");
        }
        if *why == Ended::Asked
            && let Err(error) = self.app.save().await
        {
            // Only the next start is slower: the ledger has everything.
            tracing::warn!(detail = error.detail, "the states could not be saved");
        }
        tracing::info!("ended");
    }
}

/// SIGTERM and Ctrl-C.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// Begins to listen for them.
    ///
    /// # Errors
    /// When the system does not let it.
    #[cfg(unix)]
    pub fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let failed =
            |e: std::io::Error| Failure::new(LocalCode::Internal, format!("cannot listen for signals: {e}"));
        let terminate = signal(SignalKind::terminate()).map_err(failed)?;
        Ok(Self { terminate, interrupt: signal(SignalKind::interrupt()).map_err(failed)? })
    }

    /// Begins to listen for them.
    ///
    /// # Errors
    /// Never here.
    #[cfg(not(unix))]
    pub const fn listen() -> Result<Self, Failure> {
        Ok(Self {})
    }

    /// Until one comes.
    #[cfg(unix)]
    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Until one comes.
    #[cfg(not(unix))]
    pub async fn wait(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
