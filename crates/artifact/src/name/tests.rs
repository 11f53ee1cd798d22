use super::*;

#[test]
fn good_names_round_trip() {
    for text in ["sales/qualify-lead", "a/b", "a/b/c/d/e/f", "safety/no-personal-data", "0/1"] {
        let name: ArtifactName = text.parse().unwrap();
        assert_eq!(name.to_string(), text);
        let json = serde_json::to_string(&name).unwrap();
        assert_eq!(serde_json::from_str::<ArtifactName>(&json).unwrap(), name);
    }
    assert_eq!("fragment:a/b".parse::<ArtifactRef>().unwrap().to_string(), "fragment:a/b");
    assert_eq!("a/b".parse::<ArtifactRef>().unwrap().kind, Kind::Prompt);
}

#[test]
fn bad_names_say_what_and_where() {
    let long = "x".repeat(1 << 20);
    let cases = [
        ("", "a name has no empty part: write it like `area/name`"),
        ("sales", "an artifact name has two to 6 parts, like `area/name`; this one has 1"),
        ("a/b/c/d/e/f/g", "an artifact name has two to 6 parts, like `area/name`; this one has 7"),
        (
            "../etc/passwd",
            "'.' at position 1 is not allowed in a name: use lower-case letters a-z, digits and hyphens",
        ),
        (
            "sales/Qualify",
            "'Q' at position 7 is not allowed in a name: use lower-case letters a-z, digits and hyphens",
        ),
        (
            "s\u{430}les/x",
            "'а' U+0430 at position 2 is not allowed in a name: use lower-case letters a-z, digits and hyphens",
        ),
        (
            "sales/a\u{200b}b",
            "U+200B at position 8 is not allowed in a name: use lower-case letters a-z, digits and hyphens",
        ),
        (
            "sales/a b",
            "U+0020 at position 8 is not allowed in a name: use lower-case letters a-z, digits and hyphens",
        ),
        ("sales//x", "a name has no empty part: write it like `area/name`"),
        ("sales/-x", "hyphens stand between letters or digits, not at an end and not doubled: `-x`"),
        ("sales/con", "`con` is reserved by operating systems or by Cuelight; choose another word"),
        ("sales/com1", "`com1` is reserved by operating systems or by Cuelight; choose another word"),
        (long.as_str(), "a name has at most 200 characters; this one has 1048576"),
    ];
    for (text, message) in cases {
        assert_eq!(text.parse::<ArtifactName>().unwrap_err().to_string(), message);
    }
}
