//! The events come out the same wherever the text is cut.

use std::time::Duration;

use proptest::prelude::*;

use super::{MAX, Parser, Piece, TooLong};

const TEXT: &str = "retry: 1500\n\n: alive\n\nevent: generation\nid: 7\ndata: {\"generation\":2}\n\n\
    data: a\r\ndata:b\r\n\r\nid: 9\rdata: ü\r\revent: lost\nid: 10\n\nnonsense\nretry: soon\ndata\n\n";

fn expected() -> Vec<Piece> {
    let event = |name: &str, id: &str, data: &str| Piece::Event {
        name: name.into(),
        id: id.into(),
        data: data.into(),
    };
    vec![
        Piece::Retry(Duration::from_millis(1500)),
        event("generation", "7", "{\"generation\":2}"),
        event("message", "7", "a\nb"),
        event("message", "9", "ü"),
        event("message", "10", ""),
    ]
}

proptest! {
    #[test]
    fn wherever_it_is_cut(cuts in proptest::collection::vec(0..TEXT.len(), 0..12)) {
        let mut cuts = cuts;
        cuts.sort_unstable();
        let mut parser = Parser::default();
        let mut found = Vec::new();
        let mut from = 0;
        for to in cuts.into_iter().chain([TEXT.len()]) {
            found.extend(parser.push(&TEXT.as_bytes()[from..to]).expect("short"));
            from = to;
        }
        prop_assert_eq!(found, expected());
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut parser = Parser::default();
        prop_assert!(parser.push(&bytes).is_ok());
    }
}

#[test]
fn an_endless_line_is_cut_off() {
    let mut parser = Parser::default();
    let piece = vec![b'x'; 1024 * 1024];
    let pushed: Result<Vec<_>, TooLong> = (0..=MAX / piece.len()).map(|_| parser.push(&piece)).collect();
    assert_eq!(pushed, Err(TooLong));
}
