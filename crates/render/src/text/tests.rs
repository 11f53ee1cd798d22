use cuelight_artifact::canonical::canonical_bytes;
use proptest::prelude::*;

use super::*;

fn shown(number: f64) -> String {
    let mut text = String::new();
    write_number(&mut text, number).unwrap();
    text
}

/// Texts of few characters, at the edges of where UTF-8 and UTF-16 differ in order.
fn edges() -> impl Strategy<Value = String> {
    let edges = ['a', '\u{7f}', '\u{80}', '\u{d7ff}', '\u{e000}', '\u{ffff}', '\u{10000}', '\u{10ffff}'];
    prop::collection::vec(prop::sample::select(edges.to_vec()), 0..4).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn strings_are_written_as_rfc_8785_writes_them(text in any::<String>()) {
        let mut written = String::new();
        write_json_string(&mut written, &text).unwrap();
        prop_assert_eq!(written.into_bytes(), canonical_bytes(&text).unwrap());
    }

    #[test]
    fn comparing_whole_numbers_with_doubles_loses_nothing(a in any::<i64>(), near in -2_i64..3, half in any::<bool>()) {
        // The double nearest to a neighbour of `a`, and the same compared in integers of twice the size.
        let b = a.saturating_add(near) as f64 + if half { 0.5 } else { 0.0 };
        let exact = (i128::from(a) * 2).cmp(&((b * 2.0) as i128));
        prop_assert_eq!(compare_numbers(Number::Int(a.into()), Number::Float(b)), exact);
        prop_assert_eq!(compare_numbers(Number::Float(b), Number::Int(a.into())), exact.reverse());
    }

    #[test]
    fn keys_are_ordered_as_utf_16((a, b) in prop_oneof![any::<(String, String)>(), (edges(), edges())]) {
        let units = |s: &str| s.encode_utf16().collect::<Vec<_>>();
        prop_assert_eq!(key_order(&a, &b), units(&a).cmp(&units(&b)));
    }
}

/// From ECMA-262, RFC 8785 appendix B, and ties between two shortest forms.
#[test]
fn doubles_print_as_ecmascript_prints_them() {
    let table = [
        (0.0, "0"),
        (-0.0, "0"),
        (2.0, "2"),
        (-1.5, "-1.5"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (999_999_999_999_999_900_000.0, "999999999999999900000"),
        (0.000_001, "0.000001"),
        (0.000_000_1, "1e-7"),
        (f64::from_bits(0x0000_0000_0000_0001), "5e-324"),
        (f64::MAX, "1.7976931348623157e+308"),
        (9_007_199_254_740_992.0, "9007199254740992"),
        (333_333_333.333_333_3, "333333333.3333333"),
        (f64::from_bits(0x44b5_2d02_c7e1_4af6), "1e+23"),
        (101_287_454_628_955.62, "101287454628955.62"),
    ];
    for (number, wanted) in table {
        assert_eq!(shown(number), wanted);
    }
}

#[test]
fn huge_doubles_are_beyond_every_whole_number() {
    for number in [1e30, 1e300, f64::MAX] {
        assert_eq!(compare_numbers(Number::Int(u64::MAX.into()), Number::Float(number)), Ordering::Less);
        assert_eq!(compare_numbers(Number::Int(i64::MIN.into()), Number::Float(-number)), Ordering::Greater);
    }
}

#[test]
fn an_estimate_is_a_quarter_of_the_bytes_rounded_up() {
    assert_eq!(token_estimate(""), 0);
    assert_eq!(token_estimate("abcd"), 1);
    assert_eq!(token_estimate("abcde"), 2);
}
