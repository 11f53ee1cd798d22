//! Ids of events, written and read.

use super::*;

#[test]
fn ids_are_read_as_they_are_written() {
    for (epoch, seq, text) in
        [(0, 0, "0"), (0, 7, "7"), (1, 7, "1.7"), (12, u64::MAX, "12.18446744073709551615")]
    {
        let id = EventId { epoch, seq };
        assert_eq!(id.to_string(), text);
        assert_eq!(text.parse(), Ok(id));
    }
    for bad in ["", ".", "1.", ".7", "-1", "1.2.3", "7x", " 7", "18446744073709551616"] {
        assert!(bad.parse::<EventId>().is_err(), "{bad}");
    }
}
