//! Every core flow, with every one of its storage calls failing in every way: what remains is the old state or the new
//! one, the same command sent again applies once, and reading goes on.

use std::collections::BTreeMap;
use std::sync::Arc;

use cuelight_app::edit::{EditInput, PublishInput, SampleChoice, check, draft, publish, save_draft};
use cuelight_app::environment::CreateEnvironmentInput;
use cuelight_app::follow::{Pace, follow};
use cuelight_app::plan::apply;
use cuelight_app::project::{CreateProjectInput, create};
use cuelight_app::prompt::{YankInput, yank};
use cuelight_app::release::{PinItem, ReleaseItem, RollBackInput, open, roll_back};
use cuelight_app::serve::resolve::{Render, ResolveManyInput, Values, resolve_many};
use cuelight_app::token::{IssueInput, authenticate, issue, revoke};
use cuelight_app::{App, AppResult, Ctx, environment, ledger};
use cuelight_artifact::model::Message;
use cuelight_artifact::{ArtifactRef, EnvironmentName};
use cuelight_core::environment::Policy;
use cuelight_core::ledger::LedgerId;
use cuelight_core::rights::Role;
use cuelight_core::version::Severity;
use cuelight_store::Ledger as _;
use cuelight_store::memory::MemoryStore;
use cuelight_testkit::TestApp;
use cuelight_testkit::app::{plan_input, release_input};
use cuelight_testkit::files::{GREETING, greeting};
use serde_json::json;
use tokio::sync::watch;

use super::store::{FAULTS, Fault, Faulty};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    CreateProject,
    Publish,
    Open,
    RollBack,
    Yank,
    CreateEnvironment,
    SetPolicy,
    IssueToken,
    RevokeToken,
    Edit,
}

const NAME: &str = "a/hello";
/// The key of the command that fails and is sent again.
const KEY: &str = "once";

fn development() -> EnvironmentName {
    "development".parse().unwrap()
}

fn hello() -> ArtifactRef {
    ArtifactRef::prompt(NAME.parse().unwrap())
}

fn text(word: &str) -> BTreeMap<String, String> {
    greeting(NAME, &GREETING.replace("Greet", word))
}

/// A store before a flow, and what the flow needs to know.
struct World {
    test: TestApp,
    /// The node under test.
    app: Arc<App>,
    faulty: Arc<Faulty>,
    token: String,
    edit: Option<(EditInput, PublishInput)>,
    /// Of the policy.
    revision: u64,
}

/// One command in a ledger: which ledger, its key, and the kind of each of its entries.
type Written = Vec<(LedgerId, String, String)>;

pub async fn written(store: &MemoryStore) -> Written {
    let mut found = Vec::new();
    for id in store.ledgers().await.unwrap() {
        for entry in cuelight_store::Ledger::read(store, &id, 0, 1_000).await.unwrap() {
            found.push((id.clone(), entry.command.to_string(), entry.kind));
        }
    }
    found
}

/// One look of a node at the store, as it takes one all the time.
pub async fn look(app: &Arc<App>) {
    let (_stop, stopping) = watch::channel(true);
    assert_eq!(follow(app.clone(), Pace::default(), stopping).await, Ok(()));
}

/// Everything that an environment serves: its generation and the digests.
pub async fn served(app: &Arc<App>, test: &TestApp) -> BTreeMap<String, (u64, BTreeMap<String, String>)> {
    let project = app.project(&test.project).await.unwrap();
    let mut found = BTreeMap::new();
    for name in ["development", "staging", "production", "testing"] {
        let Ok(snapshot) = project.snapshot(&name.parse().unwrap()) else { continue };
        let live = snapshot.prompts.iter();
        let live = live.map(|(p, l)| (p.to_string(), format!("{} {:?}", l.stable.digest, l.stable.yanked)));
        found.insert(name.to_owned(), (snapshot.generation, live.collect()));
    }
    found
}

impl World {
    async fn new(flow: Flow) -> Self {
        let test = TestApp::new().await.unwrap();
        test.publish(text("Greet")).await.unwrap();
        test.release("development", &[NAME]).await.unwrap();
        test.publish(text("Welcome")).await.unwrap();
        if flow == Flow::RollBack {
            test.release("development", &[NAME]).await.unwrap();
        }
        let token = test.token(Role::Author).await.unwrap();
        let faulty = Faulty::over(test.store.clone());
        let app = App::start(faulty.ports(&test.clock, 7)).await.unwrap().app;
        let mut world = Self { test, app, faulty, token, edit: None, revision: 0 };
        let ctx = world.ctx(&world.app, "look").await;
        let found = environment::get(&ctx, &world.test.project, &development()).await.unwrap();
        world.revision = found.info.policy_revision;
        if flow == Flow::Edit {
            world.edit = Some(world.begin_edit().await);
        }
        // Its hash is known from here on.
        world.ctx(&world.app, KEY).await;
        world
    }

