//! A server with a project in it, and a client that speaks to it without a network.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::http::{Extensions, HeaderMap, Method, Request, StatusCode};
use cuelight_app::token::{IssueInput, issue};
use cuelight_core::rights::Role;
use cuelight_http::{HttpState, Limits, Operation, operations, router};
use cuelight_testkit::TestApp;
use cuelight_testkit::files::{GREETING, all, fragment, greeting, including};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::watch;
use tower::ServiceExt;

/// Where the project is.
pub const P: &str = "/api/v1/projects/acme";
/// The prompt most tests look at.
pub const LEAD: &str = "sales/qualify-lead";

/// A server with the projects `acme` and `globex`.
///
/// `acme` has two prompts of its own and one that includes a fragment, all at 1.0.0 and live everywhere by the
/// releases 1 (development), 2 (staging) and 3 (production). 2.0.0 of `sales/qualify-lead` is live in development
/// by release 4, and nowhere else.
pub struct World {
    /// The application behind.
    pub test: TestApp,
    /// What answers.
    pub router: Router,
    /// The same, for calls without a request.
    pub state: HttpState,
    /// Ends the server.
    pub stop: watch::Sender<bool>,
    tokens: Mutex<BTreeMap<String, String>>,
    keys: AtomicU64,
}

/// The files of the first versions.
pub fn first_files() -> BTreeMap<String, String> {
    all([
        greeting(LEAD, GREETING),
        greeting("sales/outreach", GREETING),
        fragment("safety/base", "Never promise a price.\n"),
        including("support/answer", &[("safety", "safety/base@^1.0")]),
    ])
}

/// The files with a breaking change to `sales/qualify-lead`: one more required input.
pub fn second_files() -> BTreeMap<String, String> {
    let mut files = first_files();
    let yaml = &mut files.get_mut(&format!("prompts/{LEAD}/prompt.yaml")).expect("the prompt is there");
    **yaml = yaml
        .replace("required: [person]", "required: [person, region]")
        .replace("    person: {", "    region: { type: string, maxLength: 20 }\n    person: {")
        .replace("inputs: { person: Ada }", "inputs: { person: Ada, region: EMEA }");
    files.insert(format!("prompts/{LEAD}/system.md"), format!("{GREETING}They live in {{{{ region }}}}.\n"));
    files
}

impl World {
    pub async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        let test = TestApp::new().await.expect("an application");
        test.publish(first_files()).await.expect("first versions");
        let prompts = [&format!("{LEAD}@1.0.0"), "sales/outreach@1.0.0", "support/answer@1.0.0"];
        for environment in ["development", "staging", "production"] {
            test.release(environment, &prompts).await.expect("a release");
        }
        test.publish(second_files()).await.expect("second versions");
        test.release("development", &[LEAD]).await.expect("a release");
        let ctx = test.ctx().await.expect("the administrator");
        let globex = cuelight_app::project::CreateProjectInput { name: "globex".parse().expect("a name") };
        cuelight_app::project::create(&ctx, globex).await.expect("another project");
        Self::on(test, limits)
    }

    /// An application without anything in its project.
    pub async fn empty() -> Self {
        Self::on(TestApp::new().await.expect("an application"), Limits::default())
    }

    fn on(test: TestApp, limits: Limits) -> Self {
        let (stop, stopping) = watch::channel(false);
        let state = HttpState::new(test.app.clone(), limits, "test", stopping);
        let router = router(state.clone());
        Self { test, router, state, stop, tokens: Mutex::default(), keys: AtomicU64::new(0) }
    }

    /// A token of a role with its full reach, the same each time.
    pub async fn role(&self, role: Role) -> String {
        self.token(role.as_str(), role, |_| {}).await
    }

    /// A token, the same each time for the same label.
    pub async fn token(&self, label: &str, role: Role, narrow: impl FnOnce(&mut IssueInput)) -> String {
        if let Some(known) = self.tokens.lock().expect("tokens").get(label) {
            return known.clone();
        }
        let mut input = IssueInput {
            label: label.into(),
            role,
            projects: None,
            environments: None,
            actions: None,
            days: None,
        };
        narrow(&mut input);
        let ctx = self.test.ctx().await.expect("the administrator");
        let token = issue(&ctx, input).await.expect("a token").token;
        self.tokens.lock().expect("tokens").insert(label.into(), token.clone());
        token
    }

    /// A request by the administrator; writes get a key of their own.
    pub fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        let key = format!("key-{}", self.keys.fetch_add(1, Ordering::SeqCst));
        let mut ask = Ask {
            world: self,
            method,
            path: path.into(),
            headers: HeaderMap::new(),
            body: Body::empty(),
            extensions: Extensions::new(),
        };
        ask = ask.header("idempotency-key", &key);
        ask.token(&self.test.admin)
    }

    pub fn get(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path).without("idempotency-key")
    }

    pub fn post(&self, path: &str, body: &Value) -> Ask<'_> {
        self.ask(Method::POST, path).json(body)
    }

    /// Releases a version of the prompt in development.
    pub async fn flip(&self, version: &str) -> Value {
        let body = json!({
            "environment": "development",
            "items": [{ "do": "set", "prompt": LEAD, "version": version }],
        });
        self.post(&format!("{P}/releases"), &body).send().await.expect(StatusCode::CREATED)
    }

    /// A cue of the prompt in production.
    pub async fn cue(&self) -> String {
        let body = json!({ "environment": "production", "prompt": LEAD, "render": "none" });
        let reply = self.post(&format!("{P}/resolve"), &body).send().await;
        reply.expect(StatusCode::OK)["cue"].as_str().expect("a cue").to_owned()
    }
}

