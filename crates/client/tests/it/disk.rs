//! The copy on disk: what a restart goes on with, whatever happened to it.

use std::fs;
use std::path::{Path, PathBuf};

use cuelight_client::{Client, Connection, Options, Source};
use tempfile::TempDir;

use crate::fake::Fake;
use crate::follow::start;
use crate::world::{LEAD, World, ask, assert_generation, assert_wait, pace};

/// Options that reach no server, with this folder.
fn away(folder: &Path) -> Options {
    let options = Options::new("http://127.0.0.1:1", "acme", "development", "cl_x_y");
    Options { disk: Some(folder.to_owned()), pace: pace(), ..options }
}

/// A folder with a copy of generation 1.
fn copied() -> (World, TempDir, PathBuf) {
    let (world, folder) = (World::new(), TempDir::new().expect("a folder"));
    let inside = folder.path().join("made/if/need/be");
    let client =
        Client::start(Options { disk: Some(inside.clone()), ..world.options() }).expect("good options");
    assert_generation(&client, 1);
    let copy = inside.join("acme.development.bundle");
    while !copy.exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    client.shutdown();
    (world, folder, copy)
}

#[test]
fn a_restart_without_a_server_goes_on_with_the_copy() {
    let (world, _folder, copy) = copied();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(&copy), mode(copy.parent().expect("a folder"))), (0o600, 0o700));
    }
    let names: Vec<_> = fs::read_dir(copy.parent().expect("a folder")).expect("a folder").collect();
    assert_eq!(names.len(), 1, "nothing half written stays: {names:?}");
    let client = Client::start(away(copy.parent().expect("a folder"))).expect("good options");
    let answer = client.resolve(&ask(LEAD)).expect("an answer");
    assert_eq!((answer.generation, answer.source), (1, Source::Disk));
    let live = world.client().resolve(&ask(LEAD)).expect("an answer");
    assert_eq!((answer.messages, answer.cue, answer.digest), (live.messages, live.cue, live.digest));
    assert_eq!(client.status().disk_error, None);
}

#[test]
fn the_server_confirms_the_copy_without_sending_it_again() {
    let (world, _folder, copy) = copied();
    let folder = copy.parent().expect("a folder").to_owned();
    let client = Client::start(Options { disk: Some(folder), ..world.options() }).expect("good options");
    assert_wait(&client, |s| s.serving.is_some_and(|s| s.source == Source::Server));
    assert_eq!(client.status().applied, 1);
    assert_generation(&client, world.flip("1.1.0"));
}

#[test]
fn a_damaged_copy_is_ignored_and_told_whatever_the_damage() {
    let (world, folder, copy) = copied();
    let good = fs::read(&copy).expect("the copy");
    let line = good.iter().position(|b| *b == b'\n').expect("a first line");
    let flip = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 0x20;
        bytes
    };
    let with_header = |body: &[u8]| {
        let digest = cuelight_artifact::Digest::of_bytes(body);
        [format!("cuelight-bundle 1 {digest} {}\n", body.len()).as_bytes(), body].concat()
    };
    let elsewhere =
        String::from_utf8(good[line + 1..].to_vec()).expect("UTF-8").replace("\"acme\"", "\"globex\"");
    let mut cases: Vec<(String, Vec<u8>)> = vec![
        ("empty".into(), Vec::new()),
        ("only the first line".into(), good[..=line].to_vec()),
        ("zeros".into(), vec![0; good.len()]),
        ("more behind".into(), [good.as_slice(), b" "].concat()),
        ("another version of the copy".into(), [b"cuelight-bundle 2".as_slice(), &good[17..]].concat()),
        ("not a bundle".into(), with_header(b"[]")),
        ("another project".into(), with_header(elsewhere.as_bytes())),
    ];
    // Cut off at, and flipped in, every kind of place: magic, digest, length, line end, and all over the bundle.
    let places = [0, 5, 16, 18, 30, line - 2, line, line + 1, line + 2, good.len() / 2, good.len() - 1];
    let spread = (1..24).map(|i| line + i * (good.len() - line) / 24);
    for at in places.into_iter().chain(spread) {
        cases.push((format!("cut off at {at}"), good[..at].to_vec()));
        cases.push((format!("flipped at {at}"), flip(at)));
    }
    let built_in: &'static [u8] = world.bundle().leak();
    for (what, bytes) in cases {
        fs::write(&copy, bytes).expect("written");
        let dir = copy.parent().expect("a folder");
        let client = Client::start(away(dir)).expect("a damaged copy is no mistake in the options");
        assert!(client.now().is_err(), "{what}: served");
        let told = client.status().disk_error.unwrap_or_else(|| panic!("{what}: not told"));
        assert!(told.contains("acme.development.bundle` is not used: "), "{what}: {told}");
        let error = client.resolve(&ask(LEAD)).expect_err("nothing to serve");
        assert_eq!(error.code(), "not_ready");
        // What the application brings along is served instead.
        let client = Client::start(Options { built_in: Some(built_in), ..away(dir) }).expect("good options");
        let answer = client.resolve(&ask(LEAD)).expect("an answer");
        assert_eq!((answer.source, answer.generation), (Source::BuiltIn, 1), "{what}");
    }
    // The server mends it.
    let dir = copy.parent().expect("a folder").to_owned();
    let client = Client::start(Options { disk: Some(dir), ..world.options() }).expect("good options");
    assert_wait(&client, |s| s.serving.is_some() && s.disk_error.is_none());
    assert_eq!(fs::read(&copy).expect("the copy"), good);
    drop(folder);
}

#[test]
fn the_newer_of_copy_and_built_in_is_served() {
    let (world, _folder, copy) = copied();
    world.flip("1.1.0");
    let newer: &'static [u8] = world.bundle().leak();
    let dir = copy.parent().expect("a folder");
    let client = Client::start(Options { built_in: Some(newer), ..away(dir) }).expect("good options");
    let answer = client.resolve(&ask(LEAD)).expect("an answer");
    assert_eq!((answer.source, answer.generation), (Source::BuiltIn, 2));
}

#[test]
fn a_copy_that_cannot_be_written_is_told_and_holds_nothing_up() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").expect("written");
    let fake = Fake::bundle(World::new().bundle());
    let client = start(&fake, |o| o.disk = Some(file));
    assert_generation(&client, 1);
    assert_wait(&client, |s| s.disk_error.is_some() && s.connection == Connection::Feed);
    assert!(client.resolve(&ask(LEAD)).is_ok());
}
