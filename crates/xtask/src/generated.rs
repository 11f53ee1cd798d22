//! Generated files: produced by the `cuelight` binary, committed, and compared in CI.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::finding::{Finding, report};
use crate::{metadata, process};

/// A generated file or folder.
#[derive(Debug, Clone, Copy)]
pub struct Generated {
    /// Relative to the root. With a `/` at the end it is a folder that holds generated files only.
    pub path: &'static str,
    /// Arguments of `cuelight`. A file is what the command prints; for a folder, `{out}` among the arguments
    /// stands for the folder to write into.
    pub command: &'static [&'static str],
}

/// All generated files.
const FILES: &[Generated] = &[
    Generated { path: "openapi.json", command: &["schema", "openapi"] },
    Generated { path: "docs/cli.md", command: &["schema", "cli"] },
    Generated { path: "docs/errors.md", command: &["schema", "errors"] },
    Generated { path: "docs/rules.md", command: &["schema", "rules"] },
    Generated { path: "crates/ui/routes.json", command: &["schema", "pages"] },
    Generated { path: "schemas/", command: &["schema", "--write", "{out}"] },
];

/// Contents by path relative to the root.
type Contents = BTreeMap<String, Vec<u8>>;

/// An error if a generated file differs from what the binary produces now.
pub fn run_check(root: &Path) -> Result<()> {
    let cuelight = |arguments: &[String]| cuelight(root, arguments);
    let scratch = scratch(root)?;
    let mut found = Vec::new();
    for generated in FILES {
        let fresh = produce(generated, &scratch, &cuelight)?;
        found.extend(compare(&fresh, &committed(root, generated)?));
    }
    report("generated", &found)?;
    println!("generated: {} up to date", FILES.len());
    Ok(())
}

/// Writes every generated file, and removes what a generated folder holds no longer.
pub fn run_write(root: &Path) -> Result<()> {
    let cuelight = |arguments: &[String]| cuelight(root, arguments);
    let scratch = scratch(root)?;
    for generated in FILES {
        let fresh = produce(generated, &scratch, &cuelight)?;
        write(root, generated, &fresh)?;
        println!("codegen: {}", generated.path);
    }
    println!("codegen: {} written", FILES.len());
    Ok(())
}

/// Runs the command and collects what it produced, as it should be committed.
fn produce(
    generated: &Generated,
    scratch: &Path,
    cuelight: &dyn Fn(&[String]) -> Result<Vec<u8>>,
) -> Result<Contents> {
    let out = scratch.to_string_lossy();
    let arguments: Vec<String> = generated.command.iter().map(|word| word.replace("{out}", &out)).collect();
    let made = || format!("making {}", generated.path);
    if !generated.path.ends_with('/') {
        let printed = cuelight(&arguments).with_context(made)?;
        if printed.is_empty() {
            bail!("making {}: the command printed nothing", generated.path);
        }
        return Ok(Contents::from([(generated.path.to_owned(), printed)]));
    }
    if scratch.exists() {
        std::fs::remove_dir_all(scratch).with_context(made)?;
    }
    std::fs::create_dir_all(scratch).with_context(made)?;
    cuelight(&arguments).with_context(made)?;
    let contents = read_folder(scratch, generated.path)?;
    if contents.is_empty() {
        bail!("making {}: the command wrote nothing into the folder given as {{out}}", generated.path);
    }
    Ok(contents)
}

/// What is committed at the place of a generated file or folder.
fn committed(root: &Path, generated: &Generated) -> Result<Contents> {
    let place = root.join(generated.path);
    if !place.exists() {
        Ok(Contents::new())
    } else if generated.path.ends_with('/') {
        read_folder(&place, generated.path)
    } else {
        Ok(Contents::from([(generated.path.to_owned(), std::fs::read(&place)?)]))
    }
}

/// The differences, one per file.
fn compare(fresh: &Contents, committed: &Contents) -> Vec<Finding> {
    let finding = |path: &String, what: String| Finding {
        rule: "generated/stale",
        place: path.clone(),
        what,
        fix: "run `cargo xtask codegen` and commit the result".to_owned(),
    };
    let mut found = Vec::new();
    for (path, bytes) in fresh {
        match committed.get(path) {
            None => found.push(finding(path, "is missing".to_owned())),
            Some(old) if old != bytes => {
                found.push(finding(path, format!("differs from line {} on", first_difference(old, bytes))));
            }
            Some(_) => {}
        }
    }
    let gone = committed.keys().filter(|path| !fresh.contains_key(*path));
    found.extend(gone.map(|path| finding(path, "is no longer generated".to_owned())));
    found
}

fn write(root: &Path, generated: &Generated, fresh: &Contents) -> Result<()> {
    for path in committed(root, generated)?.keys().filter(|path| !fresh.contains_key(*path)) {
        std::fs::remove_file(root.join(path)).with_context(|| format!("cannot remove {path}"))?;
    }
    for (path, bytes) in fresh {
        let place = root.join(path);
        if let Some(folder) = place.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&place, bytes).with_context(|| format!("cannot write {path}"))?;
    }
    Ok(())
}

/// The line, from 1, in which the two first differ.
fn first_difference(a: &[u8], b: &[u8]) -> usize {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    a[..same].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Every file below `folder`; its path begins with `prefix`.
fn read_folder(folder: &Path, prefix: &str) -> Result<Contents> {
    let mut contents = Contents::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {prefix}"))? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            contents.extend(read_folder(&entry.path(), &format!("{name}/"))?);
        } else {
            contents.insert(name, std::fs::read(entry.path())?);
        }
    }
    Ok(contents)
}

/// A folder under cargo's own, for what is compared and thrown away.
fn scratch(root: &Path) -> Result<PathBuf> {
    Ok(metadata::load(root)?.target.join("xtask-generated"))
}

fn cuelight(root: &Path, arguments: &[String]) -> Result<Vec<u8>> {
    let mut command =
        process::command(root, &["cargo", "run", "--quiet", "--locked", "--package", "cuelight", "--"])?;
    command.args(arguments);
    process::capture(command)
}

#[cfg(test)]
mod tests;
