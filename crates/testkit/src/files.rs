//! Sample workspaces as maps from path to text.

use std::collections::BTreeMap;

/// A small prompt with one input, one constant that is a threshold, and one golden case.
#[must_use]
pub fn greeting(name: &str, text: &str) -> BTreeMap<String, String> {
    let folder = format!("prompts/{name}");
    let yaml = format!(
        "format: 1\nname: {name}\ntitle: Greet somebody\nsummary: Greets a person by name.\n\
         change_intent: A first version to try things with.\nowners: {{ business: team:desk, technical: team:core, rollback: user:mara }}\n\
         risk: low\nconstants:\n  limit: {{ type: integer, value: 90, description: Percent., stricter: higher }}\n  \
         tone: {{ type: string, value: warm, description: How it sounds. }}\n\
         inputs:\n  type: object\n  additionalProperties: false\n  required: [person]\n  properties:\n    \
         person: {{ type: string, maxLength: 100 }}\nmessages:\n  - {{ role: system, file: system.md }}\n\
         overridable: [constants.tone]\ntests:\n  - name: greets\n    inputs: {{ person: Ada }}\n    \
         expect: {{ rendered_contains: [Ada] }}\n"
    );
    [(format!("{folder}/prompt.yaml"), yaml), (format!("{folder}/system.md"), text.to_owned())].into()
}

/// The text of [`greeting`] that uses all it declares.
pub const GREETING: &str =
    "Greet {{ person }} in a {{ constants.tone }} tone.\nHand over below {{ constants.limit }} percent.\n";

/// A fragment without inputs.
#[must_use]
pub fn fragment(name: &str, text: &str) -> BTreeMap<String, String> {
    let folder = format!("fragments/{name}");
    let yaml = format!(
        "format: 1\nname: {name}\nsummary: Shared words.\nchange_intent: A first text to share.\nbody: {{ file: body.md }}\n"
    );
    [(format!("{folder}/fragment.yaml"), yaml), (format!("{folder}/body.md"), text.to_owned())].into()
}

/// A prompt that includes fragments, given as alias and requirement (`safety`, `a/b@^1.0`).
#[must_use]
pub fn including(name: &str, fragments: &[(&str, &str)]) -> BTreeMap<String, String> {
    let folder = format!("prompts/{name}");
    let mut yaml = format!(
        "format: 1\nname: {name}\nsummary: Includes.\nchange_intent: A first version to share with.\nfragments:\n"
    );
    let mut text = String::from("Begin.\n");
    for (alias, requirement) in fragments {
        yaml.push_str(&format!("  {alias}: \"{requirement}\"\n"));
        text.push_str(&format!("{{% include \"{alias}\" %}}\n"));
    }
    yaml.push_str("messages:\n  - { role: system, file: system.md }\n");
    [(format!("{folder}/prompt.yaml"), yaml), (format!("{folder}/system.md"), text)].into()
}

/// Several workspaces as one.
#[must_use]
pub fn all(parts: impl IntoIterator<Item = BTreeMap<String, String>>) -> BTreeMap<String, String> {
    parts.into_iter().flatten().collect()
}

/// The files below a folder of the repository, by path within it.
///
/// # Panics
/// When the folder cannot be read.
#[must_use]
#[expect(clippy::panic, reason = "a test's own files are there, or the test cannot run")]
pub fn folder(dir: &std::path::Path) -> BTreeMap<String, String> {
    fn walk(
        root: &std::path::Path,
        dir: &std::path::Path,
        out: &mut BTreeMap<String, String>,
    ) -> std::io::Result<()> {
        for entry in std::fs::read_dir(dir)? {
            let path = entry?.path();
            if path.is_dir() {
                walk(root, &path, out)?;
            } else if let Ok(inner) = path.strip_prefix(root) {
                out.insert(inner.to_string_lossy().replace('\\', "/"), std::fs::read_to_string(&path)?);
            }
        }
        Ok(())
    }
    let mut files = BTreeMap::new();
    if let Err(error) = walk(dir, dir, &mut files) {
        panic!("{}: {error}", dir.display());
    }
    files
}

/// The sample company's files, with changes laid over them in order.
#[must_use]
pub fn acme(changes: &[&str]) -> BTreeMap<String, String> {
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut files = folder(&examples.join("acme"));
    for change in changes {
        files.extend(folder(&examples.join("changes").join(change)));
    }
    files.remove("README.md");
    files
}
