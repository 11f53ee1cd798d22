//! However the work is divided, a damaged ledger is found to be damaged in the same way.

use std::num::NonZeroUsize;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// What may be wrong with a stored ledger.
#[derive(Debug, Clone)]
enum Damage {
    Bit(prop::sample::Index, prop::sample::Index, u8),
    Fitted(prop::sample::Index, prop::sample::Index, u8),
    Rewritten(prop::sample::Index),
    Unknown(prop::sample::Index),
    Removed(prop::sample::Index),
    Swapped(prop::sample::Index, prop::sample::Index),
    Repeated(prop::sample::Index),
    Unreadable(prop::sample::Index),
    Hash(prop::sample::Index),
    NoHash(prop::sample::Index),
    Columns(prop::sample::Index),
    Note(prop::sample::Index, prop::sample::Index, u8),
    NoteMoved(prop::sample::Index, prop::sample::Index),
    NoteRemoved(prop::sample::Index),
    BlobRemoved(prop::sample::Index),
    BlobErased(prop::sample::Index),
    BlobChanged(prop::sample::Index),
    CommandRemoved(prop::sample::Index),
    Saved,
    Signer,
}

fn damage() -> impl Strategy<Value = Damage> {
    use Damage::*;
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), at(), 0_u8..7).prop_map(|(row, at, bit)| Bit(row, at, bit)),
        (at(), at(), 0_u8..7).prop_map(|(row, at, bit)| Fitted(row, at, bit)),
        at().prop_map(Rewritten),
        at().prop_map(Unknown),
        at().prop_map(Removed),
        (at(), at()).prop_map(|(one, other)| Swapped(one, other)),
        at().prop_map(Repeated),
        at().prop_map(Unreadable),
        at().prop_map(Hash),
        at().prop_map(NoHash),
        at().prop_map(Columns),
        (at(), at(), 0_u8..7).prop_map(|(row, at, bit)| Note(row, at, bit)),
        (at(), at()).prop_map(|(one, other)| NoteMoved(one, other)),
        at().prop_map(NoteRemoved),
        at().prop_map(BlobRemoved),
        at().prop_map(BlobErased),
        at().prop_map(BlobChanged),
        at().prop_map(CommandRemoved),
        Just(Saved),
        Just(Signer),
    ]
}

impl Book {
    fn damage(&mut self, damage: &Damage) {
        let of = |index: &prop::sample::Index, length: usize| index.index(length.max(1));
        let rows = self.rows.len();
        let row = |index: &prop::sample::Index| index.index(rows.max(1));
        match damage {
            Damage::Bit(i, at, bit) => {
                if let Some(Ok(row)) = self.rows.get_mut(row(i)) {
                    let at = at.index(row.bytes.len());
                    row.bytes[at] ^= 1 << bit;
                }
            }
            Damage::Fitted(i, at, bit) => {
                if let Some(Ok(row)) = self.rows.get_mut(row(i)) {
                    let at = at.index(row.bytes.len());
                    row.bytes[at] ^= 1 << bit;
                    row.leaf = Some(leaf_hash(&row.bytes));
                }
            }
            Damage::Rewritten(i) | Damage::Unknown(i) => {
                if let Some(Ok(row)) = self.rows.get_mut(row(i))
                    && let Ok(mut entry) = Entry::decode(&row.bytes)
                {
                    match damage {
                        Damage::Unknown(_) => entry.kind = "unknown/9".into(),
                        _ => entry.body = json!({ "word": "rewritten" }),
                    }
                    *row = row_of(&entry);
                }
            }
            Damage::Removed(i) if rows > 0 => drop(self.rows.remove(row(i))),
            Damage::Swapped(one, other) if rows > 0 => self.rows.swap(row(one), row(other)),
            Damage::Repeated(i) if rows > 0 => self.rows.insert(row(i), self.rows[row(i)].clone()),
            Damage::Unreadable(i) if rows > 0 => self.rows[row(i)] = Err("malformed".into()),
            Damage::Removed(_) | Damage::Swapped(..) | Damage::Repeated(_) | Damage::Unreadable(_) => {}
            Damage::Hash(i) => {
                if let Some(Ok(row)) = self.rows.get_mut(row(i)) {
                    row.leaf = Some(Digest::of_bytes(b"other"));
                }
            }
            Damage::NoHash(i) => {
                if let Some(Ok(row)) = self.rows.get_mut(row(i)) {
                    row.leaf = None;
                }
            }
            Damage::Columns(i) => {
                if let Some(Ok(row)) = self.rows.get_mut(row(i)) {
                    row.at += 1;
                    row.command = "command-0".into();
                }
            }
            Damage::Note(i, at, bit) => {
                let i = of(i, self.checkpoints.len());
                if let Some(row) = self.checkpoints.get_mut(i) {
                    let mut bytes = row.note.clone().into_bytes();
                    let at = at.index(bytes.len());
                    bytes[at] ^= 1 << bit;
                    row.note = String::from_utf8(bytes).unwrap_or_default();
                }
            }
            Damage::NoteMoved(one, other) => {
                let (one, other) = (of(one, self.checkpoints.len()), of(other, self.checkpoints.len()));
                if one < self.checkpoints.len() {
                    self.checkpoints[one].note = self.checkpoints[other].note.clone();
                }
            }
            Damage::NoteRemoved(i) => {
                let i = of(i, self.checkpoints.len());
                if i < self.checkpoints.len() {
                    self.checkpoints.remove(i);
                }
            }
            Damage::BlobRemoved(i) => {
                let i = of(i, self.blobs.len());
                if i < self.blobs.len() {
                    self.blobs.remove(i);
                }
            }
            Damage::BlobErased(i) => {
                let i = of(i, self.blobs.len());
                if let Some(blob) = self.blobs.get_mut(i) {
                    blob.bytes = None;
                }
            }
            Damage::BlobChanged(i) => {
                let i = of(i, self.blobs.len());
                if let Some(blob) = self.blobs.get_mut(i) {
                    blob.bytes = Some(b"other".to_vec());
                }
            }
            Damage::CommandRemoved(i) => {
                let i = of(i, self.commands.len());
                if i < self.commands.len() {
                    self.commands.remove(i);
                }
            }
            Damage::Saved => self.saved = Some(SavedState { seq: 3, bytes: b"[]".to_vec() }),
            Damage::Signer => {
                let stranger = SignerKey::from_seed("cuelight/0b5e", &[9; 32]).unwrap();
                self.checkpoint(&stranger);
            }
        }
    }
}