    async fn ctx(&self, app: &Arc<App>, key: &str) -> Ctx {
        let principal = authenticate(app, &self.test.admin).await.unwrap();
        let command = Some(key.parse().unwrap());
        Ctx { app: app.clone(), principal, request_id: key.into(), command }
    }

    async fn begin_edit(&self) -> (EditInput, PublishInput) {
        let (ctx, project) = (self.ctx(&self.app, "edit").await, &self.test.project);
        let editing = cuelight_app::edit::open(&ctx, project, &hello()).await.unwrap();
        let mut fields = editing.fields.clone();
        fields.change_intent = "Guests asked for it.".into();
        for message in &mut fields.messages {
            if let Message::Text { text, .. } = message {
                *text = text.replace("Welcome", "Salute");
            }
        }
        let edit = EditInput { base: editing.newest, fields, also: [].into(), bump: None };
        let checked = check(&ctx, project, &hello(), &edit, &SampleChoice::First).await.unwrap();
        let plan = checked.plan.unwrap();
        (edit.clone(), PublishInput { edit, plan })
    }

    /// The flow's commands, as a client sends them, also when it sends them again.
    async fn run(&self, flow: Flow, ctx: &Ctx) -> AppResult<()> {
        let project = &self.test.project;
        match flow {
            Flow::CreateProject => {
                create(ctx, CreateProjectInput { name: "later".parse().unwrap() }).await?;
            }
            Flow::Publish => {
                apply(ctx, project, &plan_input(text("Salute"))).await?;
            }
            Flow::Open => {
                let pin = PinItem { prompt: NAME.parse().unwrap(), version: None };
                let mut input = release_input("development", vec![ReleaseItem::Set(pin)])?;
                input.notes = Some("Because.".into());
                assert_eq!(open(ctx, project, input).await?.generation, 2);
            }
            Flow::RollBack => {
                let input = RollBackInput { to: None, reason: Some("It was wrong.".into()) };
                assert_eq!(roll_back(ctx, project, 2, input).await?.generation, 3);
            }
            Flow::Yank => {
                let input = YankInput { severity: Severity::Block, reason: "It is wrong.".into() };
                yank(ctx, project, &hello(), &"1.0.0".parse().unwrap(), input).await?;
            }
            Flow::CreateEnvironment => {
                let input = CreateEnvironmentInput {
                    name: "testing".parse().unwrap(),
                    after: Some(development()),
                    policy: None,
                };
                environment::create(ctx, project, input).await?;
            }
            Flow::SetPolicy => {
                environment::set_policy(ctx, project, &development(), self.revision, Policy::strict())
                    .await?;
            }
            Flow::IssueToken => {
                issue(ctx, token_input()).await?;
            }
            Flow::RevokeToken => revoke(ctx, self.token.split('_').nth(1).unwrap()).await?,
            Flow::Edit => {
                let (edit, input) = self.edit.as_ref().unwrap();
                let there = draft(ctx, project, &hello()).await?;
                let published = self.published().await;
                if there.is_none() && !published {
                    save_draft(ctx, project, &hello(), edit, None).await?;
                }
                publish(ctx, project, &hello(), input).await?;
            }
        }
        Ok(())
    }

    async fn published(&self) -> bool {
        let id = LedgerId::Project(self.test.project.clone());
        self.test.store.command(&id, &KEY.parse().unwrap()).await.unwrap().is_some()
    }

    /// A node that starts now and sees the store as it is.
    async fn fresh(&self) -> (Arc<App>, Arc<Faulty>) {
        let faulty = Faulty::over(self.test.store.clone());
        (App::start(faulty.ports(&self.test.clock, 8)).await.unwrap().app, faulty)
    }

