//! Following the feed: told of a new generation, the bundle is fetched.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::{Instant, sleep, sleep_until};

use super::Follower;
use crate::generation::Generation;
use crate::status::{Connection, Trouble};
use crate::wire::{Answer, Fault, Naming, Parser, Piece};

/// How often the bundle is asked for again when the feed has told of a generation that the answer does not have yet:
/// behind a balancer another node may have answered.
const TRIES: u32 = 6;
/// The first pause between two of them; each is twice as long.
const FIRST: Duration = Duration::from_millis(50);

/// What is read of an event. The bundle has the rest.
#[derive(Deserialize)]
struct News {
    seq: u64,
    generation: u64,
    /// The recovery epoch, which stands in the id.
    #[serde(skip)]
    epoch: u64,
}

impl News {
    fn read(id: &str, data: &str) -> Result<Self, Fault> {
        let mut news: Self = serde_json::from_str(data).map_err(|e| {
            Fault::new(Trouble::BadAnswer, format!("an event of the feed cannot be read: {e}"))
        })?;
        // `7`, and `1.7` in the first epoch after a recovery.
        news.epoch = id.split_once('.').and_then(|(epoch, _)| epoch.parse().ok()).unwrap_or(0);
        Ok(news)
    }

    /// Whether what is served includes it.
    fn is_in(&self, held: &Generation) -> bool {
        (held.epoch, held.seq) >= (self.epoch, self.seq)
    }

    /// Whether it is what is served, by its numbers alone. They may repeat after a recovery, and a bundle that was made
    /// just before that was on record does not name the epoch.
    fn is(&self, held: &Generation) -> bool {
        (held.seq, held.number) == (self.seq, self.generation)
    }
}

impl Follower<'_> {
    /// Follows the feed until it ends; why, if not because the server ended it.
    pub(super) async fn feed(&mut self) -> Option<Fault> {
        let mut answer = match self.open().await {
            Ok(answer) => answer,
            Err(fault) => return Some(fault),
        };
        self.shared.connection(Connection::Feed);
        // The end of the feed before made the server forget what we have.
        self.shared.reports.send_modify(|_| {});
        let mut parser = Parser::default();
        let mut refresh = self.next_refresh();
        let mut heard = Instant::now();
        loop {
            let silent_at = heard + self.pace.silence;
            tokio::select! {
                // What has come counts before what is late.
                biased;
                chunk = answer.chunk() => match chunk {
                    Ok(None) => return None,
                    Ok(Some(bytes)) => {
                        heard = Instant::now();
                        self.backoff.well();
                        let Ok(pieces) = parser.push(&bytes) else {
                            return Some(Fault::new(Trouble::BadAnswer, "the feed sends a line without an end"));
                        };
                        if let Err(fault) = self.hear(pieces).await {
                            return Some(fault);
                        }
                    }
                    Err(fault) => return Some(fault),
                },
                () = sleep_until(silent_at) => {
                    let what = format!("the feed has been silent for {:?}; its connection is given up", self.pace.silence);
                    return Some(Fault::new(Trouble::TimedOut, what));
                }
                () = sleep_until(refresh) => {
                    if let Err(fault) = self.sync().await {
                        return Some(fault);
                    }
                    refresh = self.next_refresh();
                }
            }
        }
    }

    async fn open(&mut self) -> Result<Answer, Fault> {
        let opened = self.wire.feed(self.last_event.as_deref(), self.naming).await;
        match opened {
            Err(Fault { status: Some(400), .. }) if self.naming == Naming::Told => {
                self.naming = Naming::Silent;
                self.wire.feed(self.last_event.as_deref(), self.naming).await
            }
            opened => opened,
        }
    }

    /// While the server insists on something older it is asked more often.
    fn next_refresh(&self) -> Instant {
        let pause = if self.behind.is_some() { self.pace.poll } else { self.pace.refresh };
        Instant::now() + self.shared.jitter.spread(pause)
    }

    async fn hear(&mut self, pieces: Vec<Piece>) -> Result<(), Fault> {
        let (mut newest, mut bundle) = (None, false);
        for piece in pieces {
            match piece {
                Piece::Retry(pause) => self.backoff.told(pause),
                Piece::Event { name, data, id } if name == "generation" => {
                    newest = Some(News::read(&id, &data)?);
                    // As the server has it: what an id is made of is the server's affair.
                    self.last_event = Some(id).filter(|id| !id.is_empty());
                }
                // The same generation, of which something else is said: a yank, or a recovery.
                Piece::Event { name, .. } => bundle |= name == "bundle",
            }
        }
        match newest {
            Some(news) => self.reach(&news).await,
            None if bundle => self.sync().await,
            None => Ok(()),
        }
    }

    /// Fetches until what is served includes the news. What is refused, or not there yet after some tries, is left to
    /// the next event or refresh.
    async fn reach(&mut self, news: &News) -> Result<(), Fault> {
        for attempt in 0..TRIES {
            let fetched = attempt > 0;
            if self.shared.newest().is_some_and(|held| news.is_in(&held) || (fetched && news.is(&held))) {
                return Ok(());
            }
            if attempt > 0 {
                sleep(self.shared.jitter.spread(FIRST * 2_u32.pow(attempt - 1))).await;
            }
            self.sync().await?;
            if self.refused.is_some() || self.behind.is_some() {
                return Ok(());
            }
        }
        Ok(())
    }
}
