use super::*;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// A set whose budget of failures from here is spent.
fn spent(most: usize) -> Guesses {
    let guesses = Guesses::new(Rate { per_second: 1, burst: 2 }, most, ("token", "tokens"));
    for _ in 0..3 {
        guesses.failed(Some(HERE), "wrong");
    }
    guesses
}

fn passes(guesses: &Guesses, shown: &str) -> bool {
    guesses.check(Some(HERE), shown).is_ok()
}

#[test]
fn what_held_passes_until_it_fails_and_again_once_it_holds() {
    let guesses = spent(100);
    for _ in 0..3 {
        assert!(!passes(&guesses, "right"));
        // Twice: the second time this thread has seen it last.
        guesses.held("right");
        guesses.held("right");
        assert!(passes(&guesses, "right"));
        guesses.failed(Some(HERE), "right");
    }
}

#[test]
fn what_failed_elsewhere_is_kept_anew_here() {
    let guesses = spent(100);
    guesses.held("right");
    std::thread::scope(|scope| scope.spawn(|| guesses.failed(Some(HERE), "right")).join().unwrap());
    assert!(!passes(&guesses, "right"));
    guesses.held("right");
    assert!(passes(&guesses, "right"));
}

#[test]
fn what_was_forgotten_for_lack_of_room_is_kept_anew() {
    let guesses = spent(2);
    guesses.held("right");
    std::thread::scope(|scope| {
        scope.spawn(|| ["a", "b", "c"].map(|other| guesses.held(other))).join().unwrap();
    });
    assert!(!passes(&guesses, "right"));
    guesses.held("right");
    assert!(passes(&guesses, "right"));
}

#[test]
fn two_sets_know_nothing_of_each_other() {
    let (one, other) = (spent(100), spent(100));
    one.held("right");
    other.held("right");
    one.held("right");
    assert!(passes(&one, "right") && passes(&other, "right"));
    assert!(!passes(&spent(100), "right"));
}
