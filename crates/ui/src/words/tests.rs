//! Tests of the catalogue: every key that is used exists, every key that exists is used, and values agree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;

use super::{catalogue, grouped};

/// Keys that are made from a list in the code, by their prefix; what makes them is named.
const MADE: &[(&str, &str)] = &[
    ("role-", "roles of `cuelight_core::rights::Role`"),
    ("action-", "actions of `cuelight_core::rights::Action`"),
    ("error-", "codes and statuses of error pages"),
    ("invisible-", "kinds of invisible characters"),
];

fn keys() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut found = BTreeMap::new();
    for (area, text) in catalogue() {
        let resource =
            FluentResource::try_new(text).unwrap_or_else(|(_, e)| panic!("{area}.ftl cannot be read: {e:?}"));
        let source = resource.source().to_owned();
        let mut key = String::new();
        for line in source.lines() {
            let head = line.split_once('=').map(|(k, _)| k.trim());
            if let Some(head) = head.filter(|h| !line.starts_with([' ', '#', '}']) && !h.is_empty()) {
                key = head.to_owned();
                let old = found.insert(key.clone(), (area.clone(), BTreeSet::new()));
                assert!(old.is_none(), "`{key}` is in the catalogue twice");
            }
            if line.starts_with('#') {
                continue;
            }
            for part in line.split('$').skip(1) {
                let name: String = part
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
                    .collect();
                found.get_mut(&key).unwrap().1.insert(name);
            }
        }
    }
    found
}

fn sources(dir: &Path, into: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("words") {
                sources(&path, into);
            }
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("words.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            into.push((path, text));
        }
    }
}

/// Every use of `t!` with the names it gives, and every other text that looks like a key.
fn used() -> (Vec<(PathBuf, String, BTreeSet<String>)>, String) {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut uses = Vec::new();
    let mut all = String::new();
    for (path, text) in files {
        for (at, _) in text.match_indices("t!(") {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
                continue;
            }
            let rest = text[at + 3..].trim_start();
            let Some(rest) = rest.strip_prefix('"') else { continue };
            let Some((key, rest)) = rest.split_once('"') else { continue };
            uses.push((path.clone(), key.to_owned(), names(rest)));
        }
        all.push_str(&text);
    }
    (uses, all)
}

/// The names of `name = value` pairs up to the closing bracket of the macro.
fn names(rest: &str) -> BTreeSet<String> {
    let (mut depth, mut quoted, mut part, mut parts) = (1, false, String::new(), Vec::new());
    let mut before = ' ';
    for c in rest.chars() {
        if quoted {
            quoted = c != '"' || before == '\\';
            before = c;
            continue;
        }
        before = c;
        match c {
            '"' => quoted = true,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 1 => parts.push(std::mem::take(&mut part)),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if !(c == ',' && depth == 1) {
            part.push(c);
        }
    }
    parts.push(part);
    let name = |p: &str| Some(p.split_once('=')?.0.trim().to_owned());
    parts.iter().filter_map(|p| name(p)).filter(|n| !n.is_empty()).collect()
}

#[test]
fn every_text_that_pages_use_is_there_and_gets_its_values() {
    let keys = keys();
    let (uses, _) = used();
    for (path, key, given) in uses {
        let Some((_, wanted)) = keys.get(&key) else { panic!("{}: no text for `{key}`", path.display()) };
        assert_eq!(&given, wanted, "{}: values of `{key}`: given and wanted", path.display());
    }
}

#[test]
fn every_text_is_used() {
    let (_, source) = used();
    for key in keys().keys() {
        let made = MADE.iter().any(|(prefix, _)| key.starts_with(prefix));
        assert!(made || source.contains(&format!("\"{key}\"")), "`{key}` is used by no page");
    }
}

#[test]
fn keys_begin_with_their_area() {
    for (key, (area, _)) in keys() {
        assert!(area == "common" || key.starts_with(&format!("{area}-")), "`{key}` in {area}.ftl");
    }
}

#[test]
fn no_git_words_outside_the_drawer() {
    const FORBIDDEN: &[&str] = &[
        "commit",
        "branch",
        "merge",
        "repository",
        "repo",
        "pull request",
        "git",
        "sha",
        "sha-256",
        "hash",
        "digest",
        "rebase",
        "checkout",
        "push",
        "diff",
        "head",
        "rollback",
        "roll back",
        "generation",
        "fragment",
        "artifact",
        "slot",
        "yank",
        "yanked",
        "deploy",
    ];
    for (area, text) in catalogue() {
        for line in text.lines().filter(|l| !l.starts_with('#') && !l.starts_with("drawer-")) {
            let said = line.split_once('=').map_or(line, |(_, said)| said);
            let said: String =
                said.split('{').map(|p| p.split_once('}').map_or(p, |(_, after)| after)).collect();
            let lower =
                format!(" {} ", said.to_lowercase().replace(|c: char| !c.is_alphanumeric() && c != '-', " "));
            for word in FORBIDDEN {
                assert!(!lower.contains(&format!(" {word} ")), "{area}.ftl says `{word}`: {line}");
            }
        }
    }
}

#[test]
fn thousands_are_grouped() {
    assert_eq!(grouped(0.0), "0");
    assert_eq!(grouped(999.0), "999");
    assert_eq!(grouped(10_000.0), "10,000");
    assert_eq!(grouped(-1_234_567.5), "-1,234,567.5");
}
