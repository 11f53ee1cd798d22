//! The application: ports, keys, the installation's journal and the projects that are loaded.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use cuelight_artifact::{Digest, ProjectName};
use cuelight_core::command::OpenProject;
use cuelight_core::environment::Policy;
use cuelight_core::installation::{Installation, InstallationCommand, InstallationOpened};
use cuelight_core::ledger::note::SignerKey;
use cuelight_core::ledger::{Actor, LedgerId, Micros};
use cuelight_core::rights::{Role, Scope};
use cuelight_core::{Command, State, decide};
use cuelight_store::{Blobs, Ledger, Nodes, Observations, Put, SecretBytes, Vault, VaultKey};

use crate::code::Code;
use crate::ctx::fingerprint;
use crate::edit::draft;
use crate::error::{AppError, AppResult};
use crate::journal::{Commit, Decision, Journal, Opening};
use crate::node::{Node, NodeReport};
use crate::ports::{Clock, Entropy};
use crate::prompt::Library;
use crate::recovery::{self, Gate};
use crate::serve::{Contents, Serving};
use crate::session;
use crate::token::{self, Issued, Recorded};

/// Every kind of value that is ever in the vault: what a copy of a store takes along.
pub const VAULT_KINDS: [&str; 6] =
    [KEYS, token::VAULT_KIND, draft::KIND, recovery::KIND, session::KINDS[0], session::KINDS[1]];

/// The command that writes the first entries of a ledger.
pub(crate) const OPENING: &str = "open";

/// The kind of the installation's own keys in the vault.
const KEYS: &str = "key";

