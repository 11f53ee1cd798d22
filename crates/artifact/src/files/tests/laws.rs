use proptest::prelude::*;

use super::example;
use crate::files::*;
use crate::model::Artifact;
use crate::testing;

/// The one artifact in a set of files.
pub(super) fn only(files: &FileSet) -> Artifact {
    let loaded = read(files);
    assert!(!crate::diagnostic::has_errors(&loaded.diagnostics), "{:#?}", loaded.diagnostics);
    assert_eq!(loaded.artifacts.len(), 1);
    loaded.artifacts.into_values().next().unwrap()
}

pub(super) fn show(files: &FileSet) -> String {
    let shown = files.iter().map(|(path, bytes)| format!("--- {path}\n{}", String::from_utf8_lossy(bytes)));
    shown.collect()
}

/// The same files with every line end as CR LF.
fn with_crlf(files: &FileSet) -> FileSet {
    let crlf = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace('\n', "\r\n").into_bytes();
    files.iter().map(|(path, bytes)| (path.clone(), crlf(bytes))).collect()
}

/// The same YAML with keys of the root reversed and comments everywhere.
fn disturbed(files: &FileSet) -> FileSet {
    let mut out = FileSet::new();
    for (path, bytes) in files {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let text = if path.ends_with("prompt.yaml") || path.ends_with("fragment.yaml") {
            let mut blocks: Vec<String> = Vec::new();
            for line in text.split_inclusive('\n') {
                if line.starts_with([' ', '\n']) {
                    blocks.last_mut().unwrap().push_str(line);
                } else {
                    blocks.push(line.to_owned());
                }
            }
            blocks.reverse();
            format!("# first\n{}\n# last\n", blocks.join("# between\n\n"))
        } else {
            text
        };
        out.insert(path.clone(), text.into_bytes());
    }
    out
}

#[test]
fn written_files_are_worth_reading() {
    let loaded = read(&example::workspace());
    let all: String = loaded.artifacts.values().map(|a| show(&write(a))).collect();
    insta::assert_snapshot!(all + &show(&loaded.manifest.write()));
}

#[test]
fn a_manifest_survives_writing() {
    let manifest = read(&example::workspace()).manifest;
    assert_eq!(read(&manifest.write()).manifest, manifest);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn reading_what_was_written_gives_the_same(artifact in testing::artifact()) {
        let files = write(&artifact);
        let back = only(&files);
        prop_assert_eq!(&back, &artifact, "{}", show(&files));
        prop_assert_eq!(back.digest().unwrap(), artifact.digest().unwrap());
        prop_assert_eq!(write(&back), files);
    }

    #[test]
    fn line_ends_comments_and_key_order_never_change_a_digest(artifact in testing::artifact()) {
        let files = write(&artifact);
        let digest = artifact.digest().unwrap();
        prop_assert_eq!(only(&with_crlf(&files)).digest().unwrap(), digest);
        let disturbed = disturbed(&files);
        prop_assert_eq!(only(&disturbed).digest().unwrap(), digest, "{}", show(&disturbed));
        let (changed, found) = format(&disturbed);
        prop_assert!(found.is_empty(), "{found:?}\n{}", show(&disturbed));
        let mut formatted = disturbed;
        formatted.extend(changed);
        prop_assert_eq!(only(&formatted).digest().unwrap(), digest, "{}", show(&formatted));
        let (again, _) = format(&formatted);
        prop_assert!(again.is_empty(), "{}\n=>\n{}", show(&formatted), show(&again));
    }

    #[test]
    fn formatting_leaves_written_files_alone(artifact in testing::artifact()) {
        let (changed, found) = format(&write(&artifact));
        prop_assert!(found.is_empty(), "{found:?}");
        prop_assert!(changed.is_empty(), "{}\n=>\n{}", show(&write(&artifact)), show(&changed));
    }
}
