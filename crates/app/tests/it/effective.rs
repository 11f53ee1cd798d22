//! What an audience gets, and where each field comes from.

use std::collections::BTreeMap;

use cuelight_app::prompt::{Place, YankInput, effective, places, yank};
use cuelight_app::release::{OpenInput, OverrideItem, ReleaseItem, RollBackInput, open, roll_back};
use cuelight_app::token::{IssueInput, issue};
use cuelight_app::{AppResult, Code};
use cuelight_artifact::ArtifactName;
use cuelight_artifact::overlay::Patch;
use cuelight_core::release::{Base, Cause};
use cuelight_core::rights::Role;
use cuelight_core::version::Severity;
use cuelight_testkit::TestApp;
use cuelight_testkit::app::release_input;
use cuelight_testkit::files::{GREETING, all, fragment, greeting};
use proptest::prelude::*;
use serde_json::{Value, json};

fn hello() -> ArtifactName {
    "a/hello".parse().unwrap()
}

/// A prompt in three versions whose title and tone may be overridden, with a fragment.
async fn prepared() -> TestApp {
    let test = TestApp::new().await.unwrap();
    let files = all([greeting("a/hello", GREETING), fragment("a/words", "Be kind.\n")]);
    for round in ["Greet", "Welcome", "Hail"] {
        let files = files.iter().map(|(path, text)| {
            let text = text.replace("overridable: [constants.tone]", "overridable: [constants.tone, title]");
            let text = text.replace("messages:", "fragments: { words: \"a/words@^1.0\" }\nmessages:");
            let text = text.replace("Greet {{", &format!("{{% include \"words\" %}}\n{round} {{{{"));
            (path.clone(), text)
        });
        test.publish(files.collect()).await.unwrap();
    }
    test
}

fn over(id: &str, tenant: &str, version: Option<&str>, fields: &[(&str, Value)]) -> ReleaseItem {
    ReleaseItem::Override(OverrideItem {
        prompt: hello(),
        id: id.parse().unwrap(),
        when: [("tenant".to_owned(), tenant.to_owned())].into(),
        version: version.map(|v| v.parse().unwrap()),
        fields: Patch(fields.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect()),
    })
}

async fn change(test: &TestApp, item: ReleaseItem) -> AppResult<u64> {
    let input: OpenInput = release_input("development", vec![item])?;
    Ok(open(&test.ctx().await?, &test.project, input).await?.release)
}

async fn place(test: &TestApp, id: Option<&str>) -> Option<Place> {
    let all = places(&test.ctx().await.unwrap(), &test.project, &hello()).await.unwrap();
    all.into_iter().find(|p| p.slot.slot.over.as_ref().map(cuelight_artifact::name::Word::as_str) == id)
}

