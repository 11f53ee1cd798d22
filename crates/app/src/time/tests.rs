use super::*;

#[test]
fn one_instant_many_spellings() {
    let expected = vec![1_773_582_420_000_000];
    for text in [
        "2026-03-15T14:47:00+01:00",
        "2026-03-15T13:47:00Z",
        "2026-03-15T14:47[Europe/Berlin]",
        "2026-03-15T14:47:00+01:00[Europe/Berlin]",
        "2026-03-15 13:47[UTC]",
    ] {
        assert_eq!(parse(text).unwrap(), expected, "{text}");
    }
    assert_eq!(show(expected[0]), "2026-03-15T13:47:00.000000Z");
}

#[test]
fn a_time_that_occurs_twice_gives_both() {
    let both = parse("2026-10-25T02:30[Europe/Berlin]").unwrap();
    assert_eq!(both.len(), 2);
    assert_eq!(both[1] - both[0], 3_600_000_000);
}

#[test]
fn a_time_without_a_zone_is_refused_with_the_way_to_write_it() {
    for text in ["2026-03-15T14:47:00", "yesterday", "", "2026-03-15T14:47[Mars/Base]", "x[UTC]"] {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.contains("write"), "{error}");
    }
}

#[test]
fn a_time_that_clocks_skipped_is_refused() {
    let error = parse("2026-03-29T02:30[Europe/Berlin]").unwrap_err().to_string();
    assert!(error.contains("did not exist"), "{error}");
}
