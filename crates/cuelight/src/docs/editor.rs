//! JSON Schemas where editors find them, and the line in a file that points there.

use cuelight_artifact::files::{FileSet, schemas};

/// The folder of the schemas within a workspace. Its name begins with a dot, so it is no part of any artifact.
pub const FOLDER: &str = ".cuelight/schemas";

/// The schema's own file name, such as `prompt.schema.json` for `prompt.yaml`.
pub fn schema_name(file: &str) -> String {
    match file.strip_suffix(".yaml") {
        Some(stem) => format!("{stem}.schema.json"),
        None => format!("{}.schema.json", file.replace('.', "-")),
    }
}

/// Every schema, below [`FOLDER`].
pub fn schema_files() -> FileSet {
    let file = |(name, schema): (&str, serde_json::Value)| {
        (format!("{FOLDER}/{}", schema_name(name)), format!("{schema:#}\n").into_bytes())
    };
    schemas().into_iter().map(file).collect()
}

/// The first line of `path`, a file of the kind `name`: which schema it follows. Empty for kinds without one.
pub fn modeline(path: &str, name: &str) -> String {
    if !schemas().contains_key(name) {
        return String::new();
    }
    let up = "../".repeat(path.matches('/').count());
    format!("# yaml-language-server: $schema={up}{FOLDER}/{}\n", schema_name(name))
}
