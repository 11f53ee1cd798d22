//! All servers converge, with hints and without, and nobody sees a mixture.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::{Cluster, Done, dose, flipped, release_of, until};

/// Ends every connection that listens for hints, as a pooler or a network may.
const END_LISTENERS: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query ILIKE 'listen%' AND pid <> pg_backend_pid()";

#[test]
fn what_one_server_decides_all_serve() {
    let cluster = Cluster::of(3);
    cluster.all_serve(1);
    for n in 0..6 {
        let answer = cluster.api(n % 3).release(&format!("one-{n}"), &release_of(flipped(n)));
        assert_eq!(answer.status, Some(201), "{answer:?}");
        cluster.all_serve(n as u64 + 2);
    }
    // Each says so every two seconds; then nobody lacks anything.
    until("all have told", || {
        let ran = cluster.workspace.run(&["nodes", "--clients", "--json"]);
        let nodes = ran.json()["result"].as_array().cloned().unwrap_or_default();
        nodes.len() == 3 && ran.code == 0
    });
    // A release's record says how it spread.
    let api = cluster.api(0);
    until("the spread", || {
        let record = api.get("/api/v1/projects/acme/releases/7").body;
        record["propagation"]["nodes_applied"] == 3 && record["propagation"]["nodes_ms"].is_number()
    });
    let metrics = api.text("/metrics");
    let told = "cuelight_propagation_node_seconds{project=\"acme\",environment=\"development\"}";
    assert!(metrics.contains(told), "{metrics}");
    assert!(metrics.contains("cuelight_stale_seconds 0\n"), "{metrics}");
}

/// Without hints, over connections that change with every transaction, and through the death of what pools them.
#[test]
fn servers_behind_pgbouncer_converge_and_survive_it() {
    let Some(cluster) = Cluster::behind_pgbouncer(2) else { return };
    cluster.all_serve(1);
    for n in 0..6 {
        let answer = cluster.api(n % 2).release(&format!("one-{n}"), &release_of(flipped(n)));
        assert_eq!(answer.status, Some(201), "{answer:?}");
        cluster.all_serve(n as u64 + 2);
    }
    let bouncer = cluster.bouncer.as_ref().expect("it was asked for");
    bouncer.kill();
    for n in 0..2 {
        let api = cluster.api(n);
        until("an answer that says so", || api.resolve().stale.is_some());
        let refused = api.release("away", &release_of("1.1.0"));
        assert_eq!(
            (refused.status, &refused.body["code"]),
            (Some(503), &"unavailable".into()),
            "{refused:?}"
        );
        assert_eq!(api.generation(), Some(7));
    }
    bouncer.start_again();
    for n in 0..2 {
        let api = cluster.api(n);
        until("a release", || api.release("away", &release_of("1.1.0")).status == Some(201));
    }
    cluster.all_serve(8);
    let [first, second] = [0, 1].map(|n| cluster.api(n).history());
    assert_eq!(first.len(), 8);
    assert_eq!(first, second);
}

#[test]
fn many_changes_while_listeners_die_reach_all_in_order() {
    let cluster = Cluster::of(3);
    let changes = 200 * dose();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _ended = Done(&done);
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                cluster.database.sql(END_LISTENERS);
                std::thread::sleep(std::time::Duration::from_millis(40));
            }
        });
        let apis: Vec<_> = (0..3).map(|n| cluster.api(n)).collect();
        for n in 0..changes {
            let answer = apis[n * 7 % 3].release(&format!("change-{n}"), &release_of(flipped(n)));
            assert_eq!(answer.status, Some(201), "{n}: {answer:?}");
        }
    });
    cluster.all_serve(changes as u64 + 1);
    let histories: Vec<_> = (0..3).map(|n| cluster.api(n).history()).collect();
    let generations: Vec<_> = histories[0].iter().map(|r| r["generation"].as_u64()).collect();
    assert_eq!(generations, (1..=changes as u64 + 1).map(Some).collect::<Vec<_>>());
    assert_eq!(histories[0], histories[1]);
    assert_eq!(histories[0], histories[2]);
}

#[test]
fn nobody_sees_a_mixture_or_goes_back_in_time() {
    let cluster = Cluster::of(2);
    let flips = 100;
    let (done, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let _ended = Done(&done);
        for reader in 0..4 {
            let api = cluster.api(reader % 2);
            let (done, reads) = (&done, &reads);
            scope.spawn(move || {
                let body = serde_json::json!({
                    "environment": "development",
                    "prompts": { "support/answer": { "inputs": { "question": "Where?" } } },
                });
                let mut newest = 0;
                while !done.load(Ordering::SeqCst) || reads.load(Ordering::SeqCst) < 2_000 * dose() * dose() {
                    let path = "/api/v1/projects/acme/resolve/batch";
                    let answer = api.call(reqwest::Method::POST, path, Some(&body), None);
                    assert_eq!(answer.status, Some(200), "{answer:?}");
                    let generation = answer.body["generation"].as_u64().expect("a generation");
                    let one = &answer.body["prompts"]["support/answer"];
                    let expected = if generation == 1 { "1.0.0" } else { flipped(generation as usize) };
                    assert_eq!(one["version"], expected, "of generation {generation}: {answer:?}");
                    assert_eq!(one["generation"], generation, "{answer:?}");
                    assert!(generation >= newest, "generation {generation} after {newest}");
                    newest = generation;
                    reads.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let apis = [cluster.api(0), cluster.api(1)];
        for n in 0..flips {
            let answer = apis[n % 2].release(&format!("flip-{n}"), &release_of(flipped(n)));
            assert_eq!(answer.status, Some(201), "{answer:?}");
        }
    });
    println!("{} reads during {flips} flips", reads.into_inner());
}
