//! Random libraries: what is published, released and yanked, in which order.

use std::collections::BTreeMap;

use cuelight_app::plan::{PlanInput, apply};
use cuelight_app::prompt::{BrowseInput, BrowseOutput, YankInput, browse, yank};
use cuelight_app::release::{BreakGlass, OpenInput, PinItem, ReleaseItem, open};
use cuelight_core::version::Severity;
use cuelight_testkit::TestApp;
use cuelight_testkit::app::{plan_input, release_input};
use proptest::prelude::*;

/// What happens, in order.
#[derive(Debug, Clone)]
pub struct Script {
    library: Vec<Draft>,
    steps: Vec<Step>,
}

/// A library that was built, with what browsing said after each step if it was asked.
pub struct World {
    pub test: TestApp,
    pub answers: Vec<BrowseOutput>,
}

#[derive(Debug, Clone)]
struct Draft {
    folder: &'static str,
    title: &'static str,
    intent: &'static str,
    owner: Option<&'static str>,
    tags: Vec<&'static str>,
    risk: &'static str,
    fragment: Option<usize>,
}

#[derive(Debug, Clone)]
enum Step {
    /// Publishes another text of one artifact, as a version or under a label.
    Publish { which: prop::sample::Index, label: bool },
    /// Makes the newest full version of a prompt live.
    Release { which: prop::sample::Index, environment: &'static str },
    /// Stops serving a prompt.
    Remove { which: prop::sample::Index, environment: &'static str },
    /// Yanks a prompt's first version.
    Yank { which: prop::sample::Index },
}

const FRAGMENTS: usize = 2;
const ENVIRONMENTS: [&str; 3] = ["development", "staging", "production"];

pub fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}

/// The files of a prompt that says no more than this.
pub fn draft(name: &str, title: &str, summary: &str) -> BTreeMap<String, String> {
    let yaml = format!(
        "format: 1\nname: {name}\ntitle: {title}\nsummary: {summary}\nchange_intent: A first version to look for.\n\
         messages:\n  - {{ role: system, file: system.md }}\n"
    );
    let folder = format!("prompts/{name}");
    [(format!("{folder}/prompt.yaml"), yaml), (format!("{folder}/system.md"), "Be kind.\n".into())].into()
}

pub fn world() -> impl Strategy<Value = Script> {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::sample::{Index, select, subsequence};
    let drafts = (
        select(vec!["sales", "sales/eu", "sales-eu", "hr", "a"]),
        select(vec!["Mail a reply", "Ein Brief", "ÉTÉ greeting", ""]),
        select(vec!["", "Answers mail in a warm tone.", "team:b greets here"]),
        option::of(select(vec!["team:a", "team:b", "user:zoe"])),
        subsequence(vec!["warm", "été", "eu"], 0..=3),
        select(vec!["low", "medium", "high"]),
        option::of(0..FRAGMENTS),
    )
        .prop_map(|(folder, title, intent, owner, tags, risk, fragment)| Draft {
            folder,
            title,
            intent,
            owner,
            tags,
            risk,
            fragment,
        });
    let environment = || select(ENVIRONMENTS.to_vec());
    let step = prop_oneof![
        3 => (any::<Index>(), proptest::bool::weighted(0.2)).prop_map(|(which, label)| Step::Publish { which, label }),
        4 => (any::<Index>(), environment()).prop_map(|(which, environment)| Step::Release { which, environment }),
        1 => (any::<Index>(), environment()).prop_map(|(which, environment)| Step::Remove { which, environment }),
        1 => any::<Index>().prop_map(|which| Step::Yank { which }),
    ];
    (vec(drafts, 2..14), vec(step, 0..30)).prop_map(|(library, steps)| Script { library, steps })
}

impl Script {
    /// Builds it.
    pub async fn build(&self) -> World {
        self.play(false).await
    }

    /// Builds it and browses after every step.
    pub async fn watched(&self) -> World {
        self.play(true).await
    }

