//! The editor's flow: open, check, publish, carry over, drafts, and rendering without a release.

use std::collections::BTreeMap;

use cuelight_app::edit::{
    EditInput, Editing, MAX_DRAFTS, PublishInput, SampleChoice, carry_over, check, discard, draft, drafts,
    open, publish, save_draft,
};
use cuelight_app::plan::{files, plan};
use cuelight_app::prompt::{dependents, get, render, samples};
use cuelight_app::serve::resolve::Values;
use cuelight_app::{AppResult, Code};
use cuelight_artifact::model::Message;
use cuelight_artifact::{ArtifactRef, Diagnostic};
use cuelight_core::rights::Role;
use cuelight_testkit::TestApp;
use cuelight_testkit::app::plan_input;
use cuelight_testkit::files::{GREETING, acme, all, fragment, greeting, including};

const WHY: &str = "Guests asked for a warmer tone.";

async fn opened(test: &TestApp, id: &str) -> Editing {
    open(&test.ctx().await.unwrap(), &test.project, &id.parse().unwrap()).await.unwrap()
}

/// An edit of the newest version with one word replaced in every text.
async fn edit(test: &TestApp, id: &str, from: &str, to: &str) -> EditInput {
    let editing = opened(test, id).await;
    let mut fields = editing.fields.clone();
    fields.change_intent = WHY.to_owned();
    for message in &mut fields.messages {
        if let Message::Text { text, .. } = message {
            *text = text.replace(from, to);
        }
    }
    fields.body = fields.body.map(|b| b.replace(from, to));
    assert_ne!(fields.messages.len() + usize::from(fields.body.is_some()), 0);
    EditInput { base: editing.newest, fields, also: [].into(), bump: None }
}

async fn looked_at(test: &TestApp, id: &str, edit: &EditInput) -> cuelight_app::edit::Checked {
    let id = id.parse().unwrap();
    check(&test.ctx().await.unwrap(), &test.project, &id, edit, &SampleChoice::First).await.unwrap()
}

async fn published(test: &TestApp, id: &str, edit: EditInput) -> AppResult<cuelight_app::plan::ApplyOutput> {
    let checked = looked_at(test, id, &edit).await;
    let plan = checked.plan.unwrap_or_else(|| panic!("it can be published: {:#?}", checked.problems));
    let input = PublishInput { edit, plan };
    publish(&test.ctx().await?, &test.project, &id.parse().unwrap(), &input).await
}

fn fields_of(problems: &[Diagnostic]) -> Vec<(&str, Option<u32>, Option<u32>)> {
    problems.iter().map(|d| (d.path.as_deref().unwrap_or_default(), d.line, d.column)).collect()
}

#[tokio::test]
async fn an_edit_gives_the_same_content_as_the_same_change_made_in_files() {
    let test = TestApp::new().await.unwrap();
    test.publish(acme(&[])).await.unwrap();
    let (ctx, id) = (test.ctx().await.unwrap(), "prompt:support/answer".parse::<ArtifactRef>().unwrap());
    let mut by_hand = files(&ctx, &test.project, None).await.unwrap().files;
    let yaml = by_hand.get_mut("prompts/support/answer/prompt.yaml").unwrap();
    let before = get(&ctx, &test.project, &id).await.unwrap().artifact.change_intent;
    *yaml = yaml.replace(&before, WHY);
    let text = by_hand.get_mut("prompts/support/answer/system.md").unwrap();
    text.push_str("Be warm.\n");
    let planned = plan(&ctx, &test.project, &plan_input(by_hand)).await.unwrap();
    let expected = planned.entries.iter().find(|e| e.id == id).unwrap();

    let mut mine = edit(&test, "support/answer", "no such words", "").await;
    let Some(Message::Text { text, .. }) = mine.fields.messages.first_mut() else { panic!("a text first") };
    // As a browser sends it.
    *text = format!("{text}\nBe warm.").replace('\n', "\r\n");
    let done = published(&test, "support/answer", mine).await.unwrap();
    assert_eq!(done.versions.len(), 1, "{:?}", done.versions);
    assert_eq!((done.versions[0].digest, &done.versions[0].version), (expected.digest, &expected.to));
    let now = get(&ctx, &test.project, &id).await.unwrap().version;
    assert_eq!(now.notes.as_deref(), Some(WHY), "why it was changed is its release note");
}

