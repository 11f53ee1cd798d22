//! Appends what a decision says: one command, one transaction, once.

use std::sync::PoisonError;

use cuelight_artifact::Digest;
use cuelight_core::Context;
use cuelight_core::ledger::tree::leaf_hash;
use cuelight_core::ledger::{Actor, CommandId, Entry, Micros, Seq};
use cuelight_core::state::Stamp;
use cuelight_store::{Append, Appended, CommandRecord, Encoded, NewBlob};

use super::{Fold, Journal, SAVE_EVERY, decode};
use crate::code::Code;
use crate::error::{AppError, AppResult};

/// How often a decision is made anew because another node was faster.
const ATTEMPTS: usize = 100;

/// How many entries after a saved state the next one is saved. A state is as large as its ledger is long, so the time
/// between two grows with it: saving stays a small part of the work, and a start replays at most this much.
const fn save_after(saved: Seq) -> u64 {
    let share = saved / 16;
    if share > SAVE_EVERY { share } else { SAVE_EVERY }
}

/// A command to be decided and appended.
#[derive(Clone)]
pub struct Commit {
    /// Its idempotency key.
    pub command: CommandId,
    /// What it asks, to recognise a key used twice.
    pub fingerprint: Digest,
    /// Who.
    pub actor: Actor,
    /// When.
    pub now: Micros,
}

/// What was decided: events, and the blobs they speak of.
#[derive(Debug, Clone, Default)]
pub struct Decision<E> {
    /// The events.
    pub events: Vec<E>,
    /// Blobs to store in the same transaction.
    pub blobs: Vec<NewBlob>,
}

/// What the ledger now says about a command.
#[derive(Debug, Clone)]
pub struct Committed<E> {
    /// Its events with their places.
    pub events: Vec<(Stamp, E)>,
    /// Whether it had been applied before: this call changed nothing.
    pub replayed: bool,
}

impl<F: Fold> Journal<F> {
    /// Decides on the newest state and appends, deciding again if another node was faster. A command that was
    /// applied before is not decided again: its first outcome is returned.
    ///
    /// # Errors
    /// The decision's refusal, `recovery_needed`, `idempotency_key_reused`, or storage trouble.
    pub async fn commit<D>(&self, commit: Commit, decide: D) -> AppResult<Committed<F::Event>>
    where
        D: Fn(&F, &Context) -> AppResult<Decision<F::Event>> + Send + Sync,
    {
        self.gate.check()?;
        self.commit_ungated(commit, decide).await
    }

    /// As [`Journal::commit`], also into a restored copy that is not on record: for what puts it on record.
    ///
    /// # Errors
    /// As [`Journal::commit`], but for `recovery_needed`.
    pub(crate) async fn commit_ungated<D>(&self, commit: Commit, decide: D) -> AppResult<Committed<F::Event>>
    where
        D: Fn(&F, &Context) -> AppResult<Decision<F::Event>> + Send + Sync,
    {
        let mut saved_at = self.writer.lock().await;
        if let Some(record) = self.store.command(&self.id, &commit.command).await? {
            return self.replay(&commit, &record).await;
        }
        self.catch_up().await?;
        let context = Context { now: commit.now, actor: commit.actor.clone() };
        for _ in 0..ATTEMPTS {
            let (append, events, leaves) = self.prepare(&commit, &context, &decide)?;
            match self.store.append(append).await? {
                Appended::Stored => {
                    let folded: Vec<_> = events.iter().cloned().zip(leaves).collect();
                    self.fold(&folded)?;
                    let seq = self.seq();
                    if seq >= *saved_at + save_after(*saved_at) {
                        *saved_at = seq;
                        // Only a shortcut for the next start: the command is recorded whatever becomes of it.
                        if let Err(error) = self.save().await {
                            tracing::warn!(ledger = %self.id, detail = error.detail, "the state could not be saved");
                        }
                    }
                    return Ok(Committed { events, replayed: false });
                }
                Appended::Duplicate(record) => return self.replay(&commit, &record).await,
                Appended::Behind { .. } => self.catch_up().await?,
            }
        }
        Err(AppError::new(
            Code::Unavailable,
            "too many others write at the same time; repeat with the same key",
        ))
    }

    #[expect(clippy::type_complexity, reason = "the three parts are used once, together, by the only caller")]
    fn prepare<D>(
        &self,
        commit: &Commit,
        context: &Context,
        decide: &D,
    ) -> AppResult<(Append, Vec<(Stamp, F::Event)>, Vec<Digest>)>
    where
        D: Fn(&F, &Context) -> AppResult<Decision<F::Event>>,
    {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let decision = decide(&inner.state, context)?;
        let mut frontier = inner.frontier.clone();
        let expected = frontier.size();
        let at = commit.now.max(inner.at);
        drop(inner);
        let (mut entries, mut events, mut leaves) = (Vec::new(), Vec::new(), Vec::new());
        for event in decision.events {
            let seq: Seq = frontier.size() + 1;
            let (kind, body) = F::encode(&event).map_err(AppError::internal)?;
            let entry = Entry {
                seq,
                at,
                prev: frontier.root(),
                actor: commit.actor.clone(),
                command: commit.command.clone(),
                kind: kind.clone(),
                body,
            };
            let bytes = entry.encode().map_err(AppError::internal)?;
            let leaf = leaf_hash(&bytes);
            frontier.push(leaf);
            entries.push(Encoded { seq, at, kind, bytes, leaf });
            events.push((Stamp { seq, at, actor: commit.actor.clone() }, event));
            leaves.push(leaf);
        }
        let append = Append {
            ledger: self.id.clone(),
            expected,
            command: commit.command.clone(),
            fingerprint: commit.fingerprint,
            entries,
            checkpoint: self.sign(&frontier)?,
            blobs: decision.blobs,
        };
        Ok((append, events, leaves))
    }

    /// Reads the state that a command's answer is made from: the newest, or the one right after its entries when it had been
    /// applied before. So a repeated command gets its first answer, whatever has happened since.
    ///
    /// # Errors
    /// When storage is away, or an entry cannot be read.
    pub(crate) async fn read_after<T>(
        &self,
        committed: &Committed<F::Event>,
        read: impl FnOnce(&F) -> T,
    ) -> AppResult<T> {
        match committed.events.last() {
            Some((last, _)) if committed.replayed => self.read_as_of(last.seq, read).await,
            _ => Ok(self.read(read)),
        }
    }

    async fn replay(&self, commit: &Commit, record: &CommandRecord) -> AppResult<Committed<F::Event>> {
        if record.fingerprint.is_some_and(|f| f != commit.fingerprint) {
            return Err(AppError::new(
                Code::IdempotencyKeyReused,
                format!("this Idempotency-Key was used for another request (ledger entry {})", record.first),
            ));
        }
        self.catch_up().await?;
        let count = u32::try_from(record.last - record.first + 1).unwrap_or(u32::MAX);
        let stored = self.store.read(&self.id, record.first - 1, count).await?;
        let events = stored.iter().map(|s| decode::<F>(&self.id, s)).collect::<AppResult<Vec<_>>>()?;
        Ok(Committed { events, replayed: true })
    }
}
