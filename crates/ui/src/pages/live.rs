//! `/p/{project}/live`: tells open pages that something was released, so that they look again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use cuelight_app::{AppResult, Code, Ctx, project, release, session};
use cuelight_artifact::ProjectName;
use cuelight_core::ledger::Seq;
use cuelight_core::rights::Action;
use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, interval_at};

use crate::call::{Call, Secret};
use crate::error::UiResult;
use crate::reply::Reply;
use crate::route::{Answers, Route, page};
use crate::state::StreamPlace;

/// How often a line is sent so that nothing on the way closes the stream; also how often it is looked whether the
/// session still holds.
const BEAT: Duration = Duration::from_secs(15);
/// When a browser comes back after the server ended: at the earliest, and spread over how long, in milliseconds.
const RETRY: u64 = 1_000;
const SPREAD: u64 = 4_000;

/// Its address.
pub fn routes() -> Vec<Route> {
    vec![page("live", "/p/{project}/live", "/p/acme/live", follow).answering(Answers::Stream)]
}

struct Live {
    ctx: Ctx,
    secret: Option<Secret>,
    project: ProjectName,
    news: watch::Receiver<Seq>,
    stopping: watch::Receiver<bool>,
    beat: Interval,
    queue: VecDeque<String>,
    /// The newest release that was told.
    told: u64,
    /// The last event is in the queue.
    ended: bool,
    place: StreamPlace,
}

async fn follow(call: Call) -> UiResult<Reply> {
    let project = call.project()?;
    let mut news = project::news(&call.ctx, &project).await?;
    let place = call.state.stream(call.viewer.session.as_ref().map_or("", |s| s.id.as_str()))?;
    let seq = *news.borrow_and_update();
    let told = newest(&call.ctx, &project).await?.map_or(0, |(number, _)| number);
    let live = Live {
        stopping: call.state.stopping(),
        beat: interval_at(Instant::now() + BEAT, BEAT),
        queue: VecDeque::from([event("hello", &json!({ "seq": seq }))]),
        ctx: call.ctx,
        secret: call.secret,
        project,
        news,
        told,
        ended: false,
        place,
    };
    let events = stream::unfold(live, |mut live| async move { Some((live.next().await?, live)) });
    Ok(Reply::stream(events.boxed()))
}

/// Why a waiting stream goes on.
enum Woken {
    News,
    Beat,
    End,
}

impl Live {
    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                return Some(event);
            }
            if self.ended {
                return None;
            }
            let woken = tokio::select! {
                biased;
                changed = self.news.changed() => if changed.is_ok() { Woken::News } else { Woken::End },
                _ended = self.stopping.wait_for(|stopping| *stopping) => Woken::End,
                _tick = self.beat.tick() => Woken::Beat,
            };
            match woken {
                Woken::End => {
                    // The browser comes back by itself, and not all of them at the same moment.
                    let pause = RETRY + self.place.number.wrapping_mul(7_919) % SPREAD;
                    self.queue.push_back(format!("retry: {pause}\n\n"));
                    self.ended = true;
                }
                _ if self.check().await.is_err() => return None,
                Woken::Beat => self.queue.push_back(": beat\n\n".into()),
                Woken::News => {
                    let seq = *self.news.borrow_and_update();
                    let found = newest(&self.ctx, &self.project).await.ok()?;
                    if let Some((number, environment)) = found.filter(|(number, _)| *number > self.told) {
                        self.told = number;
                        let said = json!({ "environment": environment, "release": number, "seq": seq });
                        self.queue.push_back(event("changed", &said));
                    }
                }
            }
        }
    }

    /// A session that ended, or lost its reach, ends the stream; storage that is away does not.
    async fn check(&mut self) -> AppResult<()> {
        let secret = self.secret.as_ref().map(|s| s.0.as_str()).unwrap_or_default();
        match session::holds(&Arc::clone(&self.ctx.app), secret).await {
            Ok(principal) => {
                self.ctx.principal = principal;
                self.ctx.on_project(Action::ReadReleases, &self.project).map(|_| ())
            }
            Err(error) if error.code == Code::Unauthenticated => Err(error),
            Err(_) => Ok(()),
        }
    }
}

/// The newest release that the viewer sees.
async fn newest(ctx: &Ctx, project: &ProjectName) -> AppResult<Option<(u64, String)>> {
    let found = release::list(ctx, project, None, None, 1).await?;
    Ok(found.first().map(|r| (r.release, r.environment.to_string())))
}

fn event(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}
