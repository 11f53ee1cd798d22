//! `cuelight import`: a folder of plain text prompts becomes prompts of the workspace.

mod convert;

use std::path::{Path, PathBuf};

use cuelight_artifact::name::Word;
use cuelight_artifact::{ArtifactName, ArtifactRef};
use serde::Serialize;
use serde_json::json;

use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::output::{Tone, count};
use crate::session::Session;
use crate::workspace::{Overwrite, Workspace, Writer};

/// Largest text file that is taken, in bytes.
const MAX_BYTES: u64 = 256 * 1024;
/// Most files that are looked at.
const MAX_FILES: usize = 5_000;

/// Turn a folder of plain text prompts into a workspace's prompts.
///
/// Every .md, .txt and .prompt file becomes a prompt with that text as its user message; `{{ name }}` becomes a
/// required text input. What cannot be kept is reported, line by line. The folder itself is not changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cuelight import ~/old-prompts --area support\n  cuelight lint")]
pub struct ImportArgs {
    /// The folder to read.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The first part of the new names, for files that lie in no folder of their own.
    #[arg(long, value_name = "WORD", default_value = "imported", value_parser = word)]
    pub area: Word,
}

fn word(text: &str) -> Result<Word, cuelight_artifact::NameError> {
    text.parse()
}

/// One file that was looked at.
#[derive(Debug, Serialize)]
struct Imported {
    file: String,
    prompt: Option<ArtifactName>,
    losses: Vec<String>,
}

/// Imports.
pub fn run(session: &Session, args: &ImportArgs) -> Done {
    let workspace = Workspace::open(session.folder())?;
    let source = session.path(&args.folder);
    let mut found = Vec::new();
    collect(&source, "", &mut found)?;
    found.sort();
    let mut done = Vec::new();
    let mut taken: Vec<ArtifactName> = Vec::new();
    let writer = Writer::new(workspace.root.clone(), Overwrite::Refuse);
    for file in found {
        let imported = one(&workspace, &writer, (&source, &file), args, &mut taken)?;
        let style = session.out.style();
        match &imported.prompt {
            Some(name) => {
                session.out.data(&format!("{} {file} -> prompt:{name}\n", style.paint(Tone::Green, "+")));
            }
            None => session.out.data(&format!("{} {file} left out\n", style.paint(Tone::Yellow, "-"))),
        }
        for loss in &imported.losses {
            session.out.data(&format!("    {loss}\n"));
        }
        done.push(imported);
    }
    let prompts = done.iter().filter(|d| d.prompt.is_some()).count();
    session.out.data(&format!("{} imported, {} left out.\n", count(prompts, "prompt"), done.len() - prompts));
    session.out.note("Next: `cuelight lint`, then give each prompt its title, summary and owners.");
    Outcome::fine(&json!({ "files": done }))
}

fn one(
    workspace: &Workspace,
    writer: &Writer,
    (source, file): (&Path, &str),
    args: &ImportArgs,
    taken: &mut Vec<ArtifactName>,
) -> Result<Imported, Failure> {
    let left_out = |why: String| Ok(Imported { file: file.to_owned(), prompt: None, losses: vec![why] });
    let Some(extension) = Path::new(file).extension().and_then(|e| e.to_str()) else {
        return left_out("it is no .md, .txt or .prompt file".into());
    };
    if !matches!(extension.to_ascii_lowercase().as_str(), "md" | "txt" | "prompt") {
        return left_out("it is no .md, .txt or .prompt file".into());
    }
    let path = source.join(file);
    let size = std::fs::metadata(&path).map_err(|e| Failure::io("read", &path, &e))?.len();
    if size > MAX_BYTES {
        return left_out(format!("it has {size} bytes; a message has at most {MAX_BYTES}"));
    }
    let bytes = std::fs::read(&path).map_err(|e| Failure::io("read", &path, &e))?;
    let Ok(text) = String::from_utf8(bytes) else { return left_out("it is not UTF-8".into()) };
    let name = match convert::name(file, &args.area) {
        Ok(name) => name,
        Err(why) => return left_out(why),
    };
    let id = ArtifactRef::prompt(name.clone());
    let there = workspace.root.join(super::new::folder(&id)).exists();
    if there || taken.contains(&name) {
        return left_out(format!("there is a prompt `{name}` already"));
    }
    let converted = match convert::convert(&id, &text) {
        Ok(converted) => converted,
        Err(why) => return left_out(why),
    };
    writer.check(converted.files.keys().map(String::as_str))?;
    for (path, bytes) in &converted.files {
        writer.write(path, bytes)?;
    }
    taken.push(name.clone());
    Ok(Imported { file: file.to_owned(), prompt: Some(name), losses: converted.losses })
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<String>) -> Result<(), Failure> {
    let unreadable = |e: &std::io::Error| Failure::io("read", folder, e);
    for entry in std::fs::read_dir(folder).map_err(|e| unreadable(&e))? {
        let entry = entry.map_err(|e| unreadable(&e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(|e| unreadable(&e))?;
        if name.starts_with('.') || kind.is_symlink() {
            continue;
        }
        let path = format!("{prefix}{name}");
        if kind.is_dir() && prefix.matches('/').count() < 8 {
            collect(&entry.path(), &format!("{path}/"), found)?;
        } else if kind.is_file() {
            found.push(path);
        }
        if found.len() > MAX_FILES {
            let detail = format!("`{}` has more than {MAX_FILES} files", folder.display());
            return Err(Failure::new(LocalCode::Io, detail).fix("Import its folders one by one."));
        }
    }
    Ok(())
}
