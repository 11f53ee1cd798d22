//! Reading a whole workspace: which files there are, what they are, and what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::manifest::{self, Manifest};
use super::shape::{MAX_FOUND, Shape, check as check_shape};
use super::source::SourceMap;
use super::tree::{Data, Node, Position};
use super::{
    FileSet, LOCK_FILE, MANIFEST_FILE, MAX_FILE, MAX_FILES, json, keys, path, read as artifact, report, yaml,
};
use crate::diagnostic::Diagnostic;
use crate::lock::Lockfile;
use crate::model::Artifact;
use crate::name::{ArtifactName, ArtifactRef, Kind};
use crate::rules::file::{ENCODING, NAME, TOO_LARGE, UNSAFE_PATH, UNUSED_FILE};
use crate::text::{scan, with_line_feeds};

/// A workspace as read from files.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The workspace's settings; empty when there is no `prompts.yaml` or it has errors.
    pub manifest: Manifest,
    /// The artifacts without errors in their files. Fragments are not locked.
    pub artifacts: BTreeMap<ArtifactRef, Artifact>,
    /// Where everything stands, of all artifacts whose main file has the right keys and types.
    pub source: SourceMap,
    /// What is wrong or worth a look, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The lockfile, if there is one without errors.
    pub lock: Option<Lockfile>,
}

/// Reads `prompts.yaml`, `prompts.lock`, and all artifacts below `prompts/` and `fragments/`; other files are
/// not looked at. Anything wrong becomes a diagnostic with file, line, column, rule and fix.
#[must_use]
pub fn read(files: &FileSet) -> Loaded {
    let mut workspace = Workspace::default();
    if files.len() > MAX_FILES {
        let message = format!("there are {} files; the limit is {MAX_FILES}", files.len());
        let diagnostics = vec![Diagnostic::error(&TOO_LARGE, message).fix("Split the workspace.")];
        return Loaded { diagnostics, ..Loaded::default() };
    }
    workspace.take(files);
    let manifest = workspace.manifest();
    let lock = workspace.lock();
    let roots = workspace.roots();
    let mut artifacts = BTreeMap::new();
    for root in &roots {
        let Some(root) = root.identified(&mut workspace) else { continue };
        if let Some(artifact) = artifact::read(&mut workspace, &root) {
            artifacts.insert(root.id, (artifact, root.file));
        }
    }
    workspace.report_unused(&roots);
    let wrong = workspace.wrong();
    let artifacts = artifacts
        .into_iter()
        .filter(|(id, (_, file))| !wrong.contains(file) && !workspace.files_of(id).any(|f| wrong.contains(f)))
        .map(|(id, (artifact, _))| (id, artifact))
        .collect();
    report::finish(&mut workspace.found);
    Loaded { manifest, artifacts, source: workspace.source, diagnostics: workspace.found, lock }
}

/// The files of a workspace as texts, and what was found in them so far.
#[derive(Default)]
pub(super) struct Workspace {
    /// Texts with LF line ends, of the files that are UTF-8 and not too large.
    texts: BTreeMap<Arc<str>, Arc<str>>,
    /// Every path that exists below `prompts/` and `fragments/`, readable or not.
    present: BTreeSet<Arc<str>>,
    /// Which files each artifact consists of.
    used: BTreeMap<ArtifactRef, BTreeSet<Arc<str>>>,
    pub(super) source: SourceMap,
    pub(super) found: Vec<Diagnostic>,
}

/// The file that makes a folder an artifact.
struct Root {
    kind: Kind,
    folder: String,
    file: Arc<str>,
}

/// A root whose folder is a name.
pub(super) struct Identified {
    pub(super) id: ArtifactRef,
    pub(super) folder: String,
    pub(super) file: Arc<str>,
}

impl Workspace {
    fn take(&mut self, files: &FileSet) {
        for (path, bytes) in files {
            if let Some(reason) = path::unsafe_reason(path) {
                let found = Diagnostic::error(&UNSAFE_PATH, format!("the path is not safe: {reason}"));
                self.report(
                    path,
                    [found.fix("Rename the file or folder, or leave it out of the workspace.")],
                );
                continue;
            }
            let ours = path == MANIFEST_FILE || path == LOCK_FILE || kind_of(path).is_some();
            if !ours || path::is_beside(path) {
                continue;
            }
            let path: Arc<str> = path.as_str().into();
            self.present.insert(Arc::clone(&path));
            match text_of(bytes) {
                Ok(text) => {
                    self.report(&path, scan(&text));
                    self.texts.insert(path, text.into());
                }
                Err(found) => self.report(&path, found),
            }
        }
    }