    async fn play(&self, watched: bool) -> World {
        let mut world = World { test: TestApp::new().await.unwrap(), answers: Vec::new() };
        let fragments = (0..FRAGMENTS).map(|i| fragment(i, 0));
        let first = fragments.chain((0..self.library.len()).map(|i| self.files(i, 0))).flatten().collect();
        world.test.publish(first).await.unwrap();
        for (round, step) in self.steps.iter().enumerate() {
            self.step(&world.test, step, round + 1).await;
            if watched {
                let input = BrowseInput { limit: Some(200), ..BrowseInput::default() };
                let ctx = world.test.ctx().await.unwrap();
                world.answers.push(browse(&ctx, &world.test.project, input).await.unwrap());
            }
        }
        if watched && world.answers.is_empty() {
            let input = BrowseInput { limit: Some(200), ..BrowseInput::default() };
            let ctx = world.test.ctx().await.unwrap();
            world.answers.push(browse(&ctx, &world.test.project, input).await.unwrap());
        }
        world
    }

    async fn step(&self, test: &TestApp, step: &Step, round: usize) {
        let (ctx, project) = (test.ctx().await.unwrap(), &test.project);
        let prompt = |which: &prop::sample::Index| self.name(which.index(self.library.len()));
        match step {
            Step::Publish { which, label } => {
                let index = which.index(self.library.len() + FRAGMENTS);
                let files = if index < FRAGMENTS {
                    fragment(index, round)
                } else {
                    self.files(index - FRAGMENTS, round)
                };
                let prerelease = label.then(|| "try".parse().unwrap());
                let input = PlanInput { prerelease, ..plan_input(files) };
                apply(&ctx, project, &input).await.unwrap();
            }
            Step::Release { which, environment } => {
                let pin = PinItem { prompt: prompt(which).parse().unwrap(), version: None };
                open_loudly(&ctx, project, environment, ReleaseItem::Set(pin)).await;
            }
            Step::Remove { which, environment } => {
                let prompt = prompt(which).parse().unwrap();
                open_loudly(&ctx, project, environment, ReleaseItem::Remove { prompt }).await;
            }
            Step::Yank { which } => {
                let id = prompt(which).parse().unwrap();
                let input = YankInput { severity: Severity::Avoid, reason: "Not good.".into() };
                // A second time it is so already.
                let _done = yank(&ctx, project, &id, &"1.0.0".parse().unwrap(), input).await;
            }
        }
    }

    fn name(&self, index: usize) -> String {
        format!("{}/p{index}", self.library[index].folder)
    }

    fn files(&self, index: usize, round: usize) -> BTreeMap<String, String> {
        let (draft, name) = (&self.library[index], self.name(index));
        let mut owners: Vec<_> = draft.owner.iter().map(|o| format!("business: \"{o}\"")).collect();
        if draft.risk == "high" {
            owners.push("rollback: \"team:b\"".into());
        }
        let owners = owners.join(", ");
        let tags: Vec<String> = draft.tags.iter().map(|t| format!("\"{t}\"")).collect();
        let (uses, include) = match draft.fragment {
            Some(f) => (format!("fragments: {{ shared: \"x/f{f}@^1.0\" }}\n"), "{% include \"shared\" %}\n"),
            None => (String::new(), ""),
        };
        let yaml = format!(
            "format: 1\nname: {name}\ntitle: \"{}\"\nsummary: \"Number {index}.\"\nintent: \"{}\"\n\
             change_intent: Another text to look for.\nowners: {{ {owners} }}\ntags: [{}]\nrisk: {}\n{uses}\
             messages:\n  - {{ role: system, file: system.md }}\n",
            draft.title,
            draft.intent,
            tags.join(", "),
            draft.risk
        );
        let folder = format!("prompts/{name}");
        let text = format!("Say it in round {round}.\n{include}");
        [(format!("{folder}/prompt.yaml"), yaml), (format!("{folder}/system.md"), text)].into()
    }
}

fn fragment(index: usize, round: usize) -> BTreeMap<String, String> {
    cuelight_testkit::files::fragment(&format!("x/f{index}"), &format!("Shared in round {round}.\n"))
}

/// Past every policy: what is tested here is what is shown, not what may be released. Nothing to change is fine.
async fn open_loudly(
    ctx: &cuelight_app::Ctx,
    project: &cuelight_artifact::ProjectName,
    environment: &str,
    item: ReleaseItem,
) {
    let input = OpenInput {
        break_glass: Some(BreakGlass { reason: "A test.".into() }),
        ..release_input(environment, vec![item]).unwrap()
    };
    let _done = open(ctx, project, input).await;
}