fn divided(book: &Book, threads: usize, chunk: usize, external: Option<&str>) -> Report {
    let (threads, chunk) = (NonZeroUsize::new(threads).unwrap(), NonZeroUsize::new(chunk).unwrap());
    let verifier = key().verifier();
    let expect = Expect { origin: ORIGIN, key: &verifier, external };
    verify_among(
        book.stored(),
        &expect,
        &mut Bodies::default(),
        Division { threads, entries: chunk, checkpoints: chunk },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn findings_do_not_depend_on_the_division(
        counts in prop::collection::vec(1_u64..4, 1..12),
        damages in prop::collection::vec(damage(), 0..5),
        external in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut book = Book::new(&counts);
        let external = external.map(|i| i.get(&book.checkpoints).note.clone());
        damages.iter().for_each(|damage| book.damage(damage));
        let whole = book.rows.len().max(1);
        let one_by_one = divided(&book, 1, 1, external.as_deref());
        for (threads, chunk) in [(1, 2), (1, whole), (2, 1), (2, 3), (4, 2), (3, whole)] {
            let report = divided(&book, threads, chunk, external.as_deref());
            prop_assert_eq!(&report, &one_by_one, "{} threads, {} at a time", threads, chunk);
        }
    }
}

/// So many checkpoints in a chunk that their signatures are checked together.
#[test]
fn signatures_checked_together_are_found_out_one_by_one() {
    let mut book = Book::new(&[1; 150]);
    for at in [3, 70, 71, 149] {
        let from = book.checkpoints[at].note.rsplit_once(' ').unwrap().0.to_owned();
        let other = book.checkpoints[at - 1].note.rsplit_once(' ').unwrap().1.to_owned();
        book.checkpoints[at].note = format!("{from} {other}");
    }
    book.checkpoints[20].note = "nothing".into();
    let one_by_one = divided(&book, 1, 1, None);
    assert_eq!(one_by_one.findings.len(), 5);
    for (threads, chunk) in [(1, 256), (2, 75), (3, 64)] {
        assert_eq!(divided(&book, threads, chunk, None), one_by_one);
    }
}

struct Bad;

impl Replay for Bad {
    type Event = ();

    fn read(_: &str, _: &Body<'_>) -> Result<(), String> {
        panic!("a fault in the reader")
    }

    fn references((): &()) -> Vec<(Digest, BlobClass)> {
        Vec::new()
    }

    fn apply(&mut self, _: &Envelope, (): &()) {}

    fn state(&self) -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }
}

/// A fault of ours on another thread must end the check, neither hang it nor make it sound.
#[test]
fn a_panic_on_another_thread_is_the_callers() {
    for threads in [1, 2, 3] {
        let outcome = std::panic::catch_unwind(|| {
            let book = Book::twelve();
            let verifier = key().verifier();
            let expect = Expect { origin: ORIGIN, key: &verifier, external: None };
            let (threads, chunk) = (NonZeroUsize::new(threads).unwrap(), NonZeroUsize::MIN);
            verify_among(
                book.stored(),
                &expect,
                &mut Bad,
                Division { threads, entries: chunk, checkpoints: chunk },
            )
        });
        assert!(outcome.is_err(), "{threads}");
    }
}