#[tokio::test]
async fn each_audience_gets_its_own_and_knows_why() {
    let test = prepared().await;
    test.release("development", &["a/hello@1.0.0"]).await.unwrap();
    change(&test, over("acme", "acme", None, &[("constants.tone", json!("dry"))])).await.unwrap();
    change(&test, over("old", "globex", Some("1.0.0"), &[])).await.unwrap();
    test.release("development", &["a/hello@1.1.0"]).await.unwrap();
    let (ctx, project, development) =
        (test.ctx().await.unwrap(), &test.project, "development".parse().unwrap());
    let get = async |id: Option<&str>| {
        let id = id.map(|i| i.parse().unwrap());
        effective(&ctx, project, &hello(), &development, id.as_ref()).await
    };
    let (stable, acme, old) =
        (get(None).await.unwrap(), get(Some("acme")).await.unwrap(), get(Some("old")).await.unwrap());
    assert_eq!(
        (stable.slot.version.to_string(), stable.release, stable.origins.len()),
        ("1.1.0".into(), 4, 0)
    );
    assert_eq!(stable.fragments.len(), 1);
    // It follows the prompt: made anew by release 4; its tone is from release 2.
    assert_eq!((acme.slot.base, acme.slot.version.to_string()), (Some(Base::Following), "1.1.0".into()));
    assert_eq!((acme.release, acme.generation), (4, 4));
    let [tone] = acme.origins.as_slice() else { panic!("{:?}", acme.origins) };
    assert_eq!(
        (tone.path.as_str(), &tone.value, &tone.base),
        ("constants.tone", &json!("dry"), &Some(json!("warm")))
    );
    assert_eq!((tone.release, &tone.from), (2, &acme.slot));
    assert_eq!(acme.artifact.constants["tone"].value, json!("dry"));
    assert_eq!(acme.artifact.digest().unwrap(), acme.slot.digest);
    // It is pinned: what the prompt does later is nothing to it.
    assert_eq!((old.slot.base, old.slot.version.to_string()), (Some(Base::Pinned), "1.0.0".into()));
    assert_eq!((old.release, old.origins.len()), (3, 0));
    let refused = get(Some("nobody")).await.unwrap_err();
    assert_eq!(refused.code, Code::NotReleased);
    assert!(refused.detail.contains("a/hello#nobody"), "{refused}");
    // The list of places says the same of each.
    let listed = places(&ctx, project, &hello()).await.unwrap();
    for (place, found) in listed.iter().zip([&stable, &acme, &old]) {
        assert_eq!((&place.slot, &place.since, &place.origins), (&found.slot, &found.since, &found.origins));
    }
    let input = YankInput { severity: Severity::Avoid, reason: "Not good.".into() };
    let yanker = test.ctx().await.unwrap();
    yank(&yanker, project, &"a/hello".parse().unwrap(), &"1.0.0".parse().unwrap(), input).await.unwrap();
    assert_eq!(place(&test, Some("old")).await.unwrap().yanked, Some(Severity::Avoid));
    assert_eq!(place(&test, None).await.unwrap().yanked, None);
}

#[tokio::test]
async fn nothing_of_an_environment_is_shown_to_who_does_not_see_it() {
    let test = prepared().await;
    test.release("development", &["a/hello@1.0.0"]).await.unwrap();
    test.release("staging", &["a/hello@1.0.0"]).await.unwrap();
    let input = IssueInput {
        label: "narrow".into(),
        role: Role::Viewer,
        projects: None,
        environments: Some(["staging".parse().unwrap()].into()),
        actions: None,
        days: None,
    };
    let token = issue(&test.ctx().await.unwrap(), input).await.unwrap().token;
    let ctx = test.ctx_of(&token).await.unwrap();
    let seen = places(&ctx, &test.project, &hello()).await.unwrap();
    assert_eq!(seen.iter().map(|p| p.environment.as_str()).collect::<Vec<_>>(), ["staging"]);
    let (development, staging) = ("development".parse().unwrap(), "staging".parse().unwrap());
    let refused = effective(&ctx, &test.project, &hello(), &development, None).await.unwrap_err();
    assert_eq!(refused.code, Code::Forbidden);
    assert!(effective(&ctx, &test.project, &hello(), &staging, None).await.is_ok());
    let serve = test.ctx_of(&test.token(Role::Serve).await.unwrap()).await.unwrap();
    assert_eq!(places(&serve, &test.project, &hello()).await.unwrap_err().code, Code::Forbidden);
    let refused = effective(&serve, &test.project, &hello(), &staging, None).await.unwrap_err();
    assert_eq!(refused.code, Code::Forbidden);
}

