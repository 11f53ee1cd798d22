//! Tampering with a ledger, and what the check says of it.

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::ledger::note::SignerKey;
use crate::ledger::tree::{Frontier, leaf_hash};
use crate::ledger::{Actor, Entry};

mod damage;

const ORIGIN: &str = "cuelight/0b5e/project/sales";

fn key() -> SignerKey {
    SignerKey::from_seed("cuelight/0b5e", &[3; 32]).unwrap()
}

/// A stored ledger in the tests' hands.
#[derive(Clone)]
struct Book {
    rows: Vec<Result<Row, String>>,
    commands: Vec<CommandRow>,
    checkpoints: Vec<CheckpointRow>,
    blobs: Vec<BlobRow>,
    saved: Option<SavedState>,
}

/// The state of the tests: how many entries, and every body.
#[derive(Default)]
struct Bodies(Vec<serde_json::Value>);

impl Replay for Bodies {
    type Event = serde_json::Value;

    fn read(kind: &str, body: &Body<'_>) -> Result<serde_json::Value, String> {
        if kind == "unknown/9" { Err("no such event".into()) } else { Ok(body.value()) }
    }

    fn references(body: &serde_json::Value) -> Vec<(Digest, BlobClass)> {
        let of = |field: &str, class| {
            body.get(field).and_then(|v| v.as_str()).and_then(|text| Some((text.parse().ok()?, class)))
        };
        of("artifact", BlobClass::Artifact).into_iter().chain(of("text", BlobClass::Text)).collect()
    }

    fn apply(&mut self, _: &Envelope, body: &serde_json::Value) {
        self.0.push(body.clone());
    }

    fn state(&self) -> Result<Vec<u8>, String> {
        serde_json::to_vec(&self.0).map_err(|e| e.to_string())
    }
}

impl Book {
    /// Commands with these numbers of entries, each with a checkpoint; entry 1 of each refers to two blobs.
    fn new(counts: &[u64]) -> Self {
        Self::signed_by(counts, &key())
    }

    fn signed_by(counts: &[u64], key: &SignerKey) -> Self {
        let mut book =
            Self { rows: vec![], commands: vec![], checkpoints: vec![], blobs: vec![], saved: None };
        for (c, count) in counts.iter().enumerate() {
            for n in 0..*count {
                let mut body = json!({ "n": n, "word": format!("c{c}") });
                if n == 0 {
                    body["artifact"] = json!(book.blob(&format!("artifact {c}"), BlobClass::Artifact));
                    body["text"] = json!(book.blob(&format!("text {c}"), BlobClass::Text));
                }
                book.push(&format!("command-{c}"), body);
            }
            book.checkpoint(key);
        }
        book.rebuild_commands();
        book
    }

    /// Twelve entries: commands over 1, 2, 3, 4-6, 7, 8-11, 12.
    fn twelve() -> Self {
        let mut book = Self::new(&[1, 1, 1, 3, 1, 4, 1]);
        let mut bodies = Bodies::default();
        bodies.0.extend(book.entries().into_iter().map(|e| e.body));
        book.saved = Some(SavedState { seq: 12, bytes: bodies.state().unwrap() });
        book
    }

    fn blob(&mut self, content: &str, class: BlobClass) -> Digest {
        let bytes = content.as_bytes().to_vec();
        let digest = Digest::of_bytes(&bytes);
        self.blobs.push(BlobRow { digest, class, bytes: Some(bytes) });
        digest
    }

    fn tree(&self) -> Frontier {
        let mut tree = Frontier::new();
        for row in self.rows.iter().flatten() {
            tree.push(leaf_hash(&row.bytes));
        }
        tree
    }

