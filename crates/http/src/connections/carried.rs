//! The socket of a connection, which tells the pulse what goes through it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::pulse::Pulse;

/// How a connection over HTTP/2 begins.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// A client that did not read counts as reading again once it took this many bytes, or everything.
const SIP: usize = 4 * 1024;

/// A socket.
pub(super) struct Carried {
    stream: TcpStream,
    pulse: Arc<Pulse>,
    /// The first bytes, read to learn what is spoken.
    ahead: [u8; PREFACE.len()],
    /// How many they are, and how many of them were handed on.
    seen: usize,
    given: usize,
    /// Bytes taken since the socket was full, while it counts as blocked.
    taken: Option<usize>,
}

impl Carried {
    pub(super) const fn new(stream: TcpStream, pulse: Arc<Pulse>) -> Self {
        Self { stream, pulse, ahead: [0; PREFACE.len()], seen: 0, given: 0, taken: None }
    }

    /// Reads until it is settled whether the client speaks HTTP/2. What was read is read again by the connection, in
    /// one piece with what follows it: read in two, its buffer would double.
    pub(super) async fn speaks_two(&mut self) -> io::Result<bool> {
        loop {
            let seen = self.seen;
            let read = self.stream.read(&mut self.ahead[seen..]).await?;
            self.seen += read;
            if read > 0 {
                self.pulse.heard();
            }
            if read == 0 || self.ahead[..self.seen] != PREFACE[..self.seen] {
                return Ok(false);
            }
            if self.seen == PREFACE.len() {
                self.pulse.speaks_two();
                return Ok(true);
            }
        }
    }

    fn wrote(&mut self, done: &Poll<io::Result<usize>>) {
        match (done, &mut self.taken) {
            (Poll::Pending, None) => {
                self.taken = Some(0);
                self.pulse.blocked();
            }
            (Poll::Ready(Ok(n)), Some(taken)) => {
                *taken += n;
                if *taken >= SIP {
                    self.flows();
                }
            }
            _ => {}
        }
    }

    fn flows(&mut self) {
        self.taken = None;
        self.pulse.flows();
    }
}

impl AsyncRead for Carried {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let held = self.given < self.seen;
        if held {
            let end = self.seen.min(self.given + buf.remaining());
            buf.put_slice(&self.ahead[self.given..end]);
            self.given = end;
            if buf.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
        }
        let before = buf.filled().len();
        let done = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.pulse.heard();
        }
        // What else there is, an end and an error too, shows at the next read.
        if held { Poll::Ready(Ok(())) } else { done }
    }
}

impl AsyncWrite for Carried {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wrote(&done);
        done
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wrote(&done);
        done
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Asked for once everything was written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.taken.is_some() {
            self.flows();
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
