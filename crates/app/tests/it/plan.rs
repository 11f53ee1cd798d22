//! Plan and apply.

use std::collections::BTreeMap;

use cuelight_app::Code;
use cuelight_app::plan::{BumpInput, PlanAction, PlanInput, apply, files, plan};
use cuelight_artifact::bump::Class;
use cuelight_testkit::TestApp;
use cuelight_testkit::app::plan_input;
use cuelight_testkit::files::{GREETING, all, fragment, greeting, including};

fn edited(files: &BTreeMap<String, String>, from: &str, to: &str) -> BTreeMap<String, String> {
    let out: BTreeMap<_, _> = files.iter().map(|(p, t)| (p.clone(), t.replace(from, to))).collect();
    assert_ne!(&out, files, "the edit must change something");
    out
}

#[tokio::test]
async fn first_versions_are_1_0_0_and_applying_again_changes_nothing() {
    let test = TestApp::new().await.unwrap();
    let files = all([greeting("a/hello", GREETING), greeting("a/bye", GREETING)]);
    let done = test.publish(files.clone()).await.unwrap();
    let versions: Vec<_> = done.versions.iter().map(|v| format!("{} {}", v.id, v.version)).collect();
    assert_eq!(versions, ["prompt:a/bye 1.0.0", "prompt:a/hello 1.0.0"]);
    let again = test.publish(files).await.unwrap_err();
    assert_eq!(again.code, Code::NothingToChange);
}

#[tokio::test]
async fn formatting_never_makes_a_version() {
    let test = TestApp::new().await.unwrap();
    let files = greeting("a/hello", GREETING);
    test.publish(files.clone()).await.unwrap();
    let mut other: BTreeMap<String, String> =
        files.iter().map(|(p, t)| (p.clone(), t.replace('\n', "\r\n"))).collect();
    let yaml = other.get_mut("prompts/a/hello/prompt.yaml").unwrap();
    *yaml = format!("# a comment\r\n{yaml}");
    let output = plan(&test.ctx().await.unwrap(), &test.project, &plan_input(other)).await.unwrap();
    assert_eq!((output.same, output.change, output.add), (1, 0, 0), "{:?}", output.diagnostics);
}

#[tokio::test]
async fn the_class_follows_from_the_difference_and_less_needs_a_reason() {
    let test = TestApp::new().await.unwrap();
    let files = greeting("a/hello", GREETING);
    test.publish(files.clone()).await.unwrap();
    let narrowed = edited(&files, "maxLength: 100", "maxLength: 10");
    let ctx = test.ctx().await.unwrap();
    let output = plan(&ctx, &test.project, &plan_input(narrowed.clone())).await.unwrap();
    let entry = &output.entries[0];
    assert_eq!((entry.action, entry.class), (PlanAction::Change, Some(Class::Major)));
    assert_eq!(entry.to.to_string(), "2.0.0");
    assert!(entry.reasons.iter().any(|r| r.counterexample.is_some()), "{:?}", entry.reasons);

    let ask = |class, reason: Option<&str>| PlanInput {
        bumps: [("a/hello".parse().unwrap(), BumpInput { class, reason: reason.map(String::from) })].into(),
        ..plan_input(narrowed.clone())
    };
    let refused =
        apply(&test.ctx().await.unwrap(), &test.project, &ask(Class::Patch, None)).await.unwrap_err();
    assert_eq!(refused.code, Code::BumpTooLow);
    let input = ask(Class::Minor, Some("No caller sends more than ten characters."));
    let done = apply(&test.ctx().await.unwrap(), &test.project, &input).await.unwrap();
    assert_eq!(done.versions[0].version.to_string(), "1.1.0");
    let (ctx, id) = (test.ctx().await.unwrap(), "a/hello".parse().unwrap());
    let info = cuelight_app::prompt::get(&ctx, &test.project, &id).await.unwrap().version;
    assert_eq!(info.chosen_reason.as_deref(), Some("No caller sends more than ten characters."));
}

#[tokio::test]
async fn a_plan_is_applied_exactly_or_not_at_all() {
    let test = TestApp::new().await.unwrap();
    let files = greeting("a/hello", GREETING);
    test.publish(files.clone()).await.unwrap();
    let mine = edited(&files, "Greet {{", "Welcome {{");
    let planned = plan(&test.ctx().await.unwrap(), &test.project, &plan_input(mine.clone())).await.unwrap();
    test.publish(edited(&files, "Greet {{", "Salute {{")).await.unwrap();
    let input = PlanInput { plan: Some(planned.digest), ..plan_input(mine) };
    let refused = apply(&test.ctx().await.unwrap(), &test.project, &input).await.unwrap_err();
    assert_eq!(refused.code, Code::StalePlan);
    let (ctx, id) = (test.ctx().await.unwrap(), "a/hello".parse().unwrap());
    let history = cuelight_app::prompt::versions(&ctx, &test.project, &id, None, 10).await.unwrap();
    assert_eq!(history.len(), 2);
}

