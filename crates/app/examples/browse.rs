//! Measures browsing a large library: `cargo run --release -p cuelight-app --example browse -- 10000`.
//!
//! Publishes that many prompts, makes them live in three environments, and prints how long each kind of question
//! takes: the first answer after a start, an answer after a release, and answers in between.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program to be run by hand, on data it made itself"
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use cuelight_app::Ctx;
use cuelight_app::prompt::{BrowseInput, Status, browse, find};
use cuelight_app::release::{PinItem, ReleaseItem, open};
use cuelight_testkit::TestApp;
use cuelight_testkit::app::release_input;

/// Prompts published or released by one command.
const BATCH: usize = 500;
/// Answers measured per question.
const ROUNDS: usize = 200;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let count: usize = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(10_000);
    let test = TestApp::new().await.unwrap();
    let names: Vec<String> = (0..count).map(name).collect();
    for batch in names.chunks(BATCH) {
        test.publish(batch.iter().enumerate().flat_map(|(i, n)| files(i, n)).collect()).await.unwrap();
    }
    for environment in ["development", "staging", "production"] {
        for batch in names.chunks(BATCH * 4) {
            let pin = |n: &String| {
                ReleaseItem::Set(PinItem {
                    prompt: n.parse().unwrap(),
                    version: Some("1.0.0".parse().unwrap()),
                })
            };
            let input = release_input(environment, batch.iter().map(pin).collect()).unwrap();
            open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap();
        }
    }
    let ctx = test.ctx().await.unwrap();
    println!("{count} prompts in 3 environments");
    let begin = Instant::now();
    let all = browse(&ctx, &test.project, BrowseInput::default()).await.unwrap();
    println!("first answer            {:>9.2?}   finds {}", begin.elapsed(), all.total);
    let mut after_release = Vec::new();
    for name in names.iter().take(20) {
        let version = format!("{name}@1.0.0");
        let item = ReleaseItem::Remove { prompt: name.parse().unwrap() };
        let input = release_input("development", vec![item]).unwrap();
        open(&test.ctx().await.unwrap(), &test.project, input).await.unwrap();
        after_release.push(took(&ctx, &test, &BrowseInput::default()).await);
        test.release("development", &[&version]).await.unwrap();
    }
    print("after a release", after_release, all.total);
    let text = |t: &str| Some(t.to_owned());
    let questions = [
        ("everything", BrowseInput::default()),
        ("a common word", BrowseInput { q: text("customer"), ..BrowseInput::default() }),
        ("two words in few", BrowseInput { q: text("refund 77"), ..BrowseInput::default() }),
        ("nothing found", BrowseInput { q: text("nothing-is-called-so"), ..BrowseInput::default() }),
        (
            "folder and owner",
            BrowseInput { folder: text("area3"), owner: text("team:t3"), ..BrowseInput::default() },
        ),
        (
            "tag and status",
            BrowseInput { tag: text("tag5"), status: Some(Status::Live), ..BrowseInput::default() },
        ),
        (
            "the last page",
            BrowseInput { after: Some(names.last().unwrap().parse().unwrap()), ..BrowseInput::default() },
        ),
    ];
    for (label, question) in questions {
        let total = browse(&ctx, &test.project, question.clone()).await.unwrap().total;
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            times.push(took(&ctx, &test, &question).await);
        }
        print(label, times, total);
    }
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        find(&ctx, &test.project, "refund 7", 20).await.unwrap();
        times.push(begin.elapsed());
    }
    print("command palette", times, 20);
}

async fn took(ctx: &Ctx, test: &TestApp, question: &BrowseInput) -> Duration {
    let begin = Instant::now();
    browse(ctx, &test.project, question.clone()).await.unwrap();
    begin.elapsed()
}

fn print(label: &str, mut times: Vec<Duration>, total: usize) {
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!("{label:<20} p50 {:>9.2?}   p95 {:>9.2?}   finds {total}", at(50), at(95));
}

fn name(index: usize) -> String {
    format!("area{}/group{}/prompt-{index}", index % 20, index % 300)
}

fn files(index: usize, name: &str) -> BTreeMap<String, String> {
    let topic = ["refund", "invoice", "delivery", "welcome", "survey"][index % 5];
    let yaml = format!(
        "format: 1\nname: {name}\ntitle: Answer a customer about {topic} {index}\n\
         summary: Writes a short and friendly answer to a customer who asks about {topic}.\n\
         intent: >-\n  Customers wait less and get the same answer from everybody. Number {index} is about {topic},\n  \
         in a tone that fits the brand, with a way out to a person whenever the customer asks for one.\n\
         change_intent: A first version to measure with.\nowners: {{ business: team:t{}, technical: team:core }}\n\
         tags: [tag{}, tag{}]\nmessages:\n  - {{ role: system, file: system.md }}\n",
        index % 25,
        index % 40,
        40 + index % 7
    );
    let folder = format!("prompts/{name}");
    let text = format!("Answer about {topic} in five sentences at most. This is number {index}.\n");
    [(format!("{folder}/prompt.yaml"), yaml), (format!("{folder}/system.md"), text)].into()
}
