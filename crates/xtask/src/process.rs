//! Runs other programs: inherit their output, capture it, or pass it on line by line while keeping some lines.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Which of a program's two outputs to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What a watched program left.
#[derive(Debug)]
pub struct Watched {
    /// Whether it exited with 0.
    pub succeeded: bool,
    /// The lines that were to be kept, without colours.
    pub kept: Vec<String>,
}

/// A command in `folder`, from its words.
pub fn command<S: AsRef<str>>(folder: &Path, words: &[S]) -> Result<Command> {
    let Some((program, arguments)) = words.split_first() else { bail!("an empty command") };
    let mut command = Command::new(program.as_ref());
    command.args(arguments.iter().map(AsRef::as_ref)).current_dir(folder);
    for (name, _) in std::env::vars_os().filter(|(name, _)| describes_xtask(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    Ok(command)
}

/// Whether `cargo run` sets this variable to describe the package it runs. Some build scripts depend on these, so
/// that without removing them `cargo build` and `cargo xtask` would each undo what the other built.
fn describes_xtask(name: &str) -> bool {
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

/// Runs it with our own outputs; an error if it cannot start or does not exit with 0.
pub fn run(mut command: Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start `{}`", shown(&command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(&command));
    }
    Ok(())
}

/// Runs it and returns its standard output; an error, with its standard error, if it does not exit with 0.
pub fn capture(mut command: Command) -> Result<Vec<u8>> {
    let output = command.output().with_context(|| format!("cannot start `{}`", shown(&command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed ({}): {}", shown(&command), output.status, said.trim());
    }
    Ok(output.stdout)
}

/// Whether it starts and exits with 0, saying nothing.
pub fn succeeds(mut command: Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs it, passes one output on as it comes, and keeps the lines of it that `keep` accepts.
pub fn watch(mut command: Command, output: Output, keep: fn(&str) -> bool) -> Result<Watched> {
    match output {
        Output::Stdout => command.stdout(Stdio::piped()),
        Output::Stderr => command.stderr(Stdio::piped()),
    };
    let mut child = command.spawn().with_context(|| format!("cannot start `{}`", shown(&command)))?;
    let kept = match output {
        Output::Stdout => child.stdout.take().map(|pipe| pass_on(pipe, std::io::stdout(), keep)),
        Output::Stderr => child.stderr.take().map(|pipe| pass_on(pipe, std::io::stderr(), keep)),
    };
    let status = child.wait().with_context(|| format!("cannot wait for `{}`", shown(&command)))?;
    Ok(Watched { succeeded: status.success(), kept: kept.transpose()?.unwrap_or_default() })
}

/// The folder with the workspace's manifest.
pub fn workspace_root() -> Result<PathBuf> {
    let words = ["cargo", "locate-project", "--workspace", "--message-format", "plain"];
    let manifest = capture(command(Path::new("."), &words)?)?;
    let manifest = PathBuf::from(String::from_utf8(manifest)?.trim_end());
    Ok(manifest.parent().context("a manifest has a folder")?.to_owned())
}

/// An environment variable, if set and not empty.
#[expect(
    clippy::disallowed_methods,
    reason = "a development tool is told by its environment that it is in CI"
)]
pub fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The line without terminal colours (`ESC [ … letter`).
pub fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if c != '\u{1b}' {
            out.push(c);
        } else if rest.next() == Some('[') {
            for c in rest.by_ref() {
                if ('@'..='~').contains(&c) {
                    break;
                }
            }
        }
    }
    out
}

fn pass_on(from: impl std::io::Read, mut to: impl Write, keep: fn(&str) -> bool) -> Result<Vec<String>> {
    let mut kept = Vec::new();
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        to.flush()?;
        let text = plain(String::from_utf8_lossy(&line).trim_end());
        if keep(&text) {
            kept.push(text);
        }
        line.clear();
    }
    Ok(kept)
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
