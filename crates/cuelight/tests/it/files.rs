//! Commands on files, without a server.

use crate::scenario::{BODY, PROMPT, SYSTEM, workspace};
use crate::support::{Workspace, snapshot};

#[test]
fn init_and_new_make_a_workspace_that_lints_clean() {
    let w = Workspace::empty();
    snapshot!("init", w.run(&["init", "--project", "acme"]).expect(0).show());
    snapshot!("init_again", w.run(&["init", "--project", "other"]).expect(0).show());
    assert!(w.read("prompts.yaml").contains("project: acme"), "init never overwrites");
    snapshot!("new_prompt", w.run(&["new", "sales/qualify-lead"]).expect(0).show());
    snapshot!("new_fragment", w.run(&["new", "safety/baseline", "--fragment"]).expect(0).show());
    snapshot!("new_exists", w.run(&["new", "sales/qualify-lead"]).expect(1).show());
    snapshot!("lint_clean", w.run(&["lint"]).expect(0).show());
    w.run(&["fmt", "--check"]).expect(0);
    let schema = w.read("prompts/sales/qualify-lead/prompt.yaml").lines().next().unwrap().to_owned();
    let named = schema.rsplit_once("$schema=").unwrap().1.to_owned();
    assert!(
        w.path("prompts/sales/qualify-lead").join(named).is_file(),
        "the modeline leads to the schema: {schema}"
    );
}

#[test]
fn init_needs_a_name_that_can_be_one() {
    let w = Workspace::empty();
    std::fs::create_dir(w.path("Müller & Co")).unwrap();
    let mut command = w.command();
    command.current_dir(w.path("Müller & Co"));
    snapshot!("init_bad_folder_name", crate::support::run(command, &["init"]).expect(5).show());
}

#[test]
fn names_that_could_mislead_or_leave_are_refused() {
    let w = workspace();
    let long = format!("sales/{}", "x".repeat(100_000));
    let names = [
        "../escape",
        "/etc/passwd",
        "Sales/Lead",
        "sales/lеad",
        "sales/le\u{200b}ad",
        "one",
        "a//b",
        "sales/con",
        "sales/-x",
    ];
    let mut text = String::new();
    for name in names {
        let ran = w.run(&["new", "--", name]).expect(5);
        text.push_str(ran.stderr.lines().next().unwrap());
        text.push('\n');
    }
    snapshot!("new_bad_names", text);
    let ran = w.run(&["new", &long]).expect(5);
    assert!(ran.stderr.len() < 5_000, "a refused name is not printed whole: {} bytes", ran.stderr.len());
    assert!(ran.stderr.contains("at most"), "{}", ran.stderr);
}

#[test]
fn fmt_checks_writes_and_then_is_content() {
    let w = workspace();
    w.edit(PROMPT, "risk: medium\ntags: [support]\n", "tags:   [support]\nrisk: medium # how bad\n");
    w.write(BODY, "Never ask for a password.\r\n");
    let before = w.run(&["lint", "--json"]).expect(0).json();
    snapshot!("fmt_check", w.run(&["fmt", "--check"]).expect(2).show());
    snapshot!("fmt_one_folder", w.run(&["fmt", "--check", "fragments"]).expect(2).show());
    snapshot!("fmt", w.run(&["fmt"]).expect(0).show());
    assert!(w.read(PROMPT).contains("risk: medium # how bad\ntags: [support]\n"), "{}", w.read(PROMPT));
    snapshot!("fmt_again", w.run(&["fmt", "--check"]).expect(0).show());
    assert_eq!(before, w.run(&["lint", "--json"]).expect(0).json());
    w.write(PROMPT, "format: 1\n  title: [unclosed\n");
    snapshot!("fmt_unreadable", w.run(&["fmt"]).expect(3).show());
    snapshot!("fmt_outside", w.run(&["fmt", "../elsewhere"]).expect(5).show());
}

#[test]
fn lint_reports_on_what_is_asked_for() {
    let w = workspace();
    w.edit(SYSTEM, "constants.tone", "constants.mood");
    snapshot!("lint_undeclared", w.run(&["lint"]).expect(3).show());
    w.run(&["lint", "fragments"]).expect(0);
    let json = w.run(&["lint", "--json"]).expect(3).json();
    assert_eq!(json["version"], 1);
    assert_eq!(json["command"], "lint");
    assert_eq!(json["result"]["diagnostics"][0]["file"], SYSTEM);
    snapshot!("lint_nothing_there", w.run(&["lint", "prompts/none"]).expect(5).show());
}

