use super::*;

const FILE: Generated = Generated { path: "docs/errors.md", command: &["docs", "errors"] };
const FOLDER: Generated = Generated { path: "schemas/", command: &["schema", "--out", "{out}"] };

/// Stands in for the binary: prints its arguments, or writes two files where `--out` says.
fn binary(arguments: &[String]) -> Result<Vec<u8>> {
    if let Some(at) = arguments.iter().position(|word| word == "--out") {
        let out = Path::new(&arguments[at + 1]);
        std::fs::create_dir_all(out.join("deep"))?;
        std::fs::write(out.join("a.json"), "{}\n")?;
        std::fs::write(out.join("deep/b.json"), "[]\n")?;
        return Ok(Vec::new());
    }
    Ok(format!("{}\n", arguments.join(" ")).into_bytes())
}

fn findings(root: &Path, generated: &Generated) -> Vec<String> {
    let fresh = produce(generated, &root.join("scratch"), &binary).unwrap();
    let found = compare(&fresh, &committed(root, generated).unwrap());
    found.iter().map(|finding| format!("{} {}", finding.place, finding.what)).collect()
}

#[test]
fn written_files_are_up_to_date() {
    let root = tempfile::tempdir().unwrap();
    for generated in [FILE, FOLDER] {
        let fresh = produce(&generated, &root.path().join("scratch"), &binary).unwrap();
        write(root.path(), &generated, &fresh).unwrap();
        assert_eq!(findings(root.path(), &generated), Vec::<String>::new());
    }
    assert_eq!(std::fs::read_to_string(root.path().join("docs/errors.md")).unwrap(), "docs errors\n");
    assert_eq!(std::fs::read_to_string(root.path().join("schemas/deep/b.json")).unwrap(), "[]\n");
}

#[test]
fn missing_changed_and_left_over_files_are_named() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(findings(root.path(), &FILE), ["docs/errors.md is missing"]);
    std::fs::create_dir_all(root.path().join("schemas/old")).unwrap();
    std::fs::write(root.path().join("schemas/a.json"), "{}\nmore\n").unwrap();
    std::fs::write(root.path().join("schemas/old/c.json"), "").unwrap();
    assert_eq!(
        findings(root.path(), &FOLDER),
        [
            "schemas/a.json differs from line 2 on",
            "schemas/deep/b.json is missing",
            "schemas/old/c.json is no longer generated",
        ]
    );
    let fresh = produce(&FOLDER, &root.path().join("scratch"), &binary).unwrap();
    write(root.path(), &FOLDER, &fresh).unwrap();
    assert_eq!(findings(root.path(), &FOLDER), Vec::<String>::new());
}

#[test]
fn a_file_from_an_earlier_run_is_not_taken_for_a_fresh_one() {
    let root = tempfile::tempdir().unwrap();
    let scratch = root.path().join("scratch");
    std::fs::create_dir_all(&scratch).unwrap();
    std::fs::write(scratch.join("stale.json"), "").unwrap();
    let fresh = produce(&FOLDER, &scratch, &binary).unwrap();
    assert_eq!(fresh.keys().collect::<Vec<_>>(), ["schemas/a.json", "schemas/deep/b.json"]);
}

#[test]
fn a_command_that_produces_nothing_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    let silent = |_: &[String]| Ok(Vec::new());
    for generated in [FILE, FOLDER] {
        let error = produce(&generated, &root.path().join("scratch"), &silent).unwrap_err().to_string();
        assert!(error.contains(generated.path) && error.contains("nothing"), "{error}");
    }
}
