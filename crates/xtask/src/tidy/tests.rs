use super::*;

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

fn rules(file: &File) -> Vec<(&'static str, String)> {
    let found = check(std::slice::from_ref(file), &needles::fixed());
    found.into_iter().map(|finding| (finding.rule, finding.place)).collect()
}

fn of_length(path: &str, lines: usize) -> File {
    file(path, &format!("//! x\n{}", "fn\n".repeat(lines - 1)))
}

#[test]
fn a_source_begins_with_its_purpose_and_a_test_need_not() {
    assert_eq!(rules(&file("crates/a/src/lib.rs", "//! Purpose.\n")), []);
    assert_eq!(rules(&file("crates/a/src/lib.rs", "\n//! Purpose.\n"))[0].0, "tidy/header");
    assert_eq!(rules(&file("crates/a/src/lib.rs", "fn main() {}\n"))[0].0, "tidy/header");
    assert_eq!(rules(&file("crates/a/src/name/tests.rs", "use super::*;\n")), []);
    assert_eq!(rules(&file("crates/a/tests/law.rs", "use a;\n")), []);
    assert_eq!(rules(&file("README.md", "# Title\n")), []);
    assert_eq!(rules(&file("crates/a/src/my_tests.rs", "fn a() {}\n"))[0].0, "tidy/header");
}

#[test]
fn a_source_has_at_most_800_lines_and_a_test_may_have_more() {
    assert_eq!(rules(&of_length("src/a.rs", 800)), []);
    assert_eq!(rules(&of_length("src/a.rs", 801)), [("tidy/length", "src/a.rs".to_owned())]);
    assert_eq!(rules(&of_length("src/a/tests.rs", 2000)), []);
}

#[test]
fn long_files_and_missed_aims_are_noted() {
    let files = [of_length("src/a.rs", 400), of_length("src/b.rs", 401), of_length("src/tests.rs", 3000)];
    assert_eq!(lengths::summary(&files), "2 source files, median 400 lines, ninth decile 401, longest 401");
    assert_eq!(
        lengths::notes(&files),
        [
            "src/b.rs has 401 lines",
            "the median of source files is 400 lines; the aim is 150",
            "the ninth decile of source files is 401 lines; the aim is 400",
        ]
    );
    assert_eq!(lengths::notes(&[of_length("src/a.rs", 150)]), Vec::<String>::new());
    assert_eq!(lengths::summary(&[]), "0 source files, median 0 lines, ninth decile 0, longest 0");
}

#[test]
fn every_needle_is_found_with_its_line() {
    for needle in needles::fixed() {
        let found = rules(&file("src/a.rs", &format!("//! x\n\n    let x = {};\n", needle.text)));
        assert_eq!(found.len(), 1, "{}", needle.text);
        assert_eq!(found[0].1, "src/a.rs:3");
    }
}

#[test]
fn unfinished_work_is_looked_for_in_rust_only() {
    for needle in needles::fixed().iter().filter(|needle| needle.kind == needles::Kind::Unfinished) {
        assert_eq!(rules(&file("docs/words.md", &needle.text)), []);
    }
}

#[test]
fn a_machine_path_counts_where_a_path_begins() {
    let path = ["/wo", "rk/"].concat();
    for text in [format!("cd {path}x"), format!("\"{path}x\""), format!("file://{path}x"), path.clone()] {
        assert_eq!(rules(&file("a.md", &text)), [("tidy/path", "a.md:1".to_owned())], "{text}");
    }
    for text in [format!("example.com{path}x"), format!("../docs{path}x"), format!("${{home}}{path}x")] {
        assert_eq!(rules(&file("a.md", &text)), [], "{text}");
    }
}

#[test]
fn this_checkout_is_a_machine_path() {
    let needles = needles::all(Path::new("/somewhere/cuelight"));
    let found = check(&[file("a.md", "see /somewhere/cuelight/docs")], &needles);
    assert_eq!(found[0].rule, "tidy/path");
    let needles = needles::all(Path::new("/app"));
    assert_eq!(check(&[file("a.md", "serves /app/ui")], &needles), []);
}

#[test]
fn the_lock_names_the_public_registry_only() {
    let public = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    let lock = file("Cargo.lock", &format!("version = 4\n{public}\n"));
    assert_eq!(rules(&lock), []);
    let mirror =
        file("Cargo.lock", &format!("version = 4\n{public}\nsource = \"sparse+https://mirror.example/\"\n"));
    assert_eq!(rules(&mirror), [("tidy/lock", "Cargo.lock:3".to_owned())]);
}
