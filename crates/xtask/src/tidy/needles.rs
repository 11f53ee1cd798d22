//! Texts that no file may contain: unfinished work, paths of one machine, hosts of registries.
//! They are put together from pieces here, so that this file passes its own check.

use std::path::{Path, PathBuf};

use crate::finding::Finding;
use crate::process;
use crate::tidy::File;

/// A text that must not appear.
#[derive(Debug, Clone)]
pub struct Needle {
    /// The text.
    pub text: String,
    /// What it is.
    pub kind: Kind,
}

/// Why a text must not appear, and where it is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Unfinished work, in Rust files.
    Unfinished,
    /// A path of one machine, in all files, where a path begins.
    MachinePath,
    /// A registry, in all files.
    Registry,
}

/// All needles; the root of this checkout and the home folder are machine paths too.
pub fn all(root: &Path) -> Vec<Needle> {
    let mut needles = fixed();
    let home = process::variable("HOME").map(PathBuf::from);
    for folder in [Some(root), home.as_deref()].into_iter().flatten() {
        // A folder right below the root, such as `/app`, would be found in innocent texts.
        if folder.components().count() > 2 {
            let text = format!("{}/", folder.display());
            needles.push(Needle { text, kind: Kind::MachinePath });
        }
    }
    needles
}

/// The needles that are the same on every machine.
pub fn fixed() -> Vec<Needle> {
    let needle = |kind: Kind, pieces: &[&str]| Needle { text: pieces.concat(), kind };
    vec![
        needle(Kind::Unfinished, &["to", "do!"]),
        needle(Kind::Unfinished, &["unimple", "mented!"]),
        needle(Kind::Unfinished, &["FIX", "ME"]),
        needle(Kind::Unfinished, &["#[ig", "nore"]),
        needle(Kind::MachinePath, &["/wo", "rk/"]),
        needle(Kind::MachinePath, &["/ro", "ot/"]),
        needle(Kind::MachinePath, &["/tm", "p/cl-"]),
        needle(Kind::Registry, &["index.", "crates", ".io"]),
        needle(Kind::Registry, &["static.", "crates", ".io"]),
        needle(Kind::Registry, &["://crates", ".io"]),
        needle(Kind::Registry, &["registry.npm", "js.org"]),
        needle(Kind::Registry, &["registry.yarn", "pkg.com"]),
        needle(Kind::Registry, &["pypi", ".org"]),
        needle(Kind::Registry, &["python", "hosted.org"]),
        needle(Kind::Registry, &["deb.deb", "ian.org"]),
        // npm writes where it fetched from, which may be a mirror of this machine.
        needle(Kind::Registry, &["\"resolved\": \"ht", "tp"]),
    ]
}

/// Every line of a file that contains a needle.
pub fn check(file: &File, needles: &[Needle]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        let hit = |needle: &&Needle| match needle.kind {
            Kind::Unfinished => file.is_rust() && line.contains(&needle.text),
            Kind::MachinePath => begins_in(line, &needle.text),
            Kind::Registry => line.contains(&needle.text),
        };
        // One finding per line: the home folder may lie within another needle.
        if let Some(needle) = needles.iter().find(hit) {
            found.push(finding(file, number + 1, needle));
        }
    }
    found
}

fn finding(file: &File, line: usize, needle: &Needle) -> Finding {
    let (rule, what, fix) = match needle.kind {
        Kind::Unfinished => (
            "tidy/unfinished",
            "marks unfinished work",
            "finish it, or leave it out and say so in SHORTCOMINGS.md",
        ),
        Kind::MachinePath => {
            ("tidy/path", "is a path of one machine", "use a path relative to the workspace")
        }
        Kind::Registry => {
            ("tidy/registry", "names a package registry", "leave the registry to the user's configuration")
        }
    };
    Finding {
        rule,
        place: format!("{}:{line}", file.path),
        what: format!("`{}` {what}", needle.text),
        fix: fix.to_owned(),
    }
}

/// Whether `path` is in the line and is the beginning of a path there, not the middle of a longer one or of a URL.
fn begins_in(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        line[..at].chars().next_back().is_none_or(|c| !(c.is_alphanumeric() || "_.-}~*)".contains(c)))
    })
}
