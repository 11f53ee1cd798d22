//! A ledger with the state it folds into: loads it, follows it, and appends to it. The same code serves projects
//! and the installation.

mod commit;
mod fold;

pub use commit::{Commit, Committed, Decision};
pub use fold::Fold;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use cuelight_artifact::Digest;
use cuelight_core::ledger::checkpoint::{Checkpoint, origin};
use cuelight_core::ledger::entry::read;
use cuelight_core::ledger::note::SignerKey;
use cuelight_core::ledger::tree::{Blocks, Frontier};
use cuelight_core::ledger::{LedgerId, Micros, Seq};
use cuelight_core::state::Stamp;
use cuelight_store::{Ledger, SavedState, StoredEntry};
use tokio::sync::watch;

use crate::code::Code;
use crate::error::{AppError, AppResult};
use crate::recovery::Gate;

/// Entries read at a time.
const PAGE: u32 = 1_000;
/// A state is saved after this many new entries, or more when the ledger is long.
const SAVE_EVERY: u64 = 512;

/// One ledger and its state.
pub struct Journal<F: Fold> {
    id: LedgerId,
    store: Arc<dyn Ledger>,
    signer: Arc<SignerKey>,
    installation: String,
    gate: Arc<Gate>,
    inner: RwLock<Inner<F>>,
    /// Held by whoever appends from this process, so that they do not race for the same `seq`.
    writer: tokio::sync::Mutex<Seq>,
    head: watch::Sender<Seq>,
}

struct Inner<F> {
    state: F,
    blocks: Blocks,
    frontier: Frontier,
    at: Micros,
}

/// What a journal needs to open.
pub struct Opening {
    /// Which ledger.
    pub id: LedgerId,
    /// Where it is stored.
    pub store: Arc<dyn Ledger>,
    /// Signs its checkpoints.
    pub signer: Arc<SignerKey>,
    /// The installation's id, part of the checkpoints' origin.
    pub installation: String,
    /// What refuses writes into a restored copy.
    pub gate: Arc<Gate>,
}

impl<F: Fold> Journal<F> {
    /// Loads the newest saved state and every entry after it.
    ///
    /// # Errors
    /// When storage is away, or holds an entry this binary cannot read.
    pub async fn open(opening: Opening) -> AppResult<Self> {
        let Opening { id, store, signer, installation, gate } = opening;
        let (state, blocks) = match newest_saved::<F>(&id, &store, None).await? {
            None => (F::default(), Blocks::new()),
            Some(saved) => {
                let seq = saved.seq;
                // Beside each other: both take a moment when the ledger is long.
                match tokio::join!(read_saved::<F>(saved), load_tree(&id, &store, seq)) {
                    (None, _) => (F::default(), Blocks::new()),
                    (Some(state), blocks) => (state, blocks?),
                }
            }
        };
        let (seq, at, frontier) = (state.seq(), state.at(), blocks.frontier());
        let journal = Self {
            id,
            store,
            signer,
            installation,
            gate,
            inner: RwLock::new(Inner { state, blocks, frontier, at }),
            writer: tokio::sync::Mutex::new(seq),
            head: watch::Sender::new(seq),
        };
        journal.catch_up().await?;
        Ok(journal)
    }

    /// The state, for reading. Hold it briefly and never across an await.
    pub fn read<T>(&self, read: impl FnOnce(&F) -> T) -> T {
        read(&self.lock().state)
    }

    /// Reads the state as it was right after entry `seq`: folded anew, from the nearest saved one, unless it is the newest.
    ///
    /// # Errors
    /// When storage is away, or an entry cannot be read.
    pub(crate) async fn read_as_of<T>(&self, seq: Seq, read: impl FnOnce(&F) -> T) -> AppResult<T> {
        {
            let inner = self.lock();
            if inner.frontier.size() == seq {
                return Ok(read(&inner.state));
            }
        }
        let mut state = match newest_saved::<F>(&self.id, &self.store, Some(seq)).await? {
            Some(saved) => read_saved::<F>(saved).await.unwrap_or_default(),
            None => F::default(),
        };
        let mut after = state.seq();
        while after < seq {
            let count = u32::try_from(seq - after).unwrap_or(PAGE).min(PAGE);
            let page = self.store.read(&self.id, after, count).await?;
            let Some(last) = page.last() else {
                return Err(corrupt(&self.id, after + 1, "it is not there any more"));
            };
            after = last.seq;
            for stored in &page {
                let (stamp, event) = decode::<F>(&self.id, stored)?;
                state.evolve(&stamp, &event);
            }
        }
        Ok(read(&state))
    }

    /// Which ledger this is.
    pub const fn id(&self) -> &LedgerId {
        &self.id
    }

    /// The port below.
    pub fn store(&self) -> &dyn Ledger {
        &*self.store
    }

    /// The last entry known here.
    pub fn seq(&self) -> Seq {
        self.lock().frontier.size()
    }

    /// Told whenever the ledger grows.
    pub fn watch(&self) -> watch::Receiver<Seq> {
        self.head.subscribe()
    }

    /// The index of block roots that proofs are made with.
    pub fn blocks(&self) -> Blocks {
        self.lock().blocks.clone()
    }

    /// The origin of this ledger's checkpoints.
    pub fn origin(&self) -> String {
        origin(&self.installation, &self.id)
    }

