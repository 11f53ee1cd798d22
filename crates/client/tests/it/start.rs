//! Starting and ending: at once, whatever the server does.

use std::sync::mpsc;
use std::time::Duration;

use cuelight_client::{Client, Connection, Options, Source};

use crate::fake::{Fake, Reply};
use crate::world::{LEAD, LONG, World, ask, assert_wait, pace};

/// A bundle as an application has it built in; the documentation uses it too.
const BUNDLE: &[u8] = include_bytes!("../data/bundle.json");

/// Runs it in a thread; it must be over long before the server would answer.
fn at_once<T: Send + 'static>(what: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, over) = mpsc::channel();
    std::thread::spawn(move || done.send(what()));
    over.recv_timeout(LONG).expect("it does not wait for the server")
}

/// Options with times so long that a test that waited for one of them would fail.
fn patient(server: &str) -> Options {
    let hour = Duration::from_secs(3600);
    let mut pace = pace();
    (pace.connect, pace.answer, pace.silence, pace.pause, pace.poll) = (hour, hour, hour, hour, hour);
    Options { pace, ..Options::new(server, "acme", "development", "cl_x_y") }
}

#[test]
fn a_server_that_never_answers_holds_up_neither_start_nor_question_nor_end() {
    let hanging = Fake::new(|_| Reply::Hang(Vec::new()));
    // A port where connections are taken by nobody.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = format!("http://{}", silent.local_addr().expect("an address"));
    for server in [hanging.address.as_str(), &silent, "http://127.0.0.1:1", "http://no.such.host.invalid"] {
        let options = patient(server);
        at_once(move || {
            let client = Client::start(options).expect("good options");
            assert_eq!(client.resolve(&ask(LEAD)).expect_err("nothing").code(), "not_ready");
            client.shutdown();
        });
    }
}

#[test]
fn a_client_ends_at_once_while_its_feed_is_open_and_its_clones_go_on() {
    let world = World::new();
    let options =
        Options { wait: LONG, token: world.token.as_str().into(), ..patient(&world.options().server) };
    let client = Client::start(options).expect("good options");
    assert_wait(&client, |s| s.connection == Connection::Feed);
    let clone = client.clone();
    at_once(move || client.shutdown());
    assert_eq!(clone.resolve(&ask(LEAD)).expect("an answer").generation, 1);
    assert_eq!(clone.status().connection, Connection::Away);
    at_once(move || drop(clone));
}

#[test]
fn waiting_for_the_server_ends_with_its_answer_or_with_the_time() {
    let world = World::new();
    // No wait needed after it: the answer was there.
    let client = Client::start(world.options()).expect("good options");
    assert_eq!(client.resolve(&ask(LEAD)).expect("an answer").source, Source::Server);
    // Nobody there and nothing here: the time.
    let wait = Duration::from_millis(50);
    let nobody = Options { wait, ..patient("http://127.0.0.1:1") };
    let client = at_once(move || Client::start(nobody).expect("good options"));
    assert!(client.now().is_err());
    // Nobody there and something here: the first attempt.
    let hour = Duration::from_secs(3600);
    let nobody = Options { wait: hour, built_in: Some(BUNDLE), ..patient("http://127.0.0.1:1") };
    let client = at_once(move || Client::start(nobody).expect("good options"));
    assert_eq!(client.resolve(&ask(LEAD)).expect("an answer").source, Source::BuiltIn);
}

#[test]
fn mistakes_in_the_options_are_told_at_the_start() {
    let good = || Options::new("http://127.0.0.1:1", "acme", "development", "cl_x_y");
    let told = |options: Options| Client::start(options).expect_err("a mistake").to_string();
    assert_eq!(
        told(Options { server: "prompts.example.com".into(), ..good() }),
        "the server's address does not start with `http://` or `https://`; write it like `https://prompts.example.com`"
    );
    assert!(told(Options { project: "Acme".into(), ..good() }).starts_with("the project: 'A' at position 1"));
    assert!(told(Options { environment: String::new(), ..good() }).starts_with("the environment: "));
    assert_eq!(
        told(Options { token: " ".into(), ..good() }),
        "the token is empty or holds characters that no token has"
    );
    assert!(told(Options { token: "cl_x\ncl_y".into(), ..good() }).starts_with("the token is empty or"));
    assert!(told(Options { name: Some("desk 7".into()), ..good() }).starts_with("the client's name has"));
    assert!(
        told(Options { built_in: Some(b"{}"), ..good() }).contains("cannot be used: this is not a bundle")
    );
    let encrypted =
        Options { server: "https://127.0.0.1:1".into(), roots: Some(b"no PEM".to_vec()), ..good() };
    assert!(told(encrypted).contains("the roots given hold no certificate"));
}

#[test]
fn a_client_may_be_started_and_dropped_within_a_runtime_of_any_kind() {
    let world = World::new();
    let kinds = [tokio::runtime::Builder::new_current_thread(), tokio::runtime::Builder::new_multi_thread()];
    for mut kind in kinds {
        kind.enable_all().build().expect("a runtime").block_on(async {
            let client = Client::start(world.options()).expect("good options");
            tokio::task::yield_now().await;
            assert_eq!(client.resolve(&ask(LEAD)).expect("an answer").source, Source::Server);
            let (pinned, clone) = (client.pin().expect("a generation"), client.clone());
            let answered = tokio::task::spawn_blocking(move || clone.at(&pinned).is_ok()).await;
            assert!(answered.expect("it ran"));
        });
    }
}

#[test]
fn the_example_in_the_documentation_runs() {
    crate::documented::main().expect("it runs");
}
