//! A command that is sent again gets its first answer, whatever has happened since, from any node.

use cuelight_app::environment::{self, CreateEnvironmentInput};
use cuelight_app::plan::apply;
use cuelight_app::project::{CreateProjectInput, create};
use cuelight_app::prompt::{UnyankInput, YankInput, unyank, yank};
use cuelight_app::release::{RollBackInput, open, roll_back};
use cuelight_app::{AppResult, Ctx};
use cuelight_artifact::{ArtifactRef, EnvironmentName, ProjectName};
use cuelight_core::environment::{Blocked, Policy};
use cuelight_core::version::Severity;
use cuelight_testkit::TestApp;
use cuelight_testkit::app::{plan_input, release_input};
use cuelight_testkit::files::{GREETING, all, fragment, greeting, including};
use serde_json::{Value, json};

const DESK: &str = "support/answer";

#[derive(Debug, Clone)]
enum Command {
    Publish(&'static str),
    Yank(&'static str, Severity),
    Unyank(&'static str),
    Environment(&'static str),
    Policy(u64, Blocked),
    Release(&'static str),
    Back(u64),
    Project(&'static str),
}

use Command::{Back, Environment, Project, Publish, Release, Unyank, Yank};

fn id(text: &str) -> ArtifactRef {
    text.parse().unwrap()
}

fn development() -> EnvironmentName {
    "development".parse().unwrap()
}

fn shown<T: serde::Serialize>(answer: &T) -> Value {
    serde_json::to_value(answer).unwrap()
}

async fn run(ctx: &Ctx, project: &ProjectName, command: &Command) -> AppResult<Value> {
    let first = "1.0.0".parse().unwrap();
    Ok(match command {
        Publish(word) => {
            let files = all([
                greeting("a/hello", &GREETING.replace("Greet", word)),
                fragment("safety/base", &format!("Never promise a price. {word}\n")),
                including(DESK, &[("safety", "safety/base@^1.0")]),
            ]);
            shown(&apply(ctx, project, &plan_input(files)).await?)
        }
        Yank(name, severity) => {
            let input = YankInput { severity: *severity, reason: format!("It is {severity:?}.") };
            shown(&yank(ctx, project, &id(name), &first, input).await?)
        }
        Unyank(name) => {
            let input = UnyankInput { reason: "It was a mistake.".into() };
            shown(&unyank(ctx, project, &id(name), &first, input).await?)
        }
        Environment(name) => {
            let input = CreateEnvironmentInput {
                name: name.parse().unwrap(),
                after: Some(development()),
                policy: None,
            };
            shown(&environment::create(ctx, project, input).await?)
        }
        Command::Policy(revision, blocked) => {
            let policy = Policy { blocked: *blocked, ..Policy::strict() };
            shown(&environment::set_policy(ctx, project, &development(), *revision, policy).await?)
        }
        Release(version) => {
            let items = json!([
                { "do": "set", "prompt": "a/hello", "version": version },
                { "do": "set", "prompt": DESK, "version": version },
            ]);
            let input = release_input("development", serde_json::from_value(items).unwrap())?;
            shown(&open(ctx, project, input).await?)
        }
        Back(release) => {
            let input = RollBackInput { to: None, reason: Some("It was wrong.".into()) };
            shown(&roll_back(ctx, project, *release, input).await?)
        }
        Project(name) => shown(&create(ctx, CreateProjectInput { name: name.parse().unwrap() }).await?),
    })
}

#[tokio::test]
async fn the_first_answer_is_the_answer() {
    let test = TestApp::new().await.unwrap();
    let revision = {
        let ctx = test.ctx().await.unwrap();
        environment::get(&ctx, &test.project, &development()).await.unwrap().info.policy_revision
    };
    let story = [
        Project("globex"),
        Publish("Greet"),
        Release("1.0.0"),
        Yank("fragment:safety/base", Severity::Avoid),
        Environment("qa"),
        Publish("Welcome"),
        Yank("a/hello", Severity::Avoid),
        Release("1.1.0"),
        Unyank("fragment:safety/base"),
        Back(2),
        Yank("a/hello", Severity::Block),
        Command::Policy(revision, Blocked::Refused),
        Unyank("a/hello"),
        Release("1.1.0"),
        Publish("Salute"),
    ];
    let mut answers = Vec::new();
    for (n, command) in story.iter().enumerate() {
        let ctx = test.ctx().await.unwrap();
        let first =
            run(&ctx, &test.project, command).await.unwrap_or_else(|e| panic!("{n} {command:?}: {e}"));
        answers.push((ctx, command, first));
        // The state is saved in the middle: commands before it are found by folding anew, those after it from there.
        if n == story.len() / 2 {
            test.app.save().await.unwrap();
        }
    }
    let globex = test.ctx().await.unwrap();
    run(&globex, &"globex".parse().unwrap(), &Publish("Greet")).await.unwrap();
    let fresh = test.reopened().await.unwrap();
    for app in [test.app.clone(), fresh] {
        for (ctx, command, first) in &answers {
            let ctx = Ctx { app: app.clone(), ..ctx.clone() };
            let again =
                run(&ctx, &test.project, command).await.unwrap_or_else(|e| panic!("{command:?}: {e}"));
            assert_eq!(again, *first, "{command:?}");
        }
    }
}
