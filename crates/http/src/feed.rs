//! The feed of an environment as server-sent events: replay, then whatever comes, until the server ends or the token
//! does not hold any more.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::response::sse::Event;
use cuelight_app::node::Connected;
use cuelight_app::serve::feed::{FeedEvent, News, events, present};
use cuelight_app::{App, AppError, AppResult, Code, Ctx, token};
use cuelight_artifact::{EnvironmentName, ProjectName};
use cuelight_core::ledger::Seq;
use futures_util::{Stream, stream};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, Interval, interval_at};

use crate::call::Secret;

/// Shortest time after which a client shall connect again.
const RETRY: Duration = Duration::from_secs(1);
/// Clients are spread over this time, so that they do not all come back at once.
const SPREAD_MS: u64 = 2_000;
/// The same when the server ends and all of them go.
const FAREWELL_MS: u64 = 4_000;

/// What a feed begins with.
pub(crate) struct Opening {
    /// Who reads it.
    pub(crate) ctx: Ctx,
    /// With which token.
    pub(crate) token: Secret,
    /// The project.
    pub(crate) project: ProjectName,
    /// The environment.
    pub(crate) environment: EnvironmentName,
    /// Told when something new is served.
    pub(crate) news: watch::Receiver<Seq>,
    /// The entry that the project had come to when what the client has, or is told now, was made ready.
    pub(crate) made: Seq,
    /// Told when the server ends.
    pub(crate) stopping: watch::Receiver<bool>,
    /// How often to look whether the token holds.
    pub(crate) recheck: Duration,
    /// A number of this feed's own, to spread reconnecting clients.
    pub(crate) number: u64,
    /// Its place among the feeds.
    pub(crate) _permit: OwnedSemaphorePermit,
    /// The client that reads it, if it said who it is.
    pub(crate) _connected: Option<Connected>,
}

struct Feed {
    opening: Opening,
    after: Seq,
    queue: VecDeque<Event>,
    recheck: Interval,
    /// The last event is in the queue.
    ended: bool,
}

/// When a client shall come back: each at another time.
const fn pause(number: u64, spread_ms: u64) -> Duration {
    // A prime, so that feeds opened one after the other are far apart.
    RETRY.saturating_add(Duration::from_millis(number.wrapping_mul(7_919) % spread_ms))
}

/// The events after entry `after`, or from the newest generation on.
///
/// # Errors
/// As [`events`].
pub(crate) async fn follow(
    opening: Opening,
    after: Option<Seq>,
) -> AppResult<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let mut queue = VecDeque::from([Event::default().retry(pause(opening.number, SPREAD_MS))]);
    let after = match after {
        Some(after) => after,
        None => match newest(&opening).await? {
            Some(event) => {
                queue.push_back(show(&opening.ctx, &event)?);
                event.seq
            }
            None => 0,
        },
    };
    let recheck = interval_at(Instant::now() + opening.recheck, opening.recheck);
    let feed = Feed { opening, after, queue, recheck, ended: false };
    Ok(stream::unfold(feed, |mut feed| async move {
        let event = feed.next().await?;
        Some((Ok(event), feed))
    }))
}

/// Why a waiting feed goes on.
enum Woken {
    News,
    Check,
    End,
}

impl Feed {
    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                return Some(event);
            }
            if self.ended {
                return None;
            }
            // Marked as seen before looking, so that nothing that comes while looking is missed.
            self.opening.news.borrow_and_update();
            // On the heap, so that thousands of waiting feeds do not keep room for it.
            if let Err(error) = Box::pin(self.fill()).await {
                tracing::info!(code = error.code.as_str(), detail = error.detail, "a feed ends");
                return None;
            }
            if self.queue.is_empty() && !self.wait().await {
                if !*self.opening.stopping.borrow() {
                    return None;
                }
                // Another server will do, or this one again, but not for all at the same moment.
                self.queue.push_back(Event::default().retry(pause(self.opening.number, FAREWELL_MS)));
                self.ended = true;
            }
        }
    }

    async fn fill(&mut self) -> AppResult<()> {
        let Opening { ctx, project, environment, .. } = &self.opening;
        let News { events: found, served, made } = events(ctx, project, environment, self.after).await?;
        if let Some(last) = found.last() {
            let last = last.seq;
            self.check_token().await?;
            for event in &found {
                self.queue.push_back(show(&self.opening.ctx, event)?);
            }
            self.after = last;
        } else if made > self.opening.made {
            self.check_token().await?;
            let data = serde_json::to_string(&served).map_err(AppError::internal)?;
            // Without an id: it is no entry to go on after.
            self.queue.push_back(Event::default().event("bundle").data(data));
        }
        self.opening.made = made;
        Ok(())
    }

    /// Waits for news. False when there will be none.
    async fn wait(&mut self) -> bool {
        loop {
            let Opening { news, stopping, .. } = &mut self.opening;
            let woken = tokio::select! {
                changed = news.changed() => if changed.is_ok() { Woken::News } else { Woken::End },
                _ended = stopping.wait_for(|stopping| *stopping) => Woken::End,
                _tick = self.recheck.tick() => Woken::Check,
            };
            match woken {
                Woken::News => return true,
                Woken::End => return false,
                Woken::Check if self.check_token().await.is_err() => return false,
                Woken::Check => {}
            }
        }
    }

    /// A token that was revoked, has ended, or lost its reach ends the feed; storage that is away does not.
    async fn check_token(&mut self) -> AppResult<()> {
        let Opening { ctx, token, .. } = &mut self.opening;
        match Box::pin(token::authenticate(&ctx.app, token.expose())).await {
            Ok(principal) => {
                ctx.principal = principal;
                Ok(())
            }
            Err(error) if error.code == Code::Unauthenticated => Err(error),
            Err(_) => Ok(()),
        }
    }
}

/// The event of the generation that is served now.
async fn newest(opening: &Opening) -> AppResult<Option<FeedEvent>> {
    let Opening { ctx, project, environment, .. } = opening;
    present(ctx, project, environment).await
}

fn show(ctx: &Ctx, event: &FeedEvent) -> AppResult<Event> {
    let data = serde_json::to_string(event).map_err(AppError::internal)?;
    let id = EventId { epoch: ctx.app.epoch(), seq: event.seq };
    Ok(Event::default().event("generation").id(id.to_string()).data(data))
}

/// Where a feed goes on: the id of an event. Entries are numbered anew after a backup was restored, so from then on the
/// recovery epoch stands before the number: `7`, then `1.7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct EventId {
    epoch: u64,
    seq: Seq,
}

impl EventId {
    /// The entry to go on after, in the epoch that this application is in. An id of another epoch names an entry that may
    /// be lost; like one ahead of the ledger it leads to what is served now.
    pub(crate) fn after(self, app: &App) -> Seq {
        if self.seq == 0 || self.epoch == app.epoch() { self.seq } else { Seq::MAX }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.epoch {
            0 => write!(f, "{}", self.seq),
            epoch => write!(f, "{epoch}.{}", self.seq),
        }
    }
}

impl FromStr for EventId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (epoch, seq) = text.split_once('.').unwrap_or(("0", text));
        match (epoch.parse(), seq.parse()) {
            (Ok(epoch), Ok(seq)) => Ok(Self { epoch, seq }),
            _ => Err("the id of an event of this feed is a number, such as `7`, or two, such as `1.7`"),
        }
    }
}

impl TryFrom<String> for EventId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests;