/// The outside world, as the application needs it.
#[derive(Clone)]
pub struct Ports {
    /// Where ledgers are.
    pub ledger: Arc<dyn Ledger>,
    /// Where content is.
    pub blobs: Arc<dyn Blobs>,
    /// Where observations are.
    pub observations: Arc<dyn Observations>,
    /// Where secrets are.
    pub vault: Arc<dyn Vault>,
    /// Which servers there are.
    pub nodes: Arc<dyn Nodes>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// The application.
pub struct App {
    pub(crate) ports: Ports,
    pub(crate) installation: Journal<Installation>,
    pub(crate) installation_id: String,
    pub(crate) signer: Arc<SignerKey>,
    pub(crate) cue_key: [u8; 32],
    /// Closed while the store is a restored copy that is not on record.
    pub(crate) gate: Arc<Gate>,
    /// Hashes of tokens that were used: an id's hash never changes, and serving must not wait for the vault.
    pub(crate) token_hashes: RwLock<HashMap<String, Digest>>,
    /// Whoever reads such a hash from the vault. After a start thousands may show one token at the same moment.
    pub(crate) token_lookup: tokio::sync::Mutex<()>,
    pub(crate) node: Node,
    projects: RwLock<BTreeMap<ProjectName, Arc<Project>>>,
    loading: tokio::sync::Mutex<()>,
}

/// A project that is loaded.
pub struct Project {
    /// Its name.
    pub name: ProjectName,
    pub(crate) journal: Journal<State>,
    pub(crate) serving: Serving,
    pub(crate) library: Library,
    /// Held while the ledger is checked, which reads all of it.
    pub(crate) checking: Arc<tokio::sync::Mutex<()>>,
}

/// An application that has just started.
pub struct Started {
    /// It.
    pub app: Arc<App>,
    /// On the very first start, the only copy of the administrator's token.
    pub first_token: Option<Issued>,
}

impl Project {
    /// Its content.
    pub(crate) fn contents<'a>(&'a self, app: &'a App) -> Contents<'a> {
        Contents { blobs: &*app.ports.blobs, ledger: self.journal.id() }
    }
}

impl App {
    /// Opens the installation, making keys and the first administrator's token when there is none yet.
    ///
    /// # Errors
    /// When storage is away or contradicts itself, or the system has no randomness.
    pub async fn start(ports: Ports) -> AppResult<Started> {
        let (installation_id, signer) = signing_key(&ports).await?;
        let cue_key = secret(&ports, "cue").await?;
        let signer = Arc::new(signer);
        let gate = Arc::new(Gate::new(recovery::marked(&*ports.vault).await?));
        let opening = Opening {
            id: LedgerId::Installation,
            store: ports.ledger.clone(),
            signer: signer.clone(),
            installation: installation_id.clone(),
            gate: gate.clone(),
        };
        let installation = Journal::open(opening).await?;
        let node = Node::new(hex::encode(&ports.entropy.bytes32()?[..8]), ports.clock.now());
        let app = Arc::new(Self {
            node,
            ports,
            installation,
            installation_id,
            signer,
            cue_key,
            gate,
            token_hashes: RwLock::default(),
            token_lookup: tokio::sync::Mutex::default(),
            projects: RwLock::default(),
            loading: tokio::sync::Mutex::default(),
        });
        recovery::settle(&app).await?;
        // The last thing that can fail on a first start: afterwards nobody could show the token.
        let first_token = app.first_start().await?;
        for name in app.installation.read(|i| i.projects.keys().cloned().collect::<Vec<_>>()) {
            match app.project(&name).await {
                Ok(_) => {}
                // A copy of a database that is away may lack a project that was opened last; it comes with the database.
                Err(error) if error.code == Code::Unavailable => {
                    tracing::warn!(project = %name, detail = error.detail, "not loaded yet");
                }
                // The backup was made between a project's creation and its first entry; it is opened later.
                Err(error) if error.code == Code::RecoveryNeeded => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Started { app, first_token })
    }

    /// The verifier key of all checkpoints, for whoever checks offline.
    #[must_use]
    pub fn verifier_key(&self) -> String {
        self.signer.verifier().to_string()
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Micros {
        self.ports.clock.now()
    }

    /// This server as one of several.
    #[must_use]
    pub const fn node(&self) -> &Node {
        &self.node
    }

    /// What this node says of itself at this moment.
    pub(crate) fn report(&self) -> NodeReport {
        let projects = self.all_loaded();
        self.node.report(projects.iter().map(Arc::as_ref), self.now())
    }

    /// Whether there is such a project.
    #[must_use]
    pub fn has_project(&self, name: &ProjectName) -> bool {
        self.installation.read(|i| i.projects.contains_key(name))
    }

    /// 32 random bytes, for keys of commands and the like.
    ///
    /// # Errors
    /// `unavailable` when the system has no randomness.
    pub fn random(&self) -> AppResult<[u8; 32]> {
        Ok(self.ports.entropy.bytes32()?)
    }

    /// Whether anything can be written now.
    ///
    /// # Errors
    /// `recovery_needed` while the store is a restored copy that is not on record.
    pub fn check_writable(&self) -> AppResult<()> {
        self.installation.read(|state| self.gate.look(state));
        self.gate.check()
    }

    /// When the backup was made that this store was restored from, while nothing can be written into it.
    #[must_use]
    pub fn restored_from(&self) -> Option<String> {
        self.check_writable().err()?;
        self.gate.mark().map(|mark| crate::time::show(mark.made_at))
    }

    /// How often the installation went on from a restored copy. Numbers given in one epoch (of generations, entries,
    /// releases) may have been given to something else in an earlier one.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.installation.read(cuelight_core::installation::Installation::epoch)
    }

    /// Whether storage answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> AppResult<()> {
        self.ports.ledger.head(&LedgerId::Installation).await?;
        Ok(())
    }

    /// The project, loaded.
    ///
    /// # Errors
    /// `unknown_project`, or storage trouble.
    pub async fn project(&self, name: &ProjectName) -> AppResult<Arc<Project>> {
        if let Some(found) = self.loaded(name) {
            return Ok(found);
        }
        let _one_at_a_time = self.loading.lock().await;
        if let Some(found) = self.loaded(name) {
            return Ok(found);
        }
        if !self.installation.read(|i| i.projects.contains_key(name)) {
            return Err(AppError::new(Code::UnknownProject, format!("there is no project `{name}`")));
        }
        let opening = Opening {
            id: LedgerId::Project(name.clone()),
            store: self.ports.ledger.clone(),
            signer: self.signer.clone(),
            installation: self.installation_id.clone(),
            gate: self.gate.clone(),
        };
        let journal = Journal::open(opening).await?;
        if journal.seq() == 0 {
            self.open_project(name, &journal).await?;
        }
        let project = Arc::new(Project {
            name: name.clone(),
            journal,
            serving: Serving::default(),
            library: Library::default(),
            checking: Arc::default(),
        });
        // What cannot be loaded is logged and not served; everything else is.
        let _served_in_part = project.refresh(self).await;
        self.projects
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.clone(), Arc::clone(&project));
        Ok(project)
    }

