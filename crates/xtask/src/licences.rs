//! Licences: everything we depend on is permissive, and there is one TLS stack.

mod spdx;

use std::path::Path;

use anyhow::Result;

use crate::finding::{Finding, report};
use crate::licences::spdx::{Expression, Term};
use crate::metadata::{self, Graph, Package};

/// Licences that ask for no more than a notice. `deny.toml` has the same list.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Zlib",
];

/// Other licences, each for one package only: (package, licence, reason). MPL-2.0 may come in only here.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// A second TLS stack, or the parts of one.
const FOREIGN_TLS: &[&str] = &["openssl-sys", "native-tls", "aws-lc-sys"];

/// Parts of the one TLS stack, each present once at most.
const OWN_TLS: &[&str] = &["rustls", "ring"];

/// Checks the workspace; an error if a rule is broken.
pub fn run(root: &Path) -> Result<()> {
    let graph = metadata::load(root)?;
    report("licences", &check(&graph, EXCEPTIONS))?;
    println!("licences: {} packages, all permissive; one TLS stack", graph.packages.len());
    Ok(())
}

/// Every breach, among all packages of all platforms, tests included.
fn check(graph: &Graph, exceptions: &[(&str, &str, &str)]) -> Vec<Finding> {
    let mut found: Vec<Finding> =
        graph.packages.iter().filter_map(|package| check_licence(package, exceptions)).collect();
    for package in graph.packages.iter().filter(|package| FOREIGN_TLS.contains(&package.name.as_str())) {
        found.push(Finding {
            rule: "licences/tls",
            place: named(package),
            what: "a second TLS stack: Cuelight uses rustls on ring".to_owned(),
            fix: format!("`cargo tree -i {}` shows who brings it; switch that feature off", package.name),
        });
    }
    for name in OWN_TLS {
        let copies: Vec<_> = graph.packages.iter().filter(|p| p.name == *name).map(named).collect();
        if copies.len() > 1 {
            found.push(Finding {
                rule: "licences/tls",
                place: copies.join(", "),
                what: format!("`{name}` is here {} times: two TLS stacks", copies.len()),
                fix: format!("`cargo tree -d -i {name}` shows who needs which; bring them to one version"),
            });
        }
    }
    found
}

fn check_licence(package: &Package, exceptions: &[(&str, &str, &str)]) -> Option<Finding> {
    let allows = |term: &Term| {
        let text = term.to_string();
        ALLOWED.contains(&text.as_str()) || exceptions.iter().any(|e| e.0 == package.name && e.1 == text)
    };
    let what = match &package.licence {
        None => "names no licence".to_owned(),
        Some(text) => match Expression::parse(text) {
            Err(error) => format!("`{text}` is not a licence expression: {error}"),
            Ok(expression) if expression.holds(&allows) => return None,
            Ok(_) => format!("`{text}` is not among the permissive licences"),
        },
    };
    Some(Finding {
        rule: "licences/permissive",
        place: named(package),
        what,
        fix: "use another crate, or name it in EXCEPTIONS in crates/xtask/src/licences.rs and in deny.toml \
              with the reason"
            .to_owned(),
    })
}

fn named(package: &Package) -> String {
    format!("{} {}", package.name, package.version)
}

#[cfg(test)]
mod tests;
