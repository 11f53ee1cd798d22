//! The token appears nowhere but in the request.

use std::io::Write;
use std::sync::{Arc, Mutex};

use cuelight_client::{Client, Options, Token};

use crate::fake::{Fake, Reply, only_bundle, status};
use crate::follow::start;
use crate::world::{World, ask, assert_generation, assert_wait};

const SECRET: &str = "cl_desk_Zm9yIG5vYm9keSdzIGV5ZXM";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_token_is_in_no_log_no_error_and_no_debug() {
    let log = Log::default();
    let writer = log.clone();
    // For all threads of this test's process; nextest gives every test one of its own.
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    let alone = tracing_subscriber::util::SubscriberInitExt::try_init(subscriber).is_ok();
    let bundle = World::new().bundle();
    let fake = Fake::bundle(bundle);
    let client = start(&fake, |o| {
        o.token = Token::new(&format!(" {SECRET}\n"));
        o.pace.refresh = std::time::Duration::from_millis(30);
    });
    assert_generation(&client, 1);
    assert!(fake.seen("/bundle")[0].headers.contains(&format!("authorization: Bearer {SECRET}\r\n")));
    let mut said = String::new();
    for reply in [
        || status(401, ""),
        || Reply::Raw(b"nonsense".to_vec()),
        || status(500, ""),
        || status(302, "location: http://elsewhere/\r\n"),
    ] {
        fake.now(move |seen| only_bundle(seen, reply));
        let before = client.status().last_error.map(|e| e.message);
        assert_wait(&client, |s| s.last_error.as_ref().is_some_and(|e| Some(&e.message) != before.as_ref()));
        said.push_str(&format!(
            "{:?} {}",
            client.status(),
            serde_json::to_string(&client.status()).expect("JSON")
        ));
    }
    let options = Options { token: SECRET.into(), ..Options::new("x", "acme", "development", SECRET) };
    said.push_str(&format!("{options:?} {:?} {client:?}", options.token));
    said.push_str(&format!("{:?}", Client::start(options).expect_err("a bad address")));
    said.push_str(&format!("{:?}", client.resolve(&ask("no/such")).expect_err("not live")));
    client.shutdown();
    let log = String::from_utf8(log.0.lock().expect("the log").clone()).expect("UTF-8");
    assert!(!alone || log.contains("a generation is applied"), "{log}");
    for text in [said, log] {
        assert!(!text.contains(SECRET) && !text.contains("Zm9y"), "{text}");
    }
}
