//! Following a store that other nodes write to: the ledgers' ends are asked for again and again, hints make it sooner,
//! and whatever grew is folded in and served.

use std::sync::Arc;
use std::time::Duration;

use cuelight_core::ledger::{LedgerId, Micros, Seq};
use cuelight_store::NodeRecord;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::app::{App, Project};
use crate::error::AppResult;
use crate::{AppError, Code};

/// How often a node looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Longest time between two looks at the ledgers' ends. Nodes differ by up to a tenth of it.
    pub poll: Duration,
    /// Time between two words of its own; `None` where there is nobody to tell.
    pub beat: Option<Duration>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { poll: Duration::from_secs(1), beat: Some(Duration::from_secs(2)) }
    }
}

impl Pace {
    /// That of a node whose store nobody else writes to: it looks only to mend what a failure has left behind.
    #[must_use]
    pub const fn alone() -> Self {
        Self { poll: Duration::from_secs(1), beat: None }
    }
}

/// Nodes are forgotten when they have said nothing for so long, in microseconds.
const FORGOTTEN: Micros = 3_600_000_000;
/// Hints that come closer together than this are answered as one.
const BREATH: Duration = Duration::from_millis(2);
/// Longest time that one look may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why a node cannot go on following.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// The store holds less than this node has seen, or something else: a backup was restored beneath it.
    #[error(
        "ledger {ledger} ends at entry {found} in the store, and this node has seen entry {known}: the store was replaced"
    )]
    Replaced {
        /// Which ledger.
        ledger: LedgerId,
        /// Where it ends.
        found: Seq,
        /// What the node has seen.
        known: Seq,
    },
}

/// Follows until `stopping` is true. While the store is away it goes on trying.
///
/// # Errors
/// [`Lost`] when the store is not the one that was followed: the process should end and start anew.
pub async fn follow(app: Arc<App>, pace: Pace, mut stopping: watch::Receiver<bool>) -> Result<(), Lost> {
    app.node.follows();
    let spread = spread(&app);
    let mut beaten: Option<Instant> = None;
    let mut away = false;
    loop {
        match timeout(PATIENCE, look(&app)).await.unwrap_or_else(|_| Err(Trouble::slow())) {
            Ok(()) => {
                if away {
                    tracing::info!("the database answers again");
                }
                away = false;
                app.node.heard(app.now());
                if let Some(every) = pace.beat
                    && beaten.is_none_or(|at| at.elapsed() >= every)
                {
                    beaten = Some(Instant::now());
                    beat(&app).await;
                }
            }
            Err(Trouble::Lost(lost)) => return Err(lost),
            Err(Trouble::Away(error)) => {
                if !away {
                    tracing::warn!(
                        detail = error.detail,
                        "the database does not answer; serving what is known"
                    );
                }
                away = true;
            }
        }
        let ended = async {
            // An error means that the sender is gone, which is an end as well.
            let _ended = stopping.wait_for(|stopping| *stopping).await;
        };
        tokio::select! {
            () = sleep(pace.poll.mul_f64(spread)) => {}
            () = app.ports.ledger.hint(), if !away => sleep(BREATH).await,
            () = ended => break,
        }
    }
    if pace.beat.is_some() {
        // Others need not wait until they notice; the next beat of any of them removes the record.
        let _they_notice = timeout(Duration::from_secs(1), say(&app, app.now() - FORGOTTEN - 1)).await;
    }
    Ok(())
}

enum Trouble {
    Away(AppError),
    Lost(Lost),
}

impl Trouble {
    fn slow() -> Self {
        Self::Away(AppError::new(Code::Unavailable, "the database does not answer in time"))
    }
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        Self::Away(error)
    }
}

/// Looks once, and takes in what is new: the installation first, since it says which projects and tokens there are.
async fn look(app: &Arc<App>) -> Result<(), Trouble> {
    let ends = app.ports.ledger.ends().await.map_err(AppError::from)?;
    let end = |id: &LedgerId| ends.iter().find(|(ledger, _)| ledger == id).map_or(0, |(_, seq)| *seq);
    let id = LedgerId::Installation;
    not_replaced(app, &id, end(&id), app.installation.seq()).await?;
    if end(&id) > app.installation.seq() {
        app.installation.catch_up().await?;
    }
    for name in app.installation.read(|i| i.projects.keys().cloned().collect::<Vec<_>>()) {
        let id = LedgerId::Project(name.clone());
        if end(&id) == 0 {
            // Named a moment ago by another node, which is about to open it.
            continue;
        }
        let project = app.project(&name).await?;
        let known = project.journal.seq();
        not_replaced(app, &id, end(&id), known).await?;
        if end(&id) > known {
            project.journal.catch_up().await?;
        }
        serve(app, &project).await;
    }
    Ok(())
}

/// Serves what the journal knows, if it does not yet, or could not because storage was away.
async fn serve(app: &Arc<App>, project: &Project) {
    let behind = *project.serving.watch().borrow() < project.journal.seq();
    // A recovery may have been put on record, by this server or by another.
    if behind || project.serving.owing() || !project.serving.is_of(app.epoch()) {
        // What cannot be loaded is logged there, and goes on as it was.
        let _served_in_part = project.refresh(app).await;
    }
}

async fn not_replaced(app: &App, ledger: &LedgerId, found: Seq, known: Seq) -> Result<(), Trouble> {
    if found >= known {
        return Ok(());
    }
    // What this node wrote after the question was asked lies ahead of the answer.
    let ends = app.ports.ledger.ends().await.map_err(AppError::from)?;
    let found = ends.iter().find(|(other, _)| other == ledger).map_or(0, |(_, seq)| *seq);
    if found >= known {
        return Ok(());
    }
    Err(Trouble::Lost(Lost::Replaced { ledger: ledger.clone(), found, known }))
}

/// Says what this node serves, and forgets those long gone. That it cannot be heard harms nothing.
async fn beat(app: &App) {
    let now = app.now();
    let said: AppResult<()> = async {
        say(app, now).await?;
        app.ports.nodes.forget(now.saturating_sub(FORGOTTEN)).await?;
        Ok(())
    }
    .await;
    if let Err(error) = said {
        tracing::warn!(detail = error.detail, "this node could not say what it serves");
    }
}

async fn say(app: &App, at: Micros) -> AppResult<()> {
    let report = serde_json::to_vec(&app.report()).map_err(AppError::internal)?;
    Ok(app.ports.nodes.beat(NodeRecord { id: app.node.id().to_owned(), at, report }).await?)
}

/// A factor between 0.9 and 1.1 of this node's own, so that nodes do not all ask at once.
fn spread(app: &App) -> f64 {
    let first = app.node.id().bytes().fold(0_u8, |sum, b| sum.wrapping_mul(31).wrapping_add(b));
    0.9 + f64::from(first) / 255.0 * 0.2
}
