use super::*;

const PRESENT: Need =
    Need { name: "shell", why: "a test", probe: &["true"], install: Install::ByHand("-"), otherwise: None };

#[test]
fn what_is_there_is_met_and_what_is_not_is_returned() {
    let absent = Need { name: "absent", probe: &["no-such-program-anywhere"], ..PRESENT };
    let failing = Need { name: "failing", probe: &["false"], ..PRESENT };
    let needs = [PRESENT, absent, failing];
    let unmet: Vec<_> = meet_all(Path::new("."), &needs).unwrap().iter().map(|need| need.name).collect();
    assert_eq!(unmet, ["absent", "failing"]);
}

#[test]
fn debian_packages_need_root_or_a_silent_sudo() {
    let install = Install::Apt(&["postgresql", "chromium"]);
    let joined = |is_root| -> Vec<String> {
        install_commands(install, is_root).iter().map(|words| words.join(" ")).collect()
    };
    assert_eq!(
        joined(true),
        ["apt-get update", "apt-get install --yes --no-install-recommends postgresql chromium"]
    );
    assert!(joined(false).iter().all(|line| line.starts_with("sudo --non-interactive apt-get ")));
}

#[test]
fn packages_may_need_something_before_them() {
    let commands = install_commands(Install::AptAfter("true > x", &["postgresql"]), false);
    assert_eq!(commands[0], ["sudo", "--non-interactive", "sh", "-c", "true > x"]);
    assert_eq!(commands[1..], install_commands(Install::Apt(&["postgresql"]), false));
}

#[test]
fn other_packages_come_from_their_lock_files() {
    let npm = install_commands(Install::Npm("tests/browser"), false).concat().join(" ");
    assert_eq!(npm, "npm ci --no-audit --no-fund --prefix tests/browser");
    let pip = install_commands(Install::Pip("conformance/requirements.txt"), false).concat().join(" ");
    assert_eq!(pip, "python3 -m pip install --requirement conformance/requirements.txt");
    assert!(install_commands(Install::ByHand("x"), true).is_empty());
}

#[test]
fn what_is_missing_is_told_with_its_purpose_and_the_way_to_get_it() {
    assert_eq!(
        regret(&NEEDS[0]),
        "cargo-nextest: not here (runs the tests, each in a process of its own); `cargo test` runs them. \
         To have it: cargo install cargo-nextest --locked."
    );
    let hard =
        Need { name: "initdb", why: "PostgreSQL's laws", install: Install::Apt(&["postgresql"]), ..PRESENT };
    assert_eq!(regret(&hard), "initdb: not here (PostgreSQL's laws); the tests that use it cannot run.");
}
