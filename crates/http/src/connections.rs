//! Connections: how many there are, and what ends one. A client that is slow to ask, slow to send or does not read is
//! cut, so that it costs the others nothing.

mod body;
mod carried;
mod pulse;
mod stream;

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::io;
use std::iter;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use cuelight_app::{AppError, Code};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::problem::Problem;
use crate::serve::Site;
use crate::state::Limits;
pub(crate) use body::TooSlow;
use body::{Answer, Paced};
use carried::Carried;
use pulse::{Pulse, Verdict};
use stream::Streams;

/// Largest head of a request, and about the most of an answer that waits in memory for a socket, in bytes.
const BUFFER: usize = 64 * 1024;
/// Largest list of headers over HTTP/2, in bytes.
const HEADERS: u32 = 32 * 1024;
/// Most requests at once on one connection over HTTP/2.
const STREAMS: u32 = 128;
/// How much a client may send ahead of being read: on one stream, and on a connection over HTTP/2.
const WINDOWS: (u32, u32) = (64 * 1024, 256 * 1024);
/// How often a connection over HTTP/2 is asked whether it is alive, and how long it may think.
const PING: Duration = Duration::from_secs(20);
/// How long nothing is accepted when the system has no more to give, such as open files.
const BREATH: Duration = Duration::from_millis(200);
/// Most connections that are told at one time that there is no room.
const TURNED_AWAY: usize = 64;
/// How long a connection that was turned away may take to read why.
const FAREWELL: Duration = Duration::from_secs(1);

/// Answers on a listener until told to end, then takes no new connections and finishes what was begun. Dropping the
/// future cuts everything.
pub(crate) async fn answer(
    listener: TcpListener,
    site: Site,
    limits: Limits,
    until: impl Future<Output = ()> + Send,
) {
    let server = Arc::new(Server::new(site, limits));
    let places = Arc::new(Semaphore::new(limits.connections));
    let full = full(&limits);
    let farewells = Arc::new(Semaphore::new(TURNED_AWAY));
    let (stop, stopping) = watch::channel(false);
    let mut open = JoinSet::new();
    let mut until = pin!(until);
    loop {
        let accepted = tokio::select! {
            () = &mut until => break,
            accepted = listener.accept() => accepted,
            Some(_ended) = open.join_next() => continue,
        };
        match accepted {
            Ok((stream, from)) => match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => {
                    open.spawn(Arc::clone(&server).converse(stream, from, stopping.clone(), place));
                }
                Err(_) => turn_away(stream, &full, &farewells),
            },
            Err(error) if of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    stop.send_replace(true);
    while open.join_next().await.is_some() {}
}

struct Server {
    one: http1::Builder,
    two: http2::Builder<Streams>,
    site: Arc<Site>,
    limits: Limits,
}

impl Server {
    /// How HTTP is spoken. What the library does by itself against floods of resets and of continued headers stays.
    fn new(site: Site, limits: Limits) -> Self {
        let (mut one, mut two) =
            (http1::Builder::new(), http2::Builder::new(Streams { stall: limits.stall }));
        // Slow heads are cut by the pulse, which can tell them from connections at rest.
        one.timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(BUFFER);
        two.timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .initial_stream_window_size(WINDOWS.0)
            .initial_connection_window_size(WINDOWS.1)
            .max_header_list_size(HEADERS)
            .max_send_buf_size(BUFFER)
            .keep_alive_interval(PING)
            .keep_alive_timeout(PING);
        Self { one, two, site: Arc::new(site), limits }
    }

    /// One connection, from its first byte to its end.
    async fn converse(
        self: Arc<Self>,
        stream: TcpStream,
        from: SocketAddr,
        mut stopping: watch::Receiver<bool>,
        _place: OwnedSemaphorePermit,
    ) {
        prepare(&stream, &self.limits);
        let pulse = Arc::new(Pulse::new());
        let ending = Notify::new();
        let carried = Carried::new(stream, Arc::clone(&pulse));
        // What is there for it to notice changes much more rarely than requests come. So it is polled when it was woken
        // itself, and not with each of them: all connections ask for the end at the same place.
        let mut watch: FuturesUnordered<_> = iter::once(self.watch(&pulse, &mut stopping, &ending)).collect();
        tokio::select! {
            biased;
            ended = self.talk(carried, from, &pulse, &ending) => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended");
                }
            }
            Some(()) = watch.next() => {}
        }
    }

    /// Looks after a connection until it is to be cut, and tells it when it should end by itself.
    async fn watch(&self, pulse: &Pulse, stopping: &mut watch::Receiver<bool>, ending: &Notify) {
        let mut look = pin!(sleep_until(pulse.first_look(&self.limits)));
        let mut told = false;
        loop {
            tokio::select! {
                _stopping = stopping.wait_for(|stopping| *stopping), if !told => {
                    told = true;
                    ending.notify_one();
                }
                () = look.as_mut() => match pulse.look(&self.limits, Instant::now()) {
                    Verdict::Fine(next) => look.as_mut().reset(next),
                    Verdict::AtRest if !told => {
                        told = true;
                        ending.notify_one();
                        // Whoever does not even take its end is cut.
                        look.as_mut().reset(Instant::now() + self.limits.stall);
                    }
                    Verdict::AtRest => return,
                    Verdict::Cut(why) => {
                        tracing::info!(why, "a connection is cut");
                        return;
                    }
                },
            }
        }
    }

    /// Answers what is asked on a connection, until its end or until what was begun when told to end is done.
    async fn talk(
        &self,
        mut carried: Carried,
        from: SocketAddr,
        pulse: &Arc<Pulse>,
        ending: &Notify,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let two = tokio::select! {
            two = carried.speaks_two() => two?,
            () = ending.notified() => return Ok(()),
        };
        let serve = service_fn(|request: axum::http::Request<Incoming>| {
            let begun = Arc::clone(pulse).begin(request.version());
            let (site, limits) = (Arc::clone(&self.site), self.limits);
            async move {
                let request: Request = request.map(|body| Body::new(Paced::new(body, &limits)));
                // On the heap, for the connection keeps room for this future as long as it lives, and feeds live long.
                let response = Box::pin(site.answer(request, from)).await;
                Ok::<_, Infallible>(response.map(|body| Answer::new(body, begun)))
            }
        });
        let carried = TokioIo::new(carried);
        if two {
            let mut connection = Box::pin(self.two.serve_connection(carried, serve));
            tokio::select! {
                ended = connection.as_mut() => return Ok(ended?),
                () = ending.notified() => connection.as_mut().graceful_shutdown(),
            }
            return Ok(connection.await?);
        }
        let mut connection = pin!(self.one.serve_connection(carried, serve));
        tokio::select! {
            ended = connection.as_mut() => return Ok(ended?),
            () = ending.notified() => connection.as_mut().graceful_shutdown(),
        }
        Ok(connection.await?)
    }
}