#[tokio::test]
async fn opening_and_checking_any_sample_changes_nothing_and_finds_no_error() {
    let test = TestApp::new().await.unwrap();
    let done = test.publish(acme(&[])).await.unwrap();
    for version in done.versions {
        let editing = opened(&test, &version.id.to_string()).await;
        // Forms drop line ends at the end of short texts.
        let edit = EditInput {
            base: editing.newest.clone(),
            fields: editing.fields.normal(),
            also: [].into(),
            bump: None,
        };
        let checked = looked_at(&test, &version.id.to_string(), &edit).await;
        assert!(!checked.changed && checked.entry.is_none() && checked.plan.is_none(), "{}", version.id);
        assert!(checked.problems.is_empty(), "{}: {:#?}", version.id, checked.problems);
        assert!(checked.preview.problems.is_empty(), "{}: {:#?}", version.id, checked.preview.problems);
        assert!(!checked.preview.messages.is_empty(), "{}", version.id);
        for shared in editing.shared {
            assert!(!shared.text.is_empty(), "{} shows {}", version.id, shared.alias);
        }
    }
}

#[tokio::test]
async fn what_was_looked_at_is_what_is_published() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    let mine = edit(&test, "a/hello", "Greet", "Welcome").await;
    let plan = looked_at(&test, "a/hello", &mine).await.plan.unwrap();
    let other = edit(&test, "a/hello", "Greet", "Salute").await;
    let (ctx, id) = (test.ctx().await.unwrap(), "a/hello".parse().unwrap());
    let input = PublishInput { edit: other, plan };
    let refused = publish(&ctx, &test.project, &id, &input).await.unwrap_err();
    assert_eq!(refused.code, Code::StalePlan);
    // The same request twice is one version.
    let input = PublishInput { edit: mine, plan };
    let ctx = test.ctx().await.unwrap();
    let first = publish(&ctx, &test.project, &id, &input).await.unwrap();
    let second = publish(&ctx, &test.project, &id, &input).await.unwrap();
    assert_eq!(first.first_seq, second.first_seq);
}

#[tokio::test]
async fn findings_stand_at_their_fields() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    let base = edit(&test, "a/hello", "no such words", "").await;

    let mut unknown = base.clone();
    unknown.fields.messages = vec![Message::Text {
        role: cuelight_artifact::model::Role::System,
        text: "Fine.\nGreet {{ nobody }} and {{ person }}.".into(),
    }];
    let checked = looked_at(&test, "a/hello", &unknown).await;
    let found = checked.problems.iter().find(|d| d.message.contains("nobody")).unwrap();
    assert_eq!(
        (found.path.as_deref(), found.line, found.column),
        (Some("messages[0].text"), Some(2), Some(10))
    );
    assert!(found.fix.is_some() && found.file.is_none() && checked.plan.is_none());

    // Fields and texts are wrong at once, and both are told.
    let mut several = unknown;
    several.fields.constants.insert("limit".into(), "ninety".into());
    several.fields.title = "Greet\u{202e}ing".into();
    several.fields.change_intent = "  ".into();
    let problems = looked_at(&test, "a/hello", &several).await.problems;
    let fields: Vec<&str> = fields_of(&problems).into_iter().map(|(field, ..)| field).collect();
    for field in ["messages[0].text", "constants.limit.value", "title", "change_intent"] {
        assert!(fields.contains(&field), "{field} is not in {fields:?}: {problems:#?}");
    }

    let mut hidden = base;
    hidden.fields.messages = vec![Message::Text {
        role: cuelight_artifact::model::Role::System,
        text: "Greet {{ person }} in a {{ constants.tone }}\u{200b} tone below {{ constants.limit }}.".into(),
    }];
    let problems = looked_at(&test, "a/hello", &hidden).await.problems;
    assert_eq!(fields_of(&problems), [("messages[0].text", Some(1), Some(45))], "{problems:#?}");
}

#[tokio::test]
async fn a_check_shows_the_text_its_size_and_the_kind_of_change() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    test.release("development", &["a/hello"]).await.unwrap();
    let longer = edit(&test, "a/hello", "Greet", "Please welcome and greet").await;
    let checked = looked_at(&test, "a/hello", &longer).await;
    assert_eq!(checked.sample, "greets");
    assert!(checked.preview.messages[0].content.starts_with("Please welcome and greet Ada"));
    let compared = checked.compared.unwrap();
    assert_eq!(compared.environment.map(|e| e.to_string()).as_deref(), Some("development"));
    assert_eq!(checked.preview.bytes - compared.bytes, "Please welcome and ".len());
    let entry = checked.entry.unwrap();
    assert_eq!(
        (entry.to.to_string().as_str(), entry.cases_differ.as_slice()),
        ("1.1.0", &["greets".to_owned()][..])
    );

    let mut relaxed = edit(&test, "a/hello", "no such words", "").await;
    relaxed.fields.constants.insert("limit".into(), "10".into());
    let entry = looked_at(&test, "a/hello", &relaxed).await.entry.unwrap();
    assert_eq!(entry.boundary.len(), 1, "a lower limit lets it do more: {:?}", entry.reasons);
}