    fn push(&mut self, command: &str, body: serde_json::Value) {
        let seq = self.rows.len() as u64 + 1;
        let entry = Entry {
            seq,
            at: 1_000_000 * i64::try_from(seq).unwrap(),
            prev: self.tree().root(),
            actor: Actor::System,
            command: command.parse().unwrap(),
            kind: "test.happened/1".into(),
            body,
        };
        self.rows.push(Ok(row_of(&entry)));
    }

    fn checkpoint(&mut self, key: &SignerKey) {
        let tree = self.tree();
        let checkpoint = Checkpoint { origin: ORIGIN.into(), size: tree.size(), root: tree.root() };
        let note = checkpoint.sign(key).unwrap();
        self.checkpoints.push(CheckpointRow { size: tree.size(), note });
    }

    fn rebuild_commands(&mut self) {
        self.commands.clear();
        for entry in self.entries() {
            let command = entry.command.to_string();
            match self.commands.iter_mut().find(|c| c.command == command) {
                Some(known) => known.last = entry.seq,
                None => self.commands.push(CommandRow { command, first: entry.seq, last: entry.seq }),
            }
        }
    }

    fn entries(&self) -> Vec<Entry> {
        self.rows.iter().flatten().map(|row| Entry::decode(&row.bytes).unwrap()).collect()
    }

    fn entry(&self, seq: Seq) -> Entry {
        self.entries().into_iter().nth(usize::try_from(seq).unwrap() - 1).unwrap()
    }

    fn row(&mut self, seq: Seq) -> &mut Row {
        self.rows[usize::try_from(seq).unwrap() - 1].as_mut().unwrap()
    }

    /// Rewrites one entry with its columns and its leaf hash, as an administrator with care would.
    fn rewrite(&mut self, seq: Seq, change: impl FnOnce(&mut Entry)) {
        let mut entry = self.entry(seq);
        change(&mut entry);
        *self.row(seq) = row_of(&entry);
    }

    /// Numbers all entries anew and recomputes every previous root from entry `from` on.
    fn rechain(&mut self, from: Seq) {
        for seq in from..=self.rows.len() as u64 {
            let mut before = self.clone();
            before.rows.truncate(usize::try_from(seq).unwrap() - 1);
            let prev = before.tree().root();
            self.rewrite(seq, |e| {
                e.prev = prev;
                e.seq = seq;
            });
        }
    }

    fn stored(&self) -> Stored<'_> {
        Stored {
            rows: Box::new(self.rows.iter().cloned()),
            commands: Some(Box::new(self.commands.iter().cloned().map(Ok))),
            checkpoints: Box::new(self.checkpoints.iter().cloned().map(Ok)),
            blobs: Box::new(self.blobs.iter().cloned().map(Ok)),
            saved: self.saved.clone(),
        }
    }

    fn report_with(&self, external: Option<&str>) -> Report {
        let verifier = key().verifier();
        let stored = self.stored();
        let expect = Expect { origin: ORIGIN, key: &verifier, external };
        verify(stored, &expect, &mut Bodies::default())
    }

    /// The first bad entry and all findings, one per line.
    fn says(&self) -> String {
        say(&self.report_with(None))
    }
}

fn row_of(entry: &Entry) -> Row {
    let bytes = entry.encode().unwrap();
    Row {
        seq: entry.seq,
        at: entry.at,
        command: entry.command.to_string(),
        kind: entry.kind.clone(),
        leaf: Some(leaf_hash(&bytes)),
        bytes,
    }
}

fn say(report: &Report) -> String {
    let first = report.first_bad.map_or("none".to_owned(), |seq| seq.to_string());
    let lines = report.findings.iter().map(|f| {
        let seq = f.seq.map_or("-".to_owned(), |seq| seq.to_string());
        format!("\n{seq} {}: {}", f.kind, f.message)
    });
    format!("first bad: {first}{}", lines.collect::<String>())
}