#[test]
fn lint_without_a_needed_fragment_says_so() {
    let w = workspace();
    std::fs::remove_dir_all(w.path("fragments")).unwrap();
    snapshot!("lint_offline_unchecked", w.run(&["lint", "--offline"]).expect(0).show());
    let mut command = w.command();
    command.env("CUELIGHT_URL", "http://127.0.0.1:1");
    snapshot!("lint_unreachable", crate::support::run(command, &["lint"]).expect(1).show());
}

#[test]
fn render_shows_the_exact_messages() {
    let w = workspace();
    snapshot!(
        "render_case",
        w.run(&["render", "support/answer", "--case", "the limit is stated"]).expect(0).show()
    );
    snapshot!("render_no_case", w.run(&["render", "support/answer", "--case", "none"]).expect(5).show());
    snapshot!("render_no_inputs", w.run(&["render", "support/answer"]).expect(1).show());
    snapshot!("render_unknown", w.run(&["render", "support/none"]).expect(5).show());
    snapshot!("render_fragment", w.run(&["render", "fragment:safety/baseline"]).expect(0).show());
    w.write("inputs.json", "{\"question\": 7, \"extra\": true}");
    snapshot!(
        "render_bad_inputs",
        w.run(&["render", "support/answer", "--inputs", "inputs.json"]).expect(1).show()
    );
    w.write("inputs.json", "{\"question\": ");
    snapshot!(
        "render_no_json",
        w.run(&["render", "support/answer", "--inputs", "inputs.json"]).expect(5).show()
    );
    w.write("inputs.json", "{\"question\": \"Where is my parcel?\"}");
    let json = w.json(&["render", "support/answer", "--inputs", "inputs.json"]);
    assert_eq!(json["messages"][1]["content"], "Where is my parcel?");
    assert_eq!(json["messages"][1]["bytes"], 19);
    assert_eq!(json["messages"][1]["tokens_estimated"], 5);
}

#[test]
fn tree_shows_fragments_and_who_uses_them() {
    let w = workspace();
    snapshot!("tree", w.run(&["tree"]).expect(0).show());
    snapshot!("tree_inverted", w.run(&["tree", "fragment:safety/baseline", "-i"]).expect(0).show());
    snapshot!("tree_offline_unknown", w.run(&["tree", "sales/none", "--offline"]).expect(1).show());
    snapshot!("tree_nowhere", Workspace::empty().run(&["tree"]).expect(5).show());
}

#[test]
fn lock_offline_is_honest() {
    let w = workspace();
    snapshot!("lock_offline_none", w.run(&["lock", "--offline"]).expect(1).show());
    snapshot!(
        "lock_offline_upgrade",
        w.run(&["lock", "--offline", "--upgrade", "safety/baseline"]).expect(1).show()
    );
}

#[test]
fn import_reports_every_loss() {
    let w = Workspace::with(&[("prompts.yaml", "format: 1\nproject: acme\n")]);
    w.write("old/greeting.txt", "Hello {{Name}}, your order {{ order-id }} is {{ status }}.\n");
    w.write(
        "old/Support Team/Refund Reply.md",
        "---\nmodel: x\n---\nDear {{ customer }}, {{ amount | money }}\n",
    );
    w.write("old/loop.prompt", "{% while true %}x{% endwhile %}\n");
    w.write("old/empty.md", "\n");
    w.write("old/logo.png", [0x89, b'P', b'N', b'G']);
    w.write("old/latin1.txt", [b'c', b'a', b'f', 0xe9]);
    w.write("old/bom.md", "\u{feff}Plain text.\n");
    snapshot!("import", w.run(&["import", "old"]).expect(0).show());
    snapshot!("import_written", w.read("prompts/imported/greeting/prompt.yaml"));
    assert_eq!(
        w.read("prompts/imported/greeting/user.md"),
        "Hello {{ name }}, your order {{ order_id }} is {{ status }}.\n"
    );
    w.run(&["lint", "prompts/imported/greeting"]).expect(0);
    w.run(&["lint", "prompts/imported/bom"]).expect(0);
    snapshot!("import_again", w.run(&["import", "old"]).expect(0).show());
    snapshot!("import_nowhere", w.run(&["import", "nowhere"]).expect(1).show());
}