    /// Adds findings in `file`.
    pub(super) fn report(&mut self, file: &str, found: impl IntoIterator<Item = Diagnostic>) {
        self.found.extend(found.into_iter().map(|d| d.in_file(file)));
    }

    /// The text of a file, and its path as shared by all places in it.
    pub(super) fn text(&self, path: &str) -> Option<(Arc<str>, Arc<str>)> {
        self.texts.get_key_value(path).map(|(p, t)| (Arc::clone(p), Arc::clone(t)))
    }

    /// Whether the file is there, readable or not.
    pub(super) fn exists(&self, path: &str) -> bool {
        self.present.contains(path)
    }

    /// Notes that an artifact consists of `file`, too.
    pub(super) fn uses(&mut self, id: &ArtifactRef, file: &str) {
        self.used.entry(id.clone()).or_default().insert(file.into());
    }

    fn files_of(&self, id: &ArtifactRef) -> impl Iterator<Item = &Arc<str>> {
        self.used.get(id).into_iter().flatten()
    }

    /// The tree of a YAML or JSON file, if it parses and has the shape.
    pub(super) fn tree(&mut self, path: &str, shape: &Shape, at: &str) -> Option<(Node, Arc<str>, Arc<str>)> {
        let (file, text) = self.text(path)?;
        let parsed =
            if path.ends_with(".json") { json::parse(&text) } else { yaml::parse(&text).map(|d| d.root) };
        let mut found = Vec::new();
        let node = match parsed {
            Ok(node) => {
                scan_escapes(&node, &text, &mut found);
                check_shape(&node, shape, at, &mut found);
                Some(node)
            }
            Err(errors) => {
                found = errors;
                None
            }
        };
        if found.len() > MAX_FOUND {
            found.truncate(MAX_FOUND);
            if let Some(last) = found.last_mut() {
                last.message.push_str(" (and more: the rest of the file was not looked at)");
            }
        }
        let clean = !found.iter().any(report::is_error);
        self.report(&file, found);
        node.filter(|_| clean).map(|node| (node, file, text))
    }

    fn manifest(&mut self) -> Manifest {
        let tree = self.tree(MANIFEST_FILE, &Shape::Object(&keys::MANIFEST), "");
        tree.map(|(root, ..)| manifest::decode(&root)).unwrap_or_default()
    }

    fn lock(&mut self) -> Option<Lockfile> {
        let (file, text) = self.text(LOCK_FILE)?;
        match Lockfile::parse(&text) {
            Ok(lock) => Some(lock),
            Err(found) => {
                self.report(&file, found);
                None
            }
        }
    }

    fn roots(&self) -> Vec<Root> {
        let root = |file: &Arc<str>| {
            let kind = kind_of(file)?;
            (path::file_name(file) == root_file(kind)).then(|| Root {
                kind,
                folder: path::folder(file).to_owned(),
                file: Arc::clone(file),
            })
        };
        self.present.iter().filter_map(root).collect()
    }

    /// Warns of every file that no artifact consists of, unless its artifact could not be read.
    fn report_unused(&mut self, roots: &[Root]) {
        let used: BTreeSet<&Arc<str>> = self.used.values().flatten().collect();
        let unread: BTreeSet<&str> =
            roots.iter().filter(|r| !used.contains(&r.file)).map(|r| r.folder.as_str()).collect();
        let folders: BTreeSet<&str> = roots.iter().map(|r| r.folder.as_str()).collect();
        let mut found = Vec::new();
        for file in self.present.iter().filter(|f| kind_of(f).is_some() && !used.contains(f)) {
            let owner = owner_folder(file, &folders);
            if owner.is_some_and(|o| unread.contains(o)) {
                continue;
            }
            let (message, fix) = match (owner, kind_of(file)) {
                (None, Some(kind)) if is_misspelt_root(path::file_name(file)) => (
                    format!("no {kind} is read from this file"),
                    format!("Name it `{}` and put it in the folder `{kind}s/area/name`.", root_file(kind)),
                ),
                (None, _) => {
                    ("the file belongs to no prompt or fragment".to_owned(), UNUSED_FILE.fix.to_owned())
                }
                (Some(owner), _) => {
                    (format!("nothing in `{owner}` refers to this file"), UNUSED_FILE.fix.to_owned())
                }
            };
            found.push(Diagnostic::warning(&UNUSED_FILE, message).in_file(&**file).fix(fix));
        }
        self.found.extend(found);
    }

