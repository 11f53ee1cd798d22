//! Ways into the pages: the link that the server prints, and the one that the holder of a token asks for.

use std::io::BufRead as _;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Server, Workspace, cuelight, run, snapshot};

#[test]
fn whoever_holds_a_token_gets_a_link() {
    let server = Server::start();
    let w = Workspace::empty().at(&server);
    snapshot!("sign_in", w.run(&["sign-in"]).expect(0).show());
    let made = w.json(&["sign-in"]);
    let link = made["link"].as_str().unwrap();
    assert!(link.starts_with(&format!("{}/sign-in/", server.url)), "{link}");
    assert_ne!(w.json(&["sign-in"])["link"], made["link"], "every link is another one");
    let application = w.json(&["token", "create", "--role", "serve", "--label", "crm"]);
    let mut command = w.command();
    command.env("CUELIGHT_TOKEN", application["token"].as_str().unwrap());
    snapshot!("sign_in_application", run(command, &["sign-in"]).expect(1).show());
}

#[test]
fn the_server_prints_a_link_on_its_first_start_and_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let first = Server::on(&data);
    let link = first.announced["sign_in"].as_str().unwrap();
    assert!(link.starts_with(&format!("{}/sign-in/", first.url)), "{link}");
    assert_eq!(first.announced["public_url"], first.url.as_str());
    drop(first);
    let again = Server::on(&data);
    assert_eq!(again.announced["sign_in"], Value::Null, "its output is no terminal");
    drop(again);
    let public = ["--sign-in-link", "--public-url", "https://prompts.example.com/"];
    let asked = Server::with(&data, &public);
    let link = asked.announced["sign_in"].as_str().unwrap();
    assert!(link.starts_with("https://prompts.example.com/sign-in/"), "{link}");
    assert_eq!(asked.announced["public_url"], "https://prompts.example.com");
}

#[test]
fn without_an_administrator_it_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::on(&data);
    let w = Workspace::empty().at(&server);
    let tokens = w.json(&["token", "list"]);
    let id = tokens[0]["id"].as_str().unwrap().to_owned();
    w.run(&["token", "revoke", &id]).expect(0);
    drop(server);
    let mut command = cuelight();
    command
        .args(["serve", "--log", "error", "--listen", "127.0.0.1:0", "--sign-in-link", "--data"])
        .arg(&data);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut text = String::new();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    while !text.contains("--recover-admin") {
        text.push_str(&lines.next().unwrap().unwrap());
        text.push('\n');
    }
    child.kill().unwrap();
    child.wait().unwrap();
    snapshot!("serve_no_administrator", text);
}

#[test]
fn public_addresses_that_cannot_be_used() {
    let w = Workspace::empty();
    for (name, url) in [
        ("scheme", "ftp://prompts.example.com"),
        ("path", "https://example.com/prompts"),
        ("password", "https://user:secret@example.com"),
        ("plain", "http://prompts.example.com"),
    ] {
        let ran = w.run(&["serve", "--listen", "127.0.0.1:0", "--public-url", url]).expect(5);
        snapshot!(format!("public_url_{name}"), ran.show());
    }
    assert!(!w.path("cuelight-data").exists(), "nothing is made before that is settled");
}

/// The last words of the demo lead somewhere: the moment it names is one at which the bad release was live.
#[test]
fn the_demo_ends_with_links() {
    let w = Workspace::empty();
    let mut command = w.command();
    command.args(["demo", "--json", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let announced: Value = serde_json::from_str(&line).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pages: Vec<(String, String)> =
        announced["pages"].as_array().unwrap().iter().map(|p| (text(&p["name"]), text(&p["link"]))).collect();
    let machine = &pages.last().unwrap().1;
    let (_, query) = machine.split_once("date=").unwrap();
    let (date, rest) = query.split_once("&time=").unwrap();
    let (time, _) = rest.split_once("&zone=UTC").unwrap();
    let mut ask = w.command();
    ask.env("CUELIGHT_URL", text(&announced["address"]));
    ask.env("CUELIGHT_TOKEN", text(&announced["tokens"]["admin"]));
    let at = format!("{date}T{time}Z");
    let line = ["at", &at, "--env", "production", "--project", "acme", "sales/qualify-lead", "--json"];
    let was = run(ask, &line);
    child.kill().unwrap();
    child.wait().unwrap();
    let was = was.expect(0).json();
    assert_eq!(was["result"]["answers"][0]["prompts"][0]["version"], "2.0.0", "{was}");
    let named: Vec<String> = pages.iter().map(|(name, link)| format!("{name}: {link}")).collect();
    let shown = named.join("\n").replace(date, "<date>").replace(time, "<time of day>");
    snapshot!("demo_links", format!("sign in: {}\n{shown}", text(&announced["sign_in"])));
}
