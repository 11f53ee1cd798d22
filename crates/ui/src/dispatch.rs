//! The way of one request to its page: who asks, where from, what was sent, then the page.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::RequestExt as _;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequest as _, Multipart, RawPathParams, Request};
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;
use cuelight_app::session::{self, Found};
use cuelight_app::{AppError, AppResult, Code, Ctx, Principal, network};
use cuelight_core::ledger::Actor;
use cuelight_core::rights::{Role, Scope};
use futures_util::StreamExt as _;
use tracing::Instrument as _;

use crate::call::{Call, Secret, Upload};
use crate::error::{UiError, UiResult};
use crate::fields::Fields;
use crate::pages::errors;
use crate::reply::{FileContent, Reply, ReplyBody, respond};
use crate::route::{Answers, Door, Method, Route};
use crate::security::from_here;
use crate::state::UiState;
use crate::viewer::Viewer;
use crate::{cookie, parts};

/// Largest upload of an import, in bytes: what one plan takes, and the frame around it.
pub const UPLOAD: usize = 40 * 1024 * 1024;
/// Most files of an import.
const UPLOADS: usize = 20_000;

/// What is known of a request before its page runs.
#[derive(Clone)]
pub struct Arrived {
    /// Its id.
    pub id: String,
}

/// Allows the editor's style element on a page.
#[derive(Clone)]
pub struct StyleNonce(pub String);

/// The answer of a route to a request.
pub async fn dispatch(state: UiState, route: Arc<Route>, request: Request) -> Response {
    let seen = Seen::of(&request);
    let mut asked = match Asked::of(&state, &seen, route.door).await {
        Ok(asked) => asked,
        Err(error) => return sorry(&state, &seen, error).await,
    };
    match answer(&mut asked, &route, request).await {
        Ok(response) => response,
        Err(error) => asked.error(error),
    }
}

/// The answer to what no route is for.
pub async fn refuse(state: UiState, request: Request, error: AppError) -> Response {
    let seen = Seen::of(&request);
    drop(request);
    sorry(&state, &seen, error).await
}

/// An error page where nothing else is known.
pub async fn sorry(state: &UiState, seen: &Seen, error: AppError) -> Response {
    let found = signed_in(state, seen).await.ok().flatten();
    Asked::with(state.clone(), found, seen).error(UiError::App(error))
}

/// What a request says before its body: a copy, because a body cannot be shared between threads.
pub struct Seen {
    id: String,
    method: axum::http::Method,
    headers: HeaderMap,
    uri: Uri,
    /// The network that it comes from, where that is known.
    from: Option<IpAddr>,
}

impl Seen {
    /// What this request says.
    pub fn of(request: &Request) -> Self {
        Self {
            id: request.extensions().get::<Arrived>().map(|a| a.id.clone()).unwrap_or_default(),
            method: request.method().clone(),
            headers: request.headers().clone(),
            uri: request.uri().clone(),
            from: request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| network(info.0.ip())),
        }
    }
}

/// A request before its page runs.
struct Asked {
    call: Call,
    signed_in: bool,
    from_here: bool,
    /// Asked for by a script, to be put into a page.
    partial: bool,
}

impl Asked {
    async fn of(state: &UiState, seen: &Seen, door: Door) -> AppResult<Self> {
        let found = match signed_in(state, seen).await {
            // Whoever is held back can still sign in.
            Err(error) if error.code == Code::TooManyRequests && door == Door::Open => None,
            found => found?,
        };
        let mut asked = Self::with(state.clone(), found, seen);
        asked.call.unasked |= seen.method == axum::http::Method::HEAD;
        asked.from_here = from_here(&seen.method, &seen.headers, state.address());
        let seed = state.app().random()?;
        asked.call.command_seed = hex::encode(&seed[..12]);
        asked.call.style_nonce = hex::encode(&seed[12..28]);
        Ok(asked)
    }

    fn with(state: UiState, found: Option<Found>, seen: &Seen) -> Self {
        let Seen { id, headers, uri, from, .. } = seen;
        let signed_in = found.is_some();
        let (principal, session) = match found {
            Some(Found { principal, session }) => (principal, Some(session)),
            None => (nobody(), None),
        };
        let secret = cookie::get(headers, &cookie::session_name(state.address()));
        let secret = secret.filter(|_| signed_in).map(|s| Secret(s.to_owned()));
        let ctx = Ctx { app: Arc::clone(state.app()), principal, request_id: id.clone(), command: None };
        let address = uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        let call = Call {
            state,
            ctx,
            viewer: Viewer::of(headers, session),
            query: Fields::parse(uri.query().unwrap_or_default()),
            form: Fields::default(),
            files: Vec::new(),
            address,
            style_nonce: String::new(),
            command_seed: String::new(),
            unasked: unasked(headers),
            from: *from,
            params: Vec::new(),
            secret,
        };
        Self { call, signed_in, from_here: false, partial: headers.contains_key("hx-request") }
    }

