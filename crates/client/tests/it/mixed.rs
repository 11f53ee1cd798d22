//! Nobody ever sees half of a release.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::world::{LEAD, OUTREACH, World, ask, assert_generation};

#[test]
fn fifty_threads_never_see_a_mixed_generation_during_a_hundred_releases() {
    let world = World::new();
    let client = world.client();
    let (done, looks) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                let mut newest = 0;
                while !done.load(Ordering::Relaxed) {
                    let view = client.now().expect("a generation");
                    let lead = view.resolve(&ask(LEAD)).expect("an answer");
                    let outreach = view.resolve(&ask(OUTREACH)).expect("an answer");
                    assert_eq!(
                        (lead.generation, outreach.generation),
                        (view.generation(), view.generation())
                    );
                    assert_eq!(lead.version, outreach.version);
                    let odd = view.generation() % 2 == 1;
                    assert_eq!(lead.version.to_string(), if odd { "1.0.0" } else { "1.1.0" });
                    assert!(view.generation() >= newest, "a reader never goes back");
                    newest = view.generation();
                    looks.fetch_add(1, Ordering::Relaxed);
                    // So that the server gets its turn on a small machine.
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
            });
        }
        let _ends = Ends(&done);
        for i in 0..100 {
            assert_generation(&client, world.flip(["1.1.0", "1.0.0"][i % 2]));
        }
    });
    assert!(looks.into_inner() >= 50);
    assert_eq!(client.status().applied, 101);
}

/// Ends the readers also when the test fails.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
