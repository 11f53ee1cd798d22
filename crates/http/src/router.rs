//! From an address to its operation, by the table of operations.
//!
//! Not an `axum::Router`: what that does around every request (copies of the handler and of its layers) took longer
//! than many answers. Matching is by the same library, with the same rules.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::ready;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use cuelight_app::{AppError, AppResult, Code};
use http_body::Body as _;
use percent_encoding::percent_decode_str;
use tower::{ServiceExt as _, service_fn};
use tower_http::compression::{Compression, DefaultPredicate, Predicate as _};

use crate::call::Params;
use crate::dispatch::dispatch;
use crate::load::{Budget, Place, budget, place};
use crate::operation::Operation;
use crate::operations::operations;
use crate::problem;
use crate::request::{Asked, around};
use crate::state::HttpState;

/// An operation with what follows from its row.
pub(crate) struct Entry {
    pub(crate) operation: Operation,
    pub(crate) budget: Budget,
    pub(crate) place: Place,
}

/// What one address answers to.
struct Methods {
    path: String,
    entries: Vec<(Method, Entry)>,
    /// For the header `Allow`.
    allowed: String,
}

impl Methods {
    /// The operation of a method. `HEAD` is answered as `GET`, without the body.
    fn entry(&self, method: &Method) -> Option<&Entry> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.entries.iter().find(|(of, _)| of == method).map(|(_, entry)| entry)
    }
}

/// Addresses are matched as they come, before percent-decoding, so that `%2F` in a name is not a separator.
static TABLE: LazyLock<matchit::Router<Methods>> = LazyLock::new(|| {
    let mut paths: BTreeMap<String, Vec<(Method, Entry)>> = BTreeMap::new();
    for operation in operations() {
        let (budget, place) = (budget(&operation), place(&operation));
        let entries = paths.entry(operation.path.clone()).or_default();
        entries.push((operation.method.clone(), Entry { operation, budget, place }));
    }
    let mut table = matchit::Router::new();
    for (path, entries) in paths {
        let mut allowed: Vec<&str> = entries.iter().map(|(method, _)| method.as_str()).collect();
        if allowed.contains(&"GET") {
            allowed.push("HEAD");
        }
        let allowed = allowed.join(", ");
        if let Err(error) = table.insert(path.clone(), Methods { path, entries, allowed }) {
            // Two rows of the table contradict each other; a test reads every row.
            tracing::error!(%error, "an address of the API is not served");
        }
    }
    table
});

/// The whole API as a router, for those who put it beside others.
pub fn router(state: HttpState) -> Router {
    Router::new().fallback(move |request: Request| {
        let state = state.clone();
        let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        async move { answer(&state, request, from).await }
    })
}

/// Answers one request to the API, from this address where that is known.
pub(crate) async fn answer(state: &HttpState, request: Request, from: Option<IpAddr>) -> Response {
    let found = LazyLock::force(&TABLE).at(request.uri().path()).ok();
    let methods = found.as_ref().map(|found| found.value);
    let params = found.as_ref().map_or_else(|| Ok(Params::new()), |found| decoded(&found.params));
    let asked = Asked::of(state, methods.map_or("unmatched", |m| m.path.as_str()), &request);
    let head = request.method() == Method::HEAD;
    let wanted = request.headers().get(header::ACCEPT_ENCODING).cloned();
    let id = asked.id.as_str();
    // In its place from the beginning: what goes around it would move it each time, and it is large.
    let work = pin!(async move {
        let answered = match methods.map(|m| (m, m.entry(request.method()))) {
            Some((_, Some(entry))) => dispatch(state, entry, params, (request, from), id).await,
            Some((methods, None)) => wrong_method(&request, &methods.allowed, id),
            None => unknown_route(&request, id),
        };
        match wanted {
            Some(wanted) => Box::pin(compressed(wanted, answered)).await,
            None => uncompressed(answered),
        }
    });
    let response = around(state, &asked, work).await;
    if head { without_body(response) } else { response }
}

/// The parameters of an address.
fn decoded(params: &matchit::Params<'static, '_>) -> AppResult<Params> {
    let decode = |(name, value): (&'static str, &str)| match percent_decode_str(value).decode_utf8() {
        Ok(text) => Ok((name.into(), text.into_owned())),
        Err(_) => Err(AppError::invalid(format!("`{name}` in the address is not UTF-8 when decoded"))),
    };
    params.iter().map(decode).collect()
}

/// The answer for those who do not want it compressed: what does that would only take their time.
fn uncompressed(mut response: Response) -> Response {
    let headers = response.headers();
    let coded = headers.contains_key(header::CONTENT_ENCODING);
    if !coded && !headers.contains_key(header::VARY) && DefaultPredicate::new().should_compress(&response) {
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}

/// The answer, compressed as it is wanted.
async fn compressed(wanted: HeaderValue, response: Response) -> Response {
    let mut asked = axum::http::Request::new(());
    asked.headers_mut().insert(header::ACCEPT_ENCODING, wanted);
    let mut response = Some(response);
    let made = service_fn(move |_| ready(Ok::<_, Infallible>(response.take().unwrap_or_default())));
    match Compression::new(made).oneshot(asked).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}

/// As an answer to `HEAD`: the length is told, and nothing sent.
fn without_body(mut response: Response) -> Response {
    if let Some(length) = response.body().size_hint().exact()
        && !response.headers().contains_key(header::CONTENT_LENGTH)
    {
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    }
    *response.body_mut() = Body::empty();
    response
}

fn wrong_method(request: &Request, allowed: &str, id: &str) -> Response {
    let detail = format!("this address answers {allowed}, not {}", request.method());
    let mut response = problem::respond(&AppError::new(Code::MethodNotAllowed, detail), id);
    if let Err(error) = crate::answer::set(&mut response, header::ALLOW, allowed) {
        return problem::respond(&error, id);
    }
    response
}

fn unknown_route(request: &Request, id: &str) -> Response {
    let detail = format!("there is no address `{}`", request.uri().path());
    problem::respond(&AppError::new(Code::UnknownRoute, detail), id)
}
