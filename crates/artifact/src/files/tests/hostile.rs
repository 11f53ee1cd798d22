use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::example;
use crate::files::*;
use crate::testing;

/// Reads and formats; neither may panic, whatever the bytes are.
fn survive(files: &FileSet) {
    for found in read(files).diagnostics {
        assert!(found.message.chars().all(|c| !c.is_control()), "{found}");
        assert!(found.fix.is_some());
    }
    let (changed, _) = format(files);
    let mut after = files.clone();
    after.extend(changed);
    assert_eq!(format(&after).0, FileSet::new(), "formatting twice changes more");
}

fn at(path: &str, bytes: Vec<u8>) -> FileSet {
    FileSet::from([(path.to_owned(), bytes)])
}

#[test]
fn hostile_inputs_end_soon() {
    let big = 1 << 20;
    let deep_json = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let wide: String = (0..100_000).map(|i| format!("k{i}: 1\n")).collect();
    let bomb = "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n";
    let inputs: Vec<(&str, String)> = vec![
        ("brackets", "[".repeat(big)),
        ("dashes", "- ".repeat(big / 2)),
        ("questions", "?\n".repeat(big / 2)),
        ("comments", "#\n".repeat(big / 2)),
        ("comments between", format!("a: 1\n{}b: 2\n", "# x\n".repeat(big / 5))),
        ("keys", wide),
        ("alias bomb", bomb.to_owned()),
        ("unclosed quote", format!("a: \"{}", "\\\n".repeat(big / 3))),
        ("flow", format!("a: [{}]", "b,".repeat(big / 3))),
        ("deep json", deep_json),
        ("one line json", format!("[{}0]", "1,".repeat(49_000))),
        ("escapes", format!("a: [{}]", "\"\\u202e\",".repeat(40_000))),
        ("zero width", "\u{200b}".repeat(big / 3)),
        ("secrets", "AKIAQ7MNZ2XW4RTYB6PD ".repeat(big / 22)),
        ("mixed words", "p\u{430} ".repeat(big / 4)),
        ("tabs", "a:\tb\n".repeat(10_000)),
        ("unknown keys", (0..20_000).map(|i| format!("sumary{i}: 1\n")).collect()),
    ];
    for (what, text) in &inputs {
        for path in ["prompts/a/b/prompt.yaml", "prompts.lock"] {
            let files = at(path, text.clone().into_bytes());
            let start = Instant::now();
            let loaded = read(&files);
            let _ = format(&files);
            // Generous, for a build without optimisation on a busy machine: about a second when it is idle. Work that
            // grows with the square of the input takes minutes.
            assert!(start.elapsed() < Duration::from_secs(30), "{what}: {:?}", start.elapsed());
            assert!(!loaded.diagnostics.is_empty(), "{what}");
            assert!(loaded.diagnostics.len() <= 200 && loaded.artifacts.is_empty(), "{what}");
        }
    }
}

/// Pieces that YAML gives meaning to.
fn soup() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "a", "b", "format", "1", "messages", ":", ": ", "- ", "-", "\n", "\n  ", "\n    ", "  ", " ", "#",
        " # c", "# c\n", "[", "]", "{", "}", ",", "\"", "'", "|\n", ">-\n", "&a", "*a", "!t", "---\n",
        "...\n", "? ", "~", "\t", "\\", "é", "\u{200b}", "null", "007", "\r\n", "%", "<<: ",
    ]);
    prop::collection::vec(token, 0..60).prop_map(|t| t.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for path in ["prompts/a/b/prompt.yaml", "prompts/a/b/x.json", "prompts.yaml", "prompts.lock", "fragments/a/b/fragment.yaml"] {
            survive(&at(path, bytes.clone()));
        }
    }

    #[test]
    fn yaml_soup_never_panics(text in soup()) {
        survive(&at("prompts/a/b/prompt.yaml", text.clone().into_bytes()));
        survive(&at("prompts/a/b/tests.yaml", text.into_bytes()));
    }
}

proptest! {
    // Each case reads and formats the whole example.
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn json_soup_never_panics(text in "[\\[\\]{}:,\"\\\\u0-9a-f \n.e+-]{0,60}|\\PC{0,30}") {
        let mut files = example::workspace();
        files.insert("prompts/sales/qualify-lead/output.schema.json".to_owned(), text.into_bytes());
        survive(&files);
    }

    #[test]
    fn mutated_files_never_panic(at in 0.0..1.0f64, file in 0usize..11, cut in 0usize..6, insert in soup()) {
        let mut files = example::workspace();
        let path = files.keys().nth(file).unwrap().clone();
        let bytes = files.get_mut(&path).unwrap();
        let start = ((bytes.len() as f64) * at) as usize;
        let end = (start + cut).min(bytes.len());
        bytes.splice(start..end, insert.chars().take(8).collect::<String>().into_bytes());
        survive(&files);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// What the reader accepts, the emitter can write: whatever the spelling was.
    #[test]
    fn whatever_is_read_can_be_written(artifact in testing::artifact(), noise in soup()) {
        let mut files = write(&artifact);
        for (path, bytes) in &mut files {
            if path.ends_with(".yaml") {
                bytes.extend_from_slice(format!("x-noise: {noise}\n").as_bytes());
            }
        }
        for artifact in read(&files).artifacts.values() {
            let back = read(&write(artifact));
            prop_assert_eq!(back.artifacts.get(&artifact.id()), Some(artifact), "{:#?}", back.diagnostics);
        }
    }
}
