//! Plan, apply, lock, diff, drift: from files to versions.

use crate::scenario::{BODY, PROMPT, SYSTEM, published, second_version, workspace};
use crate::support::{Server, Workspace, snapshot};

#[test]
fn a_first_plan_and_its_apply() {
    let server = Server::start();
    let w = workspace().at(&server);
    snapshot!("plan_unknown_project", w.run(&["plan"]).expect(1).show());
    snapshot!("project_create", w.run(&["project", "create", "acme"]).expect(0).show());
    snapshot!("project_exists", w.run(&["project", "create", "acme"]).expect(4).show());
    snapshot!("project_list", w.run(&["project", "list"]).expect(0).show());
    snapshot!("plan_first", w.run(&["plan"]).expect(0).show());
    w.run(&["plan", "--detailed-exitcode"]).expect(2);
    snapshot!("apply_not_confirmed", w.run(&["apply"]).expect(1).show());
    snapshot!("apply", w.run(&["apply", "--yes"]).expect(0).show());
    snapshot!("lockfile", w.read("prompts.lock"));
    w.run(&["plan", "--detailed-exitcode"]).expect(0);
    snapshot!("apply_nothing", w.run(&["apply", "--yes"]).expect(0).show());
    snapshot!("log_library", w.run(&["log"]).expect(0).show());
    snapshot!("show", w.run(&["show", "support/answer"]).expect(0).show());
    snapshot!(
        "show_field",
        w.run(&["show", "support/answer@1.0.0", "--field", "constants.refund_limit.value"]).expect(0).show()
    );
    snapshot!("show_no_field", w.run(&["show", "support/answer", "--field", "model.none"]).expect(5).show());
    snapshot!("show_unknown_version", w.run(&["show", "support/answer@9.0.0"]).expect(1).show());
    snapshot!("show_unknown", w.run(&["show", "support/none"]).expect(1).show());
    snapshot!("log_unknown", w.run(&["log", "support/none"]).expect(1).show());
}

#[test]
fn a_change_is_explained() {
    let server = Server::start();
    let w = published(&server);
    w.edit(PROMPT, "value: 50", "value: 80");
    w.edit(PROMPT, "forbidden: [promise-refund]", "forbidden: []");
    w.edit(PROMPT, "Put it under release control.", "Refunds up to 80 euros need no person.");
    w.edit("prompts/support/answer/tests.yaml", "above 50", "above 80");
    w.edit(SYSTEM, "You answer customers of Acme", "You greet and answer the customers of Acme");
    snapshot!("plan_change", w.run(&["plan"]).expect(0).show());
    snapshot!("diff_files", w.run(&["diff"]).expect(2).show());
    snapshot!("diff_files_words", w.run(&["diff", "support/answer", "--words"]).expect(2).show());
    snapshot!("plan_too_low", w.run(&["plan", "--bump", "support/answer=minor"]).expect(3).show());
    snapshot!("plan_bad_bump", w.run(&["plan", "--bump", "support/answer=huge"]).expect(5).show());
    snapshot!(
        "plan_accept_without_reason",
        w.run(&["plan", "--accept-bump", "support/answer=minor"]).expect(5).show()
    );
    let accepted = ["plan", "--accept-bump", "support/answer=minor", "--reason", "No caller reads the limit"];
    snapshot!("plan_accepted", w.run(&accepted).expect(0).show());
    snapshot!("plan_prerelease", w.run(&["plan", "--prerelease", "campaign"]).expect(0).show());
    snapshot!("drift_files", w.run(&["drift"]).expect(2).show());
}