#[test]
fn an_untouched_ledger_is_sound() {
    let book = Book::twelve();
    let report = book.report_with(None);
    assert_eq!(say(&report), "first bad: none");
    assert!(report.is_sound());
    assert_eq!((report.entries, report.signed, report.checkpoints), (12, 12, 7));
    assert_eq!((report.blobs, report.erased), (14, 0));
    assert_eq!(report.root, book.tree().root());
    assert_eq!(report.cannot_detect.len(), 5);
    let external = book.checkpoints[3].note.clone();
    let report = book.report_with(Some(&external));
    assert!(report.is_sound());
    assert_eq!(report.cannot_detect.len(), 4, "an external checkpoint shows a cut tail");
}

#[test]
fn an_empty_ledger_is_sound() {
    let report = Book::new(&[]).report_with(None);
    assert!(report.is_sound(), "{}", say(&report));
    assert_eq!(report.entries, 0);
    assert_eq!(report.root, crate::ledger::tree::empty_root());
}

#[test]
fn edited_body() {
    let mut book = Book::twelve();
    let leaf = book.row(7).leaf;
    book.rewrite(7, |e| e.body["word"] = json!("changed"));
    book.row(7).leaf = leaf;
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 leaf-hash: entry 7 and its stored hash disagree: one of the two was changed
    ");
}

#[test]
fn edited_body_with_its_hash_recomputed() {
    let mut book = Book::twelve();
    book.rewrite(7, |e| e.body["word"] = json!("changed"));
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 checkpoint-root: the checkpoint of 7 entries was signed over another entry 7
    ");
}

