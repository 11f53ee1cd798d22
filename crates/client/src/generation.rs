//! One generation, verified whole before anything of it is served, and compiled.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use cuelight_artifact::model::FragmentUse;
use cuelight_artifact::name::Word;
use cuelight_artifact::{Artifact, ArtifactName, Digest, EnvironmentName, Kind, ProjectName};
use cuelight_render::{FragmentSource, Limits, link};
use cuelight_resolve::bundle::FORMAT;
use cuelight_resolve::{Bundle, BundledOverride, BundledPrompt, Yanked};
use semver::Version;
use serde::Deserialize;

use crate::content::Content;
use crate::error::Refusal;
use crate::lock::Lock;
use crate::pin::Pin;

/// What a bundle must be.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) project: ProjectName,
    pub(crate) environment: EnvironmentName,
    pub(crate) lock: Option<Lock>,
    pub(crate) max_bundle: usize,
}

/// One generation of the environment, ready to answer.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) environment: EnvironmentName,
    /// The recovery epoch that the numbers were given in.
    pub(crate) epoch: u64,
    pub(crate) number: u64,
    pub(crate) seq: u64,
    pub(crate) at: i64,
    /// The digest of the bundle's bytes; quoted, it is the server's ETag.
    pub(crate) digest: Digest,
    /// The size of the bundle in bytes.
    pub(crate) size: usize,
    pub(crate) prompts: HashMap<Called, Live>,
    /// Prompts that are live and not in the lockfile.
    pub(crate) unlisted: BTreeSet<ArtifactName>,
}

/// The name of a live prompt. Whether the text that is asked for is a name matters only where nothing is found.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Called(pub(crate) ArtifactName);

/// Equal, and of equal hash, as its text.
impl Borrow<str> for Called {
    fn borrow(&self) -> &str {
        self.0.as_str()
    }
}

/// One live prompt.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) stable: Variant,
    /// The one to try first in front.
    pub(crate) overrides: Vec<Variant>,
}

/// One thing that may be served for a prompt.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) id: Option<Word>,
    pub(crate) when: BTreeMap<String, String>,
    pub(crate) version: Version,
    pub(crate) digest: Digest,
    pub(crate) release: u64,
    pub(crate) cue: String,
    pub(crate) yanked: Option<Yanked>,
    /// None when the version was yanked as unsafe: its content is then not in the bundle.
    pub(crate) content: Option<Arc<Content>>,
}

impl Generation {
    /// Reads a bundle. `known` gives contents compiled before, by digest.
    ///
    /// # Errors
    /// Whatever is wrong with it; nothing of it is then used.
    pub(crate) fn read(
        bytes: &[u8],
        expected: &Expected,
        known: &HashMap<Digest, Arc<Content>>,
    ) -> Result<Self, Refusal> {
        if bytes.len() > expected.max_bundle {
            return Err(Refusal::TooLarge(expected.max_bundle));
        }
        let bundle = parse(bytes)?;
        if bundle.project != expected.project || bundle.environment != expected.environment {
            return Err(Refusal::Other { project: bundle.project, environment: bundle.environment });
        }
        let parts = Parts { artifacts: verified(bundle.artifacts)?, known };
        let mut prompts = HashMap::with_capacity(bundle.prompts.len());
        let mut unlisted = BTreeSet::new();
        for (name, prompt) in bundle.prompts {
            if let Some(lock) = &expected.lock
                && !lock.admits(&name, &prompt)?
            {
                unlisted.insert(name);
                continue;
            }
            let live = parts.live(&name, prompt)?;
            prompts.insert(Called(name), live);
        }
        Ok(Self {
            environment: bundle.environment,
            epoch: bundle.epoch,
            number: bundle.generation,
            seq: bundle.seq,
            at: bundle.at,
            digest: Digest::of_bytes(bytes),
            size: bytes.len(),
            prompts,
            unlisted,
        })
    }

    /// Larger for what was decided later. In a new recovery epoch generations are numbered anew from those of the backup.
    pub(crate) const fn order(&self) -> (u64, u64) {
        (self.epoch, self.number)
    }

