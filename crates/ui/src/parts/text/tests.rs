//! Tests of what is made visible.

use super::{has_invisible, shown};

#[test]
fn invisible_characters_are_named_and_not_sent() {
    for c in ['\u{202E}', '\u{200B}', '\u{2066}', '\u{FEFF}', '\u{E0041}', '\u{7}', '\u{AD}', '\u{2028}'] {
        let text = format!("pay{c}pal");
        assert!(has_invisible(&text));
        let drawn = shown(&text).into_string();
        assert!(!drawn.contains(c), "U+{:04X} is sent as it is", u32::from(c));
        assert!(drawn.contains(&format!("U+{:04X}", u32::from(c))));
        assert!(!drawn.contains("invisible-"), "it has no name: {drawn}");
    }
}

#[test]
fn ordinary_text_is_as_it_was() {
    for text in ["plain\n\ttext", "שלום", "👩\u{200D}🚀 ok", "نمی\u{200C}خواهم", "naïve café"]
    {
        assert_eq!(shown(text).into_string(), text);
    }
}

#[test]
fn markup_is_escaped() {
    assert_eq!(shown("<script>\"&").into_string(), "&lt;script&gt;&quot;&amp;");
}