#[test]
fn schemas_and_pages_are_printed() {
    let w = Workspace::empty();
    snapshot!("schema_names", w.run(&["schema"]).expect(0).show());
    let schema: serde_json::Value =
        serde_json::from_str(&w.run(&["schema", "prompt.yaml"]).expect(0).stdout).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    let api: serde_json::Value =
        serde_json::from_str(&w.run(&["schema", "openapi"]).expect(0).stdout).unwrap();
    assert_eq!(api["openapi"], "3.1.0");
    let errors = w.run(&["schema", "errors"]).expect(0).stdout;
    assert!(errors.contains("### stale_plan\n") && errors.contains("| `data_locked` | 1 |"), "{errors}");
    let rules = w.run(&["schema", "rules"]).expect(0).stdout;
    assert!(rules.contains("### CL-F-006 duplicate-key\n") && !rules.contains("## Others"), "{rules}");
    let cli = w.run(&["schema", "cli"]).expect(0).stdout;
    assert!(cli.contains("## cuelight release") && cli.contains("### cuelight token create"), "{cli}");
    snapshot!("schema_unknown", w.run(&["schema", "nothing"]).expect(5).show());
    snapshot!("schema_write", w.run(&["schema", "--write", "out"]).expect(0).show());
    assert!(w.path("out/prompt.schema.json").is_file());
}

#[test]
fn completions_are_for_known_shells() {
    let w = Workspace::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(w.run(&["completions", shell]).expect(0).stdout.contains("cuelight"), "{shell}");
    }
    snapshot!("completions_unknown", w.run(&["completions", "tcsh"]).expect(5).show());
}

#[test]
fn outside_of_a_workspace_the_way_in_is_shown() {
    let w = Workspace::empty();
    snapshot!("no_workspace", w.run(&["lint"]).expect(1).show());
    snapshot!("no_project", w.run(&["log"]).expect(5).show());
    snapshot!("unknown_command", w.run(&["relese"]).expect(5).show());
    let json = w.run(&["lint", "--json"]).expect(1).json();
    assert_eq!(json["error"]["code"], "no_workspace");
    assert!(w.run(&["lint", "--json"]).stderr.is_empty());
    assert_eq!(w.run(&["nonsense", "--json"]).expect(5).json()["error"]["code"], "usage");
}

#[test]
fn a_folder_below_the_workspace_and_a_folder_named_with_c_work_alike() {
    let w = workspace();
    let mut below = w.command();
    below.current_dir(w.path("prompts/support"));
    crate::support::run(below, &["lint", "answer"]).expect(0);
    let mut elsewhere = w.command();
    elsewhere.current_dir("/");
    crate::support::run(elsewhere, &["-C", w.dir.path().to_str().unwrap(), "lint"]).expect(0);
}

#[test]
fn the_configuration_file_is_checked() {
    use std::os::unix::fs::PermissionsExt as _;
    let w = workspace();
    w.write(".config/cuelight/config.json", "{\"sever\": \"http://127.0.0.1:1\"}");
    snapshot!("config_unknown_key", w.run(&["lint"]).expect(1).show());
    w.write(".config/cuelight/config.json", "{\"token\": \"cl_secret\"");
    let ran = w.run(&["lint"]).expect(1);
    assert!(!ran.stderr.contains("cl_secret"), "{}", ran.stderr);
    w.write(".config/cuelight/config.json", "{\"token\": \"cl_secret\"}");
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(w.path(".config/cuelight/config.json"), mode(0o644)).unwrap();
    snapshot!("config_open", w.run(&["lint", "--quiet"]).expect(0).show());
    std::fs::set_permissions(w.path(".config/cuelight/config.json"), mode(0o600)).unwrap();
    assert!(w.run(&["lint", "--quiet"]).expect(0).stderr.is_empty());
}

#[test]
fn links_are_not_followed() {
    let w = workspace();
    std::os::unix::fs::symlink("/etc/passwd", w.path("prompts/support/answer/secret.md")).unwrap();
    snapshot!("link_in_workspace", w.run(&["lint"]).expect(1).show());
    std::fs::remove_file(w.path("prompts/support/answer/secret.md")).unwrap();
    std::fs::create_dir(w.path("elsewhere")).unwrap();
    std::fs::remove_dir_all(w.path("fragments")).unwrap();
    std::os::unix::fs::symlink(w.path("elsewhere"), w.path("fragments")).unwrap();
    snapshot!("new_through_link", w.run(&["new", "a/b", "--fragment"]).expect(1).show());
    assert!(std::fs::read_dir(w.path("elsewhere")).unwrap().next().is_none());
}
