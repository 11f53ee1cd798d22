//! Keeping the copy up to date.

use std::time::Duration;

use cuelight_core::ledger::{LedgerId, Seq};
use cuelight_store::{StoreError, copy};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::{KINDS, Replica};

/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_secs(5);

impl Replica {
    /// Copies what the database has and the copy lacks. Texts that were erased in the database are erased here.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the copy is one of another database, or ahead of it; what either store fails with.
    pub async fn bring_up(&self) -> Result<(), StoreError> {
        let ends = self.probe().await?;
        self.copy_all(&ends).await?;
        let primary = self.primary()?;
        for (id, _) in &ends {
            copy::erasures(primary.side(), self.copy.side(), id).await?;
        }
        Ok(())
    }

    /// Whether the copy is one of this database, as far as it goes. Asks only for the last entry of each ledger.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is not; what either store fails with.
    pub async fn check_copy(&self) -> Result<(), StoreError> {
        let primary = self.primary()?;
        for (id, end) in self.copy.ledger.ends().await? {
            let ours = self.copy.ledger.read(&id, end.saturating_sub(1), 1).await?;
            let theirs = primary.ledger.read(&id, end.saturating_sub(1), 1).await?;
            if ours.first().map(|e| &e.bytes) != theirs.first().map(|e| &e.bytes) {
                return Err(StoreError::Conflict {
                    what: format!(
                        "entry {end} of ledger {id} is another one in the database than in the copy"
                    ),
                });
            }
        }
        Ok(())
    }

    /// Keeps the copy up to date until `stopping` is true. A copy that cannot be written is logged; serving goes on.
    pub async fn keep(&self, mut stopping: watch::Receiver<bool>) {
        let mut failing = false;
        loop {
            let ended = async {
                // An error means that the sender is gone, which is an end as well.
                let _ended = stopping.wait_for(|stopping| *stopping).await;
            };
            tokio::select! {
                () = self.grown.notified() => {}
                () = ended => return,
            }
            match self.copy_new().await {
                Ok(()) => failing = false,
                Err(error) if error.is_away() && self.primary().is_err() => {}
                Err(error) => {
                    if !failing {
                        tracing::error!(%error, "the local copy of the database cannot be kept up to date");
                    }
                    failing = true;
                    sleep(PAUSE).await;
                }
            }
        }
    }

    async fn copy_new(&self) -> Result<(), StoreError> {
        let ends = self.primary()?.ledger.ends().await?;
        self.copy_all(&ends).await
    }

    async fn copy_all(&self, ends: &[(LedgerId, Seq)]) -> Result<(), StoreError> {
        let primary = self.primary()?;
        let known = self.copy.ledger.ends().await?;
        for (id, end) in ends {
            let have = known.iter().find(|(other, _)| other == id).map_or(0, |(_, seq)| *seq);
            if have >= *end {
                continue;
            }
            if *id == LedgerId::Installation {
                // Before the entries that speak of them.
                copy::vault(&*primary.vault, &*self.copy.vault, KINDS).await?;
            }
            copy::ledger(primary.side(), self.copy.side(), id, |_| ()).await?;
        }
        Ok(())
    }
}
