//! A data folder: can this version use it, is it private, is it sound as a file?

use std::path::Path;

use cuelight_store::StoreError;
use cuelight_store_sqlite::{Dump, SqliteStore};

use super::Finding;
use crate::config::readable_by_others;

/// Looks at the folder.
pub(super) fn check(folder: &Path) -> Vec<Finding> {
    const WHAT: &str = "data folder";
    if !folder.is_dir() {
        let fix = "`cuelight serve --data DIR` makes one.";
        return vec![Finding::bad(WHAT, format!("there is no folder `{}`", folder.display()), fix)];
    }
    let mut found = vec![permissions(folder), schema(folder)];
    found.push(integrity(folder));
    found
}

fn permissions(folder: &Path) -> Finding {
    let open = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let open: Vec<String> =
        open.filter_map(|p| Some(format!("{} ({:o})", p.display(), readable_by_others(&p)?))).collect();
    let shared = readable_by_others(folder).map(|mode| format!("{} ({mode:o})", folder.display()));
    match shared.into_iter().chain(open).next() {
        // The folder keeps everybody out, so modes within it do not matter.
        Some(first) if readable_by_others(folder).is_some() => Finding::bad(
            "permissions",
            format!("others can read {first}"),
            format!("chmod 700 {}", folder.display()),
        ),
        _ => Finding::good("permissions", "only its owner can read the folder"),
    }
}

fn schema(folder: &Path) -> Finding {
    match SqliteStore::open_read_only(folder) {
        Ok(_) => Finding::good("schema", format!("{} can be used by this version", folder.display())),
        Err(error @ (StoreError::NewerSchema { .. } | StoreError::TooOld { .. })) => {
            Finding::bad("schema", error.to_string(), "Start the version of Cuelight that wrote it.")
        }
        Err(error) => {
            Finding::bad("schema", error.to_string(), "Run `cuelight verify DIR`, and restore a backup.")
        }
    }
}

fn integrity(folder: &Path) -> Finding {
    let found = Dump::open(folder).and_then(|dump| dump.integrity());
    match found {
        Ok(wrong) if wrong.is_empty() => {
            Finding::good("files", "the registry is sound as a file; `cuelight verify` checks what it says")
        }
        Ok(wrong) => Finding::bad("files", wrong.join("; "), "Keep a copy and restore a backup."),
        Err(error) => Finding::bad("files", error.to_string(), "Keep a copy and restore a backup."),
    }
}
