use proptest::prelude::*;

use super::*;

fn lines(text: &str) -> String {
    scan(text).iter().map(|d| format!("{}:{} {d}\n", d.line.unwrap(), d.column.unwrap())).collect()
}

#[test]
fn hidden_characters_are_named_with_their_place() {
    let text = "ok\nab\u{200b}c\n\u{202e}evil\u{2066}\n\u{feff}x\u{2060}\ntag\u{e0041}\u{e007f}\na\rb\u{7}\u{85}\n\u{ad}\u{2028}";
    insta::assert_snapshot!(lines(text));
}

#[test]
fn joiners_selectors_and_marks_stay_where_they_belong() {
    // Persian with ZWNJ, an emoji family, a coloured heart, a keycap, Hebrew with a direction mark.
    for good in [
        "می\u{200c}خواهم",
        "👩\u{200d}👩\u{200d}👧",
        "❤\u{fe0f}\u{200d}🔥",
        "1\u{fe0f}\u{20e3}",
        "שלום\u{200e} C++",
        "a\tb\nc",
    ] {
        assert_eq!(lines(good), "", "{good:?}");
    }
    let bad =
        "a\u{200d}b\nm\u{200c} n\n❤\u{fe0f}\u{fe0f}\n \u{fe0f}\nx\u{e0100}\nl\u{200e}r\né\u{200b}\u{200d}é";
    insta::assert_snapshot!(lines(bad));
}

#[test]
fn secrets_are_found_and_never_shown() {
    // Put together here, so that no scanner takes this file for a leak.
    let tail = "Zx81Kq93Lm27Wd54Rt60Yb18Hc35Nf92Pv47";
    let secrets = [
        ("AK", "IAQ7MNZ2XW4RTYB6PD"),
        ("sk-", &format!("proj-{tail}")),
        ("gh", &format!("p_{tail}")),
        ("github_", &format!("pat_{tail}")),
        ("xo", "xb-1234567890-abcdefgh"),
        ("AI", &format!("zaSy{}", &tail[..33])),
        ("-----BEGIN RSA ", "PRIVATE KEY-----"),
        ("eyJhbGciOiJIUzI1NiJ9.", "eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fwpMeJf36"),
    ];
    let mut shown = String::new();
    for (a, b) in secrets {
        let text = format!("first\nkey = {a}{b}, more");
        let found = lines(&text);
        assert_eq!(found.lines().count(), 1, "{text}");
        assert!(a.starts_with("---") || !found.contains(b), "{found}");
        shown.push_str(&found);
    }
    insta::assert_snapshot!(shown);
    for harmless in [
        "sk-your-key-goes-here-please",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
        "risk-2024-assessment-of-the-new-market",
        "AKIA",
        "the eyJ prefix",
        "-----BEGIN CERTIFICATE-----",
    ] {
        assert_eq!(lines(harmless), "", "{harmless}");
    }
}

#[test]
fn words_of_mixed_script_are_a_warning() {
    insta::assert_snapshot!(lines(
        "pay with p\u{430}ypal or Привет world\n\u{3b1}-test, 5µm, 東京タワー, naïve"
    ));
    assert_eq!(lines("Привет мир, hello world, 5µm, 東京タワー, naïve cafe\u{301}"), "");
}

#[test]
fn many_findings_are_counted_and_cheap() {
    let text = "\u{200b}".repeat(100_000);
    let found = scan(&text);
    assert_eq!(found.len(), MAX_FINDINGS);
    assert!(found.last().unwrap().message.ends_with("(and 99980 more after it)"));
    // Inputs that would be slow if a run were scanned once for each place it could start.
    for hostile in ["-----BEGIN ", "eyJ.", "sk-", "AKIA", "eyJ"] {
        let _ = scan(&hostile.repeat(1 << 16));
    }
}

proptest! {
    #[test]
    fn normal_form_is_a_fixed_point(text in "\\PC*|(a\u{301}|\r\n|\r|\n|e|\u{212b}|\u{1100}\u{1161})*") {
        let once = normal(&text).into_owned();
        prop_assert_eq!(normal(&once), once.as_str());
        prop_assert!(!once.contains("\r\n"));
    }

    #[test]
    fn scanning_any_text_gives_places_within_it(text in any::<String>()) {
        let count = u32::try_from(text.split('\n').count()).unwrap();
        for found in scan(&text) {
            prop_assert!((1..=count).contains(&found.line.unwrap()));
        }
    }
}