#[tokio::test]
async fn a_shared_text_is_published_alone_or_with_those_who_include_it() {
    let test = TestApp::new().await.unwrap();
    let nested = {
        let mut files = fragment("safety/outer", "Outer.\n{% include \"base\" %}\n");
        let yaml = files.get_mut("fragments/safety/outer/fragment.yaml").unwrap();
        yaml.push_str("fragments: { base: \"safety/base@^1.0\" }\n");
        files
    };
    test.publish(all([
        fragment("safety/base", "Be careful.\n"),
        nested,
        including("a/direct", &[("safe", "safety/base@^1.0")]),
        including("a/through", &[("safe", "safety/outer@^1.0")]),
    ]))
    .await
    .unwrap();
    let id: ArtifactRef = "fragment:safety/base".parse().unwrap();
    let shown = |id: &str| {
        let id = id.parse().unwrap();
        let test = &test;
        async move {
            let ctx = test.ctx().await.unwrap();
            render(&ctx, &test.project, &id, None, &Values::default()).await.unwrap().messages[0]
                .content
                .clone()
        }
    };
    let alone = edit(&test, "fragment:safety/base", "careful", "very careful").await;
    let checked = looked_at(&test, "fragment:safety/base", &alone).await;
    let affected: Vec<_> = checked.dependents.iter().map(|d| d.id.to_string()).collect();
    assert_eq!(affected, ["prompt:a/direct", "prompt:a/through", "fragment:safety/outer"]);
    published(&test, "fragment:safety/base", alone).await.unwrap();
    assert!(shown("a/direct").await.contains("Be careful."), "alone it changes nobody");

    let mut with = edit(&test, "fragment:safety/base", "very", "always").await;
    with.also = ["a/through".parse().unwrap()].into();
    let done = published(&test, "fragment:safety/base", with).await.unwrap();
    let names: Vec<_> = done.versions.iter().map(|v| v.id.to_string()).collect();
    assert_eq!(names, ["fragment:safety/base", "fragment:safety/outer", "prompt:a/through"]);
    assert!(shown("a/through").await.contains("Be always careful."));
    assert!(shown("a/direct").await.contains("Be careful."), "it was not chosen");
    let ctx = test.ctx().await.unwrap();
    let used = dependents(&ctx, &test.project, &id).await.unwrap();
    assert_eq!(used.iter().filter(|d| d.uses.to_string() == "1.2.0").count(), 2, "{used:?}");

    let mut stranger = edit(&test, "fragment:safety/base", "always", "never").await;
    stranger.also = ["a/nobody".parse().unwrap()].into();
    let refused = check(&ctx, &test.project, &id, &stranger, &SampleChoice::First).await.unwrap_err();
    assert_eq!(refused.code, Code::InvalidRequest);
}

#[tokio::test]
async fn an_edit_of_an_older_version_is_carried_over_before_it_is_published() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    let id: ArtifactRef = "a/hello".parse().unwrap();
    let mut mine = edit(&test, "a/hello", "Greet", "Welcome").await;
    mine.fields.title = "Greet a guest".into();
    let plan = looked_at(&test, "a/hello", &mine).await.plan.unwrap();
    let mut theirs = edit(&test, "a/hello", "Greet", "Salute").await;
    theirs.fields.summary = "Greets anybody.".into();
    published(&test, "a/hello", theirs).await.unwrap();

    let ctx = test.ctx().await.unwrap();
    let input = PublishInput { edit: mine.clone(), plan };
    let refused = publish(&ctx, &test.project, &id, &input).await.unwrap_err();
    assert_eq!(refused.code, Code::Stale);
    assert!(looked_at(&test, "a/hello", &mine).await.plan.is_none());

    let carried = carry_over(&ctx, &test.project, &id, &mine).await.unwrap();
    assert_eq!(carried.base.to_string(), "1.1.0");
    assert_eq!(
        (carried.fields.title.as_str(), carried.fields.summary.as_str()),
        ("Greet a guest", "Greets anybody.")
    );
    let [conflict] = carried.conflicts.as_slice() else { panic!("{:?}", carried.conflicts) };
    assert_eq!(conflict.field, "messages[0].text");
    let starts = |t: &Option<String>| t.as_ref().unwrap().split(' ').next().unwrap().to_owned();
    let words = [&conflict.base, &conflict.mine, &conflict.theirs].map(starts);
    assert_eq!(words, ["Greet", "Welcome", "Salute"]);
    let carried = EditInput { base: carried.base, fields: carried.fields, ..mine };
    let done = published(&test, "a/hello", carried).await.unwrap();
    assert_eq!(done.versions[0].version.to_string(), "1.2.0");
}

