//! Files of others in `vendor/`: each is in the manifest, unchanged, with its licence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Package {
    name: String,
    version: String,
    /// An SPDX expression.
    licence: String,
    licence_file: String,
    /// `package@exact version`, without a host.
    from: Vec<String>,
    /// How the files came from the packages.
    made: String,
    files: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    file: String,
    sha256: String,
}

const PERMISSIVE: &[&str] = &["0BSD", "MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vendor")
}

fn manifest() -> Manifest {
    serde_json::from_str(
        &std::fs::read_to_string(folder().join("manifest.json")).expect("vendor/ can be read"),
    )
    .expect("vendor/ can be read")
}

/// Every file below `vendor/` but the manifest, with `/`. Installed packages of the build are not ours to list.
fn present() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).expect("vendor/ can be read") {
            let path = entry.expect("vendor/ can be read").path();
            if path.is_dir() {
                if !path.ends_with("node_modules") {
                    open.push(path);
                }
                continue;
            }
            let name = path
                .strip_prefix(folder())
                .expect("vendor/ can be read")
                .to_str()
                .expect("vendor/ can be read")
                .replace('\\', "/");
            found.insert(name);
        }
    }
    found.remove("manifest.json");
    found
}

#[test]
fn every_file_is_listed_once_and_unchanged() {
    let mut listed = BTreeMap::new();
    for item in manifest().packages.into_iter().flat_map(|p| p.files) {
        let before = listed.insert(item.file.clone(), item.sha256);
        assert!(before.is_none(), "vendor/manifest.json lists `{}` twice", item.file);
    }
    assert_eq!(
        listed.keys().cloned().collect::<BTreeSet<_>>(),
        present(),
        "vendor/manifest.json (left) and the files in vendor/ (right) differ"
    );
    for (file, expected) in listed {
        let hash =
            hex::encode(Sha256::digest(std::fs::read(folder().join(&file)).expect("vendor/ can be read")));
        assert_eq!(hash, expected, "vendor/{file} is not the file that vendor/manifest.json describes");
    }
}

#[test]
fn every_package_has_a_permissive_licence_with_its_text() {
    for package in manifest().packages {
        let Package { name, licence, licence_file, files, .. } = package;
        assert!(PERMISSIVE.contains(&licence.as_str()), "{name}: `{licence}` is not a licence we take");
        assert!(
            files.iter().any(|f| f.file == licence_file),
            "{name}: `{licence_file}` is not among its files"
        );
        let text = std::fs::read_to_string(folder().join(&licence_file)).expect("vendor/ can be read");
        assert!(text.contains("Permission"), "{name}: `{licence_file}` is no licence text");
    }
}

#[test]
fn every_package_says_where_it_came_from() {
    for package in manifest().packages {
        assert!(!package.version.is_empty() && !package.made.is_empty(), "{}", package.name);
        assert!(!package.from.is_empty(), "{}: no package named", package.name);
        for source in &package.from {
            let (_, version) =
                source.rsplit_once('@').unwrap_or_else(|| panic!("`{source}` is not package@version"));
            semver::Version::parse(version).unwrap_or_else(|e| panic!("`{source}` is not exact: {e}"));
            assert!(!source.contains("//"), "`{source}` names a host");
        }
    }
}
