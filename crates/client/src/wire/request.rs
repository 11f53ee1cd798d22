//! One request on a connection of its own. Requests are rare: a bundle now and then, and the feed, which stays open.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::address::Address;
use super::connect::{Body, Driver, connect, encryption};
use crate::error::StartError;
use crate::generation::Expected;
use crate::options::{Options, Pace};
use crate::status::Trouble;

/// Largest description of a problem that is read, in bytes.
const MAX_PROBLEM: usize = 64 * 1024;
/// Longest pause a server may ask for.
const MAX_PAUSE: Duration = Duration::from_secs(300);

/// The server, and who we are there.
pub(crate) struct Wire {
    address: Address,
    authority: HeaderValue,
    authorization: HeaderValue,
    tls: Option<TlsConnector>,
    pace: Pace,
    environment: String,
    me: String,
}

/// Why a request has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: Trouble,
    pub(crate) message: String,
    /// The status, if there was an answer.
    pub(crate) status: Option<u16>,
    /// How long the server asks us to wait.
    pub(crate) retry_after: Option<Duration>,
}

impl Fault {
    pub(crate) fn new(kind: Trouble, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), status: None, retry_after: None }
    }
}

/// An answer with a good status, its body still to be read.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: Incoming,
    _driver: Driver,
}

impl Wire {
    /// The server of these options.
    pub(crate) fn new(options: &Options, expected: &Expected, me: &str) -> Result<Self, StartError> {
        let address = Address::parse(&options.server).map_err(StartError::Address)?;
        let secret = options.token.expose();
        let plain = !secret.is_empty() && secret.bytes().all(|b| b.is_ascii_graphic());
        let mut authorization = plain
            .then(|| HeaderValue::from_str(&format!("Bearer {secret}")).ok())
            .flatten()
            .ok_or(StartError::Token)?;
        authorization.set_sensitive(true);
        let authority = HeaderValue::from_str(&address.authority)
            .map_err(|_| StartError::Address("has a host that cannot be sent".into()))?;
        if !address.encrypted && !address.is_loopback() {
            tracing::warn!(server = %address, "the connection is not encrypted: everybody on the way can read the token");
        }
        let tls = encryption(&address, options.roots.as_deref())?;
        let Expected { project, environment, .. } = expected;
        let environment = format!("/api/v1/projects/{project}/environments/{environment}");
        Ok(Self {
            address,
            authority,
            authorization,
            tls,
            pace: options.pace,
            environment,
            me: me.to_owned(),
        })
    }

    /// Asks for the bundle, unless it is one of those we have (`If-None-Match`).
    pub(crate) async fn bundle(&self, have: &str) -> Result<Answer, Fault> {
        let mut headers = vec![(header::ACCEPT, "application/json")];
        if !have.is_empty() {
            headers.push((header::IF_NONE_MATCH, have));
        }
        self.send(Method::GET, "/bundle", &headers, Body::default()).await
    }

    /// Opens the feed after an event.
    pub(crate) async fn feed(&self, after: Option<&str>, naming: Naming) -> Result<Answer, Fault> {
        let path = match naming {
            Naming::Told => format!("/feed?client={}", self.me),
            Naming::Silent => "/feed".to_owned(),
        };
        let mut headers = vec![(header::ACCEPT, "text/event-stream")];
        headers.extend(after.map(|id| (HeaderName::from_static("last-event-id"), id)));
        let answer = self.send(Method::GET, &path, &headers, Body::default()).await?;
        let media = answer.header(&header::CONTENT_TYPE).unwrap_or_default();
        if !media.starts_with("text/event-stream") {
            let what = format!("the feed is of type `{}`", media.escape_debug());
            return Err(Fault::new(Trouble::BadAnswer, what));
        }
        Ok(answer)
    }

