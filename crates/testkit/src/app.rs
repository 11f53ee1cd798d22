//! An application on the memory store, with a project and an administrator.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cuelight_app::app::VAULT_KINDS;
use cuelight_app::plan::{ApplyOutput, PlanInput, apply};
use cuelight_app::ports::Clock as _;
use cuelight_app::project::{CreateProjectInput, create};
use cuelight_app::recovery::{Mark, RecoverInput, ends, mark, record};
use cuelight_app::release::{OpenInput, PinItem, ReleaseInfo, ReleaseItem, open};
use cuelight_app::token::{IssueInput, authenticate, issue};
use cuelight_app::{App, AppResult, Ctx, Ports};
use cuelight_artifact::ProjectName;
use cuelight_core::rights::Role;
use cuelight_store::memory::MemoryStore;
use cuelight_store::{Ledger as _, SecretBytes, Vault as _, VaultKey, copy};

use crate::world::{SeededEntropy, TestClock};

/// An application ready to be tested.
pub struct TestApp {
    /// It.
    pub app: Arc<App>,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// What it stores in.
    pub store: Arc<MemoryStore>,
    /// The administrator's token.
    pub admin: String,
    /// The project `acme`, open and empty.
    pub project: ProjectName,
    commands: AtomicU64,
}

impl TestApp {
    /// A new one.
    ///
    /// # Errors
    /// None that a test expects.
    pub async fn new() -> AppResult<Self> {
        Self::on(Arc::default()).await
    }

    /// One on this store, which must be empty.
    ///
    /// # Errors
    /// When it is not.
    pub async fn on(store: Arc<MemoryStore>) -> AppResult<Self> {
        let clock = Arc::new(TestClock::default());
        let started = App::start(ports(&store, &clock, 1)).await?;
        let admin = started.first_token.map(|t| t.token).unwrap_or_default();
        let project: ProjectName = "acme".parse().map_err(cuelight_app::AppError::internal)?;
        let test = Self { app: started.app, clock, store, admin, project, commands: AtomicU64::new(0) };
        create(&test.ctx().await?, CreateProjectInput { name: test.project.clone() }).await?;
        Ok(test)
    }

    /// The same installation as another process would open it.
    ///
    /// # Errors
    /// When the store does not hold what it should.
    pub async fn reopened(&self) -> AppResult<Arc<App>> {
        Ok(App::start(ports(&self.store, &self.clock, 2)).await?.app)
    }

    /// A copy of everything, marked as a backup.
    ///
    /// # Errors
    /// None that a test expects.
    pub async fn backup(&self) -> AppResult<Arc<MemoryStore>> {
        let store: Arc<MemoryStore> = Arc::default();
        for ledger in self.store.ledgers().await? {
            let [from, to] = [&*self.store, &*store].map(|s| copy::Side { ledger: s, blobs: s });
            copy::ledger(from, to, &ledger, |_| {}).await?;
        }
        copy::vault(&*self.store, &*store, &VAULT_KINDS).await?;
        let (copy, made_at, ledgers) = ("copy-1".into(), self.clock.now(), ends(&*store).await?);
        mark(&*store, &Mark { copy, made_at, ledgers }).await?;
        Ok(store)
    }

    /// The installation goes on from a backup, and that is on record.
    ///
    /// # Errors
    /// None that a test expects.
    pub async fn restored(&self, backup: Arc<MemoryStore>) -> AppResult<Self> {
        let app = App::start(ports(&backup, &self.clock, 3)).await?.app;
        let commands = AtomicU64::new(self.commands.load(Ordering::Relaxed) + 1_000);
        let (clock, admin, project) = (self.clock.clone(), self.admin.clone(), self.project.clone());
        let test = Self { app, clock, store: backup, admin, project, commands };
        let why = RecoverInput { reason: "The disk died.".into(), checkpoints: Vec::new() };
        record(&test.ctx().await?, why).await?;
        Ok(test)
    }