#[derive(Debug, Clone)]
enum Step {
    Prompt(&'static str),
    Override { tenant: &'static str, version: Option<&'static str>, tone: Option<u8>, title: Option<u8> },
    End,
    Back,
}

fn step() -> impl Strategy<Value = Step> {
    use proptest::option::weighted;
    use proptest::sample::select;
    let over = (
        select(vec!["acme", "acme", "acme", "globex"]),
        weighted(0.3, select(vec!["1.0.0", "1.1.0"])),
        weighted(0.7, 0_u8..2),
        weighted(0.4, 0_u8..2),
    );
    prop_oneof![
        2 => select(vec!["1.0.0", "1.1.0", "1.2.0"]).prop_map(Step::Prompt),
        5 => over.prop_map(|(tenant, version, tone, title)| Step::Override { tenant, version, tone, title }),
        1 => Just(Step::End),
        1 => Just(Step::Back),
    ]
}

/// What the override was after each release, as plain values.
type Then = Option<(String, BTreeMap<String, Value>)>;

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::with_cases(24)
    })]

    #[test]
    fn every_field_is_as_old_as_its_unbroken_value(steps in proptest::collection::vec(step(), 1..14)) {
        super::browse::world::run(async {
            let test = prepared().await;
            let first = test.release("development", &["a/hello@1.0.0"]).await.unwrap();
            assert_eq!(first.release, 1);
            // What was so after release number n is at place n - 1.
            let mut history: Vec<Then> = vec![None];
            for step in steps {
                let now = history.last().cloned().flatten();
                let (done, then) = match step {
                    Step::Prompt(version) => {
                        let pin = format!("a/hello@{version}");
                        (test.release("development", &[&pin]).await.map(|r| r.release), now)
                    }
                    Step::Override { tenant, version, tone, title } => {
                        let tone = tone.map(|t| ("constants.tone", json!(format!("tone {t}"))));
                        let title = title.map(|t| ("title", json!(format!("title {t}"))));
                        let fields: Vec<_> = tone.into_iter().chain(title).collect();
                        let then = fields.iter().map(|(p, v)| ((*p).to_owned(), v.clone())).collect();
                        let done = change(&test, over("it", tenant, version, &fields)).await;
                        (done, Some((tenant.to_owned(), then)))
                    }
                    Step::End => {
                        let item = ReleaseItem::RemoveOverride { prompt: hello(), id: "it".parse().unwrap() };
                        (change(&test, item).await, None)
                    }
                    Step::Back => {
                        let ctx = test.ctx().await.unwrap();
                        let last = history.len() as u64;
                        let done = roll_back(&ctx, &test.project, last, RollBackInput::default()).await;
                        let content = match done.as_ref().map(|d| &d.cause) {
                            Ok(Cause::RollBack { to: to @ 1.., .. }) => history[*to as usize - 1].clone(),
                            _ => None,
                        };
                        (done.map(|d| d.release), content)
                    }
                };
                match done {
                    Ok(release) => {
                        history.push(then);
                        assert_eq!(release as usize, history.len());
                    }
                    Err(error) => assert!(
                        matches!(error.code, Code::NothingToChange | Code::NothingBefore | Code::BadRelease),
                        "{error}"
                    ),
                }
                check(&test, &history).await;
            }
        });
    }
}

async fn check(test: &TestApp, history: &[Then]) {
    let found = place(test, Some("it")).await;
    let Some((tenant, fields)) = history.last().cloned().flatten() else {
        assert_eq!(found, None);
        return;
    };
    let found = found.unwrap();
    assert_eq!(found.slot.when["tenant"], tenant);
    let since = |path: &str, value: &Value| {
        let unbroken = history.iter().rev().take_while(|then| {
            then.as_ref().is_some_and(|(t, fields)| *t == tenant && fields.get(path) == Some(value))
        });
        (history.len() - unbroken.count() + 1) as u64
    };
    let told: Vec<_> = found.origins.iter().map(|o| (o.path.clone(), o.value.clone(), o.release)).collect();
    let expected: Vec<_> =
        fields.iter().map(|(path, value)| (path.clone(), value.clone(), since(path, value))).collect();
    assert_eq!(told, expected, "{history:?}");
    let base = |o: &cuelight_app::prompt::Origin| o.base.clone();
    for origin in &found.origins {
        let plain = if origin.path == "title" { json!("Greet somebody") } else { json!("warm") };
        assert_eq!(base(origin), Some(plain));
    }
}
