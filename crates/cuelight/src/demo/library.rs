//! The sample library, carried in the binary.

use std::collections::BTreeMap;

use anyhow::Context as _;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../examples"]
#[exclude = "client/*"]
struct Examples;

/// The files of the sample company, with these changes laid over them in order.
///
/// # Errors
/// When an embedded file is not UTF-8, which the build's own tests exclude.
pub fn acme(changes: &[&str]) -> anyhow::Result<BTreeMap<String, String>> {
    let mut files = below("acme/")?;
    files.retain(|path, _| path != "README.md");
    for change in changes {
        files.extend(below(&format!("changes/{change}/"))?);
    }
    Ok(files)
}

fn below(folder: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for path in Examples::iter() {
        let Some(inner) = path.strip_prefix(folder) else { continue };
        let file = Examples::get(&path).with_context(|| format!("{path} is not embedded"))?;
        let text =
            String::from_utf8(file.data.into_owned()).with_context(|| format!("{path} is not UTF-8"))?;
        found.insert(inner.to_owned(), text);
    }
    Ok(found)
}
