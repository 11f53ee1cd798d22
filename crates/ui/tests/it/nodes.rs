//! Pages of a server that is one of several: what its database's silence and its clients look like.

use std::time::Duration;

use cuelight_app::follow::{Pace, follow};
use cuelight_app::node::{AppliedInput, applied};

use crate::world::World;

#[tokio::test]
async fn every_page_says_that_the_database_is_silent() {
    let world = World::new().await;
    let admin = world.admin().await;
    let said = "The database does not answer";
    world.test.clock.advance(100_000_000);
    assert!(!admin.get("/p/acme").await.text.contains(said), "nobody else writes here");
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let pace = Pace { poll: Duration::from_secs(3_600), ..Pace::default() };
    // It looks once, and then not for an hour.
    let following = tokio::spawn(follow(world.test.app.clone(), pace, stopping));
    while world.test.app.node().stale_for(world.test.clock.peek()).is_none() {
        tokio::task::yield_now().await;
        world.test.clock.advance(1_000_000);
    }
    for path in ["/p/acme", "/p/acme/env/development", "/settings"] {
        let page = admin.get(path).await;
        assert_eq!(page.text.matches(said).count(), 1, "{path}: {}", page.text);
    }
    following.abort();
}

#[tokio::test]
async fn a_release_says_how_far_it_has_come() {
    let world = World::new().await;
    let environment = "development".parse().expect("a name");
    let says = async |client: &str, generation: u64| {
        let input = AppliedInput { client: client.parse().expect("an id"), generation };
        let ctx = world.test.ctx().await.expect("the administrator");
        applied(&ctx, &world.test.project, &environment, input).await.expect("a report");
    };
    let served = world.test.app.project(&world.test.project).await.expect("a project");
    let generation = served.snapshot(&environment).expect("an environment").generation;
    for client in ["a", "b", "c"] {
        says(client, generation).await;
    }
    let older = format!("{}@1.0.0", crate::world::LEAD);
    let release = world.test.release("development", &[&older]).await.expect("a release");
    says("a", release.generation).await;
    says("c", release.generation).await;
    let page = world.admin().await.get(&format!("/p/acme/releases/{}", release.release)).await;
    assert!(page.text.contains("2 of 3 applications, the last of them after"), "{}", page.text);
    assert!(!page.text.contains("servers, the last"), "one server says nothing of itself");
}