    /// How many entries this process knows, and a signed checkpoint over them, whatever storage says by now.
    ///
    /// # Errors
    /// `internal` when it cannot be signed.
    pub(crate) fn remembered(&self) -> AppResult<(Seq, String)> {
        let frontier = self.lock().frontier.clone();
        Ok((frontier.size(), self.sign(&frontier)?))
    }

    fn sign(&self, frontier: &Frontier) -> AppResult<String> {
        let checkpoint = Checkpoint { origin: self.origin(), size: frontier.size(), root: frontier.root() };
        checkpoint.sign(&self.signer).map_err(AppError::internal)
    }

    /// Folds in whatever the store has beyond what is known.
    ///
    /// # Errors
    /// When storage is away, or an entry cannot be read.
    pub async fn catch_up(&self) -> AppResult<()> {
        let mut after = self.seq();
        let mut page = self.store.read(&self.id, after, PAGE).await?;
        loop {
            after = page.last().map_or(after, |e| e.seq);
            if page.len() < PAGE as usize {
                return self.fold_page(&page);
            }
            // The store reads the next page while this one is folded: it has threads of its own.
            let next = self.store.read(&self.id, after, PAGE);
            let (next, folded) = tokio::join!(biased; next, async { self.fold_page(&page) });
            folded?;
            page = next?;
        }
    }

    fn fold_page(&self, page: &[StoredEntry]) -> AppResult<()> {
        let mut decoded = Vec::with_capacity(page.len());
        for stored in page {
            decoded.push((decode::<F>(&self.id, stored)?, stored.leaf));
        }
        self.fold(&decoded)
    }

    fn fold(&self, entries: &[((Stamp, F::Event), Digest)]) -> AppResult<()> {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        for ((stamp, event), leaf) in entries {
            if stamp.seq <= inner.frontier.size() {
                continue;
            }
            if stamp.seq != inner.frontier.size() + 1 {
                return Err(corrupt(&self.id, stamp.seq, "the numbers have a gap before it"));
            }
            inner.state.evolve(stamp, event);
            inner.frontier.push(*leaf);
            inner.blocks.push(*leaf);
            inner.at = stamp.at;
        }
        let seq = inner.frontier.size();
        drop(inner);
        self.head.send_if_modified(|head| {
            let grew = *head < seq;
            *head = (*head).max(seq);
            grew
        });
        Ok(())
    }

    fn lock(&self) -> RwLockReadGuard<'_, Inner<F>> {
        // A panic while holding this lock can only come from a bug in `evolve`, which is total; what was folded
        // so far is still the fold of a prefix of the ledger.
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Saves the state now, so that the next start is quick.
    ///
    /// # Errors
    /// When storage is away.
    pub async fn save(&self) -> AppResult<()> {
        let (seq, bytes) = {
            let inner = self.lock();
            (inner.frontier.size(), inner.state.save())
        };
        if let Some(bytes) = bytes.filter(|_| seq > 0) {
            self.store.save_state(&self.id, SavedState { seq, format: F::FORMAT, bytes }).await?;
            self.store.drop_saved_states(&self.id, seq).await?;
        }
        Ok(())
    }
}

/// The newest saved state of this form, unless the ledger ends before it.
async fn newest_saved<F: Fold>(
    id: &LedgerId,
    store: &Arc<dyn Ledger>,
    at_most: Option<Seq>,
) -> AppResult<Option<SavedState>> {
    let Some(saved) = store.saved_state(id, F::FORMAT, at_most).await? else { return Ok(None) };
    let known = store.head(id).await?.map_or(0, |h| h.seq);
    Ok(Some(saved).filter(|saved| saved.seq <= known))
}

/// Reads it, on a thread of its own. One that cannot be read is only a lost shortcut.
async fn read_saved<F: Fold>(saved: SavedState) -> Option<F> {
    let SavedState { seq, bytes, .. } = saved;
    let read = tokio::task::spawn_blocking(move || F::load(&bytes));
    read.await.ok()?.filter(|state| state.seq() == seq)
}

async fn load_tree(id: &LedgerId, store: &Arc<dyn Ledger>, seq: Seq) -> AppResult<Blocks> {
    let mut blocks = Blocks::new();
    let mut next = 1;
    while next <= seq {
        let end = (next + 65_536).min(seq + 1);
        let leaves = store.leaf_hashes(id, next..end).await?;
        if leaves.len() as u64 != end - next {
            return Err(corrupt(id, next, "entries are missing after it"));
        }
        leaves.into_iter().for_each(|leaf| blocks.push(leaf));
        next = end;
    }
    Ok(blocks)
}

fn decode<F: Fold>(id: &LedgerId, stored: &StoredEntry) -> AppResult<(Stamp, F::Event)> {
    let (entry, body) = read::read(&stored.bytes).map_err(|e| corrupt(id, stored.seq, &e.to_string()))?;
    if entry.seq != stored.seq {
        return Err(corrupt(id, stored.seq, "its bytes carry another number"));
    }
    let event = F::read(&entry.kind, &body).map_err(|e| corrupt(id, stored.seq, &e.to_string()))?;
    Ok((Stamp { seq: entry.seq, at: entry.at, actor: entry.actor }, event))
}

fn corrupt(id: &LedgerId, seq: Seq, because: &str) -> AppError {
    AppError::new(Code::Corrupt, format!("ledger {id}, entry {seq}: {because}"))
}
