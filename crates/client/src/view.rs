//! One generation to ask: as many questions as one likes, all answered from the same release.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cuelight_artifact::{ArtifactName, Digest};
use cuelight_render::{Deadline, RenderRequest};
use cuelight_resolve::{Choice, Yanked, choose};

use crate::answer::{Resolved, Source};
use crate::ask::Ask;
use crate::error::Error;
use crate::generation::{Generation, Live};
use crate::pin::Pin;

/// Longest time one rendering may take on the clock, as at the server.
const RENDER_TIME: Duration = Duration::from_millis(500);

/// One generation to ask. It stays what it is, whatever is released meanwhile; cloning it is cheap.
#[derive(Debug, Clone)]
pub struct View {
    pub(crate) generation: Arc<Generation>,
    pub(crate) source: Source,
    /// What newer bundles say is unsafe.
    pub(crate) blocked: Arc<BTreeSet<Digest>>,
}

impl View {
    /// The generation's number.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.number
    }

    /// Where it came from.
    #[must_use]
    pub const fn source(&self) -> Source {
        self.source
    }

    /// Its name, to come back to it with [`Client::at`](crate::Client::at).
    #[must_use]
    pub fn pin(&self) -> Pin {
        self.generation.pin()
    }

    /// The prompts that are live in it and may be served, in no order.
    pub fn prompts(&self) -> impl Iterator<Item = &ArtifactName> {
        self.generation.prompts.keys().map(|called| &called.0)
    }

    /// What to send to the model: the choice of an override, the inputs checked, the messages rendered. The same code
    /// as at the server, with the same result.
    ///
    /// # Errors
    /// All of [`Error`] but `NotReady` and `PinGone`.
    pub fn resolve(&self, ask: &Ask) -> Result<Resolved, Error> {
        let (prompt, live) = self.live(&ask.prompt)?;
        let variant = match choose(&live.overrides, |v| &v.when, &ask.attributes) {
            Choice::Stable => &live.stable,
            Choice::Override(variant) => variant,
        };
        let content = match &variant.content {
            Some(content) if !self.blocked.contains(&variant.digest) => content,
            _ => return Err(Error::Blocked { prompt: prompt.clone(), version: variant.version.clone() }),
        };
        content.check(&ask.inputs)?;
        let start = Instant::now();
        let request = RenderRequest::new(&ask.inputs)
            .with_passages(&ask.passages)
            .with_placeholders(&ask.placeholders)
            .with_deadline(Deadline::new(move || start.elapsed() > RENDER_TIME));
        let messages = content.program.render(&request)?.messages;
        let retrieval = content.program.retrieval(&ask.inputs)?;
        let reason = |id| Cow::Owned(format!("override:{id}"));
        let warning = |yanked: Yanked| yanked.warning(prompt, &variant.version);
        let warnings = variant.yanked.map(warning).into_iter().collect();
        Ok(Resolved {
            prompt: prompt.clone(),
            version: variant.version.clone(),
            digest: variant.digest,
            generation: self.generation.number,
            release: variant.release,
            arm: Cow::Borrowed("stable"),
            reason: variant.id.as_ref().map_or(Cow::Borrowed("stable"), reason),
            over: variant.id.clone(),
            messages,
            retrieval,
            settings: Arc::clone(&content.settings),
            cue: variant.cue.clone(),
            warnings,
            source: self.source,
        })
    }

    fn live(&self, asked: &str) -> Result<(&ArtifactName, &Live), Error> {
        let Generation { environment, number, prompts, unlisted, .. } = &*self.generation;
        if let Some((called, live)) = prompts.get_key_value(asked) {
            return Ok((&called.0, live));
        }
        let prompt: ArtifactName =
            asked.parse().map_err(|error| Error::Name { name: asked.to_owned(), error })?;
        if unlisted.contains(&prompt) {
            return Err(Error::NotLocked(prompt));
        }
        Err(Error::NotReleased { prompt, environment: environment.clone(), generation: *number })
    }
}