/// Small answers go out at once, and the system itself gives up on a peer that takes nothing.
fn prepare(stream: &TcpStream, limits: &Limits) {
    let mut done = stream.set_nodelay(true);
    #[cfg(target_os = "linux")]
    {
        done = done.and(socket2::SockRef::from(stream).set_tcp_user_timeout(Some(limits.stall)));
    }
    if let Err(error) = done {
        tracing::debug!(%error, "a connection keeps the system's settings");
    }
}

/// The answer to a connection that finds all places taken.
fn full(limits: &Limits) -> Arc<[u8]> {
    let detail =
        format!("the server keeps {} connections open at a time, and all are taken", limits.connections);
    let problem = Problem::of(&AppError::new(Code::Overloaded, detail), "");
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n\
         connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    answer.into_bytes().into()
}

/// Says that there is no room, to as many as is cheap.
fn turn_away(stream: TcpStream, full: &Arc<[u8]>, farewells: &Arc<Semaphore>) {
    let Ok(place) = Arc::clone(farewells).try_acquire_owned() else { return };
    let full = Arc::clone(full);
    tokio::spawn(async move {
        let _place = place;
        let mut stream = stream;
        let goodbye = async {
            stream.write_all(&full).await?;
            stream.shutdown().await?;
            // Closed with something unread, the connection would be reset before the answer is read.
            let mut unread = [0; 1_024];
            while stream.read(&mut unread).await? > 0 {}
            Ok::<_, io::Error>(())
        };
        let _either_way = timeout(FAREWELL, goodbye).await;
    });
}

/// Whether only this one connection failed, before it was accepted.
fn of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(error.kind(), K::ConnectionRefused | K::ConnectionAborted | K::ConnectionReset | K::Interrupted)
}
