//! Taking the library and the ledger out, and checking them elsewhere.

use crate::scenario::{live, published};
use crate::support::{Server, Workspace, snapshot};

#[test]
fn the_library_comes_out_as_it_went_in() {
    let server = Server::start();
    let w = live(&server);
    snapshot!("export", w.run(&["export", "out"]).expect(0).show());
    let out = Workspace::with(&[]).at(&server);
    out.run(&["export", "--project", "acme", "."]).expect(0);
    let plan = out.run(&["plan", "--detailed-exitcode"]).expect(0);
    assert!(plan.stdout.contains("0 to add, 0 to change, 2 the same"), "{}", plan.show());
    snapshot!("export_exists", w.run(&["export", "out"]).expect(1).show());
    w.run(&["export", "out", "--force"]).expect(0);
    w.run(&["export", "--env", "production", "live"]).expect(0);
    assert!(w.path("live/prompts/support/answer/prompt.yaml").is_file());
    snapshot!("export_no_environment", w.run(&["export", "--env", "moon", "x"]).expect(1).show());
    snapshot!("export_nowhere", w.run(&["export"]).expect(5).show());
    std::os::unix::fs::symlink("/tmp", w.path("trap")).unwrap();
    std::fs::create_dir(w.path("target")).unwrap();
    std::os::unix::fs::symlink(w.dir.path(), w.path("target/prompts")).unwrap();
    snapshot!("export_through_link", w.run(&["export", "target"]).expect(1).show());
    assert!(!w.path("support").exists(), "nothing was written through the link");
}

#[test]
fn an_exported_ledger_is_verified_and_every_edit_is_found() {
    let server = Server::start();
    let w = live(&server);
    snapshot!("export_checkpoint", w.run(&["export", "--checkpoint", "kept.txt"]).expect(0).show());
    w.run(&["env", "policy", "production", "--blocked", "refused"]).expect(0);
    snapshot!("export_ledger", w.run(&["export", "--ledger", "ledger.ndjson"]).expect(0).show());
    snapshot!("export_ledger_exists", w.run(&["export", "--ledger", "ledger.ndjson"]).expect(1).show());
    snapshot!("verify_export", w.run(&["verify", "ledger.ndjson"]).expect(0).show());
    let known = ["verify", "ledger.ndjson", "--key", server.key(), "--checkpoint", "kept.txt"];
    snapshot!("verify_export_known", w.run(&known).expect(0).show());
    let ledger = w.read("ledger.ndjson");
    let lines: Vec<&str> = ledger.lines().collect();
    let entry = |n: usize| lines.iter().position(|l| l.contains(&format!("\"seq\":{n},\"leaf\""))).unwrap();
    let without = |gone: usize| -> String {
        lines.iter().enumerate().filter(|(i, _)| *i != gone).map(|(_, l)| format!("{l}\n")).collect()
    };
    let cases = [
        ("edited", ledger.replacen("environment\\\":\\\"production", "environment\\\":\\\"producti0n", 1)),
        ("dropped", without(entry(4))),
        ("blob", ledger.replacen("Never ask for a password", "Always ask for a password", 1)),
        ("garbage", format!("{ledger}not json\n")),
        ("torn", ledger[..ledger.len() - 40].to_owned()),
    ];
    for (name, text) in cases {
        assert_ne!(text, ledger, "{name}");
        w.write("bad.ndjson", text);
        snapshot!(format!("verify_export_{name}"), w.run(&["verify", "bad.ndjson"]).expect(3).show());
    }
    // A ledger that ends before the kept checkpoint: only whoever kept one can tell.
    let cut: String = lines[..entry(5)].iter().map(|l| format!("{l}\n")).collect();
    w.write("cut.ndjson", cut);
    snapshot!(
        "verify_cut_known",
        w.run(&["verify", "cut.ndjson", "--checkpoint", "kept.txt"]).expect(3).show()
    );
    snapshot!("verify_nothing", w.run(&["verify", "nothing"]).expect(1).show());
    w.write("empty.ndjson", "");
    snapshot!("verify_empty", w.run(&["verify", "empty.ndjson"]).expect(1).show());
    w.write("text.txt", "hello\n");
    snapshot!("verify_no_export", w.run(&["verify", "text.txt"]).expect(1).show());
    snapshot!("verify_bad_key", w.run(&["verify", "ledger.ndjson", "--key", "nonsense"]).expect(5).show());
    snapshot!(
        "verify_bad_checkpoint",
        w.run(&["verify", "ledger.ndjson", "--checkpoint", "text.txt"]).expect(1).show()
    );
}

#[test]
fn tokens_reach_as_far_as_they_say() {
    let server = Server::start();
    let w = published(&server);
    let serve = [
        "token",
        "create",
        "--role",
        "serve",
        "--only-project",
        "acme",
        "--only-env",
        "production",
        "--label",
        "crm",
    ];
    let issued = w.json(&serve);
    snapshot!(
        "token_create",
        w.run(&["token", "create", "--role", "viewer", "--label", "audit", "--days", "7"]).expect(0).show()
    );
    snapshot!("token_role", w.run(&["token", "create", "--role", "king", "--label", "x"]).expect(5).show());
    snapshot!("token_label", w.run(&["token", "create", "--role", "viewer", "--label", ""]).expect(5).show());
    let with = |token: &str, arguments: &[&str]| {
        let mut command = w.command();
        command.env("CUELIGHT_TOKEN", token);
        crate::support::run(command, arguments)
    };
    let token = issued["token"].as_str().unwrap();
    snapshot!("token_forbidden", with(token, &["log"]).expect(1).show());
    snapshot!(
        "token_not_released",
        with(token, &["render", "support/answer", "--env", "production"]).expect(1).show()
    );
    snapshot!("token_wrong", with("cl_0000000000000000_nothing", &["log"]).expect(1).show());
    snapshot!("token_none", with("", &["log"]).expect(1).show());
    let listed = w.run(&["token", "list"]).expect(0);
    assert!(listed.stdout.contains("acme in production"), "{}", listed.show());
    let id = issued["id"].as_str().unwrap();
    snapshot!("token_revoke", w.run(&["token", "revoke", id]).expect(0).show());
    assert!(with(token, &["doctor"]).expect(3).stdout.contains("revoked or expired"));
    snapshot!("token_revoke_again", w.run(&["token", "revoke", id]).expect(4).show());
    snapshot!("token_revoke_unknown", w.run(&["token", "revoke", "none"]).expect(1).show());
}
