use cuelight_client::{Ask, Client, Options, Source};

// Saved earlier with `curl -H "Authorization: Bearer …" …/environments/production/bundle`.
const BUNDLE: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/bundle.json"));

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::start(Options {
        built_in: Some(BUNDLE),
        // disk: Some("/var/lib/desk/cuelight".into()),
        // wait: Duration::from_secs(2),
        ..Options::new("http://127.0.0.1:1", "acme", "development", "cl_desk_secret")
    })?;

    let ask = Ask::new("sales/qualify-lead").attribute("tenant", "globex").input("person", "Ada");
    let answer = client.resolve(&ask)?;
    assert!(answer.messages[0].content.contains("Ada"));
    // Nobody listens there: this is the application's own copy.
    assert_eq!(answer.source, Source::BuiltIn);

    // A conversation stays with one generation as long as the client holds it.
    let pin = client.pin()?;
    let again = client.at(&pin).or_else(|_gone| client.now())?.resolve(&ask)?;
    assert_eq!(again.version, answer.version);

    // For the application's own health page.
    assert!(client.status().serving.is_some());
    client.shutdown();
    Ok(())
}
