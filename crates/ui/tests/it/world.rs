//! Pages with a project behind them, and a browser without a network.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use cuelight_app::session;
use cuelight_app::token::{IssueInput, issue};
use cuelight_core::rights::Role;
use cuelight_testkit::TestApp;
use cuelight_testkit::files::{GREETING, all, fragment, greeting, including};
use cuelight_ui::{PublicAddress, Settings, UiState};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use http_body_util::BodyExt as _;
use tokio::sync::watch;
use tower::ServiceExt as _;

/// The prompt most tests look at.
pub const LEAD: &str = "sales/qualify-lead";

/// Pages on an application in memory. Its project `acme` has the prompts `sales/qualify-lead`, `sales/outreach` and
/// `support/answer`, which includes the shared text `safety/base`; all at 1.0.0 and live everywhere by the releases 1
/// to 3. 1.1.0 or later of `sales/qualify-lead` is live in development by release 4.
pub struct World {
    /// The application behind.
    pub test: TestApp,
    router: Router,
    /// Ends streams.
    pub stop: watch::Sender<bool>,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// How many bytes travelled.
    pub bytes: usize,
}

impl Answer {
    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// Where it leads.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The first value of an attribute in the page, such as `name="command" value="…"`.
    pub fn after(&self, start: &str) -> &str {
        let rest = self.text.split_once(start).unwrap_or_else(|| panic!("no `{start}` in\n{}", self.text)).1;
        rest.split('"').next().unwrap_or_default()
    }
}

/// A browser of somebody.
pub struct Browser<'a> {
    world: &'a World,
    cookie: String,
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

impl World {
    pub async fn new() -> Self {
        let test = TestApp::new().await.expect("an application");
        test.publish(first_files()).await.expect("first versions");
        let prompts = [&format!("{LEAD}@1.0.0"), "sales/outreach@1.0.0", "support/answer@1.0.0"];
        for environment in ["development", "staging", "production"] {
            test.release(environment, &prompts).await.expect("a release");
        }
        let mut files = first_files();
        files.insert(format!("prompts/{LEAD}/system.md"), format!("{GREETING}Be brief.\n"));
        test.publish(files).await.expect("second versions");
        test.release("development", &[LEAD]).await.expect("a release");
        Self::on(test)
    }

    /// With a project that has nothing in it.
    pub async fn empty() -> Self {
        Self::on(TestApp::new().await.expect("an application"))
    }

    pub fn on(test: TestApp) -> Self {
        Self::at(test, "http://127.0.0.1:7300")
    }

    /// Behind something that adds TLS.
    pub async fn secure() -> Self {
        Self::at(TestApp::new().await.expect("an application"), "https://prompts.example.com")
    }

    fn at(test: TestApp, address: &str) -> Self {
        let (stop, stopping) = watch::channel(false);
        let state = UiState::new(Settings {
            app: test.app.clone(),
            address: PublicAddress::parse(address).expect("an address"),
            sample: first_files(),
            nonce: "test".into(),
            stopping,
        });
        Self { test, router: cuelight_ui::router(state), stop }
    }

    /// A browser where the administrator is signed in.
    pub async fn admin(&self) -> Browser<'_> {
        self.browser(&self.test.admin).await
    }

    /// A browser where somebody with this role is signed in.
    pub async fn role(&self, role: Role) -> Browser<'_> {
        self.token(role, |_| {}).await
    }

    /// A browser where the holder of a new token is signed in.
    pub async fn token(&self, role: Role, narrow: impl FnOnce(&mut IssueInput)) -> Browser<'_> {
        let mut input = IssueInput {
            label: format!("{}’s laptop", role.as_str()),
            role,
            projects: None,
            environments: None,
            actions: None,
            days: None,
        };
        narrow(&mut input);
        let ctx = self.test.ctx().await.expect("the administrator");
        let token = issue(&ctx, input).await.expect("a token").token;
        self.browser(&token).await
    }

    async fn browser(&self, token: &str) -> Browser<'_> {
        let opened = session::open_with_token(&self.test.app, token).await.expect("a session");
        Browser { world: self, cookie: format!("cuelight-7300={}", opened.secret) }
    }

    /// A browser where nobody is signed in.
    pub fn nobody(&self) -> Browser<'_> {
        Browser { world: self, cookie: String::new() }
    }

    /// How many entries the project's ledger has.
    pub async fn entries(&self) -> u64 {
        let ctx = self.test.ctx().await.expect("the administrator");
        cuelight_app::project::get(&ctx, &self.test.project).await.expect("the project").entries
    }
}

impl Browser<'_> {
    /// Another cookie beside the session's.
    pub fn with_cookie(mut self, cookie: &str) -> Self {
        self.cookie = format!("{}; {cookie}", self.cookie);
        self
    }

    /// A page.
    pub async fn get(&self, address: &str) -> Answer {
        let headers = [("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate")];
        self.send("GET", address, &headers, String::new()).await
    }

    /// A form, as a browser sends it from one of our pages.
    pub async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let headers =
            [("sec-fetch-site", "same-origin"), ("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", address, &headers, form(fields)).await
    }

    /// A stream of events, whole events at a time.
    pub async fn open(&self, address: &str) -> BoxStream<'static, String> {
        let request = Request::builder().uri(address).header("cookie", &self.cookie).body(Body::empty());
        let response =
            self.world.router.clone().oneshot(request.expect("a request")).await.expect("an answer");
        assert_eq!(response.status().as_u16(), 200, "{address}");
        let pieces = response.into_body().into_data_stream();
        pieces.map(|p| String::from_utf8_lossy(&p.expect("a piece")).into_owned()).boxed()
    }

    /// A page, asked for from this address of the network.
    pub async fn get_from(&self, network: &str, address: &str) -> Answer {
        let headers = [("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate")];
        self.send_from(Some(network), "GET", address, &headers, String::new()).await
    }

    /// A request with these headers.
    pub async fn send(&self, method: &str, address: &str, headers: &[(&str, &str)], body: String) -> Answer {
        self.send_from(None, method, address, headers, body).await
    }

    async fn send_from(
        &self,
        network: Option<&str>,
        method: &str,
        address: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(address).header("cookie", &self.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(network) = network {
            let from: SocketAddr = format!("{network}:1").parse().expect("an address");
            request = request.extension(ConnectInfo(from));
        }
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.world.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            bytes: bytes.len(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

/// A form's fields as browsers encode them.
pub fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        text.bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect::<String>()
    };
    fields.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect::<Vec<_>>().join("&")
}
