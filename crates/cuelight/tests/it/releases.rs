//! Releases, going back, the time machine, yanks, environments: from versions to what is live.

use crate::scenario::{PROMPT, live, published, second_version};
use crate::support::{Server, snapshot};

#[test]
fn a_release_goes_through_the_path_and_back() {
    let server = Server::start();
    let w = published(&server);
    snapshot!("env_list_empty", w.run(&["env", "list"]).expect(0).show());
    snapshot!(
        "at_nothing_yet",
        w.run(&["at", "2020-01-01T00:00:00Z", "--env", "production"]).expect(0).show()
    );
    snapshot!("rollback_nothing", w.run(&["rollback", "--env", "production"]).expect(4).show());
    snapshot!(
        "release_policy",
        w.run(&["release", "support/answer", "--env", "production"]).expect(3).show()
    );
    snapshot!(
        "release_preview",
        w.run(&["release", "support/answer", "--env", "development", "--preview"]).expect(0).show()
    );
    snapshot!(
        "release",
        w.run(&["release", "support/answer", "--env", "development", "--notes", "First try"])
            .expect(0)
            .show()
    );
    snapshot!("release_same", w.run(&["release", "support/answer", "--env", "development"]).expect(4).show());
    snapshot!(
        "release_stale",
        w.run(&["release", "support/answer", "--env", "development", "--expect-generation", "7"])
            .expect(4)
            .show()
    );
    w.run(&["release", "support/answer", "--env", "staging"]).expect(0);
    w.run(&["release", "support/answer", "--env", "production", "--label", "launch", "--notes", "Go live"])
        .expect(0);
    second_version(&w);
    for environment in ["development", "staging", "production"] {
        w.run(&["release", "support/answer", "--env", environment, "--notes", "Name the shop"]).expect(0);
    }
    snapshot!("log_environment", w.run(&["log", "--env", "production"]).expect(0).show());
    snapshot!(
        "rollback",
        w.run(&["rollback", "--env", "production", "--reason", "The shop has another name"]).expect(0).show()
    );
    snapshot!("rollback_not_current", w.run(&["rollback", "4"]).expect(0).show());
    snapshot!("rollback_old", w.run(&["rollback", "3"]).expect(4).show());
    snapshot!("rollback_unknown", w.run(&["rollback", "99"]).expect(1).show());
    snapshot!("rollback_no_number", w.run(&["rollback", "last"]).expect(5).show());
    snapshot!("rollback_to", w.run(&["rollback", "--env", "production", "--to", "9"]).expect(1).show());
    snapshot!("log_releases", w.run(&["log", "--releases"]).expect(0).show());
    snapshot!("show_environment", w.run(&["show", "--env", "production"]).expect(0).show());
    snapshot!(
        "show_generation",
        w.run(&["show", "--env", "production", "--generation", "2"]).expect(0).show()
    );
    snapshot!("show_release", w.run(&["show", "--release", "6"]).expect(0).show());
    snapshot!(
        "show_live",
        w.run(&["show", "support/answer", "--env", "production", "--field", "change_intent"])
            .expect(0)
            .show()
    );
    snapshot!("env_list", w.run(&["env", "list"]).expect(0).show());
    snapshot!("drift_environment", w.run(&["drift", "--env", "production"]).expect(2).show());
}

#[test]
fn the_time_machine_answers_with_a_proof() {
    let server = Server::start();
    let w = live(&server);
    let at = w.run(&["at", "2100-01-01T00:00:00Z", "--env", "production", "--proof", "proof.json"]).expect(0);
    snapshot!("at", at.show());
    snapshot!(
        "at_prompt",
        w.run(&["at", "2100-01-01T12:00[Europe/Berlin]", "support/answer", "--env", "production"])
            .expect(0)
            .show()
    );
    snapshot!("at_no_zone", w.run(&["at", "2026-03-15T14:47:00", "--env", "production"]).expect(5).show());
    snapshot!(
        "at_no_prompt",
        w.run(&["at", "2100-01-01T00:00:00Z", "support/none", "--env", "production"]).expect(1).show()
    );
    snapshot!("at_no_environment", w.run(&["at", "2100-01-01T00:00:00Z", "--env", "moon"]).expect(1).show());
    snapshot!(
        "at_bad_attribute",
        w.run(&["at", "2100-01-01T00:00:00Z", "--env", "production", "--attr", "time=1"]).expect(5).show()
    );
    w.run(&["at", "2020-01-01T00:00:00Z", "--env", "production", "--proof", "none.json"]).expect(1);
    assert!(!w.path("none.json").exists());
    snapshot!("verify_proof", w.run(&["verify", "--proof", "proof.json"]).expect(0).show());
    snapshot!(
        "verify_proof_with_key",
        w.run(&["verify", "--proof", "proof.json", "--key", server.key()]).expect(0).show()
    );
    let other = Server::start();
    snapshot!(
        "verify_proof_other_key",
        w.run(&["verify", "--proof", "proof.json", "--key", other.key()]).expect(3).show()
    );
    let proof = w.read("proof.json");
    for (name, from, to) in [
        ("entry", "production", "staging"),
        ("leaf", "\"leaf\": \"sha256:", "\"leaf\": \"sha256:0"),
        ("size", "\"size\": ", "\"size\": 1"),
        ("seq", "\"seq\": ", "\"seq\": 1"),
        ("origin", "/project/acme\",", "/project/other\","),
    ] {
        assert!(proof.contains(from), "{from}");
        let mut forged = proof.replacen(from, to, 1);
        if name == "leaf" {
            // Keeps the length right, so that it is a digest, but another one.
            let at = forged.find(to).unwrap() + to.len() + 63;
            forged.remove(at);
        }
        w.write("forged.json", forged);
        snapshot!(
            format!("verify_forged_{name}"),
            w.run(&["verify", "--proof", "forged.json"]).expect(3).show()
        );
    }
    w.write("forged.json", "{}");
    snapshot!("verify_no_proof", w.run(&["verify", "--proof", "forged.json"]).expect(1).show());
}