#[test]
fn edited_inside_a_command() {
    let mut book = Book::twelve();
    book.rewrite(9, |e| e.body["word"] = json!("changed"));
    assert_snapshot!(book.says(), @r"
    first bad: 9
    9 previous-root: entry 10 was written after another entry 9: one of the two was changed
    ");
}

#[test]
fn edited_inside_a_command_and_chained_anew() {
    let mut book = Book::twelve();
    book.rewrite(9, |e| e.body["word"] = json!("changed"));
    book.rechain(10);
    assert_snapshot!(book.says(), @r"
    first bad: 8
    8 checkpoint-root: the checkpoint of 11 entries was signed over other entries: one or more of 8 to 11
    ");
}

#[test]
fn edited_last_entry() {
    let mut book = Book::twelve();
    book.saved = None;
    book.rewrite(12, |e| e.body["word"] = json!("changed"));
    assert_snapshot!(book.says(), @r"
    first bad: 12
    12 checkpoint-root: the checkpoint of 12 entries was signed over another entry 12
    ");
}

#[test]
fn edited_stored_hash() {
    let mut book = Book::twelve();
    book.row(9).leaf = Some(Digest::of_bytes(b"other"));
    assert_snapshot!(book.says(), @r"
    first bad: 9
    9 leaf-hash: entry 9 and its stored hash disagree: one of the two was changed
    9 previous-root: entry 10 was written after another entry 9: one of the two was changed
    ");
    book.row(9).leaf = None;
    assert_snapshot!(book.says(), @r"
    first bad: 9
    9 leaf-hash: entry 9 has no stored hash
    ");
}

#[test]
fn edited_actor_and_time_are_found_like_a_body() {
    for seq in 1..=12 {
        let mut book = Book::twelve();
        book.rewrite(seq, |e| e.actor = Actor::Token { id: "someone".into() });
        // The last entry of a command with several is known only as one of them.
        let expected = if seq == 6 {
            4
        } else if seq == 11 {
            8
        } else {
            seq
        };
        assert_eq!(book.report_with(None).first_bad, Some(expected), "actor of {seq}: {}", book.says());
        let mut book = Book::twelve();
        book.rewrite(seq, |e| e.at += 1);
        assert_eq!(book.report_with(None).first_bad, Some(expected), "time of {seq}: {}", book.says());
    }
}

#[test]
fn deleted_in_the_middle() {
    let mut book = Book::twelve();
    drop(book.rows.remove(6));
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 sequence: missing: entry 7
    - command: there is a record of command `command-4` for entry 7, which no entry names
    ");
}

#[test]
fn deleted_and_renumbered() {
    let mut book = Book::twelve();
    book.saved = None;
    drop(book.rows.remove(6));
    book.rechain(7);
    book.rebuild_commands();
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 checkpoint-root: the checkpoint of 7 entries was signed over another entry 7
    12 truncated: a stored checkpoint proves 12 entries, but only 11 are there: the newest were cut off
    ");
}

#[test]
fn inserted_forged_entry() {
    let mut book = Book::twelve();
    book.saved = None;
    let mut forged = book.entry(7);
    forged.command = "forged".parse().unwrap();
    book.rows.insert(7, Ok(row_of(&forged)));
    book.rechain(8);
    book.rebuild_commands();
    assert_snapshot!(book.says(), @r"
    first bad: 8
    8 checkpoint-root: the checkpoint of 11 entries was signed over other entries: one or more of 8 to 11
    13 unsigned: no checkpoint covers entry 13; every append writes one
    ");
}

#[test]
fn swapped_entries() {
    let mut book = Book::twelve();
    book.rows.swap(1, 2);
    book.row(2).seq = 2;
    book.row(3).seq = 3;
    assert_snapshot!(book.says(), @r"
    first bad: 2
    2 columns: the column `seq` of entry 2 says something else than its bytes
    2 previous-root: entry 2 was not written after entry 1, which is signed
    3 columns: the column `seq` of entry 3 says something else than its bytes
    3 time: entry 3 is 1000000 µs earlier than the entry before it
    - command: the record of command `command-1` says entry 2; it has entry 3
    - command: the record of command `command-2` says entry 3; it has entry 2
    ");
}

#[test]
fn swapped_rows_out_of_order() {
    let mut book = Book::twelve();
    book.rows.swap(1, 2);
    assert_snapshot!(book.says(), @r"
    first bad: 2
    2 sequence: missing: entry 2
    2 sequence: entry 2 stands after entry 3
    2 time: entry 2 is 1000000 µs earlier than the entry before it
    3 sequence: missing: entry 3
    ");
}

#[test]
fn time_runs_backwards_although_all_is_signed() {
    let mut book = Book::new(&[1, 1]);
    book.push("late", json!({}));
    book.rewrite(3, |e| e.at = 1_500_000);
    book.checkpoint(&key());
    book.rebuild_commands();
    assert_snapshot!(book.says(), @r"
    first bad: 3
    3 time: entry 3 is 500000 µs earlier than the entry before it
    ");
}

#[test]
fn a_command_id_is_used_again_although_all_is_signed() {
    let mut book = Book::new(&[1, 2, 1]);
    book.push("command-1", json!({}));
    book.checkpoint(&key());
    book.rebuild_commands();
    assert_snapshot!(book.says(), @r"
    first bad: 5
    5 command: entry 5 belongs to command `command-1`, which was used for entries 2 to 3 already; a command applies once and its entries are adjacent
    ");
}

#[test]
fn tail_cut_off_but_its_checkpoint_is_left() {
    let mut book = Book::twelve();
    book.saved = None;
    book.rows.truncate(10);
    book.rebuild_commands();
    assert_snapshot!(book.says(), @r"
    first bad: 11
    11 truncated: a stored checkpoint proves 12 entries, but only 10 are there: the newest were cut off
    ");
}

#[test]
fn tail_cut_off_with_its_checkpoints() {
    let mut book = Book::twelve();
    let external = book.checkpoints[6].note.clone();
    book.saved = None;
    book.rows.truncate(7);
    book.checkpoints.truncate(5);
    book.rebuild_commands();
    // Exactly what the report says it cannot see.
    let report = book.report_with(None);
    assert!(report.is_sound());
    assert!(report.cannot_detect[0].contains("cut off together with their checkpoints"));
    assert_snapshot!(say(&book.report_with(Some(&external))), @r"
    first bad: 8
    8 truncated: the given checkpoint proves 12 entries, but only 7 are there: the newest were cut off, or an older copy was restored
    ");
}

#[test]
fn another_history_than_the_external_checkpoint() {
    let external = Book::twelve().checkpoints[3].note.clone();
    let book = Book::new(&[1, 1, 1, 1, 1, 4, 1]);
    assert_snapshot!(say(&book.report_with(Some(&external))), @r"
    first bad: 6
    6 checkpoint-root: the given checkpoint of 6 entries was signed over another entry 6
    ");
}

#[test]
fn external_checkpoint_of_another_ledger_or_key() {
    let book = Book::twelve();
    let tree = book.tree();
    let other = Checkpoint { origin: "cuelight/0b5e/project/other".into(), size: 12, root: tree.root() };
    assert_snapshot!(say(&book.report_with(Some(&other.sign(&key()).unwrap()))), @r"
    first bad: none
    - checkpoint: the given checkpoint cannot be used: its origin is `cuelight/0b5e/project/other`, not `cuelight/0b5e/project/sales`: it belongs to another ledger
    ");
    let stranger = SignerKey::from_seed("cuelight/ffff", &[9; 32]).unwrap();
    let foreign = Checkpoint { origin: ORIGIN.into(), ..other }.sign(&stranger).unwrap();
    assert_snapshot!(say(&book.report_with(Some(&foreign))), @r"
    first bad: none
    - checkpoint: the given checkpoint cannot be used: the note is not signed by `cuelight/0b5e`; check that this is the right public key
    ");
    assert_snapshot!(say(&book.report_with(Some("hello"))), @r"
    first bad: none
    - checkpoint: the given checkpoint cannot be used: not a signed note: there is no blank line before the signatures
    ");
}

#[test]
fn signed_anew_with_another_key() {
    let stranger = SignerKey::from_seed("cuelight/0b5e", &[9; 32]).unwrap();
    let book = Book::signed_by(&[2, 1], &stranger);
    assert_snapshot!(book.says(), @r"
    first bad: 1
    1 checkpoint: the checkpoint for 2 entries: the note is not signed by `cuelight/0b5e`; check that this is the right public key
    1 checkpoint: the checkpoint for 3 entries: the note is not signed by `cuelight/0b5e`; check that this is the right public key
    ");
}

#[test]
fn checkpoint_root_edited() {
    let mut book = Book::twelve();
    let note = &mut book.checkpoints[4].note;
    let (origin, rest) = note.split_once("\n7\n").unwrap();
    let changed = if rest.starts_with('A') { "B" } else { "A" };
    *note = format!("{origin}\n7\n{changed}{}", &rest[1..]);
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 checkpoint: the checkpoint for 7 entries: the signature of `cuelight/0b5e` does not fit the note: text or signature was changed
    ");
}

#[test]
fn checkpoint_signature_forged() {
    let mut book = Book::twelve();
    let foreign = book.checkpoints[3].note.split_once("\n\n").unwrap().1.to_owned();
    let note = &mut book.checkpoints[4].note;
    *note = format!("{}\n\n{foreign}", note.split_once("\n\n").unwrap().0);
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 checkpoint: the checkpoint for 7 entries: the signature of `cuelight/0b5e` does not fit the note: text or signature was changed
    ");
}

#[test]
fn checkpoint_stored_under_another_size() {
    let mut book = Book::twelve();
    book.checkpoints[4].note = book.checkpoints[3].note.clone();
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 checkpoint: the checkpoint stored for 7 entries is one for 6 entries, or stands out of order
    ");
}

#[test]
fn checkpoints_deleted() {
    let mut book = Book::twelve();
    book.checkpoints.truncate(4);
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 unsigned: no checkpoint covers entries 7 to 12; every append writes one
    ");
    book.checkpoints.clear();
    assert_snapshot!(book.says(), @r"
    first bad: 1
    1 unsigned: no checkpoint covers entries 1 to 12; every append writes one
    ");
}

#[test]
fn entries_added_without_the_key() {
    let mut book = Book::twelve();
    book.push("sneaked", json!({}));
    book.rebuild_commands();
    assert_snapshot!(book.says(), @r"
    first bad: 13
    13 unsigned: no checkpoint covers entry 13; every append writes one
    ");
}

#[test]
fn blob_content_replaced() {
    let mut book = Book::twelve();
    book.blobs[8].bytes = Some(b"something else".to_vec());
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 blob-content: the bytes stored as sha256:be4cd3763c77294cc59468f71890208e83c4f438713fac19e67fa801baac171e, which entry 7 refers to, have another digest
    ");
}

#[test]
fn blob_that_nobody_needs_replaced() {
    let mut book = Book::twelve();
    book.blob("spare", BlobClass::Text);
    book.blobs[14].bytes = Some(b"something else".to_vec());
    assert_snapshot!(book.says(), @r"
    first bad: none
    - blob-content: the bytes stored as sha256:cf2d9706736982fb261656d2e712344c3c38bd94b34a444ea4f3ce97591cd48f have another digest; no entry refers to it
    ");
}

#[test]
fn artifact_deleted_or_erased() {
    let mut book = Book::twelve();
    book.blobs[8].bytes = None;
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 blob-missing: entry 7 refers to artifact sha256:be4cd3763c77294cc59468f71890208e83c4f438713fac19e67fa801baac171e, which was erased; only texts may be
    ");
    book.blobs.remove(8);
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 blob-missing: entry 7 refers to artifact sha256:be4cd3763c77294cc59468f71890208e83c4f438713fac19e67fa801baac171e, which is not stored
    ");
}

#[test]
fn text_deleted_without_a_marker() {
    let mut book = Book::twelve();
    book.blobs.remove(9);
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 blob-missing: entry 7 refers to text sha256:b47c67e6c66feeeaf2409bcfd364a4ee7fd35d68b9da03838f38f4099faa14ca, which is not stored
    ");
}

#[test]
fn text_erased_as_allowed() {
    let mut book = Book::twelve();
    book.blobs[9].bytes = None;
    let report = book.report_with(None);
    assert!(report.is_sound(), "{}", say(&report));
    assert_eq!(report.erased, 1);
}

#[test]
fn artifact_made_erasable() {
    let mut book = Book::twelve();
    book.blobs[8].class = BlobClass::Text;
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 blob-missing: entry 7 refers to artifact sha256:be4cd3763c77294cc59468f71890208e83c4f438713fac19e67fa801baac171e, which is stored as text
    ");
}

#[test]
fn saved_state_edited() {
    let mut book = Book::twelve();
    book.saved.as_mut().unwrap().bytes.push(b' ');
    assert_snapshot!(book.says(), @r"
    first bad: none
    - saved-state: the state saved for entry 12 is not what its entries give; delete it
    ");
    book.saved.as_mut().unwrap().seq = 13;
    assert_snapshot!(book.says(), @r"
    first bad: none
    - saved-state: a state is saved for entry 13, but there are only 12 entries
    ");
}

#[test]
fn columns_that_differ_from_the_bytes() {
    let mut book = Book::twelve();
    book.row(3).at += 1;
    book.row(4).kind = "release.opened/1".into();
    book.row(5).command = "other".into();
    assert_snapshot!(book.says(), @r"
    first bad: 3
    3 columns: the column `at` of entry 3 says something else than its bytes
    4 columns: the column `kind` of entry 4 says something else than its bytes
    5 columns: the column `command` of entry 5 says something else than its bytes
    ");
}

#[test]
fn command_records_edited() {
    let mut book = Book::twelve();
    book.commands[3].last = 5;
    book.commands.remove(1);
    book.commands.push(CommandRow { command: "invented".into(), first: 2, last: 2 });
    assert_snapshot!(book.says(), @r"
    first bad: 2
    4 command: the record of command `command-3` says entries 4 to 5; it has entries 4 to 6
    2 command: there is a record of command `invented` for entry 2, which no entry names
    2 command: the record of command `command-1` (entry 2) is gone, so it could apply again
    ");
}

#[test]
fn bytes_that_are_no_entry() {
    let mut book = Book::twelve();
    let row = book.row(7);
    row.bytes = b"{}".to_vec();
    row.leaf = Some(leaf_hash(b"{}"));
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 not-an-entry: the bytes of entry 7 are no ledger entry: missing field `seq` at line 1 column 2
    7 checkpoint-root: the checkpoint of 7 entries was signed over another entry 7
    - command: there is a record of command `command-4` for entry 7, which no entry names
    ");
}

#[test]
fn bytes_in_another_form() {
    let mut book = Book::twelve();
    let row = book.row(12);
    row.bytes.insert(1, b' ');
    row.leaf = Some(leaf_hash(&row.bytes));
    assert_snapshot!(book.says(), @r"
    first bad: 12
    12 not-canonical: the bytes of entry 12 are not in canonical form (RFC 8785)
    12 checkpoint-root: the checkpoint of 12 entries was signed over another entry 12
    ");
}

#[test]
fn a_row_that_storage_cannot_read() {
    let mut book = Book::twelve();
    book.rows[6] = Err("database disk image is malformed".into());
    assert_snapshot!(book.says(), @r"
    first bad: 7
    7 unreadable: entry 7 cannot be read: database disk image is malformed
    - command: there is a record of command `command-4` for entry 7, which no entry names
    ");
}

#[test]
fn an_event_of_a_newer_version() {
    let mut book = Book::new(&[1]);
    book.push("new", json!({}));
    book.rewrite(2, |e| e.kind = "unknown/9".into());
    book.checkpoint(&key());
    book.rebuild_commands();
    assert_snapshot!(book.says(), @r"
    first bad: 2
    2 event: the event `unknown/9` of entry 2 cannot be read: no such event
    ");
}

#[test]
fn findings_are_counted_beyond_the_limit() {
    let mut book = Book::new(&[1]);
    book.blobs.clear();
    let mut entry = book.entry(1);
    for seq in 2..=1501 {
        entry.seq = seq;
        book.rows.push(Ok(row_of(&entry)));
    }
    let report = book.report_with(None);
    assert_eq!(report.findings.len(), MAX_FINDINGS);
    assert!(report.more > 1500, "{}", report.more);
    assert_eq!(report.first_bad, Some(1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever byte of whatever entry changes, and however carefully the rest is made to fit without the key.
    #[test]
    fn any_changed_byte_is_found(seq in 1_u64..=12, at in any::<prop::sample::Index>(), bit in 0_u8..8, care in 0..3) {
        let mut book = Book::twelve();
        let row = book.row(seq);
        let at = at.index(row.bytes.len());
        row.bytes[at] ^= 1 << bit;
        if care > 0 {
            row.leaf = Some(leaf_hash(&row.bytes));
        }
        if care > 1 && Entry::decode(&book.row(seq).bytes.clone()).is_ok() {
            book.rechain(seq + 1);
        }
        let report = book.report_with(None);
        prop_assert!(!report.is_sound());
        prop_assert!(report.first_bad.unwrap() <= seq, "{}", say(&report));
    }

    #[test]
    fn any_ledger_that_was_written_is_sound(counts in prop::collection::vec(1_u64..4, 0..8)) {
        let book = Book::new(&counts);
        for external in &book.checkpoints {
            let report = book.report_with(Some(&external.note));
            prop_assert!(report.is_sound(), "{}", say(&report));
        }
    }
}
