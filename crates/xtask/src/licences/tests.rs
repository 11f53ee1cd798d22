use super::*;
use crate::metadata::tests::graph;

fn rules(rows: &[(&str, &str, &[&str])], exceptions: &[(&str, &str, &str)]) -> Vec<String> {
    check(&graph(rows), exceptions).iter().map(|f| format!("{} {}: {}", f.rule, f.place, f.what)).collect()
}

#[test]
fn permissive_licences_pass() {
    let rows: Vec<(&str, &str, &[&str])> =
        ALLOWED.iter().map(|licence| ("some", *licence, &[][..])).collect();
    for row in rows {
        assert_eq!(rules(&[row], &[]), Vec::<String>::new());
    }
}

#[test]
fn others_are_named_with_the_package() {
    let found = rules(
        &[
            ("copyleft", "GPL-3.0-only", &[]),
            ("silent", "", &[]),
            ("odd", "see LICENSE", &[]),
            ("both", "MIT AND GPL-2.0-only", &[]),
        ],
        &[],
    );
    assert_eq!(
        found,
        [
            "licences/permissive copyleft 1.0.0: `GPL-3.0-only` is not among the permissive licences",
            "licences/permissive silent 1.0.0: names no licence",
            "licences/permissive odd 1.0.0: `see LICENSE` is not a licence expression: `LICENSE` cannot stand there",
            "licences/permissive both 1.0.0: `MIT AND GPL-2.0-only` is not among the permissive licences",
        ]
    );
}

#[test]
fn an_exception_is_for_one_package_only() {
    let exceptions = [("one", "MPL-2.0", "a test")];
    let found = rules(&[("one", "MPL-2.0", &[]), ("two", "MPL-2.0", &[])], &exceptions);
    assert_eq!(found, ["licences/permissive two 1.0.0: `MPL-2.0` is not among the permissive licences"]);
}

#[test]
fn a_second_tls_stack_is_found() {
    for name in FOREIGN_TLS {
        assert!(rules(&[(name, "MIT", &[])], &[])[0].starts_with("licences/tls"));
    }
    let found =
        rules(&[("ring@0.16.0", "MIT", &[]), ("ring@0.17.0", "MIT", &[]), ("rustls", "MIT", &[])], &[]);
    assert_eq!(found, ["licences/tls ring 0.16.0, ring 0.17.0: `ring` is here 2 times: two TLS stacks"]);
}

#[test]
fn deny_toml_allows_the_same() {
    let deny = include_str!("../../../../deny.toml");
    let list = deny.split_once("\nallow = [").and_then(|(_, rest)| rest.split_once(']')).unwrap().0;
    let there: Vec<&str> = list
        .split(',')
        .map(|entry| entry.trim().trim_matches('"'))
        .filter(|entry| !entry.is_empty())
        .collect();
    assert_eq!(there, ALLOWED);
}
