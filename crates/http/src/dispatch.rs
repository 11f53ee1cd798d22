//! The way of one request to its operation: who asks, may they at all, the body, then the operation.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use cuelight_app::{AppError, AppResult, Code, Ctx};
use cuelight_artifact::Digest;
use cuelight_core::ledger::CommandId;
use cuelight_core::rights::Resource;
use tracing::Instrument;

use crate::call::{Call, Params, Secret, param};
use crate::load::Place;
use crate::operation::{Access, Endpoint, Operation, Writes};
use crate::router::Entry;
use crate::slots::OwnedSlot;
use crate::state::{HttpState, SMALL};
use crate::{body, problem};

/// The answer of an operation to a request.
pub(crate) async fn dispatch(
    state: &HttpState,
    entry: &'static Entry,
    params: AppResult<Params>,
    asked: (Request, Option<IpAddr>),
    id: &str,
) -> Response {
    let answered = match &entry.operation.endpoint {
        Endpoint::Public(run) => run(state.clone()).await,
        Endpoint::Guarded(_) => guarded(state, entry, params, asked, id).await,
    };
    answered.unwrap_or_else(|error| problem::respond(&error, id))
}

async fn guarded(
    state: &HttpState,
    entry: &'static Entry,
    params: AppResult<Params>,
    (request, from): (Request, Option<IpAddr>),
    id: &str,
) -> AppResult<Response> {
    let operation = &entry.operation;
    let slot = state.requests.take().ok_or_else(|| {
        AppError::new(
            Code::TooManyRequests,
            format!("the server works on {} requests at a time, and all are taken", state.limits.requests),
        )
    })?;
    let token = bearer(request.headers())?;
    let principal = state.budgets.recognise(&state.app, from, token.expose()).await?;
    state.budgets.pay(&principal, entry.budget)?;
    let params = params?;
    let command = idempotency_key(request.headers())?;
    let ctx = Ctx { app: Arc::clone(&state.app), principal, request_id: id.to_owned(), command };
    permitted(operation.access, &ctx, &params)?;
    let (parts, body) = request.into_parts();
    let body = match &operation.request {
        Some(expected) => body::read(expected, &state.limits, &state.held, &parts.headers, body).await?,
        None => axum::body::Bytes::new(),
    };
    let large = body.len() > SMALL;
    let call =
        Call { state: state.clone(), ctx, token, params, uri: parts.uri, headers: parts.headers, body };
    let place = match entry.place {
        // What is large takes long to read.
        Place::Here if large => Place::Aside,
        place => place,
    };
    if (place, operation.writes) == (Place::Here, Writes::Nothing) {
        let answered = operation.run(call).await;
        drop(slot);
        return answered;
    }
    let slot = slot.owned(state.clone());
    // On the heap, so that what is answered at once does not carry room for it.
    Box::pin(apart(state.clone(), operation, call, place, slot)).await
}

/// Runs an operation in its place; one that writes, to its end.
async fn apart(
    state: HttpState,
    operation: &'static Operation,
    call: Call,
    place: Place,
    slot: OwnedSlot,
) -> AppResult<Response> {
    let writes = operation.writes;
    let run = async move {
        let answered = operation.run(call).await;
        drop(slot);
        answered
    };
    let work = async move {
        match place {
            Place::Here => run.await,
            Place::Aside => state.long.run(run).await?,
            Place::Release => state.releases.run(run).await?,
        }
    };
    if writes == Writes::Nothing {
        return work.await;
    }
    // A write goes on when its caller goes away or has waited too long: between being recorded and being served
    // it must not stop.
    tokio::spawn(work.in_current_span()).await.map_err(AppError::internal)?
}

impl Operation {
    /// Runs the operation itself, without the checks before it.
    ///
    /// # Errors
    /// Whatever the operation refuses.
    pub async fn run(&self, call: Call) -> AppResult<Response> {
        match &self.endpoint {
            Endpoint::Public(run) => run(call.state).await,
            Endpoint::Guarded(run) => run(call).await,
        }
    }
}

/// Refuses early, before a body is read, what the operation would refuse anyway.
fn permitted(access: Access, ctx: &Ctx, params: &[(Cow<'static, str>, String)]) -> AppResult<()> {
    match access {
        Access::Public | Access::AnyToken | Access::People => {}
        Access::Installation(action) => {
            ctx.check(action, &Resource::Installation)?;
        }
        Access::Project(action) => {
            ctx.check(action, &Resource::Project(&param(params, "project")?))?;
        }
        Access::Environment(action) => {
            let (project, environment) = (param(params, "project")?, param(params, "environment")?);
            ctx.check(action, &Resource::Environment(&project, &environment))?;
        }
    }
    Ok(())
}

fn bearer(headers: &HeaderMap) -> AppResult<Secret> {
    let refused = |what: &str| AppError::new(Code::Unauthenticated, what);
    let mut found = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = found.next() else {
        return Err(refused("the request has no `Authorization` header"));
    };
    if found.next().is_some() {
        return Err(refused("the request has two `Authorization` headers"));
    }
    let bearer = value.to_str().ok().and_then(|v| v.split_once(' '));
    match bearer {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(Secret::new(token.trim().to_owned()))
        }
        _ => Err(refused("`Authorization` is not of the form `Bearer <token>`")),
    }
}

fn idempotency_key(headers: &HeaderMap) -> AppResult<Option<CommandId>> {
    let mut found = headers.get_all("idempotency-key").iter();
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(AppError::invalid("`Idempotency-Key` stands twice")),
        (Some(value), None) => {
            let key: Result<CommandId, _> = value.to_str().unwrap_or_default().parse();
            let key = key.map_err(|e| AppError::invalid(format!("`Idempotency-Key`: {e}")))?;
            // What a caller writes may name a person, and an entry is for ever: the ledger gets its digest.
            let digest = Digest::of_bytes(key.as_str().as_bytes()).to_string();
            digest.parse().map(Some).map_err(AppError::internal)
        }
    }
}
