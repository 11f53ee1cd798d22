//! A multi-prompt read never mixes two generations, and no reader sees generations go backwards.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use cuelight_testkit::files::{GREETING, all, greeting};
use serde_json::{Value, json};

use crate::world::{P, World};

const PROMPTS: [&str; 5] = ["area/one", "area/two", "area/three", "area/four", "area/five"];
const READERS: usize = 4;
const FLIPS: u64 = 50;

fn release(versions: [&str; 5]) -> Value {
    let items: Vec<Value> = PROMPTS
        .iter()
        .zip(versions)
        .map(|(prompt, version)| json!({ "do": "set", "prompt": prompt, "version": version }))
        .collect();
    json!({ "environment": "development", "items": items })
}

/// Which version each prompt has.
type Versions = BTreeMap<String, String>;

async fn read(world: &World) -> (u64, Versions) {
    let prompts: BTreeMap<&str, Value> = PROMPTS.iter().map(|p| (*p, json!({}))).collect();
    let body = json!({ "environment": "development", "prompts": prompts, "render": "none" });
    let found = world.post(&format!("{P}/resolve/batch"), &body).send().await.expect(StatusCode::OK);
    let generation = found["generation"].as_u64().expect("a number");
    let versions = found["prompts"].as_object().expect("prompts").iter().map(|(name, prompt)| {
        assert_eq!(prompt["generation"], generation, "every part says the same generation");
        (name.clone(), prompt["version"].as_str().expect("a version").to_owned())
    });
    (generation, versions.collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_read_mixes_generations_while_releases_flip() {
    let world = Arc::new(World::empty().await);
    let texts =
        [GREETING.to_owned(), GREETING.replace("Greet", "Welcome"), GREETING.replace("Greet", "Salute")];
    for text in &texts {
        let files = all(PROMPTS.map(|p| greeting(p, text)));
        world.test.publish(files).await.expect("versions");
    }
    let numbers: Vec<String> = {
        let found =
            world.get(&format!("{P}/prompts/area%2Fone/versions")).send().await.expect(StatusCode::OK);
        let items = found["items"].as_array().expect("items").iter().rev();
        items.map(|v| v["version"].as_str().expect("a version").to_owned()).collect()
    };
    assert_eq!(numbers.len(), 3);
    // Any two neighbours differ in every prompt, and rows are mixed, so that a mixed answer is no row of its own.
    let row = |flip: u64| {
        let pick = |i: u64| numbers[((flip + i) % 3) as usize].as_str();
        [pick(0), pick(1), pick(2), pick(0), pick(1)]
    };
    world.post(&format!("{P}/releases"), &release(row(0))).send().await.expect(StatusCode::CREATED);
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let (world, done) = (Arc::clone(&world), Arc::clone(&done));
            tokio::spawn(async move {
                let mut seen = Vec::new();
                while !done.load(Ordering::SeqCst) {
                    seen.push(read(&world).await);
                    // As a connection does between two requests.
                    tokio::task::yield_now().await;
                }
                seen.push(read(&world).await);
                seen
            })
        })
        .collect();
    for flip in 1..=FLIPS {
        let opened = world
            .post(&format!("{P}/releases"), &release(row(flip)))
            .send()
            .await
            .expect(StatusCode::CREATED);
        assert_eq!(opened["generation"], flip + 1);
        // What was answered as released is what the next read sees.
        assert!(read(&world).await.0 > flip);
    }
    done.store(true, Ordering::SeqCst);
    let mut generations = std::collections::BTreeSet::new();
    for reader in readers {
        let seen = reader.await.expect("a reader");
        assert!(seen.windows(2).all(|w| w[0].0 <= w[1].0), "generations go forward for a reader");
        for (generation, versions) in seen {
            let expected = row(generation - 1);
            let expected: Versions =
                PROMPTS.iter().zip(expected).map(|(p, v)| ((*p).into(), v.into())).collect();
            assert_eq!(versions, expected, "generation {generation}");
            generations.insert(generation);
        }
    }
    assert!(
        generations.len() > 5,
        "the readers met {} generations, too few to prove anything",
        generations.len()
    );
}