    fn error(&self, error: UiError) -> Response {
        let reply = errors::reply(&self.call, error);
        send(&self.call, reply)
            .unwrap_or_else(|_| respond(500, "text/plain; charset=utf-8", Body::from("error")))
    }
}

/// Whether nothing says that somebody opened this address by hand or from one of our own pages. What makes previews of
/// links sends none of these headers; every browser does.
fn unasked(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    text("sec-fetch-mode") != Some("navigate")
        || text("sec-purpose").is_some_and(|purpose| purpose.contains("prefetch"))
        || text("sec-fetch-dest").is_some_and(|dest| dest != "document")
        || text("sec-fetch-site").is_some_and(|site| !matches!(site, "none" | "same-origin"))
}

/// Somebody who may do nothing.
fn nobody() -> Principal {
    let scope = Scope { actions: Some(std::collections::BTreeSet::new()), ..Scope::of(Role::Viewer) };
    Principal { actor: Actor::System, scope: scope.into() }
}

/// Who has this browser's session; nobody when it has none or it ended.
///
/// # Errors
/// `too_many_requests` without a look at the cookie, when too many from the same address did not hold.
async fn signed_in(state: &UiState, seen: &Seen) -> AppResult<Option<Found>> {
    let (headers, from) = (&seen.headers, seen.from);
    let Some(secret) = cookie::get(headers, &cookie::session_name(state.address())) else { return Ok(None) };
    state.cookies().check(from, secret)?;
    match session::find(state.app(), secret).await {
        Ok(found) => {
            state.cookies().held(secret);
            Ok(Some(found))
        }
        Err(error) if error.code == Code::Unauthenticated => {
            state.cookies().failed_once(from, secret);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn answer(asked: &mut Asked, route: &Arc<Route>, mut request: Request) -> UiResult<Response> {
    if !asked.from_here && route.method == Method::Post {
        return Err(UiError::OtherSite);
    }
    // Not before: another website must not be able to spend what a viewer has.
    if let Some(session) = &asked.call.viewer.session {
        asked.call.state.pay(&session.id, request.method())?;
    }
    if !asked.signed_in && route.door == Door::SignedIn {
        return match route.answers {
            Answers::Page | Answers::Elsewhere | Answers::File
                if route.method == Method::Get && !asked.partial =>
            {
                let to = crate::pages::sign_in_address(&asked.call.address);
                Ok(send(&asked.call, Reply::to(to))?)
            }
            // A script that asked for a part cannot show the page that signs in; it is told to go there.
            _ if asked.partial => Ok(send(
                &asked.call,
                Reply::part(maud::html! {}).status(401).header("hx-redirect", "/sign-in"),
            )?),
            _ => {
                // Whoever signs in comes back by reading, and not everything that takes a form can be read.
                let read_too = |r: &Route| r.path == route.path && r.method == Method::Get;
                if route.method == Method::Post && !crate::routes().iter().any(read_too) {
                    asked.call.address = "/".to_owned();
                }
                Err(UiError::SignedOut)
            }
        };
    }
    let params: RawPathParams = request
        .extract_parts()
        .await
        .map_err(|_| AppError::new(Code::UnknownRoute, "the address is not UTF-8 when decoded"))?;
    asked.call.params = params.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    let again = asked.call.again();
    if route.method == Method::Post {
        receive(&mut asked.call, route.door, request).await?;
    }
    let call = std::mem::replace(&mut asked.call, again.again());
    if route.method == Method::Get {
        // Drawing a page may take some milliseconds; a stream only begins.
        let work = (route.run)(call);
        let reply =
            if route.answers == Answers::Stream { work.await? } else { again.state.aside(work).await?? };
        return Ok(send(&again, reply)?);
    }
    // A write goes on when its caller goes away: between being recorded and being served it must not stop.
    let run = Arc::clone(&route.run);
    let state = again.state.clone();
    let work = async move { state.aside(run(call)).await? };
    let reply = tokio::spawn(work.in_current_span()).await.map_err(AppError::internal)??;
    Ok(send(&again, reply)?)
}

impl Call {
    /// The same request without what was sent with it, for what is done after its page has run.
    fn again(&self) -> Self {
        Self {
            state: self.state.clone(),
            ctx: self.ctx.clone(),
            viewer: self.viewer.clone(),
            query: self.query.clone(),
            form: Fields::default(),
            files: Vec::new(),
            address: self.address.clone(),
            style_nonce: self.style_nonce.clone(),
            command_seed: self.command_seed.clone(),
            unasked: self.unasked,
            from: self.from,
            params: self.params.clone(),
            secret: self.secret.clone(),
        }
    }
}

/// Reads what a form sent.
async fn receive(call: &mut Call, door: Door, request: Request) -> AppResult<()> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    // Files are large and are held in memory: only for whoever is signed in.
    if kind.starts_with("multipart/form-data") && door == Door::SignedIn {
        return receive_files(call, request).await;
    }
    if !kind.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(AppError::new(Code::UnsupportedMedia, format!("a form is not sent as `{kind}`")));
    }
    let text = String::from_request(request, &()).await.map_err(|e| {
        let code = if e.status().as_u16() == 413 { Code::TooLarge } else { Code::InvalidRequest };
        AppError::new(code, format!("the form cannot be read: {e}"))
    })?;
    call.form = Fields::of_form(&text)?;
    Ok(())
}

async fn receive_files(call: &mut Call, request: Request) -> AppResult<()> {
    use axum::extract::DefaultBodyLimit;
    let mut request = request;
    DefaultBodyLimit::max(UPLOAD).apply(&mut request);
    let bad = |e: axum::extract::multipart::MultipartError| {
        let code = if e.status().as_u16() == 413 { Code::TooLarge } else { Code::InvalidRequest };
        AppError::new(code, format!("the files cannot be read: {e}"))
    };
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|e| AppError::invalid(format!("the files cannot be read: {e}")))?;
    while let Some(part) = parts.next_field().await.map_err(bad)? {
        let name = part.name().unwrap_or_default().to_owned();
        if let Some(path) = part.file_name().map(str::to_owned) {
            if call.files.len() == UPLOADS {
                return Err(AppError::new(
                    Code::TooLarge,
                    format!("at most {UPLOADS} files go into one import"),
                ));
            }
            let bytes = part.bytes().await.map_err(bad)?.to_vec();
            if !path.is_empty() {
                call.files.push(Upload { path, bytes });
            }
        } else {
            call.form.push_of_form(name, part.text().await.map_err(bad)?)?;
        }
    }
    Ok(())
}

