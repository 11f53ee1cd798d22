//! Slow, stuck and too many clients, over real sockets: they are cut, and the others notice nothing.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::{Method, StatusCode};
use cuelight_http::{Limits, serve};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::world::{P, World};

/// Long for a test, and never waited for when all is well.
const AGES: Duration = Duration::from_secs(20);
/// Smallest buffers that the system gives.
const TINY: u32 = 1;

/// Limits that a test does not have to wait for.
fn short() -> Limits {
    Limits {
        head: Duration::from_millis(300),
        rest: Duration::from_millis(500),
        stall: Duration::from_millis(400),
        trickle: Duration::from_millis(300),
        ..Limits::default()
    }
}

/// A server that listens.
struct Server {
    world: World,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Server {
    async fn start(limits: Limits) -> Self {
        let world = World::with(limits).await;
        let socket = TcpSocket::new_v4().expect("a socket");
        // What is accepted has the listener's buffers: little is hidden in the system.
        socket.set_send_buffer_size(TINY).expect("a size");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
        let listener = socket.listen(1_024).expect("a listener");
        Self::on(world, listener)
    }

    fn on(world: World, listener: TcpListener) -> Self {
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let until = async {
            let _gone = stopped.await;
        };
        let state = world.state.clone();
        let ended = tokio::spawn(async move {
            serve(listener, state, Router::new(), until).await.expect("no error");
        });
        Self { world, address, stop, ended }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    /// A client that takes nearly nothing unless it reads.
    async fn narrow(&self) -> TcpStream {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(TINY).expect("a size");
        socket.connect(self.address).await.expect("a connection")
    }

    fn head(&self, method: &str, path: &str, more: &str) -> String {
        format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n{more}\r\n",
            self.world.test.admin
        )
    }

    async fn health(&self) -> String {
        let mut stream = self.connect().await;
        send(&mut stream, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        to_the_end(&mut stream).await
    }

    /// Asks until the answer is this one.
    async fn until_health(&self, begins: &str) {
        soon(async {
            while !self.health().await.starts_with(begins) {
                sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
    }
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(AGES, what).await.expect("it comes in time")
}

async fn send(stream: &mut TcpStream, text: &str) {
    // The server may have closed already.
    let _may_break = stream.write_all(text.as_bytes()).await;
}

/// Everything that comes until the server closes.
async fn to_the_end(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    // Reset is an end too.
    let _may_break = soon(stream.read_to_end(&mut read)).await;
    String::from_utf8_lossy(&read).into_owned()
}

/// What comes until this text has come.
async fn until(stream: &mut TcpStream, wanted: &str) -> String {
    let mut read = String::new();
    let mut buffer = [0; 8_192];
    while !read.contains(wanted) {
        let n = soon(stream.read(&mut buffer)).await.expect("a connection");
        assert!(n > 0, "closed after {read}");
        read.push_str(&String::from_utf8_lossy(&buffer[..n]));
    }
    read
}

#[tokio::test]
async fn a_head_that_trickles_is_cut() {
    let server = Server::start(short()).await;
    let mut silent = server.connect().await;
    let mut slow = server.connect().await;
    let mut later = server.connect().await;
    send(&mut later, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    until(&mut later, "ok\n").await;
    let trickle = async |stream: &mut TcpStream| {
        for byte in "GET /healthz HTTP/1.1\r\nX-Slow: ".bytes().chain(std::iter::repeat_n(b'a', 10_000)) {
            if stream.write_all(&[byte]).await.is_err() {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("it was never cut");
    };
    soon(async { tokio::join!(trickle(&mut slow), trickle(&mut later)) }).await;
    assert_eq!(to_the_end(&mut silent).await, "");
    assert!(server.health().await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_connection_at_rest_is_closed_in_peace() {
    let server = Server::start(short()).await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        send(&mut stream, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
        until(&mut stream, "ok\n").await;
    }
    let mut rest = Vec::new();
    assert_eq!(soon(stream.read_to_end(&mut rest)).await.expect("not reset"), 0);
}

#[tokio::test]
async fn a_body_that_trickles_is_cut_and_one_that_keeps_the_pace_is_not() {
    let server = Server::start(short()).await;
    let text = json!({ "files": { "prompts.yaml": "x".repeat(60_000) } }).to_string();
    let more = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", text.len());
    let head = server.head("POST", &format!("{P}/plan"), &more);
    let mut slow = server.connect().await;
    send(&mut slow, &head).await;
    let (mut read, mut write) = slow.split();
    let answer = async {
        let mut answer = Vec::new();
        let _may_break = read.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    };
    let trickle = async {
        for byte in text.bytes() {
            if write.write_all(&[byte]).await.is_err() {
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
        std::future::pending::<()>().await;
    };
    let answer = soon(async {
        tokio::select! { answer = answer => answer, () = trickle => String::new() }
    })
    .await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.contains("\"code\":\"too_slow\""), "{answer}");
    // 8 KiB each 60 ms is far above 16 KiB a second, and all of it takes longer than a body that trickles may.
    let mut steady = server.connect().await;
    send(&mut steady, &head).await;
    for piece in text.as_bytes().chunks(8 * 1024) {
        steady.write_all(piece).await.expect("not cut");
        sleep(Duration::from_millis(60)).await;
    }
    let answer = until(&mut steady, "\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_client_that_never_reads_is_cut() {
    let server = Server::start(Limits { connections: 1, ..short() }).await;
    let mut stuck = server.narrow().await;
    let ask = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
    send(&mut stuck, &ask.repeat(20)).await;
    server.until_health("HTTP/1.1 503").await;
    // The only place is free again, and nobody closed it but the server.
    server.until_health("HTTP/1.1 200").await;
    drop(stuck);
}

#[tokio::test]
async fn more_connections_than_there_are_places_are_told_so() {
    let server = Server::start(Limits { connections: 2, ..Limits::default() }).await;
    let mut first = server.connect().await;
    let mut second = server.connect().await;
    for stream in [&mut first, &mut second] {
        send(stream, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
        until(stream, "ok\n").await;
    }
    for _ in 0..5 {
        let refused = server.health().await;
        let (head, body) = refused.split_once("\r\n\r\n").expect("an answer");
        assert!(head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{head}");
        assert!(head.contains("retry-after: 1") && head.contains("connection: close"), "{head}");
        let problem: Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(problem["code"], "overloaded");
        assert_eq!(problem["detail"], "the server keeps 2 connections open at a time, and all are taken");
    }
    send(&mut first, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    until(&mut first, "ok\n").await;
    drop(first);
    server.until_health("HTTP/1.1 200").await;
}

#[tokio::test]
async fn a_stuck_feed_is_dropped_and_500_others_get_everything() {
    const HEALTHY: usize = 500;
    let server = Server::start(Limits { feeds: HEALTHY + 1, ..short() }).await;
    let feed = format!("{P}/environments/development/feed");
    let ask = server.head("GET", &feed, "");
    let mut stuck = server.narrow().await;
    send(&mut stuck, &ask).await;
    let (done, _) = tokio::sync::watch::channel(0_u64);
    let mut readers = Vec::new();
    for _ in 0..HEALTHY {
        let mut stream = server.connect().await;
        send(&mut stream, &ask).await;
        until(&mut stream, "\"generation\":2,").await;
        let mut last = done.subscribe();
        readers.push(tokio::spawn(async move {
            // Reads on until it has the last generation, and every one before.
            let (mut text, mut seen, mut buffer) = (String::new(), 2_u64, vec![0; 16 * 1024]);
            loop {
                let until = *last.borrow_and_update();
                if until > 0 && seen == until {
                    return;
                }
                tokio::select! {
                    read = stream.read(&mut buffer) => {
                        let read = read.expect("a healthy feed goes on");
                        assert!(read > 0, "a healthy feed was closed at generation {seen}");
                        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
                        while let Some((_, rest)) = text.split_once(&format!("\"generation\":{},", seen + 1)) {
                            text = rest.to_owned();
                            seen += 1;
                        }
                    }
                    _changed = last.changed() => {}
                }
            }
        }));
    }
    let refused = server.world.get(&feed).open().await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS, "every feed is open");
    let mut generation = 2;
    soon(async {
        loop {
            generation += 1;
            server.world.flip(if generation % 2 == 0 { "2.0.0" } else { "1.0.0" }).await;
            if server.world.get(&feed).open().await.status() == StatusCode::OK {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    done.send_replace(generation);
    for reader in readers {
        soon(reader).await.expect("a healthy feed got everything");
    }
    drop(stuck);
}

#[tokio::test]
async fn an_ending_server_finishes_what_was_begun() {
    let server = Server::start(Limits::default()).await;
    let mut feed = server.connect().await;
    send(&mut feed, &server.head("GET", &format!("{P}/environments/development/feed"), "")).await;
    until(&mut feed, "\"generation\":2,").await;
    let mut idle = server.connect().await;
    send(&mut idle, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    until(&mut idle, "ok\n").await;
    let body = json!({
        "environment": "development",
        "items": [{ "do": "set", "prompt": crate::world::LEAD, "version": "1.0.0" }],
    });
    let body = body.to_string();
    let more = format!(
        "Idempotency-Key: last\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {}\r\n",
        body.len()
    );
    let mut writing = server.connect().await;
    send(&mut writing, &server.head("POST", &format!("{P}/releases"), &more)).await;
    // The server reads the body by now.
    until(&mut writing, "100 Continue").await;
    server.world.stop.send_replace(true);
    server.stop.send(()).expect("a server");
    let farewell = to_the_end(&mut feed).await;
    assert!(farewell.contains("retry: ") && farewell.ends_with("0\r\n\r\n"), "{farewell}");
    assert_eq!(to_the_end(&mut idle).await, "");
    assert!(!server.ended.is_finished());
    send(&mut writing, &body).await;
    let answer = to_the_end(&mut writing).await;
    assert!(answer.starts_with("HTTP/1.1 201") && answer.contains("connection: close"), "{answer}");
    soon(server.ended).await.expect("the server ended");
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn over_http_2_a_stuck_stream_is_reset_and_the_others_go_on() {
    let server = Server::start(Limits { feeds: 1, ..short() }).await;
    let stream = TokioIo::new(server.connect().await);
    let mut builder = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    builder.initial_stream_window_size(1_024);
    let (mut client, connection) = builder.handshake::<_, Empty<Bytes>>(stream).await.expect("HTTP/2");
    let connection = tokio::spawn(connection);
    let feed = format!("{P}/environments/development/feed");
    let request = |path: &str| {
        hyper::Request::builder()
            .method(Method::GET)
            .uri(format!("http://x{path}"))
            .header("authorization", format!("Bearer {}", server.world.test.admin))
            .body(Empty::new())
            .expect("a request")
    };
    let stuck = client.send_request(request(&feed)).await.expect("an answer");
    assert_eq!(stuck.status(), StatusCode::OK);
    let mut generation = 0;
    soon(async {
        loop {
            generation += 1;
            server.world.flip(if generation % 2 == 0 { "2.0.0" } else { "1.0.0" }).await;
            // The same connection answers as ever.
            let well = client.send_request(request("/healthz")).await.expect("an answer");
            assert_eq!(well.into_body().collect().await.expect("a body").to_bytes(), "ok\n");
            if server.world.get(&feed).open().await.status() == StatusCode::OK {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let end = stuck.into_body().collect().await;
    assert!(end.is_err(), "the stream was reset");
    // With nothing more to do the connection is told to end.
    soon(connection).await.expect("no panic").expect("a peaceful end");
}
