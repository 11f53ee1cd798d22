//! Locked: nothing is ever served that the lockfile does not name.

use cuelight_app::release::{OverrideItem, ReleaseItem, open};
use cuelight_client::{Client, Connection, Options, StartError, Trouble};
use cuelight_testkit::app::release_input;

use crate::world::{LEAD, OUTREACH, World, ask, assert_generation, assert_wait};

/// The lockfile of the first versions, without the prompt `support/answer`.
fn lock(world: &World) -> String {
    let without = |line: &&str| !line.contains("support/answer");
    world.lock.lines().filter(without).map(|line| format!("{line}\n")).collect()
}

fn locked(world: &World, change: impl FnOnce(&mut Options)) -> Result<Client, StartError> {
    let mut options = Options { lock: Some(lock(world)), ..world.options() };
    change(&mut options);
    Client::start(options)
}

#[test]
fn a_foreign_digest_is_never_served_and_the_last_good_generation_goes_on() {
    let world = World::new();
    let client = locked(&world, |_| {}).expect("good options");
    assert_generation(&client, 1);
    let known = client.resolve(&ask(LEAD)).expect("an answer");
    world.flip("1.1.0");
    assert_wait(&client, |s| s.refused > 0);
    let error = client.status().last_error.expect("an error");
    assert_eq!(error.kind, Trouble::Locked);
    assert!(error.message.starts_with("`sales/outreach` has sha256:"), "{error:?}");
    assert!(error.message.contains("prompts.lock does not name"), "{error:?}");
    // Not even the prompt that did not change: a release goes whole or not at all.
    for prompt in [LEAD, OUTREACH] {
        assert_eq!(client.resolve(&ask(prompt)).expect("an answer").version.to_string(), "1.0.0");
    }
    assert_generation(&client, world.flip("1.0.0"));
    assert_wait(&client, |s| s.last_error.as_ref().is_some_and(|e| e.over));
    let back = client.resolve(&ask(LEAD)).expect("an answer");
    assert_eq!((back.generation, back.digest), (3, known.digest));
}

#[test]
fn what_the_lockfile_does_not_name_is_not_served_and_holds_nothing_up() {
    let world = World::new();
    let client = locked(&world, |_| {}).expect("good options");
    assert_generation(&client, 1);
    let error = client.resolve(&cuelight_client::Ask::new("support/answer")).expect_err("not named");
    assert_eq!(
        error.to_string(),
        "`support/answer` is not in the prompts.lock that this client is locked to"
    );
    assert_eq!(client.resolve(&ask("sales/other")).expect_err("not live").code(), "not_released");
    assert_eq!(client.status().serving.map(|s| s.prompts), Some(2));
}

#[test]
fn an_override_has_a_digest_of_its_own_and_is_foreign() {
    let world = World::new();
    let client = locked(&world, |_| {}).expect("good options");
    assert_generation(&client, 1);
    world.run(async {
        let item = ReleaseItem::Override(OverrideItem {
            prompt: LEAD.parse().expect("a name"),
            id: "globex".parse().expect("a word"),
            when: [("tenant".to_owned(), "globex".to_owned())].into(),
            version: None,
            fields: serde_json::from_str(r#"{"constants.tone":"dry"}"#).expect("a patch"),
        });
        let ctx = world.test.ctx().await.expect("the administrator");
        let input = release_input("development", vec![item]).expect("a release");
        open(&ctx, &world.test.project, input).await.expect("released");
    });
    assert_wait(&client, |s| s.refused > 0);
    let message = client.status().last_error.expect("an error").message;
    assert!(message.starts_with("`sales/qualify-lead` (override `globex`) has sha256:"), "{message}");
    let answer = client.resolve(&ask(LEAD).attribute("tenant", "globex")).expect("an answer");
    assert_eq!((answer.generation, answer.reason.as_ref()), (1, "stable"));
}

#[test]
fn copies_are_held_to_the_lockfile_too() {
    let world = World::new();
    let folder = tempfile::TempDir::new().expect("a folder");
    world.flip("1.1.0");
    let foreign: &'static [u8] = world.bundle().leak();
    let refused = locked(&world, |o| o.built_in = Some(foreign)).expect_err("foreign");
    assert!(matches!(refused, StartError::BuiltIn(_)), "{refused}");
    // A copy that an unlocked run left.
    let disk = Some(folder.path().to_owned());
    let open = Client::start(Options { disk: disk.clone(), ..world.options() }).expect("good options");
    assert_generation(&open, 2);
    assert_wait(&open, |_| folder.path().join("acme.development.bundle").exists());
    open.shutdown();
    world.stop();
    let client = locked(&world, |o| {
        o.disk = disk;
        o.wait = std::time::Duration::ZERO;
    });
    let client = client.expect("a foreign copy is no mistake in the options");
    assert_eq!(client.resolve(&ask(LEAD)).expect_err("nothing").code(), "not_ready");
    let told = client.status().disk_error.expect("told");
    assert!(told.contains("prompts.lock does not name"), "{told}");
    assert_wait(&client, |s| s.connection == Connection::Away);
}

#[test]
fn a_lockfile_that_is_none_is_a_mistake_in_the_options() {
    let world = World::new();
    let refused = locked(&world, |o| o.lock = Some("lock: 9\n".into())).expect_err("no lockfile");
    assert!(refused.to_string().starts_with("the lockfile cannot be read: "), "{refused}");
}