    /// A new command of the administrator.
    ///
    /// # Errors
    /// None that a test expects.
    pub async fn ctx(&self) -> AppResult<Ctx> {
        self.ctx_of(&self.admin).await
    }

    /// A new command of whoever holds the token.
    ///
    /// # Errors
    /// When the token is not valid.
    pub async fn ctx_of(&self, token: &str) -> AppResult<Ctx> {
        let number = self.commands.fetch_add(1, Ordering::SeqCst);
        let principal = authenticate(&self.app, token).await?;
        let key = format!("test-{number}").parse().map_err(cuelight_app::AppError::internal)?;
        let request_id = format!("request-{number}");
        Ok(Ctx { app: Arc::clone(&self.app), principal, request_id, command: Some(key) })
    }

    /// A token with the full reach of a role.
    ///
    /// # Errors
    /// None that a test expects.
    pub async fn token(&self, role: Role) -> AppResult<String> {
        let input = IssueInput {
            label: role.as_str().into(),
            role,
            projects: None,
            environments: None,
            actions: None,
            days: None,
        };
        Ok(issue(&self.ctx().await?, input).await?.token)
    }

    /// Makes the first item of a kind in the vault unreadable, as another edition of the program or a fault might.
    ///
    /// # Errors
    /// Storage trouble; `internal` when there is no such item.
    pub async fn spoil(&self, kind: &str) -> AppResult<()> {
        let items = self.store.list(kind, None, 1).await?;
        let item =
            items.into_iter().next().ok_or_else(|| cuelight_app::AppError::internal("nothing to spoil"))?;
        let key = VaultKey::new(kind.to_owned(), item.key);
        self.store.put(&key, SecretBytes::new(b"unreadable".to_vec()), Some(item.revision)).await?;
        Ok(())
    }

    /// Publishes files.
    ///
    /// # Errors
    /// As [`apply`].
    pub async fn publish(&self, files: BTreeMap<String, String>) -> AppResult<ApplyOutput> {
        apply(&self.ctx().await?, &self.project, &plan_input(files)).await
    }

    /// Releases the newest versions of these prompts.
    ///
    /// # Errors
    /// As [`open`].
    pub async fn release(&self, environment: &str, prompts: &[&str]) -> AppResult<ReleaseInfo> {
        let items = prompts.iter().map(|p| item(p)).collect::<AppResult<Vec<_>>>()?;
        open(&self.ctx().await?, &self.project, release_input(environment, items)?).await
    }
}

/// A plan of these files and nothing else.
#[must_use]
pub fn plan_input(files: BTreeMap<String, String>) -> PlanInput {
    PlanInput { files, bumps: BTreeMap::new(), prerelease: None, upgrade: BTreeSet::new(), plan: None }
}

/// A release of these items and nothing else.
///
/// # Errors
/// When the environment's name is none.
pub fn release_input(environment: &str, items: Vec<ReleaseItem>) -> AppResult<OpenInput> {
    Ok(OpenInput {
        environment: environment.parse().map_err(cuelight_app::AppError::internal)?,
        items,
        expected_generation: None,
        way_back: None,
        notes: None,
        label: None,
        break_glass: None,
    })
}

fn item(text: &str) -> AppResult<ReleaseItem> {
    let (name, version) = match text.split_once('@') {
        None => (text, None),
        Some((name, version)) => (name, Some(version.parse().map_err(cuelight_app::AppError::internal)?)),
    };
    let prompt = name.parse().map_err(cuelight_app::AppError::internal)?;
    Ok(ReleaseItem::Set(PinItem { prompt, version }))
}

fn ports(store: &Arc<MemoryStore>, clock: &Arc<TestClock>, seed: u64) -> Ports {
    Ports {
        ledger: store.clone(),
        blobs: store.clone(),
        observations: store.clone(),
        vault: store.clone(),
        nodes: store.clone(),
        clock: clock.clone(),
        entropy: Arc::new(SeededEntropy::new(seed)),
    }
}
