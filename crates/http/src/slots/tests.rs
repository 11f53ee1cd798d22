use super::*;

#[test]
fn there_are_so_many_and_no_more() {
    let slots = Slots::new(2);
    for _ in 0..3 {
        let first = slots.take();
        let second = slots.take();
        assert!(first.is_some() && second.is_some());
        // Refusals take nothing.
        assert!((0..5).all(|_| slots.take().is_none()));
        drop(first);
        assert!(slots.take().is_some());
        drop(second);
    }
    assert_eq!(slots.taken.load(Ordering::Relaxed), 0);
}

#[test]
fn threads_never_have_more_together() {
    let (slots, most) = (Slots::new(3), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for _ in 0..2_000 {
                    if let Some(_slot) = slots.take() {
                        let now = most.fetch_add(1, Ordering::SeqCst) + 1;
                        assert!(now <= 3, "{now} at once");
                        most.fetch_sub(1, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    assert_eq!(slots.taken.load(Ordering::Relaxed), 0);
}
