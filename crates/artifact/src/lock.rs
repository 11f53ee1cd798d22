//! `prompts.lock`: the versions a workspace was resolved to, so that the next resolution finds the same.

use std::collections::BTreeMap;

use semver::Version;

use crate::canonical::Digest;
use crate::diagnostic::Diagnostic;
use crate::files::report;
use crate::files::shape::{Shape, check, parse_locked};
use crate::files::tree::{Node, Position};
use crate::files::{LOCK, yaml};
use crate::model::Locked;
use crate::name::{ArtifactName, ArtifactRef, Kind};
use crate::rules::file::LOCKFILE;

/// The lockfile: an entry for each prompt and fragment of the workspace and for each fragment they use. A fragment
/// may stand there in several versions, when several prompts need different ones; a prompt stands there once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lockfile {
    /// By written name, then version.
    entries: BTreeMap<String, BTreeMap<Version, LockEntry>>,
}

/// One version of one artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockEntry {
    /// Which artifact.
    pub name: ArtifactRef,
    /// Its version.
    pub version: Version,
    /// Its digest.
    pub digest: Digest,
    /// The digest of the contract callers see, if it was computed.
    pub surface: Option<Digest>,
    /// The fragments it includes itself, not those they include in turn.
    pub fragments: BTreeMap<ArtifactName, Version>,
}

impl Lockfile {
    /// A lockfile of these entries. Of two entries for one version of one artifact the later one counts.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = LockEntry>) -> Self {
        let mut lock = Self::default();
        for entry in entries {
            lock.insert(entry);
        }
        lock
    }

    fn insert(&mut self, entry: LockEntry) -> Option<LockEntry> {
        self.entries.entry(entry.name.to_string()).or_default().insert(entry.version.clone(), entry)
    }

    /// The entries, sorted by written name and version.
    pub fn entries(&self) -> impl Iterator<Item = &LockEntry> {
        self.entries.values().flat_map(BTreeMap::values)
    }

    /// The entry of an artifact in this version.
    #[must_use]
    pub fn get(&self, name: &ArtifactRef, version: &Version) -> Option<&LockEntry> {
        self.entries.get(&name.to_string())?.get(version)
    }

    /// The entry of an artifact; of several versions the newest.
    #[must_use]
    pub fn newest(&self, name: &ArtifactRef) -> Option<&LockEntry> {
        self.entries.get(&name.to_string())?.values().next_back()
    }

    /// The version of `fragment` that resolving `user` should prefer: the one `user` was locked to, else the
    /// newest in the file.
    #[must_use]
    pub fn preferred(&self, user: &ArtifactRef, fragment: &ArtifactName) -> Option<Locked> {
        let name = ArtifactRef::fragment(fragment.clone());
        let entry = match self.newest(user).and_then(|e| e.fragments.get(fragment)) {
            Some(version) => self.get(&name, version),
            None => self.newest(&name),
        }?;
        Some(Locked { version: entry.version.clone(), digest: entry.digest })
    }

    /// The text of the file: one line for each entry.
    #[must_use]
    pub fn print(&self) -> String {
        let mut out = String::from("lock: 1\n");
        out.push_str(if self.entries.is_empty() { "entries: []\n" } else { "entries:\n" });
        for entry in self.entries() {
            out.push_str(&print_entry(entry));
        }
        out
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Everything that is not as [`Lockfile::print`] writes it, but for order, comments and line breaks; with line
    /// and column, without the file.
    pub fn parse(text: &str) -> Result<Self, Vec<Diagnostic>> {
        // Whatever is wrong with a generated file, the remedy is to generate it again.
        Self::read(text).map_err(|found| found.into_iter().map(|d| d.fix(LOCKFILE.fix)).collect())
    }

    fn read(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let document = yaml::parse(text)?;
        let mut found = Vec::new();
        check(&document.root, &Shape::Object(&LOCK), "", &mut found);
        if !found.is_empty() {
            return Err(found);
        }
        let mut lock = Self::default();
        let nodes = document.root.get("entries").map(Node::items).unwrap_or_default();
        for node in nodes {
            found.extend(lock.add(node));
        }
        lock.check_fragments(nodes, &mut found);
        if found.is_empty() { Ok(lock) } else { Err(found) }
    }

    /// Adds the entry in `node`, or says what is wrong with it.
    fn add(&mut self, node: &Node) -> Option<Diagnostic> {
        let wrong = |message: String| Some(damaged(message, node.at));
        let Some(entry) = decode(node) else { return wrong("this entry cannot be read".to_owned()) };
        let items = node.get("fragments").map(Node::items).unwrap_or_default();
        if entry.fragments.len() != items.len() {
            return wrong(format!("`{}` lists a fragment twice", entry.name));
        }
        if entry.name.kind == Kind::Prompt && self.newest(&entry.name).is_some() {
            return wrong(format!("`{}` has two entries", entry.name));
        }
        let first = self.insert(entry)?;
        wrong(format!("`{}` has two entries for version {}", first.name, first.version))
    }

    /// Every fragment that an entry names has an entry itself.
    fn check_fragments(&self, nodes: &[Node], found: &mut Vec<Diagnostic>) {
        for node in nodes {
            for item in node.get("fragments").map(Node::items).unwrap_or_default() {
                let Some((name, version)) = item.text().and_then(parse_locked) else { continue };
                let name = ArtifactRef::fragment(name);
                if self.get(&name, &version).is_none() {
                    found.push(damaged(format!("there is no entry `{name}` of version {version}"), item.at));
                }
            }
        }
    }
}

fn damaged(message: String, at: Position) -> Diagnostic {
    report::error(&LOCKFILE, message, at)
}

fn decode(node: &Node) -> Option<LockEntry> {
    let fragments = node.get("fragments").map(Node::items).unwrap_or_default();
    let surface = node.text_of("surface");
    Some(LockEntry {
        name: node.text_of("name")?.parse().ok()?,
        version: node.text_of("version")?.parse().ok()?,
        digest: node.text_of("digest")?.parse().ok()?,
        surface: surface.and_then(|s| s.parse().ok()),
        fragments: fragments.iter().filter_map(|f| parse_locked(f.text()?)).collect(),
    })
}

fn print_entry(entry: &LockEntry) -> String {
    let LockEntry { name, version, digest, .. } = entry;
    let surface = entry.surface.map(|s| format!(", surface: \"{s}\"")).unwrap_or_default();
    let fragments: Vec<_> = entry.fragments.iter().map(|(n, v)| format!("{n}@{v}")).collect();
    let fragments =
        if fragments.is_empty() { String::new() } else { format!(", fragments: [{}]", fragments.join(", ")) };
    format!("  - {{ name: {name}, version: {version}, digest: \"{digest}\"{surface}{fragments} }}\n")
}

#[cfg(test)]
mod tests;
