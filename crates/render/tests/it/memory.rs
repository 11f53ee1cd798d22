//! Counts the bytes that the current thread has allocated, and their peak; and what a compiled prompt keeps.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use cuelight_artifact::model::TestCase;
use cuelight_render::{Limits, NoFragments, RenderRequest, link};
use serde_json::json;

use crate::support::prompt;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

struct Counting;

fn add(bytes: isize) {
    // A thread that is ending has no counters any more; what it frees then is nobody's measurement.
    let _ = LIVE.try_with(|live| {
        live.set(live.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
}

// SAFETY: every method hands its arguments unchanged to the system allocator and returns what that returns, so the
// contract of `GlobalAlloc` holds because `System` keeps it. Counting touches only thread-local cells that need no
// allocation, neither to be created (`const`, no destructor) nor to be changed, so it cannot re-enter.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size() as isize);
        // SAFETY: the caller keeps `alloc`'s contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        add(-(layout.size() as isize));
        // SAFETY: `at` came from `alloc` above, hence from `System`, with this layout.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Old and new block may both exist for a moment.
        add(size as isize);
        // SAFETY: as for `dealloc`; the caller keeps the contract on `size`.
        let moved = unsafe { System.realloc(at, layout, size) };
        add(-(layout.size() as isize));
        moved
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The most bytes that were allocated during `work` beyond those before it, on this thread.
pub fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.with(Cell::get);
    PEAK.with(|peak| peak.set(before));
    let result = work();
    let peak = PEAK.with(Cell::get);
    (result, usize::try_from(peak - before).unwrap_or(0))
}

/// The bytes that are still allocated when `work` is done, on this thread.
fn kept<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.with(Cell::get);
    let result = work();
    (result, usize::try_from(LIVE.with(Cell::get) - before).unwrap_or(0))
}

/// A server has one for every live prompt: what it keeps is its text, what the engine makes of it (9 KiB of room at
/// least), and little else.
#[test]
fn a_compiled_prompt_keeps_little_more_than_its_text() {
    let limits = Limits::default();
    // What all programs have together is made with the first one.
    link(&prompt("{{ name }}"), &NoFragments, &limits).unwrap();
    for paragraphs in [1, 10, 40] {
        let paragraph = format!("{}{{{{ name }}}}\n", "Write politely and plainly to them. ".repeat(5));
        let mut artifact = prompt(&paragraph.repeat(paragraphs));
        let text = paragraph.len() * paragraphs;
        let (program, bytes) = kept(|| link(&artifact, &NoFragments, &limits).unwrap());
        assert!(bytes <= 12 * 1024 + 3 * text, "{bytes} bytes for a text of {text}");
        // A fault is placed from the text, and nothing made for that is kept.
        let inputs = json!({});
        let (message, after) = kept(|| {
            let error = program.render(&RenderRequest::new(&inputs)).unwrap_err();
            format!("{error}")
        });
        assert_eq!(message, "prompt:area/case messages[0].text:1:184: `name` was not given");
        assert!(after < 1024, "{after}");
        // What rendering does not need is not in it.
        let case = |n: usize| TestCase {
            name: format!("case {n}"),
            inputs: json!({ "name": "Ada" }),
            retrieval: Vec::new(),
            expect: Default::default(),
        };
        artifact.tests = (0..1000).map(case).collect();
        let (with_cases, more) = kept(|| link(&artifact, &NoFragments, &limits).unwrap());
        assert!(more <= bytes + 64, "{more} bytes with golden cases, {bytes} without");
        drop((program, with_cases));
    }
}

#[test]
fn the_counter_counts() {
    let (kept, bytes) = peak(|| vec![1u8; 3_000_000]);
    assert!((3_000_000..3_001_000).contains(&bytes), "{bytes}");
    drop(kept);
    let ((), bytes) = peak(|| ());
    assert!(bytes < 1000, "{bytes}");
}
