//! Rows stay level, and nothing of either text is lost.

use cuelight_artifact::diff::{WordOp, words};

use super::{Lines, Piece, Row, folded, gathered, joined, rows};

fn text(rows: &[Row], side: impl Fn(&Row) -> &Option<super::Line>) -> String {
    let lines = rows.iter().filter_map(|r| side(r).as_ref());
    lines.map(|l| l.iter().map(|(_, t)| t.as_str()).collect::<String>()).collect::<Vec<_>>().join("\n")
}

#[test]
fn both_texts_can_be_read_from_the_rows() {
    for (old, new) in [
        ("", ""),
        ("one\ntwo\nthree", "one\ntwo and a half\nthree"),
        ("one\ntwo\nthree\n", "one\nthree\n"),
        ("same", "same\nand more\nand more"),
        ("a b c", "x y z"),
        ("tail\n\n\nend", "tail\nend"),
    ] {
        let rows = rows(&words(old, new));
        assert_eq!(text(&rows, |r| &r.old), old, "{old:?} to {new:?}");
        assert_eq!(text(&rows, |r| &r.new), new, "{old:?} to {new:?}");
    }
}

#[test]
fn a_line_that_is_the_same_stands_beside_itself() {
    let rows = rows(&words("one\ntwo\nlast line\n", "one\nmany\nnew\nlines\nlast line\n"));
    let last =
        rows.iter().find(|r| r.old.as_ref().is_some_and(|l| l.iter().any(|(_, t)| t.contains("last"))));
    assert_eq!(last.unwrap().old, last.unwrap().new);
}

#[test]
fn folding_leaves_every_change_and_counts_every_line() {
    let line = |n: usize| format!("line {n}\n");
    let old: String = (0..40).map(line).collect();
    let new = old.replace("line 20\n", "line twenty\n");
    let all = rows(&words(&old, &new));
    let count = all.len();
    let changed = all.iter().filter(|r| !r.same()).count();
    let (mut drawn, mut hidden, mut kept) = (0, 0, 0);
    for piece in folded(all, Lines::Changed) {
        match piece {
            Piece::Row(row) => {
                drawn += 1;
                kept += usize::from(!row.same());
            }
            Piece::Fold(n) => hidden += n,
        }
    }
    assert_eq!((drawn + hidden, kept), (count, changed));
    assert!(drawn < 10, "{drawn}");
    assert!(words(&old, &new).iter().any(|s| s.op == WordOp::Insert));
}

#[test]
fn spaces_between_changed_words_join_them_and_no_letter_is_lost() {
    let row = rows(&words("one two three end", "uno due tre end")).remove(0);
    let (old, new) = (joined(&row.old.unwrap()), joined(&row.new.unwrap()));
    assert_eq!(old, [(WordOp::Delete, "one two three".to_owned()), (WordOp::Equal, " end".to_owned())]);
    assert_eq!(new, [(WordOp::Insert, "uno due tre".to_owned()), (WordOp::Equal, " end".to_owned())]);
}

#[test]
fn as_one_text_what_went_is_read_whole_before_what_came() {
    let spans = words("Judge each sign alone. End", "Look at all of them. End");
    let line: super::Line = spans.into_iter().map(|s| (s.op, s.text)).collect();
    let read = gathered(&line);
    let marks: Vec<WordOp> = read.iter().map(|(op, _)| *op).filter(|op| *op != WordOp::Equal).collect();
    assert_eq!(marks, [WordOp::Delete, WordOp::Insert], "{read:?}");
    let side = |other: WordOp| -> String {
        read.iter().filter(|(op, _)| *op != other).map(|(_, text)| text.as_str()).collect()
    };
    let words_of = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words_of(&side(WordOp::Insert)), words_of("Judge each sign alone. End"));
    assert_eq!(words_of(&side(WordOp::Delete)), words_of("Look at all of them. End"));
}