#[test]
fn versions_are_compared_and_logged() {
    let server = Server::start();
    let w = published(&server);
    second_version(&w);
    snapshot!("log_versions", w.run(&["log", "support/answer"]).expect(0).show());
    snapshot!("diff_versions", w.run(&["diff", "support/answer", "1.0.0", "1.1.0"]).expect(2).show());
    snapshot!("diff_same", w.run(&["diff", "support/answer", "1.1.0", "1.1.0"]).expect(0).show());
    snapshot!("diff_not_released", w.run(&["diff", "support/answer", "production"]).expect(1).show());
    snapshot!("log_ledger", w.run(&["log", "--ledger", "--limit", "3"]).expect(0).show());
    snapshot!(
        "tree_of_server",
        Workspace::with(&[("prompts.yaml", "format: 1\nproject: acme\n")])
            .at(&server)
            .run(&["tree", "fragment:safety/baseline", "-i"])
            .expect(0)
            .show()
    );
}

#[test]
fn the_lock_is_written_kept_and_upgraded() {
    let server = Server::start();
    let w = published(&server);
    snapshot!("lock_current", w.run(&["lock"]).expect(0).show());
    snapshot!("lock_offline_fits", w.run(&["lock", "--offline"]).expect(0).show());
    // Another workspace publishes a newer fragment.
    let other = workspace().at(&server);
    std::fs::remove_dir_all(other.path("prompts")).unwrap();
    other.edit(BODY, "password.", "password or a card number.");
    other.run(&["apply", "--yes"]).expect(0);
    // This one uses the fragment from the registry, and keeps what the lock says.
    std::fs::remove_dir_all(w.path("fragments")).unwrap();
    w.run(&["lint"]).expect(0);
    w.run(&["lock", "--locked"]).expect(0);
    snapshot!(
        "lock_upgrade_locked",
        w.run(&["lock", "--locked", "--upgrade", "safety/baseline"]).expect(4).show()
    );
    snapshot!("lock_upgrade", w.run(&["lock", "--upgrade", "safety/baseline"]).expect(0).show());
    w.edit(PROMPT, "temperature: 0.2", "temperature: 0.3");
    snapshot!("lock_offline_moved", w.run(&["lock", "--offline"]).expect(1).show());
    w.edit(PROMPT, "safety/baseline@^1.0", "safety/baseline@^2.0");
    snapshot!("lock_impossible", w.run(&["lock"]).expect(3).show());
    snapshot!("lint_no_such_version", w.run(&["lint"]).expect(3).show());
}

#[test]
fn a_saved_plan_is_applied_exactly_or_not_at_all() {
    let server = Server::start();
    let w = published(&server);
    w.edit(SYSTEM, "of Acme", "of the Acme shop");
    snapshot!("plan_saved", w.run(&["plan", "--out", "plan.json"]).expect(0).show());
    // What happens to the files afterwards does not matter.
    w.edit(SYSTEM, "of the Acme shop", "of somebody else");
    snapshot!("apply_saved", w.run(&["apply", "plan.json"]).expect(0).show());
    let text = w.run(&["show", "support/answer@1.1.0", "--field", "messages[0].text"]).expect(0).stdout;
    assert!(text.contains("of the Acme shop"), "{text}");
    let before = w.json(&["log", "--ledger"]);
    snapshot!("apply_stale", w.run(&["apply", "plan.json"]).expect(4).show());
    assert_eq!(before, w.json(&["log", "--ledger"]), "a stale plan changes nothing");
    snapshot!(
        "apply_saved_with_choices",
        w.run(&["apply", "plan.json", "--prerelease", "x"]).expect(5).show()
    );
    w.write("broken.json", "{\"version\": 1}");
    snapshot!("apply_no_plan", w.run(&["apply", "broken.json"]).expect(4).show());
    snapshot!("apply_missing", w.run(&["apply", "none.json"]).expect(1).show());
    // The same project name on another installation is another ledger.
    let other = Server::start();
    let elsewhere = workspace().at(&other);
    elsewhere.run(&["project", "create", "acme"]).expect(0);
    elsewhere.write("plan.json", w.read("plan.json"));
    snapshot!("apply_elsewhere", elsewhere.run(&["apply", "plan.json"]).expect(4).show());
    elsewhere.run(&["project", "create", "beta"]).expect(0);
    snapshot!(
        "apply_other_project",
        elsewhere.run(&["apply", "plan.json", "--project", "beta"]).expect(4).show()
    );
}

