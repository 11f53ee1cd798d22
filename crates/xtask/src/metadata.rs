//! The dependency graph of the workspace, read from `cargo metadata`.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// Every package that some crate of the workspace depends on, on any platform.
#[derive(Debug)]
pub struct Graph {
    /// The packages; an [`Edge`] points into this list.
    pub packages: Vec<Package>,
    /// Where cargo puts what it builds.
    pub target: PathBuf,
}

/// One package.
#[derive(Debug)]
pub struct Package {
    /// As in its manifest.
    pub name: String,
    /// As in its manifest.
    pub version: String,
    /// Its licence as written in its manifest.
    pub licence: Option<String>,
    /// Whether it belongs to this workspace.
    pub member: bool,
    /// What it depends on. The same package may appear once for each purpose.
    pub edges: Vec<Edge>,
}

/// One dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Position in [`Graph::packages`].
    pub to: usize,
    /// What for.
    pub purpose: Purpose,
}

/// What a dependency is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Compiled into the crate.
    Normal,
    /// Its build script.
    Build,
    /// Its tests and benchmarks.
    Dev,
}

impl Purpose {
    /// Whether it concerns what is shipped, not only tests.
    pub const fn ships(self) -> bool {
        matches!(self, Self::Normal | Self::Build)
    }
}

/// Asks cargo.
pub fn load(root: &Path) -> Result<Graph> {
    let words = ["cargo", "metadata", "--format-version", "1", "--locked"];
    let json = process::capture(process::command(root, &words)?)?;
    parse(&serde_json::from_slice(&json)?)
}

/// Reads the output of `cargo metadata --format-version 1`.
pub fn parse(json: &Value) -> Result<Graph> {
    let members: HashSet<&str> = list(json, "workspace_members")?.iter().map(text).collect::<Result<_>>()?;
    let listed = list(json, "packages")?;
    let mut positions = HashMap::new();
    let mut packages = Vec::with_capacity(listed.len());
    for (position, package) in listed.iter().enumerate() {
        let id = field(package, "id")?;
        positions.insert(id, position);
        packages.push(Package {
            name: field(package, "name")?.to_owned(),
            version: field(package, "version")?.to_owned(),
            licence: package["license"].as_str().map(str::to_owned),
            member: members.contains(id),
            edges: Vec::new(),
        });
    }
    let position = |id: &str| positions.get(id).copied().with_context(|| format!("`{id}` is not listed"));
    for node in list(&json["resolve"], "nodes")? {
        let from = position(field(node, "id")?)?;
        for dependency in list(node, "deps")? {
            let to = position(field(dependency, "pkg")?)?;
            for kind in list(dependency, "dep_kinds")? {
                let purpose = match kind["kind"].as_str() {
                    None => Purpose::Normal,
                    Some("build") => Purpose::Build,
                    Some(_) => Purpose::Dev,
                };
                let edge = Edge { to, purpose };
                // One edge per platform condition would be reported several times.
                if !packages[from].edges.contains(&edge) {
                    packages[from].edges.push(edge);
                }
            }
        }
    }
    let target = PathBuf::from(field(json, "target_directory")?);
    Ok(Graph { packages, target })
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    value[key].as_array().with_context(|| format!("cargo metadata: no list `{key}`"))
}

fn field<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("cargo metadata: no text `{key}`"))
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().context("cargo metadata: not a text")
}

#[cfg(test)]
pub mod tests;
