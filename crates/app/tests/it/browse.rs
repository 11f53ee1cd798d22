//! Browsing the library: every answer equals what a slow look at everything says.

mod naive;
pub mod world;

use std::collections::BTreeSet;

use cuelight_app::prompt::{BrowseInput, MAX_FACET, MAX_WORDS, Status, Target, browse, find, list};
use cuelight_app::token::{IssueInput, issue};
use cuelight_app::{Code, Ctx};
use cuelight_artifact::model::Risk;
use cuelight_artifact::{EnvironmentName, Kind};
use cuelight_core::rights::{Action, Role};
use cuelight_testkit::TestApp;
use cuelight_testkit::files::{GREETING, all, greeting};
use proptest::prelude::*;

use self::naive::Naive;
use self::world::{World, draft, run, world};

async fn narrowed(test: &TestApp, environments: &[&str]) -> Ctx {
    let input = IssueInput {
        label: "narrowed".into(),
        role: Role::Viewer,
        projects: None,
        environments: Some(environments.iter().map(|e| e.parse().unwrap()).collect()),
        actions: None,
        days: None,
    };
    let token = issue(&test.ctx().await.unwrap(), input).await.unwrap().token;
    test.ctx_of(&token).await.unwrap()
}

fn names(words: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    proptest::option::weighted(0.3, proptest::sample::select(words).prop_map(String::from))
}

fn asked() -> impl Strategy<Value = BrowseInput> {
    let q = ["mail", "MAIL", "team:b greet", "", "e\u{301}t", "nothing-like-it", "a/", "reply warm", "  x "];
    (
        names(Box::leak(Box::new(q))),
        names(&["sales", "sales/eu", "hr", "hr/", "sal", "nowhere"]),
        proptest::option::weighted(0.3, proptest::sample::select(vec![Risk::Low, Risk::Medium, Risk::High])),
        names(&["team:a", "team:b", "user:zoe", "team:unknown"]),
        names(&["warm", "été", "eu", "unknown"]),
        proptest::option::weighted(0.4, proptest::sample::select(Status::ALL.to_vec())),
        proptest::option::weighted(0.3, proptest::sample::select(vec![Kind::Prompt, Kind::Fragment])),
        1_usize..6,
    )
        .prop_map(|(q, folder, risk, owner, tag, status, kind, limit)| BrowseInput {
            q,
            folder,
            risk,
            owner,
            tag,
            status,
            kind,
            after: None,
            limit: Some(limit),
        })
}

