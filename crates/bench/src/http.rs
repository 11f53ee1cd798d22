//! A small HTTP/1.1 client: one connection kept alive, one request at a time. It does as little as it can, because it
//! shares the machine with what it measures.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

/// An answer; its bytes stay in the connection until the next request.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// Status line and headers.
    pub head: &'a [u8],
    /// The body.
    pub body: &'a [u8],
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot reach {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 16 * 1024], filled: 0 })
    }

    /// Sends a request and reads the whole answer, which must say its length or have none.
    pub async fn call(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.filled = 0;
        let end = self.head().await?;
        let status = status(&self.buffer[..end])?;
        let length = match status {
            204 | 304 => 0,
            _ => content_length(&self.buffer[..end])?,
        };
        let total = end + length;
        if self.buffer.len() < total {
            self.buffer.resize(total, 0);
        }
        while self.filled < total {
            self.more().await?;
        }
        Ok(Answer { status, head: &self.buffer[..end], body: &self.buffer[end..total] })
    }

    /// Reads until the end of the headers, and says where that is.
    async fn head(&mut self) -> Result<usize> {
        let mut seen = 0_usize;
        loop {
            self.more().await?;
            let from = seen.saturating_sub(3);
            if let Some(at) = find(&self.buffer[from..self.filled], b"\r\n\r\n") {
                return Ok(from + at + 4);
            }
            seen = self.filled;
            if seen == self.buffer.len() {
                bail!("the headers of an answer are longer than {seen} bytes");
            }
        }
    }

    async fn more(&mut self) -> Result<()> {
        let read = self.stream.read(&mut self.buffer[self.filled..]).await?;
        if read == 0 {
            bail!("the server closed a connection");
        }
        self.filled += read;
        Ok(())
    }

    /// Sends a request whose answer never ends, and gives the stream with what has come of the body by then.
    pub async fn follow(mut self, request: &[u8]) -> Result<(TcpStream, Vec<u8>)> {
        self.stream.write_all(request).await?;
        let end = self.head().await?;
        match status(&self.buffer[..end])? {
            200 => Ok((self.stream, self.buffer[end..self.filled].to_vec())),
            other => bail!("a feed was answered with {other}"),
        }
    }
}

/// A request as bytes. `headers` are whole lines without their ends.
pub fn request(method: &str, path: &str, token: &str, headers: &[String], body: Option<&str>) -> Vec<u8> {
    let mut text =
        format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n");
    for header in headers {
        text.push_str(&format!("{header}\r\n"));
    }
    if let Some(body) = body {
        text.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body.unwrap_or_default());
    text.into_bytes()
}

/// The value of a header, if the head has it. Its name in lower case.
pub fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let lines = head.split(|b| *b == b'\n');
    lines
        .filter_map(|line| std::str::from_utf8(line).ok()?.split_once(':'))
        .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value.trim()))
}

fn status(head: &[u8]) -> Result<u16> {
    let digits = head.get(9..12).context("an answer begins with its status")?;
    Ok(std::str::from_utf8(digits)?.parse()?)
}

fn content_length(head: &[u8]) -> Result<usize> {
    Ok(header(head, "content-length").context("an answer does not say its length")?.parse()?)
}

/// Where `needle` begins in `hay`.
pub fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}