#[tokio::test]
async fn drafts_are_kept_for_their_author_and_end_with_publishing() {
    let test = TestApp::new().await.unwrap();
    test.publish(all([greeting("a/hello", GREETING), greeting("a/bye", GREETING)])).await.unwrap();
    let id: ArtifactRef = "a/hello".parse().unwrap();
    let mine = edit(&test, "a/hello", "Greet", "Welcome").await;
    let ctx = test.ctx().await.unwrap();
    let first = save_draft(&ctx, &test.project, &id, &mine, None).await.unwrap();
    let second = save_draft(&ctx, &test.project, &id, &mine, Some(first.revision)).await.unwrap();
    let other_tab = save_draft(&ctx, &test.project, &id, &mine, Some(first.revision)).await.unwrap_err();
    assert_eq!(other_tab.code, Code::Stale);
    assert_eq!(opened(&test, "a/hello").await.draft, Some(second));

    let somebody = test.ctx_of(&test.token(Role::Author).await.unwrap()).await.unwrap();
    assert_eq!(draft(&somebody, &test.project, &id).await.unwrap(), None);
    assert!(drafts(&somebody, &test.project).await.unwrap().is_empty());

    let bye: ArtifactRef = "a/bye".parse().unwrap();
    let other = edit(&test, "a/bye", "Greet", "Leave").await;
    save_draft(&ctx, &test.project, &bye, &other, None).await.unwrap();
    let names: Vec<_> = drafts(&ctx, &test.project).await.unwrap().into_iter().map(|d| d.id).collect();
    assert_eq!(names, [bye.clone(), id.clone()]);
    published(&test, "a/hello", mine).await.unwrap();
    assert_eq!(draft(&ctx, &test.project, &id).await.unwrap(), None);
    discard(&ctx, &test.project, &bye).await.unwrap();
    discard(&ctx, &test.project, &bye).await.unwrap();
    assert!(drafts(&ctx, &test.project).await.unwrap().is_empty());
}

#[tokio::test]
async fn drafts_are_bounded_in_size_and_number() {
    let test = TestApp::new().await.unwrap();
    let names: Vec<String> = (0..=MAX_DRAFTS).map(|n| format!("a/p{n}")).collect();
    test.publish(all(names.iter().map(|n| greeting(n, GREETING)))).await.unwrap();
    let ctx = test.ctx().await.unwrap();
    for (n, name) in names.iter().enumerate() {
        let edit = edit(&test, name, "Greet", "Welcome").await;
        let saved = save_draft(&ctx, &test.project, &name.parse().unwrap(), &edit, None).await;
        assert_eq!(saved.is_ok(), n < MAX_DRAFTS, "{n}: {saved:?}");
    }
    assert_eq!(drafts(&ctx, &test.project).await.unwrap().len(), MAX_DRAFTS);
    let id: ArtifactRef = "a/p0".parse().unwrap();
    let mut large = edit(&test, "a/p0", "Greet", "Welcome").await;
    large.fields.intent = "x".repeat(1024 * 1024);
    let revision = draft(&ctx, &test.project, &id).await.unwrap().map(|d| d.revision);
    let refused = save_draft(&ctx, &test.project, &id, &large, revision).await.unwrap_err();
    assert_eq!(refused.code, Code::TooLarge);
}

