//! The router, made from the table of operations.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use cuelight_app::{AppError, Code};
use tower_http::compression::CompressionLayer;

use crate::answer;
use crate::dispatch::dispatch;
use crate::operation::Operation;
use crate::operations::operations;
use crate::problem;
use crate::request::{RequestId, around};
use crate::state::HttpState;

/// The whole API. Addresses are matched as they come, before percent-decoding, so that `%2F` in a name is not a
/// separator.
pub fn router(state: HttpState) -> Router {
    let mut paths: BTreeMap<String, Vec<Arc<Operation>>> = BTreeMap::new();
    for operation in operations() {
        paths.entry(operation.path.clone()).or_default().push(Arc::new(operation));
    }
    let mut router = Router::new();
    for (path, operations) in paths {
        router = router.route(&path, methods(operations));
    }
    router
        .fallback(unknown_route)
        .layer(CompressionLayer::new())
        .layer(axum::middleware::from_fn_with_state(state.clone(), around))
        .with_state(state)
}

fn methods(operations: Vec<Arc<Operation>>) -> MethodRouter<HttpState> {
    let mut allowed: Vec<&str> = operations.iter().map(|o| o.method.as_str()).collect();
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    let allowed = allowed.join(", ");
    let mut methods = MethodRouter::new();
    for operation in operations {
        let filter = filter(&operation.method);
        let run = move |State(state): State<HttpState>, request: Request| {
            dispatch(state, operation.clone(), request)
        };
        methods = methods.merge(on(filter, run));
    }
    methods.fallback(move |request: Request| async move { wrong_method(&request, &allowed) })
}

fn filter(method: &Method) -> MethodFilter {
    match *method {
        Method::POST => MethodFilter::POST,
        Method::PUT => MethodFilter::PUT,
        Method::DELETE => MethodFilter::DELETE,
        // Answers HEAD too.
        _ => MethodFilter::GET,
    }
}

fn wrong_method(request: &Request, allowed: &str) -> Response {
    let detail = format!("this address answers {allowed}, not {}", request.method());
    let mut response = problem::respond(&AppError::new(Code::MethodNotAllowed, detail), &id(request));
    if let Err(error) = answer::set(&mut response, header::ALLOW, allowed) {
        return problem::respond(&error, &id(request));
    }
    response
}

async fn unknown_route(request: Request) -> Response {
    let detail = format!("there is no address `{}`", request.uri().path());
    problem::respond(&AppError::new(Code::UnknownRoute, detail), &id(&request))
}

fn id(request: &Request) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}
