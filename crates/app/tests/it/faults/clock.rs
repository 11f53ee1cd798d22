//! Clocks that jump between commands: the ledger's order and times never go back, and what ends by time still ends.

use std::sync::Arc;

use cuelight_app::ledger::check;
use cuelight_app::serve::at::{AtInput, at};
use cuelight_app::session::{self, ABSOLUTE_END, IDLE_END, LINK_LIVES};
use cuelight_app::token::{IssueInput, authenticate, issue};
use cuelight_app::{App, Code, time};
use cuelight_core::ledger::{LedgerId, Micros};
use cuelight_core::rights::Role;
use cuelight_store::{Ledger as _, StoredEntry};
use cuelight_testkit::TestApp;
use cuelight_testkit::files::{GREETING, greeting};

const HOUR: Micros = 3_600_000_000;
const YEARS: Micros = 10 * 365 * 24 * HOUR;
/// Ends where it began.
const STEPS: [Micros; 8] = [HOUR, -HOUR, -HOUR, HOUR, YEARS, -YEARS, -YEARS, YEARS];

async fn entries(test: &TestApp, id: &LedgerId) -> Vec<StoredEntry> {
    cuelight_store::Ledger::read(&*test.store, id, 0, 1_000).await.unwrap()
}

async fn generation_at(test: &TestApp, app: &Arc<App>, instant: Micros) -> u64 {
    let mut ctx = test.ctx().await.unwrap();
    ctx.app = app.clone();
    let time = time::show(instant);
    let input: AtInput =
        serde_json::from_value(serde_json::json!({ "time": time, "environment": "development" })).unwrap();
    let found = at(&ctx, &test.project, input).await.unwrap();
    assert_eq!(found.answers.len(), 1);
    found.answers[0].generation
}

#[tokio::test]
async fn the_ledger_never_goes_back_and_the_time_machine_agrees_with_it() {
    let test = TestApp::new().await.unwrap();
    for word in ["Greet", "Welcome"] {
        test.publish(greeting("a/hello", &GREETING.replace("Greet", word))).await.unwrap();
    }
    test.release("development", &["a/hello@1.0.0"]).await.unwrap();
    for (n, step) in STEPS.into_iter().enumerate() {
        test.clock.advance(step);
        let version = ["a/hello@1.1.0", "a/hello@1.0.0"][n % 2];
        let done = test.release("development", &[version]).await.unwrap();
        assert_eq!(done.generation, 2 + n as u64);
        test.token(Role::Serve).await.unwrap();
    }
    for id in test.store.ledgers().await.unwrap() {
        let all = entries(&test, &id).await;
        assert!(all.is_sorted_by_key(|e| e.at), "{id}: times go back");
        assert!(all.iter().map(|e| e.seq).eq(1..=all.len() as u64), "{id}");
    }
    let id = LedgerId::Project(test.project.clone());
    let opened: Vec<_> =
        entries(&test, &id).await.into_iter().filter(|e| e.kind.starts_with("release.opened")).collect();
    assert_eq!(opened.len(), 1 + STEPS.len());
    // Of several decided at one instant, as happens while the clock stands behind the ledger, the last counts.
    for app in [test.app.clone(), test.reopened().await.unwrap()] {
        for entry in &opened {
            let last = opened.iter().rposition(|e| e.at <= entry.at).unwrap();
            assert_eq!(generation_at(&test, &app, entry.at).await, 1 + last as u64);
            let before = opened.iter().filter(|e| e.at < entry.at).count();
            assert_eq!(generation_at(&test, &app, entry.at - 1).await, before as u64);
        }
        assert_eq!(generation_at(&test, &app, opened[0].at + 2 * YEARS).await, 1 + STEPS.len() as u64);
        assert_eq!(generation_at(&test, &app, opened[0].at - 2 * YEARS).await, 0);
    }
    assert!(check(&test.ctx().await.unwrap(), &test.project).await.unwrap().sound);
}

#[tokio::test]
async fn a_token_ends_when_the_clock_says_so_whatever_it_said_before() {
    let test = TestApp::new().await.unwrap();
    let input = IssueInput {
        label: "a day".into(),
        role: Role::Author,
        projects: None,
        environments: None,
        actions: None,
        days: Some(1),
    };
    let token = issue(&test.ctx().await.unwrap(), input).await.unwrap().token;
    for (step, holds) in
        [(HOUR, true), (YEARS, false), (-YEARS, true), (-YEARS, true), (YEARS, true), (24 * HOUR, false)]
    {
        test.clock.advance(step);
        let found = authenticate(&test.app, &token).await;
        assert_eq!(found.as_ref().err().map(|e| e.code), (!holds).then_some(Code::Unauthenticated), "{step}");
        // The first administrator's has no end.
        authenticate(&test.app, &test.admin).await.unwrap();
    }
}

#[tokio::test]
async fn a_session_ends_with_a_clock_that_jumps_ahead_and_outlives_no_clock_that_was_wrong() {
    let test = TestApp::new().await.unwrap();
    let admin = test.admin.split('_').nth(1).unwrap().to_owned();
    for (step, holds) in [(HOUR, false), (-HOUR + 10 * 60_000_000, true), (YEARS, false), (-YEARS, false)] {
        let code = session::link(&test.app, &admin).await.unwrap().code;
        let opened = session::open(&test.app, &code).await.unwrap();
        test.clock.advance(step);
        let found = session::find(&test.app, &opened.secret).await;
        assert_eq!(found.as_ref().err().map(|e| e.code), (!holds).then_some(Code::Unauthenticated), "{step}");
        // And at the latest so long after, counted from when the clock was put right.
        test.clock.advance(ABSOLUTE_END + IDLE_END);
        assert!(session::find(&test.app, &opened.secret).await.is_err(), "{step}: it outlives the clock");
    }
    for (step, holds) in [(LINK_LIVES, false), (-HOUR / 2, true), (YEARS, false), (-YEARS, false)] {
        let code = session::link(&test.app, &admin).await.unwrap().code;
        test.clock.advance(step);
        let opened = session::open(&test.app, &code).await;
        assert_eq!(opened.is_ok(), holds, "a link, {step}");
    }
}
