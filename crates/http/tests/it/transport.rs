//! What HTTP itself asks for: addresses, methods, headers, compression, limits, logs.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use cuelight_http::{Limits, operations};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::examples::{example, request};
use crate::world::{LEAD, P, World};

#[tokio::test]
async fn a_name_is_one_segment_however_its_slash_is_encoded() {
    let world = World::new().await;
    for name in ["sales%2Fqualify-lead", "sales%2fqualify-lead", "%73ales%2Fqualify%2Dlead"] {
        let found = world.get(&format!("{P}/prompts/{name}")).send().await.expect(StatusCode::OK);
        assert_eq!(found["id"], format!("prompt:{LEAD}"), "{name}");
        assert_eq!(world.get(&format!("{P}/prompts/{name}/versions")).send().await.status, StatusCode::OK);
    }
    for path in [
        "/prompts/sales/qualify-lead",
        "/prompts/sales%2Fqualify-lead/",
        "/prompts%2Fsales%2Fqualify-lead",
        "/../acme",
        "/%2e%2e/acme",
        "/",
    ] {
        assert_eq!(world.get(&format!("{P}{path}")).send().await.code(), "unknown_route", "{path}");
    }
    let empty = world.get(&format!("{P}/prompts//versions")).send().await.detail("invalid_request");
    assert!(empty.contains("no empty part"), "{empty}");
    // The second segment is a name like any other, whatever it looks like.
    let detail =
        world.get(&format!("{P}/prompts/..%2f..%2f..%2ftokens")).send().await.detail("invalid_request");
    assert_eq!(
        detail,
        "`name` in the address: '.' at position 1 is not allowed in a name: use lower-case letters a-z, digits and hyphens"
    );
}