/// A request in the making.
pub struct Ask<'a> {
    world: &'a World,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Body,
    extensions: Extensions,
}

impl Ask<'_> {
    /// Something that the server itself adds to a request.
    pub fn extension<T: Clone + Send + Sync + 'static>(mut self, extension: T) -> Self {
        self.extensions.insert(extension);
        self
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().expect("a header"));
        self
    }

    pub fn without(mut self, name: &'static str) -> Self {
        self.headers.remove(name);
        self
    }

    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn json(self, body: &Value) -> Self {
        self.bytes(body.to_string()).header("content-type", "application/json")
    }

    pub fn bytes(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    pub fn into_request(self) -> Request<Body> {
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().expect("an address");
        *request.headers_mut() = self.headers;
        *request.extensions_mut() = self.extensions;
        request
    }

    /// Sends it and reads the answer's head only.
    pub async fn open(self) -> axum::response::Response {
        let router = self.world.router.clone();
        router.oneshot(self.into_request()).await.expect("the router never fails")
    }

    /// Sends it. A problem must be one that the API description names for the operation.
    pub async fn send(self) -> Reply {
        let described = described_codes(&self.method, &self.path);
        let asked = format!("{} {}", self.method, self.path);
        let (head, body) = self.open().await.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes().to_vec();
        let reply = Reply { status: head.status, headers: head.headers, body };
        if let Some(codes) = described
            && reply.header("content-type") == "application/problem+json"
            && reply.code() != "too_large"
        {
            let code = reply.code();
            assert!(
                codes.contains(&format!("`{code}`")),
                "{asked}: {code} is not described\n{}",
                reply.text()
            );
        }
        reply
    }
}

/// The texts of all responses that the API description has for this request, if it is one of its operations.
fn described_codes(method: &Method, path: &str) -> Option<&'static String> {
    static ALL: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let document = cuelight_http::openapi();
        let text = |operation: &Operation| {
            let method = operation.method.as_str().to_lowercase();
            document["paths"][&operation.path][method]["responses"].to_string()
        };
        operations().iter().map(|o| (o.id.clone(), text(o))).collect()
    });
    let path = path.split('?').next().unwrap_or_default();
    let fits = |template: &str| {
        let (a, b): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
        a.len() == b.len() && a.iter().zip(b).all(|(t, p)| t.starts_with('{') || *t == p)
    };
    let mut found: Vec<_> =
        operations().into_iter().filter(|o| o.method == *method && fits(&o.path)).collect();
    // A fixed address goes before one with a parameter in its place.
    found.sort_by_key(|o| o.path.matches('{').count());
    all.get(&found.first()?.id)
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("UTF-8")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().expect("ASCII"))
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub fn expect(&self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// The code of an answer that must be a well-formed problem.
    #[track_caller]
    pub fn code(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{} {}",
            self.status,
            self.text()
        );
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        assert_eq!(problem["instance"], self.header("x-request-id"));
        assert_eq!(problem["type"], format!("/errors#{}", problem["code"].as_str().expect("a code")));
        problem["code"].as_str().expect("a code").to_owned()
    }

    /// The text of a problem that must have this code.
    #[track_caller]
    pub fn detail(&self, code: &str) -> String {
        assert_eq!(self.code(), code, "{}", self.text());
        self.json()["detail"].as_str().expect("a detail").to_owned()
    }
}
