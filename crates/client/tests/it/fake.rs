//! A server that says what it is told to, right or wrong, one connection per request.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cuelight_artifact::Digest;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Method and target.
    pub line: String,
    /// Header lines.
    pub headers: String,
    pub body: String,
}

/// What to answer.
pub enum Reply {
    /// These bytes, then the end.
    Raw(Vec<u8>),
    /// These bytes, then nothing, the connection open.
    Hang(Vec<u8>),
    /// These bytes, one by one, with a pause before each.
    Trickle(Vec<u8>, Duration),
}

type Script = dyn Fn(&Seen) -> Reply + Send + Sync;

/// A server that misbehaves.
pub struct Fake {
    pub address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    script: Arc<Mutex<Arc<Script>>>,
}

impl Fake {
    /// One that answers so.
    pub fn new(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let script: Arc<Mutex<Arc<Script>>> = Arc::new(Mutex::new(Arc::new(script)));
        let (theirs, log) = (Arc::clone(&script), Arc::clone(&seen));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (script, log) = (Arc::clone(&theirs), Arc::clone(&log));
                std::thread::spawn(move || {
                    // A client that hangs up is no failure of the server.
                    drop(answer(stream, &script, &log));
                });
            }
        });
        Self { address, seen, script }
    }

    /// One whose bundle is this, and whose feed says nothing.
    pub fn bundle(bytes: Vec<u8>) -> Self {
        Self::new(move |seen| only_bundle(seen, || ok(&bytes)))
    }

    /// Answers differently from now on.
    pub fn now(&self, script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) {
        *self.script.lock().expect("the script") = Arc::new(script);
    }

    /// The requests whose line contains this.
    pub fn seen(&self, what: &str) -> Vec<Seen> {
        self.seen.lock().expect("the log").iter().filter(|s| s.line.contains(what)).cloned().collect()
    }
}

fn answer(stream: TcpStream, script: &Mutex<Arc<Script>>, log: &Mutex<Vec<Seen>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut headers = String::new();
    while reader.read_line(&mut headers)? > 2 {}
    let length =
        headers.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let seen = Seen { line, headers, body: String::from_utf8_lossy(&body).into_owned() };
    log.lock().expect("the log").push(seen.clone());
    let script = Arc::clone(&*script.lock().expect("the script"));
    let mut stream = stream;
    match script(&seen) {
        Reply::Raw(bytes) => stream.write_all(&bytes),
        Reply::Hang(bytes) => {
            stream.write_all(&bytes)?;
            // Until the client hangs up.
            reader.read_to_end(&mut Vec::new()).map(drop)
        }
        Reply::Trickle(bytes, pause) => bytes.iter().try_for_each(|byte| {
            std::thread::sleep(pause);
            stream.write_all(&[*byte])
        }),
    }
}

/// Answers for the bundle; the feed says nothing, and everything else is unknown.
pub fn only_bundle(seen: &Seen, bundle: impl FnOnce() -> Reply) -> Reply {
    match () {
        () if seen.line.contains("/bundle") => bundle(),
        () if seen.line.contains("/feed") => feed("retry: 20\n\n"),
        () => status(404, ""),
    }
}

/// A good answer with these bytes and their ETag; 304 is never said.
pub fn ok(bytes: &[u8]) -> Reply {
    tagged(bytes, &Digest::of_bytes(bytes).to_string())
}

/// A good answer with another ETag.
pub fn tagged(bytes: &[u8], etag: &str) -> Reply {
    let mut raw = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\netag: \"{etag}\"\r\ncontent-length: {}\r\n\r\n",
        bytes.len()
    )
    .into_bytes();
    raw.extend_from_slice(bytes);
    Reply::Raw(raw)
}

/// An answer without a body, with more header lines.
pub fn status(status: u16, more: &str) -> Reply {
    Reply::Raw(format!("HTTP/1.1 {status} Said\r\n{more}content-length: 0\r\n\r\n").into_bytes())
}

/// A feed that says this and stays open.
pub fn feed(text: &str) -> Reply {
    Reply::Hang(format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n{text}").into_bytes())
}