#[tokio::test]
async fn a_shared_text_reaches_everybody_who_includes_it() {
    let test = TestApp::new().await.unwrap();
    let files = all([
        fragment("safety/base", "Be careful.\n"),
        including("a/one", &[("safe", "safety/base@^1.0")]),
        including("a/two", &[("safe", "safety/base@^1.0")]),
    ]);
    test.publish(files.clone()).await.unwrap();
    let changed = edited(&files, "Be careful.", "Be very careful.");
    let output = plan(&test.ctx().await.unwrap(), &test.project, &plan_input(changed.clone())).await.unwrap();
    assert_eq!((output.change, output.same), (3, 0), "{:?}", output.diagnostics);
    assert_eq!(output.entries[0].id.to_string(), "fragment:safety/base", "fragments come first");
    // Alone in the files, the fragment names who is left behind.
    let alone: BTreeMap<_, _> = changed.into_iter().filter(|(p, _)| p.starts_with("fragments/")).collect();
    let output = plan(&test.ctx().await.unwrap(), &test.project, &plan_input(alone)).await.unwrap();
    let users: Vec<_> = output.entries[0].users_elsewhere.iter().map(ToString::to_string).collect();
    assert_eq!(users, ["prompt:a/one", "prompt:a/two"]);
}

#[tokio::test]
async fn the_lock_wins_while_it_satisfies_and_upgrade_lets_go_of_it() {
    let test = TestApp::new().await.unwrap();
    let base = fragment("safety/base", "Be careful.\n");
    let user = including("a/one", &[("safe", "safety/base@^1.0")]);
    let done = test.publish(all([base.clone(), user.clone()])).await.unwrap();
    test.publish(edited(&base, "Be careful.", "Be very careful.")).await.unwrap();
    let mut files = edited(&user, "Begin.", "Begin now.");
    files.insert("prompts.lock".into(), done.lock.clone());
    let output = plan(&test.ctx().await.unwrap(), &test.project, &plan_input(files.clone())).await.unwrap();
    let used =
        |o: &cuelight_app::plan::PlanOutput| o.entries[0].fragments.values().next().unwrap().to_string();
    assert_eq!(used(&output), "1.0.0");
    let input = PlanInput { upgrade: ["safety/base".parse().unwrap()].into(), ..plan_input(files) };
    let output = plan(&test.ctx().await.unwrap(), &test.project, &input).await.unwrap();
    assert_eq!(used(&output), "1.1.0");
}

#[tokio::test]
async fn a_branch_makes_prereleases_and_main_stays() {
    let test = TestApp::new().await.unwrap();
    let files =
        all([fragment("safety/base", "Be careful.\n"), including("a/one", &[("safe", "safety/base@^1.0")])]);
    test.publish(files.clone()).await.unwrap();
    let branch = |files| PlanInput { prerelease: Some("campaign".parse().unwrap()), ..plan_input(files) };
    for (round, word) in ["bold", "brave"].iter().enumerate() {
        let files = edited(&files, "Be careful.", &format!("Be {word}."));
        let done = apply(&test.ctx().await.unwrap(), &test.project, &branch(files.clone())).await.unwrap();
        let versions: Vec<_> = done.versions.iter().map(|v| v.version.to_string()).collect();
        let expected = format!("1.1.0-campaign.{}", round + 1);
        assert_eq!(versions, [expected.clone(), expected]);
        let again = plan(&test.ctx().await.unwrap(), &test.project, &branch(files)).await.unwrap();
        assert_eq!(again.same, 2, "an unchanged branch is not published again");
    }
    let main = plan(&test.ctx().await.unwrap(), &test.project, &plan_input(files)).await.unwrap();
    assert_eq!(main.same, 2);
}

#[tokio::test]
async fn what_is_exported_is_what_was_published() {
    let test = TestApp::new().await.unwrap();
    let acme = all([
        fragment("safety/base", "Be careful.\n"),
        including("a/one", &[("safe", "safety/base@^1.0")]),
        greeting("a/hello", GREETING),
    ]);
    test.publish(acme).await.unwrap();
    let exported = files(&test.ctx().await.unwrap(), &test.project, None).await.unwrap().files;
    let output = plan(&test.ctx().await.unwrap(), &test.project, &plan_input(exported)).await.unwrap();
    assert_eq!((output.same, output.add + output.change), (3, 0), "{:?}", output.diagnostics);
}

#[tokio::test]
async fn files_with_errors_publish_nothing_and_name_every_place() {
    let test = TestApp::new().await.unwrap();
    let mut files = greeting("a/hello", "Greet {{ nobody }}.\n");
    files.extend(greeting("a/bye", GREETING));
    let refused = test.publish(files).await.unwrap_err();
    assert_eq!(refused.code, Code::FilesInvalid);
    let found = refused.diagnostics.iter().find(|d| d.message.contains("nobody")).unwrap();
    assert_eq!(found.file.as_deref(), Some("prompts/a/hello/system.md"));
    assert_eq!((found.line, found.fix.is_some()), (Some(1), true));
    let info = cuelight_app::project::get(&test.ctx().await.unwrap(), &test.project).await.unwrap();
    assert_eq!(info.prompts, 0);
}