    pub(crate) const fn pin(&self) -> Pin {
        Pin { generation: self.number, digest: self.digest }
    }

    /// Everything that may be served.
    pub(crate) fn variants(&self) -> impl Iterator<Item = &Variant> {
        self.prompts.values().flat_map(|live| std::iter::once(&live.stable).chain(&live.overrides))
    }
}

/// The number of the format is read first: another format may have another form.
fn parse(bytes: &[u8]) -> Result<Bundle, Refusal> {
    #[derive(Deserialize)]
    struct Head {
        format: u32,
    }
    let unreadable = |e: serde_json::Error| Refusal::Unreadable(e.to_string());
    let Head { format } = serde_json::from_slice(bytes).map_err(unreadable)?;
    if format != FORMAT {
        return Err(Refusal::Format(format));
    }
    serde_json::from_slice(bytes).map_err(unreadable)
}

/// Each artifact checked against the digest it stands under, with all it includes.
fn verified(artifacts: BTreeMap<Digest, Artifact>) -> Result<BTreeMap<Digest, Arc<Artifact>>, Refusal> {
    let check = |(digest, artifact): (Digest, Artifact)| match Digest::of_canonical(&artifact) {
        Ok(found) if found == digest => Ok((digest, Arc::new(artifact))),
        _ => Err(Refusal::Damaged(digest)),
    };
    let artifacts: BTreeMap<Digest, Arc<Artifact>> =
        artifacts.into_iter().map(check).collect::<Result<_, _>>()?;
    // Whole, also where nothing has to be compiled: the same bytes are the copy on disk.
    for artifact in artifacts.values() {
        let locked = artifact.fragments.values().filter_map(|f| f.locked.as_ref());
        if let Some(absent) = locked.map(|l| l.digest).find(|digest| !artifacts.contains_key(digest)) {
            return Err(Refusal::Missing { prompt: artifact.name.clone(), digest: absent });
        }
    }
    Ok(artifacts)
}

/// The artifacts of one bundle, and contents compiled before.
struct Parts<'a> {
    artifacts: BTreeMap<Digest, Arc<Artifact>>,
    known: &'a HashMap<Digest, Arc<Content>>,
}

impl FragmentSource for Parts<'_> {
    fn fragment(&self, fragment: &FragmentUse) -> Option<Arc<Artifact>> {
        self.artifacts.get(&fragment.locked.as_ref()?.digest).cloned()
    }
}

impl Parts<'_> {
    fn live(&self, name: &ArtifactName, prompt: BundledPrompt) -> Result<Live, Refusal> {
        let BundledPrompt { version, digest, release, cue, blocked, yanked, overrides } = prompt;
        let content = self.content(name, &digest, blocked)?;
        let stable =
            Variant { id: None, when: BTreeMap::new(), version, digest, release, cue, yanked, content };
        let over = |o: BundledOverride| {
            let BundledOverride { id, when, version, digest, release, cue, blocked, yanked } = o;
            let content = self.content(name, &digest, blocked)?;
            Ok(Variant { id: Some(id), when, version, digest, release, cue, yanked, content })
        };
        Ok(Live { stable, overrides: overrides.into_iter().map(over).collect::<Result<_, _>>()? })
    }

    fn content(
        &self,
        name: &ArtifactName,
        digest: &Digest,
        blocked: bool,
    ) -> Result<Option<Arc<Content>>, Refusal> {
        if blocked {
            return Ok(None);
        }
        let found = self.artifacts.get(digest).filter(|a| a.kind == Kind::Prompt && a.name == *name);
        let artifact = found.ok_or_else(|| Refusal::Missing { prompt: name.clone(), digest: *digest })?;
        // The digest covers the fragments' digests, so equal digests are equal contents.
        if let Some(known) = self.known.get(digest) {
            return Ok(Some(Arc::clone(known)));
        }
        let program = link(artifact, self, &Limits::default()).map_err(|found| Refusal::Template {
            prompt: name.clone(),
            why: found.first().map(|d| d.message.clone()).unwrap_or_default(),
        })?;
        Ok(Some(Arc::new(Content::new(artifact, program))))
    }
}