    /// Memory is the fold of the ledger, and what is served is what it says.
    async fn agrees(&self, what: &str) {
        look(&self.app).await;
        let (fresh, store) = self.fresh().await;
        // Which node opens a project that was only named is left open; both have it now.
        look(&self.app).await;
        assert_eq!(self.faulty.states(&self.app).await, store.states(&fresh).await, "{what}");
        assert_eq!(served(&self.app, &self.test).await, served(&fresh, &self.test).await, "{what}");
        let checked = ledger::check(&self.ctx(&fresh, "check").await, &self.test.project).await.unwrap();
        assert!(checked.sound, "{what}: {:?}", checked.findings);
    }

    /// Serving needs no storage.
    async fn reads(&self, what: &str) {
        self.faulty.away(true);
        let inputs = json!({ "person": "Ada" }).as_object().unwrap().clone();
        let values = Values { inputs, ..Values::default() };
        let input = ResolveManyInput {
            environment: development(),
            subject: None,
            attributes: BTreeMap::new(),
            prompts: [(NAME.parse().unwrap(), values)].into(),
            render: Render::Messages,
        };
        let ctx = self.ctx(&self.app, "read").await;
        let found = resolve_many(&ctx, &self.test.project, input).await;
        self.faulty.away(false);
        assert!((1..=3).contains(&found.unwrap().generation), "{what}");
    }
}

fn token_input() -> IssueInput {
    IssueInput {
        label: "short".into(),
        role: Role::Serve,
        projects: None,
        environments: None,
        actions: None,
        days: None,
    }
}

/// What a run without faults leaves in the ledgers.
async fn reference(flow: Flow) -> (Written, u64) {
    let world = World::new(flow).await;
    let ctx = world.ctx(&world.app, KEY).await;
    world.faulty.arm(u64::MAX, Fault::Before);
    world.run(flow, &ctx).await.unwrap();
    let (calls, _) = world.faulty.disarm();
    world.agrees(&format!("{flow:?} without faults")).await;
    (written(&world.test.store).await, calls)
}

async fn every_call(flow: Flow) {
    let (expected, calls) = reference(flow).await;
    assert!(calls > 1, "{flow:?} asks storage {calls} times");
    for n in 1..=calls {
        for fault in FAULTS {
            let what = format!("{flow:?}, call {n}, {fault:?}");
            let world = World::new(flow).await;
            let before = written(&world.test.store).await;
            let ctx = world.ctx(&world.app, KEY).await;
            world.faulty.arm(n, fault);
            let first = world.run(flow, &ctx).await;
            let (_, fired) = world.faulty.disarm();
            if !fired {
                assert_eq!(fault, Fault::Full, "{what}: not reached");
                continue;
            }
            world.reads(&what).await;
            let after = written(&world.test.store).await;
            // A project is named in one ledger and opened in its own: the first to look at it opens it.
            let named = flow == Flow::CreateProject && after.len() == before.len() + 1;
            assert!(after == before || after == expected || named, "{what}: between: {after:?}");
            assert!(first.is_err() || after == expected, "{what}: said to be done, and is not");
            if fault == Fault::Full && after == expected {
                // Only cleaning up failed.
                assert!(first.is_ok() || flow == Flow::CreateProject, "{what}: {first:?}");
            }
            world.agrees(&what).await;
            if let Err(error) = world.run(flow, &ctx).await {
                panic!("{what}: again: {error}");
            }
            assert_eq!(written(&world.test.store).await, expected, "{what}: again");
            // And from another node.
            let (other, _) = world.fresh().await;
            let ctx = world.ctx(&other, KEY).await;
            if let Err(error) = world.run(flow, &ctx).await {
                panic!("{what}: from another node: {error}");
            }
            assert_eq!(written(&world.test.store).await, expected, "{what}: from another node");
            world.agrees(&what).await;
            if flow == Flow::Edit {
                let ctx = world.ctx(&world.app, "draft").await;
                let left = draft(&ctx, &world.test.project, &hello()).await.unwrap();
                assert!(left.is_none(), "{what}: the draft is still there");
            }
            if flow == Flow::RevokeToken {
                assert!(authenticate(&world.app, &world.token).await.is_err(), "{what}");
            }
        }
    }
}

macro_rules! flows {
    ($($name:ident: $flow:ident;)*) => {$(
        #[tokio::test]
        async fn $name() {
            every_call(Flow::$flow).await;
        }
    )*};
}

flows! {
    creating_a_project: CreateProject;
    publishing: Publish;
    opening_a_release: Open;
    going_back: RollBack;
    yanking: Yank;
    creating_an_environment: CreateEnvironment;
    setting_a_policy: SetPolicy;
    issuing_a_token: IssueToken;
    revoking_a_token: RevokeToken;
    editing: Edit;
}
