//! A real server in this process that can be stopped, cut off and started again, and clients that do not wait long.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use cuelight_app::release::{RollBackInput, roll_back};
use cuelight_app::serve::bundle::bundle;
use cuelight_app::token::{IssueInput, issue};
use cuelight_client::{Ask, Client, Connection, Options, Pace, Status};
use cuelight_core::rights::Role;
use cuelight_http::{HttpState, Limits, serve};
use cuelight_testkit::TestApp;
use cuelight_testkit::files::{GREETING, all, fragment, greeting, including};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// The prompt most tests look at.
pub const LEAD: &str = "sales/qualify-lead";
/// Another one, released together with it.
pub const OUTREACH: &str = "sales/outreach";
/// Longest time anything here may take before the test gives up.
pub const LONG: Duration = Duration::from_secs(30);

/// An application in memory with the project `acme`, and a server in front of it.
///
/// `sales/qualify-lead` and `sales/outreach` are published as 1.0.0 and 1.1.0, `support/answer` as 1.0.0; 1.0.0 of all is
/// live in development as generation 1.
pub struct World {
    pub test: TestApp,
    /// A token with the role `serve`.
    pub token: String,
    /// The lockfile of the first versions.
    pub lock: String,
    runtime: Runtime,
    server: Mutex<Option<Server>>,
    address: SocketAddr,
    limits: Limits,
}

struct Server {
    runtime: Runtime,
    stop: watch::Sender<bool>,
}

/// The files of the first versions.
pub fn first_files() -> BTreeMap<String, String> {
    all([
        greeting(LEAD, GREETING),
        greeting(OUTREACH, GREETING),
        fragment("safety/base", "Never promise a price.\n"),
        including("support/answer", &[("safety", "safety/base@^1.0")]),
    ])
}

fn second_files() -> BTreeMap<String, String> {
    let mut files = first_files();
    for name in [LEAD, OUTREACH] {
        files.insert(format!("prompts/{name}/system.md"), format!("{GREETING}Be brief.\n"));
    }
    files
}

impl World {
    pub fn new() -> Self {
        Self::with(Limits { heartbeat: Duration::from_millis(100), ..Limits::default() })
    }

    pub fn with(limits: Limits) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let (test, token, lock) = runtime.block_on(async {
            let test = TestApp::new().await.expect("an application");
            let lock = test.publish(first_files()).await.expect("first versions").lock;
            test.publish(second_files()).await.expect("second versions");
            let first: [&str; 3] =
                [&format!("{LEAD}@1.0.0"), &format!("{OUTREACH}@1.0.0"), "support/answer@1.0.0"];
            test.release("development", &first).await.expect("a release");
            let token = test.token(Role::Serve).await.expect("a token");
            (test, token, lock)
        });
        let server = Server::start(&test, "127.0.0.1:0".parse().expect("an address"), limits);
        let (server, address) = server;
        Self { test, token, lock, runtime, server: Mutex::new(Some(server)), address, limits }
    }

    /// Runs an operation of the application.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Options that reach this server and do not wait long.
    pub fn options(&self) -> Options {
        let server = format!("http://{}", self.address);
        Options {
            wait: LONG,
            pace: pace(),
            ..Options::new(&server, "acme", "development", self.token.as_str())
        }
    }

    /// A client that has the feed.
    pub fn client(&self) -> Client {
        let client = Client::start(self.options()).expect("good options");
        assert_wait(&client, |s| s.connection == Connection::Feed);
        client
    }

    /// Makes both prompts live in this version; the generation.
    pub fn flip(&self, version: &str) -> u64 {
        let prompts = [format!("{LEAD}@{version}"), format!("{OUTREACH}@{version}")];
        let release = self.run(self.test.release("development", &[&prompts[0], &prompts[1]]));
        release.expect("a release").generation
    }

    /// Goes back from the newest release; the generation.
    pub fn go_back(&self, release: u64, to: u64) -> u64 {
        self.run(async {
            let ctx = self.test.ctx().await.expect("the administrator");
            let input = RollBackInput { to: Some(to), reason: None };
            roll_back(&ctx, &self.test.project, release, input).await.expect("going back").generation
        })
    }

    /// What the server sends as a bundle.
    pub fn bundle(&self) -> Vec<u8> {
        self.run(async {
            let ctx = self.test.ctx().await.expect("the administrator");
            let development = "development".parse().expect("a name");
            bundle(&ctx, &self.test.project, &development).await.expect("a bundle").bytes.to_vec()
        })
    }

    /// A token that can be revoked; its id and itself.
    pub fn another_token(&self) -> (String, String) {
        self.run(async {
            let input = IssueInput {
                label: "desk".into(),
                role: Role::Serve,
                projects: None,
                environments: None,
                actions: None,
                days: None,
            };
            let ctx = self.test.ctx().await.expect("the administrator");
            let token = issue(&ctx, input).await.expect("a token").token;
            (token.split('_').nth(1).expect("an id").to_owned(), token)
        })
    }

    /// Ends the server as a deployment does: feeds end, requests finish.
    pub fn stop(&self) {
        let server = self.server.lock().expect("the server").take().expect("a server that runs");
        server.stop.send_replace(true);
        server.runtime.shutdown_timeout(Duration::from_millis(200));
    }

    /// Ends the server as a power cut does.
    pub fn kill(&self) {
        let server = self.server.lock().expect("the server").take().expect("a server that runs");
        server.runtime.shutdown_timeout(Duration::ZERO);
    }

    /// Starts a server again, at the same address.
    pub fn start(&self) {
        let (server, _) = Server::start(&self.test, self.address, self.limits);
        *self.server.lock().expect("the server") = Some(server);
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // A runtime must not be dropped where another one runs; nothing here does.
        if let Some(server) = self.server.lock().expect("the server").take() {
            server.runtime.shutdown_background();
        }
    }
}

impl Server {
    fn start(test: &TestApp, address: SocketAddr, limits: Limits) -> (Self, SocketAddr) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("one");
        let listener = runtime.block_on(async {
            for _ in 0..500 {
                match TcpListener::bind(address).await {
                    Ok(listener) => return listener,
                    // The server before may still be going.
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
            panic!("{address} stays taken");
        });
        let address = listener.local_addr().expect("an address");
        let (stop, stopping) = watch::channel(false);
        let state = HttpState::new(test.app.clone(), limits, "test", stopping.clone());
        runtime.spawn(async move {
            let mut stopping = stopping;
            let until = async move {
                drop(stopping.wait_for(|stop| *stop).await);
            };
            serve(listener, state, axum::Router::new(), until).await.expect("it serves");
        });
        (Self { runtime, stop }, address)
    }
}

/// Times for tests.
pub fn pace() -> Pace {
    Pace {
        connect: Duration::from_secs(5),
        answer: Duration::from_secs(10),
        silence: Duration::from_secs(5),
        refresh: Duration::from_secs(60),
        pause: Duration::from_millis(20),
        poll: Duration::from_millis(100),
        regress: Duration::from_millis(300),
    }
}

/// A question that the greeting prompts answer.
pub fn ask(prompt: &str) -> Ask {
    Ask::new(prompt).input("person", "Ada")
}

/// Waits for something that must come.
#[track_caller]
pub fn assert_wait(client: &Client, until: impl Fn(&Status) -> bool) {
    assert!(client.wait(LONG, until), "{:#?}", client.status());
}

/// Waits for a generation.
#[track_caller]
pub fn assert_generation(client: &Client, generation: u64) {
    assert_wait(client, |s| s.serving.is_some_and(|s| s.pin.generation == generation));
}