#[test]
fn overrides_are_released_and_rendered() {
    let server = Server::start();
    let w = live(&server);
    let over = "support/answer#acme:tenant=acme,region=eu;constants.tone=\"warm\"";
    snapshot!(
        "release_override_untried",
        w.run(&["release", "--env", "production", "--override", over]).expect(3).show()
    );
    for environment in ["development", "staging"] {
        w.run(&["release", "--env", environment, "--override", over]).expect(0);
    }
    snapshot!(
        "release_override",
        w.run(&["release", "--env", "production", "--override", over]).expect(0).show()
    );
    snapshot!(
        "render_live",
        w.run(&["render", "support/answer", "--env", "production", "--case", "the limit is stated"])
            .expect(0)
            .show()
    );
    let attributes = ["--attr", "tenant=acme", "--attr", "region=eu"];
    let live = ["render", "support/answer", "--env", "production", "--case", "the limit is stated"];
    snapshot!("render_override", w.run(&[&live[..], &attributes[..]].concat()).expect(0).show());
    snapshot!("render_not_live", w.run(&["render", "support/none", "--env", "production"]).expect(1).show());
    snapshot!(
        "render_live_bad_inputs",
        w.run(&["render", "support/answer", "--env", "production"]).expect(1).show()
    );
    let forbidden = "support/answer#acme:tenant=acme;constants.refund_limit=1000";
    snapshot!(
        "release_override_forbidden",
        w.run(&["release", "--env", "production", "--override", forbidden]).expect(1).show()
    );
    snapshot!(
        "release_override_form",
        w.run(&["release", "--env", "production", "--override", "support/answer"]).expect(5).show()
    );
    snapshot!(
        "at_override",
        w.run(
            &[&["at", "2100-01-01T00:00:00Z", "support/answer", "--env", "production"][..], &attributes[..]]
                .concat()
        )
        .expect(0)
        .show()
    );
    snapshot!(
        "release_remove_override",
        w.run(&["release", "--env", "production", "--remove-override", "support/answer#acme"])
            .expect(0)
            .show()
    );
    snapshot!(
        "release_remove",
        w.run(&["release", "--env", "production", "--remove", "support/answer"]).expect(0).show()
    );
    w.write("release.json", "{\"environment\": \"production\", \"items\": [{\"do\": \"set\", \"prompt\": \"support/answer\"}], \"notes\": \"From a file\"}");
    snapshot!("release_file", w.run(&["release", "--file", "release.json"]).expect(0).show());
    w.write("release.json", "{\"environment\": \"production\", \"items\": [], \"note\": 1}");
    snapshot!("release_file_bad", w.run(&["release", "--file", "release.json"]).expect(5).show());
    snapshot!(
        "release_fragment",
        w.run(&["release", "fragment:safety/baseline", "--env", "production"]).expect(5).show()
    );
    snapshot!("release_unknown", w.run(&["release", "support/none", "--env", "production"]).expect(1).show());
    snapshot!("release_nothing", w.run(&["release", "--env", "production"]).expect(5).show());
}

#[test]
fn what_is_live_in_one_environment_is_promoted_as_it_is() {
    let server = Server::start();
    let w = published(&server);
    let over = "support/answer#acme:tenant=acme;constants.tone=warm";
    w.run(&["release", "support/answer", "--env", "development", "--override", over]).expect(0);
    snapshot!("promote", w.run(&["release", "--from", "development", "--env", "staging"]).expect(0).show());
    snapshot!(
        "promote_again",
        w.run(&["release", "--from", "development", "--env", "staging"]).expect(4).show()
    );
    snapshot!(
        "promote_itself",
        w.run(&["release", "--from", "staging", "--env", "staging"]).expect(5).show()
    );
    snapshot!("promote_unknown", w.run(&["release", "--from", "moon", "--env", "staging"]).expect(1).show());
}