#[tokio::test]
async fn readers_look_and_authors_publish() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    let id: ArtifactRef = "a/hello".parse().unwrap();
    let mine = edit(&test, "a/hello", "Greet", "Welcome").await;
    let plan = looked_at(&test, "a/hello", &mine).await.plan.unwrap();
    let input = PublishInput { edit: mine.clone(), plan };

    let viewer = test.ctx_of(&test.token(Role::Viewer).await.unwrap()).await.unwrap();
    open(&viewer, &test.project, &id).await.unwrap();
    check(&viewer, &test.project, &id, &mine, &SampleChoice::First).await.unwrap();
    render(&viewer, &test.project, &id, None, &Values::default()).await.unwrap();
    for refused in [
        save_draft(&viewer, &test.project, &id, &mine, None).await.map(|_| ()),
        discard(&viewer, &test.project, &id).await,
        publish(&viewer, &test.project, &id, &input).await.map(|_| ()),
    ] {
        assert_eq!(refused.unwrap_err().code, Code::Forbidden);
    }
    let serve = test.ctx_of(&test.token(Role::Serve).await.unwrap()).await.unwrap();
    for refused in [
        open(&serve, &test.project, &id).await.map(|_| ()),
        check(&serve, &test.project, &id, &mine, &SampleChoice::First).await.map(|_| ()),
        carry_over(&serve, &test.project, &id, &mine).await.map(|_| ()),
        render(&serve, &test.project, &id, None, &Values::default()).await.map(|_| ()),
        samples(&serve, &test.project, &id, None).await.map(|_| ()),
        draft(&serve, &test.project, &id).await.map(|_| ()),
        drafts(&serve, &test.project).await.map(|_| ()),
    ] {
        assert_eq!(refused.unwrap_err().code, Code::Forbidden, "a serve token sees released bytes only");
    }
    let author = test.ctx_of(&test.token(Role::Author).await.unwrap()).await.unwrap();
    publish(&author, &test.project, &id, &input).await.unwrap();
}

#[tokio::test]
async fn any_version_is_rendered_and_problems_are_part_of_the_answer() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    let mine = edit(&test, "a/hello", "Greet", "Welcome").await;
    published(&test, "a/hello", mine).await.unwrap();
    let (ctx, id) = (test.ctx().await.unwrap(), "a/hello".parse::<ArtifactRef>().unwrap());
    let first = "1.0.0".parse().unwrap();
    let sample = samples(&ctx, &test.project, &id, Some(&first)).await.unwrap().remove(0);
    let old = render(&ctx, &test.project, &id, Some(&first), &sample.values()).await.unwrap();
    let new = render(&ctx, &test.project, &id, None, &sample.values()).await.unwrap();
    assert!(old.messages[0].content.starts_with("Greet Ada"), "{old:?}");
    assert!(new.messages[0].content.starts_with("Welcome Ada"), "{new:?}");
    assert_eq!(new.bytes, new.messages[0].content.len());

    let mut wrong = sample.values();
    wrong.inputs = serde_json::from_value(serde_json::json!({ "person": 7 })).unwrap();
    let tried = render(&ctx, &test.project, &id, None, &wrong).await.unwrap();
    assert!(tried.messages.is_empty());
    assert_eq!(fields_of(&tried.problems), [("inputs.person", None, None)], "{tried:?}");
}

#[tokio::test]
async fn without_golden_cases_there_are_values_that_fit() {
    let test = TestApp::new().await.unwrap();
    let files: BTreeMap<_, _> = greeting("a/hello", GREETING)
        .into_iter()
        .map(|(path, text)| (path, text.split("tests:").next().unwrap().to_owned()))
        .collect();
    test.publish(files).await.unwrap();
    let editing = opened(&test, "a/hello").await;
    let [sample] = editing.samples.as_slice() else { panic!("{:?}", editing.samples) };
    assert!(sample.case.is_empty() && sample.inputs["person"].is_string());
    let variables: Vec<_> = editing.variables.iter().map(|v| (v.path.as_str(), v.required)).collect();
    assert_eq!(variables, [("person", true)]);
}

#[tokio::test]
async fn publishing_forgets_what_was_published_and_nothing_that_was_written_since() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    let id = "prompt:a/hello".parse().unwrap();
    let first = edit(&test, "prompt:a/hello", "Greet", "Welcome").await;
    let later = edit(&test, "prompt:a/hello", "Greet", "Salute").await;
    let saved = save_draft(&test.ctx().await.unwrap(), &test.project, &id, &first, None).await.unwrap();
    let plan = looked_at(&test, "prompt:a/hello", &first).await.plan.unwrap();
    // Another tab goes on writing while this one publishes.
    save_draft(&test.ctx().await.unwrap(), &test.project, &id, &later, Some(saved.revision)).await.unwrap();
    let input = PublishInput { edit: first, plan };
    publish(&test.ctx().await.unwrap(), &test.project, &id, &input).await.unwrap();
    let kept = draft(&test.ctx().await.unwrap(), &test.project, &id).await.unwrap();
    assert_eq!(kept.map(|d| d.edit), Some(later.clone()));

    discard(&test.ctx().await.unwrap(), &test.project, &id).await.unwrap();
    let next = edit(&test, "prompt:a/hello", "Welcome", "Salute").await;
    save_draft(&test.ctx().await.unwrap(), &test.project, &id, &next, None).await.unwrap();
    published(&test, "prompt:a/hello", next).await.unwrap();
    assert!(draft(&test.ctx().await.unwrap(), &test.project, &id).await.unwrap().is_none());
}