/// Twenty rounds of: plan and save; somebody else publishes, or does not; apply. Every apply did exactly what its
/// plan said, or exited with 4 and changed nothing.
#[test]
fn saved_plans_hold_against_a_concurrent_writer() {
    let server = Server::start();
    let w = published(&server);
    let other = workspace().at(&server);
    let (mut exact, mut stale) = (0, 0);
    // A fixed sequence that looks random, so that a failure can be repeated.
    let mut dice: u32 = 2_463_534_242;
    let mut roll = |sides: u32| {
        dice ^= dice << 13;
        dice ^= dice >> 17;
        dice ^= dice << 5;
        dice % sides
    };
    for round in 0..20 {
        w.write(SYSTEM, format!("Mine, round {round}. {{{{ constants.tone }}}}\n{{% include \"safety\" %}}\nabove {{{{ constants.refund_limit }}}} euros\n"));
        let plan = w.json(&["plan", "--out", "plan.json"])["plan"].clone();
        let planned: Vec<_> = changed(&plan);
        match roll(4) {
            0 | 1 => {}
            2 => {
                other.write(SYSTEM, format!("Theirs, round {round}. {{{{ constants.tone }}}}\n{{% include \"safety\" %}}\nabove {{{{ constants.refund_limit }}}} euros\n"));
                other.run(&["apply", "--yes"]).expect(0);
            }
            _ => {
                other.write(BODY, format!("Rule of round {round}.\n"));
                other.run(&["apply", "--yes"]).expect(0);
            }
        }
        let before = w.json(&["log", "--ledger", "--limit", "1"])[0]["seq"].clone();
        // Two at once: at most one of them can be the first.
        let racing = roll(4) == 0;
        let race = racing.then(|| {
            let mut command = other.command();
            command.args(["apply", "--yes"]).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
            other.write(SYSTEM, format!("Racing, round {round}. {{{{ constants.tone }}}}\n{{% include \"safety\" %}}\nabove {{{{ constants.refund_limit }}}} euros\n"));
            command.spawn().unwrap()
        });
        let ran = w.run(&["apply", "plan.json", "--json"]);
        if let Some(mut race) = race {
            let other = race.wait().unwrap().code().unwrap();
            assert!(
                matches!((ran.code, other), (0, 0 | 4) | (4, 0)),
                "round {round}: {} and {other}",
                ran.code
            );
        }
        let json = ran.json();
        match ran.code {
            0 => {
                let done: Vec<_> =
                    json["result"]["versions"].as_array().unwrap().iter().map(version).collect();
                assert_eq!(done, planned, "round {round}");
                exact += 1;
            }
            4 => {
                assert_eq!(json["error"]["code"], "stale_plan", "round {round}: {json}");
                if !racing {
                    assert_eq!(
                        before,
                        w.json(&["log", "--ledger", "--limit", "1"])[0]["seq"],
                        "round {round}"
                    );
                }
                stale += 1;
            }
            code => panic!("round {round}: exit {code}: {}", ran.show()),
        }
    }
    assert!(exact >= 3 && stale >= 3, "both outcomes were met: {exact} exact, {stale} stale");
}

fn changed(plan: &serde_json::Value) -> Vec<(String, String, String)> {
    let entries = plan["entries"].as_array().unwrap().iter();
    let text = |v: &serde_json::Value| v.as_str().unwrap().to_owned();
    entries
        .filter(|e| e["action"] != "same")
        .map(|e| (text(&e["id"]), text(&e["to"]), text(&e["digest"])))
        .collect()
}

fn version(v: &serde_json::Value) -> (String, String, String) {
    let text = |v: &serde_json::Value| v.as_str().unwrap().to_owned();
    (text(&v["id"]), text(&v["version"]), text(&v["digest"]))
}
