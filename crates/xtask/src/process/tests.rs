use super::*;

#[test]
fn colours_are_taken_out_and_the_rest_stays() {
    assert_eq!(
        plain("\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] 2 tests"),
        "     Summary [   0.1s] 2 tests"
    );
    assert_eq!(plain("é [no colour]"), "é [no colour]");
    assert_eq!(plain("cut \u{1b}[3"), "cut ");
}

#[test]
fn passing_on_keeps_every_byte_and_picks_lines() {
    let mut to = Vec::new();
    let from: &[u8] = b"keep one\n\xff drop\nkeep \x1b[1mtwo\x1b[0m";
    let kept = pass_on(from, &mut to, |line| line.starts_with("keep")).unwrap();
    assert_eq!(to, from);
    assert_eq!(kept, ["keep one", "keep two"]);
}

#[test]
fn a_failing_program_is_named_with_what_it_said() {
    let words = ["sh", "-c", "echo no such thing >&2; exit 3"];
    let error = capture(command(Path::new("."), &words).unwrap()).unwrap_err().to_string();
    assert!(error.contains("no such thing") && error.contains('3'), "{error}");
    let error = run(command(Path::new("."), &words).unwrap()).unwrap_err().to_string();
    assert!(error.starts_with("`sh -c"), "{error}");
    assert!(!succeeds(command(Path::new("."), &["no-such-program-anywhere"]).unwrap()));
}

#[test]
fn watching_tells_the_exit_and_reads_the_named_output() {
    let words = ["sh", "-c", "echo result out; echo result err >&2; exit 4"];
    let seen =
        watch(command(Path::new("."), &words).unwrap(), Output::Stderr, |l| l.starts_with("result")).unwrap();
    assert!(!seen.succeeded);
    assert_eq!(seen.kept, ["result err"]);
    let seen =
        watch(command(Path::new("."), &words).unwrap(), Output::Stdout, |l| l.starts_with("result")).unwrap();
    assert_eq!(seen.kept, ["result out"]);
}

#[test]
fn what_cargo_says_about_xtask_is_not_passed_on() {
    // Cargo and nextest set these for the tests they run, so there is something to remove.
    assert!(std::env::vars_os().any(|(name, _)| describes_xtask(&name.to_string_lossy())));
    let printed = capture(command(Path::new("."), &["env"]).unwrap()).unwrap();
    let printed = String::from_utf8_lossy(&printed);
    assert!(printed.contains("PATH="));
    assert!(!printed.lines().any(describes_xtask), "{printed}");
}
