//! Rules of the house that a machine can check: file lengths, headers, left-over markers, machine paths.

mod lengths;
mod needles;

use std::path::Path;

use anyhow::{Context, Result};

use crate::finding::{Finding, report};
use crate::process;
use crate::tidy::needles::Needle;

/// A text file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Its content.
    pub text: String,
}

impl File {
    /// A Rust source.
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// A file of tests: `tests.rs`, or anything in a folder named `tests`.
    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.split('/').rev().skip(1).any(|folder| folder == "tests")
    }
}

/// Checks the repository; an error if a rule is broken. Notes are printed and break nothing.
pub fn run(root: &Path) -> Result<()> {
    let files = read(root)?;
    for note in lengths::notes(&files) {
        println!("note: {note}");
    }
    report("tidy", &check(&files, &needles::all(root)))?;
    println!("tidy: {} files; {}", files.len(), lengths::summary(&files));
    Ok(())
}

/// Every breach, in the order of the files.
fn check(files: &[File], needles: &[Needle]) -> Vec<Finding> {
    let mut found = lengths::check(files);
    for file in files {
        found.extend(check_header(file));
        found.extend(needles::check(file, needles));
        found.extend(check_lock(file));
    }
    found
}

fn check_header(file: &File) -> Option<Finding> {
    (file.is_rust() && !file.is_test() && !file.text.starts_with("//! ")).then(|| Finding {
        rule: "tidy/header",
        place: format!("{}:1", file.path),
        what: "the first line does not say what the file is for".to_owned(),
        fix: "begin with `//! ` and one sentence".to_owned(),
    })
}

/// A lock file must not name another registry than the public one: a mirror of one machine is not everyone's.
fn check_lock(file: &File) -> Option<Finding> {
    if file.path != "Cargo.lock" {
        return None;
    }
    let ours = "github.com/rust-lang/crates.io-index\"";
    let line = file.text.lines().position(|line| {
        (line.contains("\"registry+") || line.contains("\"sparse+")) && !line.ends_with(ours)
    })?;
    Some(Finding {
        rule: "tidy/lock",
        place: format!("{}:{}", file.path, line + 1),
        what: "a package comes from a registry that is not the public one".to_owned(),
        fix: "restore the line's source from the last commit".to_owned(),
    })
}

/// What git tracks or would track, without binary files and without files deleted in the work tree.
fn read(root: &Path) -> Result<Vec<File>> {
    let words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
    let listed = process::capture(process::command(root, &words)?)
        .context("tidy reads the list of files from git; run it in a clone")?;
    let mut files = Vec::new();
    for path in String::from_utf8(listed)?.split_terminator('\0') {
        let full = root.join(path);
        if !full.is_file() {
            continue;
        }
        let bytes = std::fs::read(&full).with_context(|| format!("cannot read {path}"))?;
        if let Ok(text) = String::from_utf8(bytes)
            && !text.contains('\0')
        {
            files.push(File { path: path.to_owned(), text });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

#[cfg(test)]
mod tests;
