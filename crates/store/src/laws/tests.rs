//! The list of laws is whole.

use std::collections::BTreeSet;

/// The laws written as functions, `module: name`.
fn written() -> BTreeSet<String> {
    let files = [
        ("append", include_str!("append.rs")),
        ("blobs", include_str!("blobs.rs")),
        ("checkpoints", include_str!("checkpoints.rs")),
        ("commands", include_str!("commands.rs")),
        ("concurrent", include_str!("concurrent.rs")),
        ("copying", include_str!("copying.rs")),
        ("nodes", include_str!("nodes.rs")),
        ("observations", include_str!("observations.rs")),
        ("reading", include_str!("reading.rs")),
        ("reopen", include_str!("reopen.rs")),
        ("saved", include_str!("saved.rs")),
        ("vault", include_str!("vault.rs")),
    ];
    let mut found = BTreeSet::new();
    for (module, source) in files {
        for line in source.lines() {
            if let Some(rest) = line.strip_prefix("pub async fn ") {
                found.insert(format!("{module}: {}", rest.split('(').next().unwrap()));
            }
        }
    }
    found
}

/// The laws that `laws!` makes tests of.
fn listed() -> BTreeSet<String> {
    let source = include_str!("../laws.rs");
    let list = source.split_once("@list $make;\n").unwrap().1.split_once("        }\n").unwrap().0;
    let mut found = BTreeSet::new();
    for group in list.split(';').filter(|g| !g.trim().is_empty()) {
        let (module, laws) = group.split_once(':').unwrap();
        for law in laws.split(',') {
            found.insert(format!("{}: {}", module.trim(), law.trim()));
        }
    }
    found
}

#[test]
fn every_law_is_listed() {
    assert_eq!(written(), listed());
    assert!(written().len() >= 100, "only {}", written().len());
}
