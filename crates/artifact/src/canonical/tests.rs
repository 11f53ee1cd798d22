use serde_json::{Value, json};

use super::*;

fn text<T: Serialize>(value: &T) -> String {
    String::from_utf8(canonical_bytes(value).unwrap()).unwrap()
}

/// RFC 8785, appendix B: IEEE 754 bits and their form in JSON.
#[test]
fn numbers_are_written_as_in_the_rfc() {
    let table: [(u64, &str); 24] = [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ];
    for (bits, wanted) in table {
        assert_eq!(text(&f64::from_bits(bits)), wanted, "{bits:016x}");
    }
    for refused in [0x7fff_ffff_ffff_ffff, 0x7ff0_0000_0000_0000] {
        assert!(canonical_bytes(&f64::from_bits(refused)).is_err());
    }
}

/// RFC 8785, section 3.2.3: keys are sorted by their UTF-16 code units.
#[test]
fn keys_are_sorted_as_in_the_rfc() {
    let value: Value = serde_json::from_str(
        r#"{
          "\u20ac": "Euro Sign",
          "\r": "Carriage Return",
          "\ufb33": "Hebrew Letter Dalet With Dagesh",
          "1": "One",
          "\ud83d\ude00": "Emoji: Grinning Face",
          "\u0080": "Control",
          "\u00f6": "Latin Small Letter O With Diaeresis"
        }"#,
    )
    .unwrap();
    let sorted: Vec<String> = text(&value)
        .split("\",\"")
        .map(|pair| pair.split("\":\"").nth(1).unwrap().trim_end_matches("\"}").to_owned())
        .collect();
    let wanted = [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ];
    assert_eq!(sorted, wanted);
}

/// RFC 8785, sections 3.2.2 and 3.2.4: the example, and its bytes.
#[test]
fn the_example_of_the_rfc_has_its_bytes() {
    let value: Value = serde_json::from_str(
        r#"{
          "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
          "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
          "literals": [null, true, false]
        }"#,
    )
    .unwrap();
    let bytes = "7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72
        75 65 2c 66 61 6c 73 65 5d 2c 22 6e 75 6d 62 65 72 73 22 3a
        5b 33 33 33 33 33 33 33 33 33 2e 33 33 33 33 33 33 33 2c 31
        65 2b 33 30 2c 34 2e 35 2c 30 2e 30 30 32 2c 31 65 2d 32 37
        5d 2c 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30
        30 66 5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d";
    let bytes: Vec<u8> = bytes.split_whitespace().map(|b| u8::from_str_radix(b, 16).unwrap()).collect();
    assert_eq!(canonical_bytes(&value).unwrap(), bytes);
}

#[test]
fn whole_numbers_have_one_form() {
    assert_eq!(text(&json!([1, 1.0, -0.0, 100, 1e2])), "[1,1,0,100,100]");
    let digest = Digest::of_canonical(&json!({ "b": 1, "a": 2 })).unwrap();
    assert_eq!(digest, Digest::of_bytes(b"{\"a\":2,\"b\":1}"));
    assert_eq!(digest.to_string().parse::<Digest>().unwrap(), digest);
}

#[test]
fn digests_have_one_spelling() {
    let good = Digest::of_bytes(b"").to_string();
    assert_eq!(good, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for bad in [
        &good[7..],
        &good[..70],
        &good.to_uppercase(),
        &format!("{good}0"),
        &good.replace("sha256", "sha512"),
    ] {
        assert!(bad.parse::<Digest>().is_err(), "{bad}");
    }
    for place in 7..good.len() {
        for letter in 0..0x80_u8 {
            let changed = format!("{}{}{}", &good[..place], char::from(letter), &good[place + 1..]);
            let digit = matches!(letter, b'0'..=b'9' | b'a'..=b'f');
            let spelt = changed.parse::<Digest>().map(|digest| digest.to_string());
            assert_eq!(spelt, if digit { Ok(changed) } else { Err(DigestError) });
        }
    }
}
