//! Something between a program and its PostgreSQL that makes the network slow, silent or broken, and that cuts connections
//! around a commit.
//!
//! Messages from the program are passed on one by one, what the server says as it comes. Without TLS.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "all of it runs in tests only, and what fails here fails the test"
)]

mod state;

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use state::Shared;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the program to the server.
    ToServer,
    /// From the server to the program.
    ToClient,
}

/// When the connection of the next append is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// When it asks to commit; the server does not hear of it.
    Before,
    /// When the server has committed; the program does not hear of it.
    After,
    /// As [`Cut::After`], and then nobody gets through any more.
    AfterAndClose,
}

/// The proxy. Dropping it cuts what is open.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

/// The two halves of a connection.
#[derive(Debug)]
struct Pair {
    client: TcpStream,
    server: TcpStream,
    dead: AtomicBool,
    /// What happens when the server answers next.
    at_answer: Mutex<Option<Cut>>,
}

/// Bytes on their way; none is the end.
struct Piece {
    due: Instant,
    bytes: Vec<u8>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.end();
        // Wakes up whoever accepts; it may have ended.
        let _woken = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Proxy {
    /// Listens on a port of its own, before a server on this port of 127.0.0.1.
    ///
    /// # Panics
    /// When there is no port.
    #[must_use]
    pub fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if accepting.has_ended() {
                    return;
                }
                let (Ok(client), shared) = (client, Arc::clone(&accepting)) else { continue };
                std::thread::spawn(move || converse(client, server, &shared));
            }
        });
        Self { port, shared }
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// From now on bytes of this way come later by `delay`, more or less by up to `jitter`; in order all the same.
    pub fn delay(&self, way: Way, delay: Duration, jitter: Duration) {
        self.shared.lock().delays[way as usize] = (delay, jitter);
    }

    /// From now on neither side hears anything of the other. Connections can be made, and are silent.
    pub fn stall(&self) {
        self.shared.lock().stalled = true;
    }

    /// Ends a stall: what was said meanwhile arrives.
    pub fn go_on(&self) {
        self.shared.lock().stalled = false;
        self.shared.changed.notify_all();
    }

    /// Cuts all connections. What is under way is lost.
    pub fn cut(&self) {
        self.shared.cut_all();
    }

    /// Cuts all connections and lets nobody through.
    pub fn close(&self) {
        self.shared.lock().closed = true;
        self.shared.cut_all();
    }

    /// Lets everybody through again.
    pub fn open(&self) {
        self.shared.lock().closed = false;
    }

    /// Cuts the connection of the next append.
    pub fn cut_at(&self, cut: Cut) {
        self.shared.lock().cut_at = Some(cut);
    }

    /// How many appends were cut as [`Proxy::cut_at`] asked.
    #[must_use]
    pub fn cuts(&self) -> u64 {
        self.shared.lock().cuts
    }
}

impl Pair {
    fn cut(&self) {
        self.dead.store(true, Ordering::SeqCst);
        for half in [&self.client, &self.server] {
            // It may have ended by itself.
            let _ended = half.shutdown(Shutdown::Both);
        }
    }

    fn at_answer(&self) -> std::sync::MutexGuard<'_, Option<Cut>> {
        self.at_answer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection, from its first byte to its end.
fn converse(client: TcpStream, server: u16, shared: &Arc<Shared>) {
    if !shared.wait_for_room() {
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { return };
    for half in [&client, &server] {
        half.set_nodelay(true).unwrap();
    }
    let at_answer = Mutex::default();
    let pair = Arc::new(Pair { client, server, dead: AtomicBool::new(false), at_answer });
    shared.lock().pairs.push(Arc::downgrade(&pair));
    std::thread::scope(|scope| {
        for way in [Way::ToServer, Way::ToClient] {
            let (pieces, queue) = mpsc::channel();
            let pair = &*pair;
            scope.spawn(move || deliver(shared, pair, way, &queue));
            scope.spawn(move || {
                let road = Road { shared, way, pieces };
                // Either end may break off at any time.
                let _broke_off = match way {
                    Way::ToServer => read_messages(pair, &road),
                    Way::ToClient => read_bytes(pair, &road),
                };
                road.send(Vec::new());
            });
        }
    });
}

/// Where pieces are sent to be delivered in time.
struct Road<'a> {
    shared: &'a Shared,
    way: Way,
    pieces: mpsc::Sender<Piece>,
}

impl Road<'_> {
    fn send(&self, bytes: Vec<u8>) {
        let due = Instant::now() + self.shared.lateness(self.way);
        // Nobody delivers any more when the connection was cut.
        let _not_needed = self.pieces.send(Piece { due, bytes });
    }
}

/// Delivers in order, each piece when it is due.
fn deliver(shared: &Shared, pair: &Pair, way: Way, queue: &mpsc::Receiver<Piece>) {
    let mut to = match way {
        Way::ToServer => &pair.server,
        Way::ToClient => &pair.client,
    };
    for piece in queue {
        if !shared.wait_until(piece.due, &pair.dead) {
            return;
        }
        let done = match piece.bytes.as_slice() {
            [] => to.shutdown(Shutdown::Write),
            bytes => to.write_all(bytes),
        };
        if done.is_err() {
            return pair.cut();
        }
    }
}

/// What the server says, as it comes.
fn read_bytes(pair: &Pair, road: &Road<'_>) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = (&pair.server).read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        if let Some(cut) = pair.at_answer().take() {
            road.shared.cut_was_made(cut);
            pair.cut();
            return Ok(());
        }
        road.send(buffer[..count].to_vec());
    }
}

/// What the program says, message by message, until it is time to cut.
fn read_messages(pair: &Pair, road: &Road<'_>) -> io::Result<()> {
    let mut from = &pair.client;
    let (mut typed, mut appends) = (false, false);
    loop {
        // The first message has no type.
        let mut message = vec![0; if typed { 5 } else { 4 }];
        from.read_exact(&mut message)?;
        let head = message.len();
        let length = u32::from_be_bytes(message[head - 4..].try_into().unwrap()) as usize;
        message.resize(head + length.saturating_sub(4), 0);
        from.read_exact(&mut message[head..])?;
        let body = &message[head..];
        let commits = typed && message[0] == b'Q' && body.starts_with(b"COMMIT");
        appends |= body.windows(28).any(|w| w == b"INSERT INTO cuelight.entries");
        // A question whether to encrypt comes before the first message.
        typed = typed || !matches!(body, [4, 210, 22, 47 | 48]);
        if commits && appends {
            let cut = road.shared.lock().cut_at.take();
            if cut == Some(Cut::Before) {
                road.shared.cut_was_made(Cut::Before);
                pair.cut();
                return Ok(());
            }
            *pair.at_answer() = cut;
        }
        appends &= !commits;
        road.send(message);
    }
}

#[cfg(test)]
mod tests;