#[tokio::test]
async fn long_addresses_and_names_are_refused() {
    let world = World::new().await;
    let name = |n: usize| format!("{P}/prompts/sales%2F{}", "a".repeat(n));
    assert!(world.get(&name(300)).send().await.detail("invalid_request").contains("at most 200 characters"));
    assert!(world.get(&name(65)).send().await.detail("invalid_request").contains("at most 64 characters"));
    let long = world.get(&name(60_000)).send().await;
    assert_eq!((long.status, long.code()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large".into()));
    assert!(long.detail("too_large").starts_with("the address has 60"));
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_work() {
    let world = World::new().await;
    for operation in operations() {
        let example = example(&world, &operation).await;
        let mut wrong = request(&world, &operation, &example).into_request();
        *wrong.method_mut() = Method::PATCH;
        let reply = tower::ServiceExt::oneshot(world.router.clone(), wrong).await.expect("an answer");
        assert_eq!(reply.status(), StatusCode::METHOD_NOT_ALLOWED, "{}", operation.id);
        let allow = reply.headers()["allow"].to_str().expect("ASCII");
        assert!(allow.split(", ").any(|m| m == operation.method.as_str()), "{}: {allow}", operation.id);
    }
    let reply = world.ask(Method::DELETE, &format!("{P}/releases")).send().await;
    assert_eq!(reply.header("allow"), "GET, POST, HEAD");
    assert_eq!(reply.detail("method_not_allowed"), "this address answers GET, POST, HEAD, not DELETE");
    let head = world.ask(Method::HEAD, P).send().await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn every_answer_carries_its_id_and_the_security_headers() {
    let world = World::new().await;
    let given = world.get("/healthz").header("x-request-id", "My.request_1-a").send().await;
    assert_eq!(given.header("x-request-id"), "My.request_1-a");
    for bad in ["", "two words", "a;b", &"x".repeat(65)] {
        let reply = world.get("/nowhere").header("x-request-id", bad).send().await;
        assert!(reply.header("x-request-id").starts_with("test-"), "{bad}");
        assert_eq!(reply.code(), "unknown_route");
    }
    let (a, b) = (world.get("/healthz").send().await, world.get("/healthz").send().await);
    assert_ne!(a.header("x-request-id"), b.header("x-request-id"));
    for reply in [
        a,
        world.get("/nowhere").send().await,
        world.get(P).send().await,
        world.get(P).token("x").send().await,
    ] {
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn compressed_answers_have_a_weak_etag() {
    let world = World::new().await;
    let path = format!("{P}/prompts/sales%2Fqualify-lead/versions/1.0.0");
    let plain = world.get(&path).send().await;
    let zipped = world.get(&path).header("accept-encoding", "gzip").send().await;
    assert_eq!(zipped.header("content-encoding"), "gzip");
    assert!(zipped.body.len() < plain.body.len());
    assert_eq!(zipped.header("etag"), format!("W/{}", plain.header("etag")));
    let again = world.get(&path).header("if-none-match", zipped.header("etag")).send().await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    // It is known again, and repeats nothing of the answer that the caller has.
    assert!(again.header("x-request-id").starts_with("test-"));
    assert_eq!(again.header("etag"), plain.header("etag"));
    assert_eq!((again.header("content-security-policy"), again.header("content-type")), ("", ""));
}

#[tokio::test]
async fn the_bundle_is_compressed_once_and_each_form_has_its_own_strong_etag() {
    let world = World::new().await;
    let path = format!("{P}/environments/production/bundle");
    let plain = world.get(&path).send().await;
    let zipped = world.get(&path).header("accept-encoding", "gzip, br").send().await;
    let tags = [plain.header("etag"), zipped.header("etag")];
    assert_ne!(tags[0], tags[1]);
    assert!(tags.iter().all(|tag| tag.starts_with('"')), "{tags:?}");
    assert_eq!((plain.header("content-encoding"), zipped.header("content-encoding")), ("", "gzip"));
    let mut unzipped = Vec::new();
    io::Read::read_to_end(&mut flate2::read::GzDecoder::new(zipped.body.as_slice()), &mut unzipped)
        .expect("gzip");
    assert_eq!(unzipped, plain.body);
    for accepts in ["", "gzip", "identity", "gzip;q=0"] {
        for tag in tags {
            for sent in
                [tag.to_owned(), format!("W/{tag}"), format!("\"other\", {tag}"), format!("{tag}, {tag}")]
            {
                let ask = world.get(&path).header("accept-encoding", accepts).header("if-none-match", &sent);
                let known = ask.send().await;
                assert_eq!(known.status, StatusCode::NOT_MODIFIED, "{accepts} {sent}");
                assert_eq!((known.header("etag"), known.header("vary")), (tag, "accept-encoding"));
                assert_eq!((known.header("content-encoding"), known.body.len()), ("", 0));
            }
        }
        let ask = world.get(&path).header("accept-encoding", accepts).header("if-none-match", "\"other\"");
        let fresh = ask.send().await;
        let expected = if accepts == "gzip" { &zipped } else { &plain };
        assert_eq!((fresh.status, &fresh.body), (StatusCode::OK, &expected.body), "{accepts}");
        assert_eq!(fresh.header("etag"), expected.header("etag"));
        assert_eq!(fresh.header("vary"), "accept-encoding");
    }
    assert_eq!(world.get(&path).header("if-none-match", "*").send().await.header("etag"), tags[0]);
}

#[tokio::test]
async fn more_requests_than_the_server_takes_are_put_off() {
    let world = World::with(Limits { requests: 0, ..Limits::default() }).await;
    let reply = world.get(P).send().await;
    assert_eq!((reply.code(), reply.header("retry-after")), ("too_many_requests".into(), "1"));
    assert_eq!(world.get("/healthz").send().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let world = World::with(Limits { request: Duration::from_millis(20), ..Limits::default() }).await;
    let never = futures_util::stream::pending::<Result<Vec<u8>, io::Error>>();
    let reply = world.post(&format!("{P}/resolve"), &json!({})).bytes(Body::from_stream(never)).send().await;
    assert_eq!(reply.status, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(reply.detail("timeout"), "there was no answer within 0.02 seconds");
}

#[tokio::test]
async fn a_panic_is_an_answer_that_tells_nothing() {
    let world = World::new().await;
    for path in ["resolve", "apply"] {
        let panics =
            futures_util::stream::poll_fn(|_| -> std::task::Poll<Option<Result<Vec<u8>, io::Error>>> {
                panic!("the secret of this test")
            });
        let reply =
            world.post(&format!("{P}/{path}"), &json!({})).bytes(Body::from_stream(panics)).send().await;
        let detail = reply.detail("internal");
        assert_eq!(
            detail,
            format!("the server's log has the cause under the request id {}", reply.header("x-request-id"))
        );
        assert!(!reply.text().contains("secret of this test"));
    }
    assert_eq!(world.get(P).send().await.status, StatusCode::OK, "the next request is answered");
}

/// Sends raw bytes over a real connection and reads until the server closes it or is silent.
async fn raw(address: std::net::SocketAddr, bytes: &[u8]) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    // The server may close before all is written.
    let _may_break = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let mut buffer = [0; 4_096];
    while let Ok(Ok(read @ 1..)) =
        tokio::time::timeout(Duration::from_millis(300), stream.read(&mut buffer)).await
    {
        answer.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn over_a_real_connection_the_same_is_true() {
    let world = World::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(axum::serve(listener, world.router.clone()).into_future());
    let token = &world.test.admin;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n");
    let found = raw(address, get(&format!("{P}/prompts/sales%2Fqualify-lead")).as_bytes()).await;
    assert!(
        found.starts_with("HTTP/1.1 200 OK\r\n") && found.contains("\"prompt:sales/qualify-lead\""),
        "{found}"
    );
    let climbing = raw(address, get(&format!("{P}/prompts/..%2f..%2f..%2ftokens")).as_bytes()).await;
    assert!(climbing.starts_with("HTTP/1.1 400 ") && climbing.contains("invalid_request"), "{climbing}");
    // What is not HTTP, or means two things, does not reach an operation.
    let smuggled = format!(
        "POST {P}/releases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: k\r\n\
         Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET {P} HTTP/1.1\r\nHost: x\r\n\r\n"
    );
    let two_lengths =
        format!("POST {P}/plan HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde");
    let big = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Big: {}\r\n\r\n", "a".repeat(1_000_000));
    for bytes in [
        &b"\x16\x03\x01\x02\x00"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /a b HTTP/1.1\r\n\r\n",
        big.as_bytes(),
        two_lengths.as_bytes(),
    ] {
        let answer = raw(address, bytes).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    let answer = raw(address, smuggled.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 4") && !answer.contains("200 OK"), "{answer}");
    // A caller that hangs up after asking for a release does not stop it.
    let body = json!({ "environment": "development", "items": [{ "do": "set", "prompt": LEAD, "version": "1.0.0" }] }).to_string();
    let length = body.len();
    let ask = format!(
        "POST {P}/releases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: hang-up\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    stream.write_all(ask.as_bytes()).await.expect("sent");
    drop(stream);
    let bundle = format!("{P}/environments/development/bundle");
    for _ in 0..200 {
        if world.get(&bundle).send().await.header("cuelight-generation") == "3" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(world.get(&bundle).send().await.header("cuelight-generation"), "3");
    server.abort();
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn logs_tell_routes_and_statuses_and_never_values() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .finish();
    let world = World::new().await;
    let secret = world.test.admin.clone();
    {
        let _until_the_end = tracing::subscriber::set_default(subscriber);
        let body = json!({ "environment": "production", "prompt": LEAD, "inputs": { "person": "Ada-Confidential" } });
        world
            .post(&format!("{P}/resolve"), &body)
            .header("x-request-id", "told")
            .send()
            .await
            .expect(StatusCode::OK);
        world.get(&format!("{P}/prompts?q=hidden-query")).send().await.expect(StatusCode::OK);
        world.get(&format!("{P}/prompts?limit=hidden-query")).send().await.code();
        world.get("/api/v1/whoami").token("cl_0123_hidden-token").send().await.code();
    }
    let text = String::from_utf8(log.0.lock().expect("the log").clone()).expect("UTF-8");
    let line = "request{method=\"POST\" route=\"/api/v1/projects/{project}/resolve\" request_id=\"told\" status=200}";
    assert!(text.contains(line), "{text}");
    for hidden in [secret.as_str(), "Ada-Confidential", "hidden-query", "hidden-token"] {
        assert!(!text.contains(hidden), "{hidden}:\n{text}");
    }
}