#[test]
fn break_glass_is_loud_and_recorded() {
    let server = Server::start();
    let w = published(&server);
    let broken =
        ["release", "support/answer", "--env", "production", "--break-glass", "The old prompt leaks names"];
    snapshot!("release_break_glass", w.run(&broken).expect(0).show());
    snapshot!("log_break_glass", w.run(&["log", "--env", "production"]).expect(0).show());
}

#[test]
fn a_yank_warns_and_can_be_undone() {
    let server = Server::start();
    let w = live(&server);
    let yank = ["yank", "support/answer@1.0.0", "--severity", "block", "--reason", "Leaks names"];
    snapshot!("yank", w.run(&yank).expect(0).show());
    snapshot!("yank_again", w.run(&yank).expect(4).show());
    snapshot!("drift_yanked", w.run(&["drift", "--env", "production"]).expect(2).show());
    w.run(&["env", "policy", "production", "--blocked", "refused"]).expect(0);
    snapshot!(
        "render_blocked",
        w.run(&["render", "support/answer", "--env", "production", "--case", "the limit is stated"])
            .expect(1)
            .show()
    );
    snapshot!(
        "yank_undo",
        w.run(&["yank", "support/answer@1.0.0", "--undo", "--reason", "It was the test data"])
            .expect(0)
            .show()
    );
    snapshot!(
        "yank_unknown",
        w.run(&["yank", "support/answer@9.0.0", "--severity", "avoid", "--reason", "x"]).expect(1).show()
    );
    snapshot!(
        "yank_no_version",
        w.run(&["yank", "support/answer", "--severity", "avoid", "--reason", "x"]).expect(5).show()
    );
    snapshot!(
        "yank_no_reason",
        w.run(&["yank", "support/answer@1.0.0", "--severity", "avoid"]).expect(5).show()
    );
}

#[test]
fn environments_and_their_policies() {
    let server = Server::start();
    let w = published(&server);
    snapshot!("env_create", w.run(&["env", "create", "canary", "--after", "staging"]).expect(0).show());
    snapshot!("env_exists", w.run(&["env", "create", "canary"]).expect(4).show());
    snapshot!("env_after_nothing", w.run(&["env", "create", "x", "--after", "moon"]).expect(1).show());
    snapshot!("env_bad_name", w.run(&["env", "create", "Prod"]).expect(5).show());
    snapshot!("env_policy_show", w.run(&["env", "policy", "canary"]).expect(0).show());
    snapshot!(
        "env_policy",
        w.run(&["env", "policy", "canary", "--predecessor", "optional", "--prereleases", "allowed"])
            .expect(0)
            .show()
    );
    snapshot!(
        "env_policy_same",
        w.run(&["env", "policy", "canary", "--prereleases", "allowed"]).expect(4).show()
    );
    snapshot!("env_policy_unknown", w.run(&["env", "policy", "moon"]).expect(1).show());
    w.edit(PROMPT, "temperature: 0.2", "temperature: 0.1");
    w.run(&["apply", "--yes", "--prerelease", "campaign"]).expect(0);
    snapshot!(
        "release_prerelease_refused",
        w.run(&["release", "support/answer@1.1.0-campaign.1", "--env", "staging"]).expect(3).show()
    );
    w.run(&["release", "support/answer@1.1.0-campaign.1", "--env", "canary"]).expect(0);
    snapshot!("drift_ahead", w.run(&["drift", "--env", "canary"]).expect(2).show());
}

#[test]
fn what_is_live_in_one_environment_is_promoted_to_the_next() {
    let server = Server::start();
    let w = published(&server);
    w.run(&["release", "support/answer", "--env", "development"]).expect(0);
    snapshot!(
        "release_from_unknown",
        w.run(&["release", "--from", "nowhere", "--env", "staging"]).expect(1).show()
    );
    snapshot!(
        "release_from_itself",
        w.run(&["release", "--from", "staging", "--env", "staging"]).expect(5).show()
    );
    snapshot!(
        "release_from",
        w.run(&["release", "--from", "development", "--env", "staging"]).expect(0).show()
    );
    snapshot!(
        "release_from_again",
        w.run(&["release", "--from", "development", "--env", "staging"]).expect(4).show()
    );
}

#[test]
fn going_back_by_environment_twice_is_refused() {
    let server = Server::start();
    let w = live(&server);
    second_version(&w);
    w.run(&["release", "support/answer", "--env", "development"]).expect(0);
    w.run(&["rollback", "--env", "development"]).expect(0);
    snapshot!("rollback_twice", w.run(&["rollback", "--env", "development"]).expect(4).show());
    w.run(&["rollback", "--env", "development", "--to", "2"]).expect(0);
}
