//! Makes a project of files that the browser sends.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_app::plan::{self, PlanInput};
use cuelight_app::project::{self, CreateProjectInput};
use cuelight_app::{AppError, Code};
use cuelight_artifact::diagnostic::has_errors;
use cuelight_artifact::files::{FileSet, LOCK_FILE, MANIFEST_FILE, read};
use cuelight_artifact::{ArtifactName, Diagnostic, ProjectName};

use cuelight_core::rights::{Action, Resource};

use super::{Shown, draw, step};
use crate::call::{Call, Upload};
use crate::error::UiResult;
use crate::reply::Reply;
use crate::words::t;

/// What cannot go on, as the page shows it, with its status.
type Refused = (Box<Shown>, u16);

/// Makes the project and publishes the files, or shows what is wrong with them.
pub async fn make(mut call: Call) -> UiResult<Reply> {
    // Reading many files is work, and not for those who could not go on.
    call.ctx.authorize(Action::CreateProjects, &Resource::Installation)?;
    let uploads = std::mem::take(&mut call.files);
    let asked = Shown {
        import_name: call.form.text("name").unwrap_or_default().to_owned(),
        prompt_name: call.form.text("prompt").unwrap_or_default().to_owned(),
        ..Shown::default()
    };
    match work(&call, asked, uploads).await? {
        Ok(name) => Ok(Reply::to(format!("/p/{name}"))),
        Err((shown, status)) => Ok(Reply::page(draw(&call, &shown)).status(status)),
    }
}

async fn work(
    call: &Call,
    asked: Shown,
    uploads: Vec<Upload>,
) -> Result<Result<ProjectName, Refused>, AppError> {
    let name: ProjectName = match asked.import_name.parse() {
        Ok(name) => name,
        Err(error) => {
            let error = Some(t!("welcome-bad-name", why = format!("{error}")));
            return Ok(Err((Box::new(Shown { import_error: error, ..asked }), 422)));
        }
    };
    let files = match workspace(asked, uploads) {
        Ok(files) => files,
        Err(shown) => return Ok(Err((shown, 422))),
    };
    let (asked, files) = files;
    // What can be seen without a project is looked at before there is one.
    let bytes: FileSet = files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
    let seen = read(&bytes).diagnostics;
    if has_errors(&seen) {
        return Ok(Err((Box::new(Shown { findings: seen, ..asked }), 422)));
    }
    match project::create(&step(call, "create")?, CreateProjectInput { name: name.clone() }).await {
        // An earlier try may have made it before its files were refused; then it is empty.
        Err(error) if error.code == Code::Exists => {
            let there = project::get(&call.ctx, &name).await;
            if !there.is_ok_and(|p| p.prompts + p.fragments == 0) {
                let error = Some(t!("welcome-exists"));
                return Ok(Err((Box::new(Shown { import_error: error, ..asked }), 409)));
            }
        }
        other => {
            other?;
        }
    }
    let input =
        PlanInput { files, bumps: BTreeMap::new(), prerelease: None, upgrade: BTreeSet::new(), plan: None };
    match plan::apply(&step(call, "apply")?, &name, &input).await {
        Ok(_) => Ok(Ok(name)),
        Err(error) if error.code == Code::FilesInvalid => {
            Ok(Err((Box::new(Shown { findings: error.diagnostics, made: true, ..asked }), 422)))
        }
        Err(error) if error.code == Code::NothingToChange => {
            let error = Some(t!("welcome-nothing"));
            Ok(Err((Box::new(Shown { files_error: error, made: true, ..asked }), 422)))
        }
        Err(error) => Err(error),
    }
}

/// The files as a workspace has them: below its root, and only what belongs to it.
fn workspace(asked: Shown, uploads: Vec<Upload>) -> Result<(Shown, BTreeMap<String, String>), Box<Shown>> {
    let loose = uploads.iter().all(|u| !u.path.contains('/'));
    let root = if loose { String::new() } else { root(&uploads) };
    let mut under = String::new();
    if loose && !uploads.is_empty() {
        let Ok(name) = asked.prompt_name.parse::<ArtifactName>() else {
            let error = Some(t!("welcome-prompt-missing"));
            return Err(Box::new(Shown { prompt_error: error, ..asked }));
        };
        under = format!("prompts/{name}/");
    }
    let (mut files, mut findings) = (BTreeMap::new(), Vec::new());
    for upload in uploads {
        let Some(path) = upload.path.strip_prefix(&root) else { continue };
        let path = format!("{under}{path}");
        if !belongs(&path) {
            continue;
        }
        match String::from_utf8(upload.bytes) {
            Ok(text) => {
                files.insert(path, text);
            }
            Err(_) => findings.push(not_text(path)),
        }
    }
    if !findings.is_empty() {
        return Err(Box::new(Shown { findings, ..asked }));
    }
    if files.is_empty() {
        let error = Some(t!("welcome-no-files"));
        return Err(Box::new(Shown { files_error: error, ..asked }));
    }
    Ok((asked, files))
}

/// The folder that the workspace begins in, with a slash at its end: where its own file is, or else above `prompts`.
fn root(uploads: &[Upload]) -> String {
    let manifest = uploads.iter().filter(|u| u.path.rsplit('/').next() == Some(MANIFEST_FILE));
    if let Some(found) = manifest.min_by_key(|u| u.path.matches('/').count()) {
        return found.path.trim_end_matches(MANIFEST_FILE).to_owned();
    }
    let above = |u: &Upload| {
        let path = format!("/{}", u.path);
        let at = ["/prompts/", "/fragments/"].iter().filter_map(|f| path.find(f)).min()?;
        Some(path[..at].trim_start_matches('/').to_owned())
    };
    match uploads.iter().filter_map(above).min_by_key(String::len) {
        Some(folder) if !folder.is_empty() => format!("{folder}/"),
        _ => String::new(),
    }
}

/// Whether a file is part of a workspace. Hidden files, as editors and version control leave them, are not.
fn belongs(path: &str) -> bool {
    let hidden = path.split('/').any(|part| part.starts_with('.') && part.len() > 2);
    let own = path == MANIFEST_FILE || path == LOCK_FILE;
    own || (!hidden && (path.starts_with("prompts/") || path.starts_with("fragments/")))
}

fn not_text(path: String) -> Diagnostic {
    Diagnostic {
        rule: String::new(),
        severity: cuelight_artifact::Severity::Error,
        message: t!("welcome-not-text"),
        file: Some(path),
        line: None,
        column: None,
        artifact: None,
        path: None,
        fix: Some(t!("welcome-not-text-fix")),
    }
}

#[cfg(test)]
mod tests;