/// Turns a reply into a response.
fn send(call: &Call, reply: Reply) -> AppResult<Response> {
    let Reply { status, body, mut cookies, headers } = reply;
    let mut response = match body {
        ReplyBody::Page(page) => {
            let nonce = page.needs_style_nonce().then(|| StyleNonce(call.style_nonce.clone()));
            let markup = parts::page::draw(call, &page);
            if let Some(project) = page.of_project().filter(|p| call.viewer.project.as_ref() != Some(p)) {
                cookies.push(cookie::preference(call.state.address(), "project", project.as_str()));
            }
            let mut response = respond(status, "text/html; charset=utf-8", Body::from(markup.into_string()));
            if let Some(nonce) = nonce {
                response.extensions_mut().insert(nonce);
            }
            response
        }
        ReplyBody::Part(markup) => {
            respond(status, "text/html; charset=utf-8", Body::from(markup.into_string()))
        }
        ReplyBody::To(address) => {
            let mut response = respond(status, "text/plain; charset=utf-8", Body::empty());
            response.headers_mut().insert(header::LOCATION, address.parse().map_err(AppError::internal)?);
            response
        }
        ReplyBody::File { name, kind, content } => {
            let body = match content {
                FileContent::Whole(bytes) => Body::from(bytes),
                FileContent::Pieces(pieces) => Body::from_stream(pieces),
            };
            let mut response = respond(status, kind, body);
            let plain: String = name
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' })
                .collect();
            let value = format!("attachment; filename=\"{plain}\"");
            response
                .headers_mut()
                .insert(header::CONTENT_DISPOSITION, value.parse().map_err(AppError::internal)?);
            response
        }
        ReplyBody::Stream(events) => {
            let bytes = events.map(Ok::<_, std::convert::Infallible>);
            respond(status, "text/event-stream", Body::from_stream(bytes))
        }
    };
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie.parse().map_err(AppError::internal)?);
    }
    for (name, value) in headers {
        response.headers_mut().insert(name, value.parse().map_err(AppError::internal)?);
    }
    Ok(response)
}
