//! The server, as commands see it: one function per HTTP method, our errors, retries that cannot apply twice.

mod address;
mod client;
mod page;

pub use address::{Address, Origin, PROJECTS, project, segment};
pub use page::Page;

use std::time::Duration;

use cuelight_app::ports::{Entropy, SystemEntropy};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{Failure, LocalCode};

/// How long to wait before each repetition of a request that met no server.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];
/// Largest answer that is read whole.
const MAX_ANSWER: usize = 256 * 1024 * 1024;

/// A server with a token for it.
#[derive(Debug)]
pub struct Remote {
    client: reqwest::Client,
    address: Address,
    token: Option<String>,
    /// The beginning of every idempotency key of this run of the program.
    run: String,
}

/// An answer with its ETag.
#[derive(Debug)]
pub struct Tagged<T> {
    /// The body.
    pub body: T,
    /// The `ETag` header as it came.
    pub etag: Option<String>,
}

impl Remote {
    /// A client for this address.
    ///
    /// # Errors
    /// When the system has no randomness, or no TLS for an `https` address.
    pub fn new(address: Address, token: Option<String>) -> Result<Self, Failure> {
        let client = client::build(&address)?;
        let run = hex::encode(&SystemEntropy.bytes32().map_err(cuelight_app::AppError::from)?[..16]);
        Ok(Self { client, address, token, run })
    }

    /// The server's address.
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// Reads.
    ///
    /// # Errors
    /// The server's problem, or one of reaching it.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        Ok(self.get_tagged(path).await?.body)
    }

    /// Reads, with the ETag.
    ///
    /// # Errors
    /// As [`Remote::get`].
    pub async fn get_tagged<T: DeserializeOwned>(&self, path: &str) -> Result<Tagged<T>, Failure> {
        let response = self.send(|| self.request(Method::GET, path)).await?;
        let etag = response.headers().get("etag").and_then(|v| v.to_str().ok()).map(str::to_owned);
        Ok(Tagged { body: self.decode(response).await?, etag })
    }

    /// Reads text, such as a signed checkpoint.
    ///
    /// # Errors
    /// As [`Remote::get`].
    pub async fn text(&self, path: &str) -> Result<String, Failure> {
        let response = self.send(|| self.request(Method::GET, path)).await?;
        let bytes = self.body(response).await?;
        String::from_utf8(bytes).map_err(|_| self.foreign("its answer is not UTF-8"))
    }

    /// Opens an answer that is read piece by piece.
    ///
    /// # Errors
    /// As [`Remote::get`].
    pub async fn stream(&self, path: &str) -> Result<Response, Failure> {
        self.send(|| self.request(Method::GET, path).timeout(Duration::from_secs(3600))).await
    }

    /// Asks something that changes nothing, with a body.
    ///
    /// # Errors
    /// As [`Remote::get`].
    pub async fn ask<B: Serialize + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, Failure> {
        let response = self.send(|| self.request(Method::POST, path).json(body)).await?;
        self.decode(response).await
    }

    /// Writes, at most once: every repetition carries the same key, made of this run and `what`.
    ///
    /// # Errors
    /// As [`Remote::get`].
    pub async fn write<B: Serialize + ?Sized, T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
        body: &B,
    ) -> Result<T, Failure> {
        let response = self.send(|| self.keyed(Method::POST, path, what).json(body)).await?;
        self.decode(response).await
    }

    /// Replaces what still is as `etag` says.
    ///
    /// # Errors
    /// As [`Remote::get`], and `stale`.
    pub async fn put<B: Serialize + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        etag: &str,
        body: &B,
    ) -> Result<T, Failure> {
        let request = || self.keyed(Method::PUT, path, "put").header("if-match", etag).json(body);
        let response = self.send(request).await?;
        self.decode(response).await
    }

    /// Deletes; the answer has no body that matters.
    ///
    /// # Errors
    /// As [`Remote::get`].
    pub async fn delete(&self, path: &str) -> Result<(), Failure> {
        self.send(|| self.keyed(Method::DELETE, path, "delete")).await?;
        Ok(())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .client
            .request(method, self.address.join(path))
            .header("accept", "application/json, */*;q=0.1");
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    fn keyed(&self, method: Method, path: &str, what: &str) -> RequestBuilder {
        self.request(method, path).header("idempotency-key", format!("cli-{}-{what}", self.run))
    }

    /// Sends, and sends again when no server was met. A request without a key is one that changes nothing.
    async fn send(&self, request: impl Fn() -> RequestBuilder) -> Result<Response, Failure> {
        let mut pauses = PAUSES.iter();
        loop {
            match request().send().await {
                Ok(response) if response.status().is_success() => return Ok(response),
                Ok(response) => return Err(self.problem(response).await),
                Err(error) => match pauses.next() {
                    Some(pause) if may_repeat(&error) => tokio::time::sleep(*pause).await,
                    _ => return Err(self.unreachable(&error)),
                },
            }
        }
    }

    async fn decode<T: DeserializeOwned>(&self, response: Response) -> Result<T, Failure> {
        let empty = response.status() == StatusCode::NO_CONTENT;
        let bytes = if empty { b"null".to_vec() } else { self.body(response).await? };
        serde_json::from_slice(&bytes).map_err(|e| self.foreign(&format!("its answer cannot be read: {e}")))
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.unreachable(&e))? {
            if bytes.len() + chunk.len() > MAX_ANSWER {
                return Err(self.foreign(&format!("its answer has more than {MAX_ANSWER} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    async fn problem(&self, response: Response) -> Failure {
        let status = response.status();
        if status.is_redirection() {
            let to =
                response.headers().get("location").and_then(|v| v.to_str().ok()).unwrap_or("somewhere else");
            return self.foreign(&format!("it answers with a redirection to `{to}`, which is not followed"));
        }
        match self.body(response).await {
            Ok(body) => Failure::from_problem(&body).unwrap_or_else(|| {
                self.foreign(&format!("it answers with status {status} and no description"))
            }),
            Err(failure) => failure,
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        // The innermost cause says it best: `Connection refused`.
        let mut cause: &dyn std::error::Error = error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        let why = if error.is_timeout() { "it did not answer in time".to_owned() } else { cause.to_string() };
        Failure::new(LocalCode::Unreachable, format!("{}: {why}", self.address))
    }

    fn foreign(&self, what: &str) -> Failure {
        Failure::new(LocalCode::NotCuelight, format!("{}: {what}", self.address))
    }
}

/// Whether the same request may be sent again: it never reached a server, or the connection broke, and a key makes
/// it apply once.
fn may_repeat(error: &reqwest::Error) -> bool {
    !error.is_builder() && !error.is_timeout() && !error.is_decode()
}
