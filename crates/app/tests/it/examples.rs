//! The examples are what the documentation says they are.

use cuelight_app::plan::{PlanAction, PlanOutput, plan};
use cuelight_artifact::bump::Class;
use cuelight_testkit::TestApp;
use cuelight_testkit::app::plan_input;
use cuelight_testkit::files::acme;

async fn planned(test: &TestApp, changes: &[&str]) -> PlanOutput {
    let output = plan(&test.ctx().await.unwrap(), &test.project, &plan_input(acme(changes))).await.unwrap();
    let found: Vec<_> = output.diagnostics.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    output
}

fn changed(output: &PlanOutput) -> Vec<(String, Option<Class>)> {
    let entries = output.entries.iter().filter(|e| e.action == PlanAction::Change);
    entries.map(|e| (e.id.to_string(), e.class)).collect()
}

#[tokio::test]
async fn the_library_lints_clean_and_every_change_has_the_class_it_should() {
    let test = TestApp::new().await.unwrap();
    assert_eq!(planned(&test, &[]).await.add, 19);
    test.publish(acme(&[])).await.unwrap();
    let better = planned(&test, &["01-raise-the-bar"]).await;
    assert_eq!(changed(&better), [("prompt:sales/qualify-lead".to_owned(), Some(Class::Minor))]);
    let chain = planned(&test, &["04-marketing-chain"]).await;
    assert_eq!(changed(&chain).len(), 3);
    assert!(changed(&chain).iter().all(|(_, class)| *class == Some(Class::Major)), "{:?}", changed(&chain));
    let shared = planned(&test, &["03-shared-safety"]).await;
    let prompts = changed(&shared).iter().filter(|(id, _)| id.starts_with("prompt:")).count();
    assert_eq!(prompts, 12);
    test.publish(acme(&["01-raise-the-bar"])).await.unwrap();
    let broken = planned(&test, &["01-raise-the-bar", "02-friendlier-tone"]).await;
    let entry = broken.entries.iter().find(|e| e.action == PlanAction::Change).unwrap();
    assert_eq!((entry.class, entry.to.to_string()), (Some(Class::Major), "2.0.0".to_owned()));
    let mut rules: Vec<_> = entry.boundary.iter().map(|b| b.rule.as_str()).collect();
    rules.sort_unstable();
    insta::assert_debug_snapshot!(rules);
    let sentences: Vec<_> = entry.boundary.iter().map(|b| b.sentence.as_str()).collect();
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn the_library_is_in_canonical_form() {
    for changes in [
        &[][..],
        &["01-raise-the-bar"],
        &["02-friendlier-tone"],
        &["03-shared-safety"],
        &["04-marketing-chain"],
    ] {
        let files = acme(changes).into_iter().map(|(p, t)| (p, t.into_bytes())).collect();
        let (changed, found) = cuelight_artifact::files::format(&files);
        assert!(changed.is_empty() && found.is_empty(), "{:?} {found:?}", changed.keys());
    }
}