    /// Every project that is loaded.
    pub(crate) fn all_loaded(&self) -> Vec<Arc<Project>> {
        self.projects.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn loaded(&self, name: &ProjectName) -> Option<Arc<Project>> {
        self.projects.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Writes the first entries of a new project: its environments, in path order.
    async fn open_project(&self, name: &ProjectName, journal: &Journal<State>) -> AppResult<()> {
        let environment =
            |name: &str, policy| -> AppResult<_> { Ok((name.parse().map_err(AppError::internal)?, policy)) };
        let open = Command::OpenProject(OpenProject {
            project: name.clone(),
            key: self.verifier_key(),
            environments: vec![
                environment("development", Policy::open())?,
                environment("staging", Policy::strict())?,
                environment("production", Policy::strict())?,
            ],
        });
        let commit = Commit {
            command: OPENING.parse().map_err(AppError::internal)?,
            fingerprint: fingerprint("project.open", &Actor::System, &name)?,
            actor: Actor::System,
            now: self.now(),
        };
        journal
            .commit(commit, |state, context| {
                Ok(Decision { events: decide(state, &open, context)?, blobs: Vec::new() })
            })
            .await?;
        Ok(())
    }

    async fn first_start(&self) -> AppResult<Option<Issued>> {
        if self.installation.seq() > 0 {
            return Ok(None);
        }
        let open = InstallationOpened { id: self.installation_id.clone(), key: self.verifier_key() };
        let (issued, event) = token::mint(self, Scope::of(Role::Admin), None, "first administrator").await?;
        let commit = Commit {
            command: OPENING.parse().map_err(AppError::internal)?,
            fingerprint: fingerprint("installation.open", &Actor::System, &open.id)?,
            actor: Actor::System,
            now: self.now(),
        };
        let attempt = || {
            self.installation.commit(commit.clone(), |state, _| {
                // Both in one append: an installation that is open always has its first token.
                let mut events = state.decide(&InstallationCommand::Open(open.clone()))?;
                events.extend([cuelight_core::installation::InstallationEvent::TokenIssued(event.clone())]);
                Ok(Decision { events, blobs: Vec::new() })
            })
        };
        // Of several servers that start at once, one shows the token.
        Ok(match token::record(self, &issued.id, attempt).await? {
            Recorded::This => Some(issued),
            Recorded::Other(_) => None,
        })
    }

    /// Saves states, so that the next start is quick. For a graceful end.
    ///
    /// # Errors
    /// When storage is away.
    pub async fn save(&self) -> AppResult<()> {
        self.installation.save().await?;
        let projects = self.all_loaded();
        for project in projects {
            project.journal.save().await?;
        }
        Ok(())
    }
}

/// The key that signs checkpoints; its name, and so every checkpoint's origin, carries the installation's id.
async fn signing_key(ports: &Ports) -> AppResult<(String, SignerKey)> {
    let seed = secret(ports, "checkpoints").await?;
    let id_seed = secret(ports, "installation").await?;
    let id = hex::encode(&id_seed[..8]);
    let key = SignerKey::from_seed(&format!("cuelight/{id}"), &seed).map_err(AppError::internal)?;
    Ok((id, key))
}

/// A secret of 32 bytes, made on first use. If two nodes start at once, both end with the one that was first.
async fn secret(ports: &Ports, name: &str) -> AppResult<[u8; 32]> {
    let key = VaultKey::new(KEYS, name);
    for _ in 0..2 {
        if let Some(found) = ports.vault.get(&key).await? {
            return found.value.expose().try_into().map_err(|_| {
                AppError::new(Code::Corrupt, format!("the key `{name}` in the vault has not 32 bytes"))
            });
        }
        let fresh = ports.entropy.bytes32()?;
        let value = SecretBytes::new(fresh.to_vec());
        if let Put::Stored { .. } = ports.vault.put(&key, value, None).await? {
            return Ok(fresh);
        }
    }
    Err(AppError::new(Code::Unavailable, format!("the key `{name}` could neither be read nor made")))
}
