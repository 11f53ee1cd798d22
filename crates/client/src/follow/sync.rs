//! Fetching the bundle: verified whole, applied by one swap, then written to disk.

use cuelight_artifact::Digest;
use hyper::StatusCode;
use hyper::header::{ETAG, HeaderName};
use tokio::time::{Instant, timeout};

use super::Follower;
use crate::answer::Source;
use crate::error::Refusal;
use crate::generation::Generation;
use crate::status::Trouble;
use crate::wire::{Answer, Fault};

/// A bundle that was refused for what it says.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    etag: String,
    kind: Trouble,
    message: String,
}

impl Follower<'_> {
    /// Makes what is served what the server has, if it can be. A bundle that is refused is no failure to reach the
    /// server.
    pub(super) async fn sync(&mut self) -> Result<(), Fault> {
        let held = self.shared.newest().map(|held| format!("\"{}\"", held.digest));
        let refused = self.refused.as_ref().map(|r| r.etag.clone());
        let have: Vec<String> = held.into_iter().chain(refused).collect();
        let mut answer = self.wire.bundle(&have.join(", ")).await?;
        let etag = answer.header(&ETAG).map(str::to_owned);
        let stale = stale(&answer);
        if answer.status == StatusCode::NOT_MODIFIED {
            if have.is_empty() {
                return Err(Fault::new(Trouble::BadAnswer, "the server says that nothing is still current"));
            }
            match self.refused.clone().filter(|r| etag.as_ref() == Some(&r.etag)) {
                Some(Refused { kind, message, .. }) => self.shared.trouble(kind, &message),
                None => self.confirmed(stale),
            }
            return Ok(());
        }
        let max = self.shared.expected.max_bundle;
        let read = timeout(self.pace.answer, answer.whole(max)).await;
        let late = || {
            let what = format!("the bundle did not come whole within {:?}", self.pace.answer);
            Fault::new(Trouble::TimedOut, what)
        };
        let announced = etag.as_deref().and_then(announced);
        let bytes = match read.map_err(|_| late())? {
            Err(Fault { kind: Trouble::BadBundle, .. }) => {
                self.refuse(&Refusal::TooLarge(max), etag);
                return Ok(());
            }
            read => read?,
        };
        match self.check(&bytes, announced) {
            Ok(generation) => self.offered(generation, &bytes, stale),
            Err(refusal) => self.refuse(&refusal, etag.filter(|_| announced.is_some())),
        }
        Ok(())
    }

    fn check(&self, bytes: &[u8], announced: Option<Digest>) -> Result<Generation, Refusal> {
        let found = Digest::of_bytes(bytes);
        match announced {
            Some(expected) if expected != found => Err(Refusal::Changed { expected, found }),
            _ => self.shared.read(bytes),
        }
    }

    /// Applies a good bundle, unless it is older than what is served and the server has not insisted on it for long.
    fn offered(&mut self, generation: Generation, bytes: &[u8], stale: Option<u64>) {
        let held = self.shared.newest().map_or((0, 0), |held| held.order());
        // After a recovery that is on record lower numbers are newer ones.
        if generation.order() < held {
            let (offered, (_, held)) = (generation.number, held);
            let now = Instant::now();
            let since = *self.behind.get_or_insert(now);
            // A server without its database cannot know that it is right.
            if stale.is_some() || now.duration_since(since) < self.pace.regress {
                self.shared.trouble(Trouble::Behind, &Refusal::Older { offered, held }.to_string());
                return;
            }
            tracing::warn!(offered, held, "the server stays with an older generation, which is taken");
        }
        let digest = generation.digest;
        self.shared.apply(generation, Source::Server);
        self.confirmed(stale);
        self.save(bytes, &digest);
    }

    fn confirmed(&mut self, stale: Option<u64>) {
        self.behind = None;
        self.refused = None;
        self.shared.confirm(stale);
    }

    fn refuse(&mut self, refusal: &Refusal, etag: Option<String>) {
        let kind = match refusal {
            Refusal::Foreign { .. } => Trouble::Locked,
            _ => Trouble::BadBundle,
        };
        let message = refusal.to_string();
        // What was changed on the way may come right the next time.
        let lasting = !matches!(refusal, Refusal::Changed { .. });
        self.refused = etag.filter(|_| lasting).map(|etag| Refused { etag, kind, message: message.clone() });
        self.shared.trouble(kind, &message);
    }

    /// The copy on disk comes last: what is served must not wait for it, or fail with it.
    fn save(&self, bytes: &[u8], digest: &Digest) {
        if let Some(disk) = &self.shared.disk {
            let written = disk.write(bytes, digest, self.shared.jitter.number());
            let failed = |e| format!("`{}` cannot be written: {e}", disk.path().display());
            self.shared.disk_error(written.err().map(failed));
        }
    }
}

/// The digest in an ETag of ours. A proxy that packs anew marks it as weak.
fn announced(etag: &str) -> Option<Digest> {
    etag.strip_prefix("W/").unwrap_or(etag).trim_matches('"').parse().ok()
}

/// How long the server's database has been away, if it is.
fn stale(answer: &Answer) -> Option<u64> {
    answer.header(&HeaderName::from_static("cuelight-stale"))?.parse().ok()
}
