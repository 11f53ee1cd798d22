//! The socket of a connection, which tells the pulse what goes through it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
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
    /// How much of the preface has come; `None` once that is settled.
    preface: Option<usize>,
    /// Bytes taken since the socket was full, while it counts as blocked.
    taken: Option<usize>,
}

impl Carried {
    pub(super) const fn new(stream: TcpStream, pulse: Arc<Pulse>) -> Self {
        Self { stream, pulse, preface: Some(0), taken: None }
    }

    fn read(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if let Some(seen) = self.preface {
            let rest = &PREFACE[seen..];
            let common = rest.len().min(bytes.len());
            self.preface = match (rest[..common] == bytes[..common], common == rest.len()) {
                (true, true) => {
                    self.pulse.speaks_two();
                    None
                }
                (true, false) => Some(seen + common),
                (false, _) => None,
            };
        }
        self.pulse.heard();
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
        let before = buf.filled().len();
        let done = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.read(&buf.filled()[before..]);
        done
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
