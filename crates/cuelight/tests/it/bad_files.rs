//! Files that must be refused, each with file, line, rule and fix, and never half-used.

use crate::scenario::{BODY, PROMPT, SYSTEM, workspace};
use crate::support::{Workspace, snapshot};

fn lint(name: &str, spoil: impl Fn(&Workspace)) {
    let w = workspace();
    spoil(&w);
    let ran = w.run(&["lint"]).expect(3);
    assert!(ran.stdout.len() < 20_000, "{name}: {} bytes of findings", ran.stdout.len());
    snapshot!(format!("bad_{name}"), ran.show());
}

#[test]
fn unknown_keys() {
    lint("unknown_key", |w| w.edit(PROMPT, "risk: medium", "risk: medium\nrisks: none"));
}

#[test]
fn wrong_types() {
    lint("wrong_type", |w| w.edit(PROMPT, "value: 50", "value: fifty"));
    lint("wrong_type_of_list", |w| w.edit(PROMPT, "tags: [support]", "tags: support"));
}

#[test]
fn duplicate_keys() {
    lint("duplicate_key", |w| w.edit(PROMPT, "risk: medium", "risk: medium\nrisk: low"));
}

#[test]
fn anchors() {
    lint("anchor", |w| w.edit(PROMPT, "tags: [support]", "tags: &t [support]"));
}

#[test]
fn a_name_of_a_megabyte() {
    lint("long_name", |w| {
        w.edit(PROMPT, "name: support/answer", &format!("name: support/{}", "x".repeat(1_000_000)));
    });
}

#[test]
fn paths_that_leave() {
    lint("path_up", |w| w.edit(PROMPT, "file: system.md", "file: ../../../secret.md"));
    lint("path_absolute", |w| w.edit(PROMPT, "file: system.md", "file: /etc/passwd"));
}

#[test]
fn confusable_characters() {
    lint("confusable_name", |w| w.edit(PROMPT, "name: support/answer", "name: suppоrt/answer"));
}

#[test]
fn invisible_characters() {
    lint("invisible", |w| w.edit(SYSTEM, "You answer", "You\u{200b} answer\u{202e}"));
}

#[test]
fn terminal_sequences_are_written_out() {
    let w = workspace();
    w.edit(SYSTEM, "You answer", "You \u{1b}[31manswer");
    let ran = w.run(&["lint"]).expect(3);
    assert!(!ran.stdout.contains('\u{1b}'), "{:?}", ran.stdout);
}

#[test]
fn cyclic_fragments() {
    lint("cycle", |w| {
        let fragment = |name: &str, other: &str| {
            format!(
                "format: 1\nname: {name}\ntitle: T\nsummary: S\nintent: I\nfragments:\n  other: \"{other}@*\"\nbody: {{ file: body.md }}\n"
            )
        };
        w.write("fragments/a/one/fragment.yaml", fragment("a/one", "a/two"));
        w.write("fragments/a/one/body.md", "{% include \"other\" %}\n");
        w.write("fragments/a/two/fragment.yaml", fragment("a/two", "a/one"));
        w.write("fragments/a/two/body.md", "{% include \"other\" %}\n");
    });
}

#[test]
fn undeclared_variables() {
    lint("undeclared", |w| {
        w.edit("prompts/support/answer/user.md", "{{ question }}", "{{ question }} {{ customer.name }}");
    });
}

#[test]
fn oversize_bodies() {
    lint("oversize_text", |w| w.write(BODY, "x".repeat(300 * 1024)));
    lint("oversize_file", |w| w.write(BODY, "x".repeat(2 * 1024 * 1024)));
}

#[test]
fn broken_encodings() {
    lint("broken_utf8", |w| w.write(BODY, b"caf\xe9"));
    lint("byte_order_mark", |w| w.write(BODY, "\u{feff}Never ask for a password.\n"));
}

#[test]
fn secrets_are_found_and_not_repeated() {
    let secret = format!("sk-proj-{}", "a1B2c3D4".repeat(6));
    let w = workspace();
    w.edit(SYSTEM, "You answer", &format!("Key {secret}. You answer"));
    let ran = w.run(&["lint"]).expect(3);
    assert!(!ran.stdout.contains(&secret), "{}", ran.stdout);
}

#[test]
fn a_failing_golden_case() {
    lint("failing_case", |w| w.edit("prompts/support/answer/tests.yaml", "above 50 euros", "above 40 euros"));
}

#[test]
fn a_broken_lockfile() {
    lint("lockfile", |w| {
        w.write("prompts.lock", "lock: 1\nentries:\n  - { name: prompt:support/answer, version: one }\n");
    });
}

#[test]
fn bad_files_are_never_sent() {
    let w = workspace();
    w.write(BODY, b"caf\xe9");
    let mut command = w.command();
    // Nobody listens there: an attempt to send would end as `unreachable`.
    command.env("CUELIGHT_URL", "http://127.0.0.1:1");
    snapshot!("bad_files_not_sent", crate::support::run(command, &["plan"]).expect(3).show());
}
