//! `cuelight schema`: schemas for editors, and generated documentation.

use std::path::PathBuf;

use cuelight_artifact::files::schemas;
use serde_json::{Value, json};

use crate::docs::{cli, editor, errors, rules};
use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::session::Session;
use crate::workspace::{Overwrite, Writer};

/// Print schemas for editors and generated documentation.
///
/// The names are those of the files (prompt.yaml, fragment.yaml, prompts.yaml, tests.yaml, tools.yaml, prompts.lock),
/// and openapi, errors, rules, cli, and pages: the addresses of the web pages. Without a name the names are listed.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight schema prompt.yaml\n  cuelight schema --write .cuelight/schemas\n  cuelight schema openapi > openapi.json"
)]
pub struct SchemaArgs {
    /// Which one.
    #[arg(conflicts_with = "write")]
    pub name: Option<String>,
    /// Write all editor schemas into this folder.
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
}

/// Pages besides the schemas of files.
const PAGES: &[&str] = &["openapi", "errors", "rules", "cli", "pages"];

/// Prints or writes.
pub fn run(session: &Session, args: &SchemaArgs) -> Done {
    if let Some(folder) = &args.write {
        return write(session, session.path(folder));
    }
    let known = || schemas().keys().copied().chain(PAGES.iter().copied()).collect::<Vec<_>>();
    let Some(name) = &args.name else {
        session.out.data(&format!("{}\n", known().join("\n")));
        return Outcome::fine(&known());
    };
    let document = match name.as_str() {
        "errors" => Value::from(errors::page()),
        "rules" => Value::from(rules::page()),
        "cli" => Value::from(cli::page()),
        "openapi" => cuelight_http::openapi(),
        "pages" => pages()?,
        file => schemas().remove(file).ok_or_else(|| {
            Failure::usage(format!("there is no schema `{}`", file.escape_debug()))
                .fix(format!("There are {}.", known().join(", ")))
        })?,
    };
    let text = match &document {
        Value::String(page) => page.clone(),
        schema => format!("{schema:#}\n"),
    };
    session.out.data(&text);
    Outcome::fine(&document)
}

/// The table of the pages' addresses; the browser tests are made from it.
fn pages() -> Result<Value, Failure> {
    serde_json::to_value(cuelight_ui::routes())
        .map_err(|e| Failure::new(LocalCode::Internal, format!("the addresses have no JSON form: {e}")))
}

fn write(session: &Session, folder: PathBuf) -> Done {
    let writer = Writer::new(folder, Overwrite::Replace);
    let mut written = Vec::new();
    for (name, schema) in schemas() {
        let file = editor::schema_name(name);
        let text = serde_json::to_vec_pretty(&schema).map_err(|e| {
            Failure::new(LocalCode::Internal, format!("the schema of {name} has no JSON form: {e}"))
        })?;
        writer.write(&file, &[text, b"\n".to_vec()].concat())?;
        session.out.data(&format!("wrote {file}\n"));
        written.push(file);
    }
    Outcome::fine(&json!({ "written": written }))
}