/// Follows the pages and compares everything on the way with the slow look.
async fn agrees(test: &TestApp, ctx: &Ctx, naive: &Naive, asked: &BrowseInput) {
    let expected = naive.find(asked);
    let limit = asked.limit.unwrap();
    let (mut seen, mut afters) = (Vec::new(), Vec::new());
    let mut after = None;
    loop {
        let input = BrowseInput { after: after.clone(), ..asked.clone() };
        let page = browse(ctx, &test.project, input).await.unwrap();
        assert_eq!(page.total, expected.len(), "{asked:?}");
        assert_eq!(page.facets, naive.facets(asked), "{asked:?}");
        assert_eq!(page.folders, naive.folders(asked), "{asked:?}");
        assert_eq!(page.from, seen.len());
        // Going one page back leads where one came from.
        let back = afters.len().checked_sub(1).and_then(|i: usize| afters.get(i)).cloned().flatten();
        assert_eq!(page.previous, back, "{asked:?}");
        afters.push(after);
        seen.extend(page.items);
        let Some(next) = page.next else { break };
        assert_eq!(seen.len() % limit, 0, "only the last page is shorter");
        after = Some(next);
    }
    assert_eq!(seen, expected, "{asked:?}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::with_cases(12)
    })]

    #[test]
    fn browsing_equals_a_slow_look_at_everything(
        world in world(),
        asks in proptest::collection::vec(asked(), 12),
        sees in proptest::sample::subsequence(vec!["development", "staging", "production"], 0..=2),
    ) {
        run(async {
            let World { test, .. } = world.build().await;
            let everybody = test.ctx().await.unwrap();
            let narrow = narrowed(&test, &sees).await;
            let all: BTreeSet<EnvironmentName> =
                ["development", "staging", "production"].iter().map(|e| e.parse().unwrap()).collect();
            let few = sees.iter().map(|e| e.parse().unwrap()).collect();
            for (ctx, sees) in [(everybody, all), (narrow, few)] {
                let naive = Naive::look(&test, &sees).await;
                agrees(&test, &ctx, &naive, &BrowseInput { limit: Some(200), ..BrowseInput::default() }).await;
                for ask in &asks {
                    agrees(&test, &ctx, &naive, ask).await;
                }
            }
        });
    }

    #[test]
    fn the_view_after_every_change_is_the_view_made_anew(world in world()) {
        run(async {
            // This one is asked after every step, so that its view is always made from the one before.
            let World { test, answers } = world.watched().await;
            let fresh = test.reopened().await.unwrap();
            let mut ctx = test.ctx().await.unwrap();
            ctx.app = fresh;
            let input = BrowseInput { limit: Some(200), ..BrowseInput::default() };
            let anew = browse(&ctx, &test.project, input).await.unwrap();
            prop_assert_eq!(answers.last(), Some(&anew));
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn what_is_named_so_comes_before_what_only_speaks_of_it() {
    let test = TestApp::new().await.unwrap();
    let files = all([
        draft("a/first", "Something else", "Speaks of refunds."),
        draft("b/refunds", "Money back", "Nothing."),
        draft("c/last", "All about Refunds", "Nothing."),
    ]);
    test.publish(files).await.unwrap();
    let ctx = test.ctx().await.unwrap();
    let names = async |q: &str| {
        let input = BrowseInput { q: Some(q.into()), ..BrowseInput::default() };
        let found = browse(&ctx, &test.project, input).await.unwrap();
        found.items.into_iter().map(|i| i.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names("refunds").await, ["b/refunds", "c/last", "a/first"]);
    assert_eq!(names("REFUNDS about").await, ["c/last"]);
    assert_eq!(names("refunds refunds").await.len(), 3);
    assert_eq!(names("").await, ["a/first", "b/refunds", "c/last"]);
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_a_reason() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    let ctx = test.ctx().await.unwrap();
    let ask = async |input: BrowseInput| browse(&ctx, &test.project, input).await;
    let many: Vec<String> = (0..=MAX_WORDS).map(|i| format!("w{i}")).collect();
    let refused = ask(BrowseInput { q: Some(many.join(" ")), ..BrowseInput::default() }).await.unwrap_err();
    assert_eq!(refused.code, Code::InvalidRequest);
    assert!(refused.detail.contains("at most 32 words"), "{refused}");
    for limit in [0, 201] {
        let refused = ask(BrowseInput { limit: Some(limit), ..BrowseInput::default() }).await.unwrap_err();
        assert_eq!(refused.code, Code::InvalidRequest);
    }
    let after = Some("a/nothing".parse().unwrap());
    let refused = ask(BrowseInput { after, ..BrowseInput::default() }).await.unwrap_err();
    assert_eq!(refused.code, Code::UnknownArtifact);
    let long = Some("x".repeat(10_000));
    assert_eq!(ask(BrowseInput { q: long, ..BrowseInput::default() }).await.unwrap().total, 0);
}

#[tokio::test]
async fn facets_are_cut_and_the_chosen_value_stays() {
    let test = TestApp::new().await.unwrap();
    let tags: Vec<String> = (0..MAX_FACET + 5).map(|i| format!("t{i:03}")).collect();
    let yaml = |(path, text): (String, String)| {
        (path, text.replace("risk: low", &format!("risk: low\ntags: [{}]", tags.join(", "))))
    };
    test.publish(greeting("a/hello", GREETING).into_iter().map(yaml).collect()).await.unwrap();
    let ctx = test.ctx().await.unwrap();
    let tag = Some("t204".to_owned());
    let found = browse(&ctx, &test.project, BrowseInput { tag, ..BrowseInput::default() }).await.unwrap();
    assert_eq!((found.total, found.facets.tags.len()), (1, MAX_FACET + 1));
    let last = found.facets.tags.last().unwrap();
    assert_eq!((last.value.as_str(), last.count), ("t204", 1));
}

#[tokio::test]
async fn only_readers_of_the_library_browse_and_find() {
    let test = TestApp::new().await.unwrap();
    for role in Role::ALL {
        let ctx = test.ctx_of(&test.token(*role).await.unwrap()).await.unwrap();
        let may = role.actions().contains(&Action::ReadLibrary);
        let browsed = browse(&ctx, &test.project, BrowseInput::default()).await.map(|_| ());
        let found = find(&ctx, &test.project, "x", 10).await.map(|_| ());
        for done in [browsed, found] {
            assert_eq!(done.map_err(|e| e.code), if may { Ok(()) } else { Err(Code::Forbidden) });
        }
    }
}

#[tokio::test]
async fn the_palette_finds_what_is_called_so_first_and_nothing_unseen() {
    let test = TestApp::new().await.unwrap();
    let files = all([
        draft("ops/production-report", "Report", "Nothing."),
        draft("ops/summary", "Summary", "What production did."),
    ]);
    test.publish(files).await.unwrap();
    test.release("development", &["ops/summary"]).await.unwrap();
    test.release("staging", &["ops/summary"]).await.unwrap();
    test.release("production", &["ops/summary"]).await.unwrap();
    let everybody = test.ctx().await.unwrap();
    let narrow = narrowed(&test, &["staging"]).await;
    let targets = async |ctx: &Ctx, q: &str| {
        let found = find(ctx, &test.project, q, 10).await.unwrap();
        found.into_iter().map(|h| h.target).collect::<Vec<_>>()
    };
    let environment = |name: &str| Target::Environment { name: name.parse().unwrap() };
    let prompt = |name: &str| Target::Prompt { name: name.parse().unwrap() };
    let release = |number, name: &str| Target::Release { number, environment: name.parse().unwrap() };
    let (report, summary) = (prompt("ops/production-report"), prompt("ops/summary"));
    assert_eq!(
        targets(&everybody, "Production").await,
        [environment("production"), report.clone(), summary.clone(), release(3, "production")]
    );
    assert_eq!(targets(&narrow, "production").await, [report.clone(), summary.clone()]);
    assert_eq!(targets(&everybody, "2").await, [release(2, "staging")]);
    assert_eq!(targets(&everybody, "release 3").await, [release(3, "production")]);
    assert_eq!(targets(&narrow, "release 3").await, []);
    assert_eq!(targets(&everybody, "summary").await[0], summary);
    assert_eq!(targets(&narrow, "").await, [environment("staging"), report, summary]);
}

#[tokio::test]
async fn a_fragment_is_live_where_a_live_prompt_includes_it() {
    let test = TestApp::new().await.unwrap();
    let files = all([
        cuelight_testkit::files::fragment("a/words", "One.\n"),
        cuelight_testkit::files::including("a/user", &[("words", "a/words@^1.0")]),
    ]);
    test.publish(files).await.unwrap();
    test.release("development", &["a/user"]).await.unwrap();
    let ctx = test.ctx().await.unwrap();
    let found = list(&ctx, &test.project, Kind::Fragment, Default::default()).await.unwrap();
    let live: Vec<_> = found.items[0].live.iter().map(|(e, v)| format!("{e} {v}")).collect();
    assert_eq!(live, ["development 1.0.0"]);
    let narrow = narrowed(&test, &["staging"]).await;
    let found = list(&narrow, &test.project, Kind::Fragment, Default::default()).await.unwrap();
    assert!(found.items[0].live.is_empty());
}

#[tokio::test]
async fn a_mistyped_name_leads_to_those_that_are_like_it() {
    let test = TestApp::new().await.unwrap();
    let files = all([
        draft("sales/outreach-email", "One", "Nothing."),
        draft("sales/qualify-lead", "Two", "Nothing."),
        cuelight_testkit::files::fragment("sales/qualify-leads", "Three.\n"),
        draft("support/answer", "Four", "Nothing."),
    ]);
    test.publish(files).await.unwrap();
    let ctx = test.ctx().await.unwrap();
    let near = async |kind, name: &str| {
        let found = cuelight_app::prompt::nearest(&ctx, &test.project, kind, name, 2).await.unwrap();
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let (lead, leads) = ("prompt:sales/qualify-lead", "fragment:sales/qualify-leads");
    assert_eq!(near(Kind::Prompt, "sales/qualify-leed").await, [lead, leads]);
    assert_eq!(near(Kind::Prompt, "sales/qualify-lea").await, [lead, leads]);
    assert_eq!(near(Kind::Fragment, "sale/qualify-leads").await, [leads, lead]);
    assert_eq!(near(Kind::Prompt, "Sales/Outreach-Mail").await[0], "prompt:sales/outreach-email");
    assert_eq!(near(Kind::Prompt, "x").await, Vec::<String>::new());
    assert_eq!(near(Kind::Prompt, &"é".repeat(10_000)).await, Vec::<String>::new());
}