    fn wrong(&self) -> BTreeSet<Arc<str>> {
        let wrong = self.found.iter().filter(|d| report::is_error(d));
        wrong.filter_map(|d| d.file.as_deref().map(Arc::from)).collect()
    }
}

impl Root {
    /// The artifact's id by its folder.
    fn identified(&self, workspace: &mut Workspace) -> Option<Identified> {
        let (top, name) = self.folder.split_once('/').unwrap_or((&self.folder, ""));
        match name.parse::<ArtifactName>() {
            Ok(name) => {
                let id = ArtifactRef { kind: self.kind, name };
                Some(Identified { id, folder: self.folder.clone(), file: Arc::clone(&self.file) })
            }
            Err(e) => {
                let message = format!("the folder `{name}` below `{top}` is not a name: {e}");
                let found = report::error(&NAME, message, Position::START).fix("Rename the folder.");
                workspace.report(&self.file, [found]);
                None
            }
        }
    }
}

/// The folder of the nearest artifact around a file.
pub(super) fn owner_folder<'f>(file: &str, folders: &BTreeSet<&'f str>) -> Option<&'f str> {
    let mut folder = path::folder(file);
    loop {
        if let Some(found) = folders.get(folder) {
            return Some(found);
        }
        if folder.is_empty() {
            return None;
        }
        folder = path::folder(folder);
    }
}

/// What lies below `prompts/` or `fragments/`.
pub(super) fn kind_of(path: &str) -> Option<Kind> {
    match path.split_once('/')?.0 {
        "prompts" => Some(Kind::Prompt),
        "fragments" => Some(Kind::Fragment),
        _ => None,
    }
}

/// `prompt.yaml` or `fragment.yaml`
pub(super) const fn root_file(kind: Kind) -> &'static str {
    match kind {
        Kind::Prompt => "prompt.yaml",
        Kind::Fragment => "fragment.yaml",
    }
}

fn is_misspelt_root(name: &str) -> bool {
    let known = ["prompt.yaml", "prompt.yml", "prompts.yaml", "fragment.yaml", "fragment.yml", "prompt.json"];
    report::nearest(name, known.into_iter()).is_some()
}

/// The text of a file with LF line ends.
pub(super) fn text_of(bytes: &[u8]) -> Result<String, Vec<Diagnostic>> {
    if bytes.len() > MAX_FILE {
        let message = format!("the file has {} bytes; the limit is {MAX_FILE}", bytes.len());
        return Err(vec![report::with_fix(Diagnostic::error(&TOO_LARGE, message), &TOO_LARGE)]);
    }
    let wrong = |message: String, at| Err(vec![report::error(&ENCODING, message, at).fix(ENCODING.fix)]);
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return wrong("the file is UTF-16".to_owned(), Position::START);
    }
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        return wrong("the file starts with a byte order mark (U+FEFF)".to_owned(), Position::START);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(with_line_feeds(text).into_owned()),
        Err(e) => {
            let good = String::from_utf8_lossy(&bytes[..e.valid_up_to()]);
            let (line, column) = crate::text::line_and_column(&good, good.len());
            let byte = bytes[e.valid_up_to()];
            wrong(
                format!("the file is not UTF-8: byte 0x{byte:02X} is not part of a character"),
                Position { line, column },
            )
        }
    }
}

/// Scans texts written with escapes, which the scan of the file's own text cannot see through.
fn scan_escapes(node: &Node, source: &str, found: &mut Vec<Diagnostic>) {
    let mut look = |range: &std::ops::Range<usize>, text: &str, at: Position| {
        if source.get(range.clone()).is_some_and(|raw| raw.contains('\\')) {
            let raw_rules: BTreeSet<String> =
                scan(&source[range.clone()]).into_iter().map(|d| d.message).collect();
            let hidden = scan(text).into_iter().filter(|d| !raw_rules.contains(&d.message));
            found.extend(hidden.map(|d| d.at(at.line, at.column)));
        }
    };
    match &node.data {
        Data::Text(text) => look(&node.range, text, node.at),
        Data::Map(entries) => {
            for entry in entries {
                look(&entry.key_range, &entry.key, entry.key_at);
            }
            for entry in entries {
                scan_escapes(&entry.node, source, found);
            }
        }
        Data::List(items) => items.iter().for_each(|node| scan_escapes(node, source, found)),
        _ => {}
    }
}