    /// Reports the generation that is applied.
    pub(crate) async fn applied(&self, generation: u64) -> Result<(), Fault> {
        let body = serde_json::json!({ "client": self.me, "generation": generation }).to_string();
        let headers = [(header::CONTENT_TYPE, "application/json")];
        self.send(Method::POST, "/applied", &headers, Body::from(body)).await?;
        Ok(())
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, &str)],
        body: Body,
    ) -> Result<Answer, Fault> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = self
            .address
            .target(&format!("{}{path}", self.environment))
            .parse()
            .map_err(|e| Fault::new(Trouble::BadAnswer, format!("the address cannot be asked: {e}")))?;
        let fields = request.headers_mut();
        fields.insert(header::HOST, self.authority.clone());
        fields.insert(header::AUTHORIZATION, self.authorization.clone());
        let agent = concat!("cuelight-client/", env!("CARGO_PKG_VERSION"));
        fields.insert(header::USER_AGENT, HeaderValue::from_static(agent));
        for (name, value) in headers {
            let value = HeaderValue::from_str(value)
                .map_err(|_| Fault::new(Trouble::BadAnswer, format!("`{name}` cannot be sent")))?;
            fields.insert(name, value);
        }
        let connected = timeout(self.pace.connect, connect(&self.address, self.tls.as_ref())).await;
        let (mut sender, driver) = connected
            .map_err(|_| self.slow("no connection", self.pace.connect))?
            .map_err(|e| self.unreachable(&e))?;
        let answered = timeout(self.pace.answer, sender.send_request(request)).await;
        let response = answered
            .map_err(|_| self.slow("no answer", self.pace.answer))?
            .map_err(|e| self.unreachable(&e))?;
        let (parts, body) = response.into_parts();
        let answer = Answer { status: parts.status, headers: parts.headers, body, _driver: driver };
        if answer.status.is_success() || answer.status == StatusCode::NOT_MODIFIED {
            return Ok(answer);
        }
        Err(self.refused(answer).await)
    }

    /// What an answer with a bad status says.
    async fn refused(&self, mut answer: Answer) -> Fault {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Problem {
            code: String,
            detail: String,
        }
        let status = answer.status;
        let body = timeout(self.pace.connect, answer.whole(MAX_PROBLEM)).await;
        let body = body.ok().and_then(Result::ok).unwrap_or_default();
        let Problem { code, detail } = serde_json::from_slice(&body).unwrap_or_default();
        let kind = match status.as_u16() {
            401 | 403 => Trouble::Denied,
            _ if status.is_redirection() => Trouble::BadAnswer,
            _ => Trouble::Server,
        };
        let said = match (code.as_str(), detail.as_str()) {
            ("", _) if status.is_redirection() => ", a redirection, which is not followed".to_owned(),
            ("", _) => String::new(),
            (code, "") => format!(" ({})", shown(code)),
            (code, detail) => format!(" ({}: {})", shown(code), shown(detail)),
        };
        let seconds = answer.header(&header::RETRY_AFTER).and_then(|v| v.parse().ok());
        Fault {
            kind,
            message: format!("{} answers {}{said}", self.address, status.as_u16()),
            status: Some(status.as_u16()),
            retry_after: seconds.map(|s| Duration::from_secs(s).min(MAX_PAUSE)),
        }
    }

    fn slow(&self, what: &str, limit: Duration) -> Fault {
        Fault::new(Trouble::TimedOut, format!("{}: {what} within {limit:?}", self.address))
    }

    fn unreachable(&self, error: &(dyn std::error::Error + 'static)) -> Fault {
        Fault::new(Trouble::Unreachable, format!("{}: {}", self.address, innermost(error)))
    }
}

/// Whether the feed is told who asks. Servers from before the reports refuse the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    Told,
    Silent,
}

impl Answer {
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The next bytes; none at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            match self.body.frame().await {
                None => return Ok(None),
                Some(Err(error)) => {
                    let what = format!("the answer broke off: {}", innermost(&error));
                    return Err(Fault::new(Trouble::Unreachable, what));
                }
                Some(Ok(frame)) => {
                    // Trailers are of no interest.
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// The whole body, if it is not larger than allowed.
    pub(crate) async fn whole(&mut self, max: usize) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if bytes.len() + chunk.len() > max {
                let what = format!("the answer has more than {max} bytes, which is what this client accepts");
                return Err(Fault::new(Trouble::BadBundle, what));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// The innermost cause says it best: `Connection refused`.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// A text of the server as it may stand in a log: one line, not long.
fn shown(text: &str) -> String {
    text.chars().take(300).flat_map(char::escape_debug).collect()
}
