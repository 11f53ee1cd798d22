use super::*;
use crate::metadata::tests::graph;

fn breaches(rows: &[(&str, &[&str])]) -> Vec<(&'static str, String)> {
    let rows: Vec<_> = rows.iter().map(|(name, needs)| (*name, "MIT", *needs)).collect();
    check(&graph(&rows)).into_iter().map(|f| (f.rule, format!("{}: {}", f.place, f.what))).collect()
}

#[test]
fn the_house_as_designed_is_fine() {
    let found = breaches(&[
        ("cuelight-artifact", &["serde"]),
        ("cuelight-core", &["cuelight-artifact", "cuelight-testkit:dev", "tokio:dev"]),
        ("cuelight-store", &["cuelight-core", "cuelight-artifact"]),
        ("cuelight-store-sqlite", &["cuelight-store", "rusqlite", "tokio"]),
        (
            "cuelight-store-postgres",
            &["cuelight-store", "cuelight-store-sqlite:dev", "tokio-postgres", "tokio"],
        ),
        ("cuelight-testkit", &["cuelight-store", "cuelight-store-sqlite"]),
        ("cuelight", &["cuelight-store-sqlite", "cuelight-core", "clap", "rusqlite:dev"]),
        ("xtask", &["anyhow"]),
        ("serde", &[]),
        ("tokio", &[]),
        ("rusqlite", &[]),
        ("tokio-postgres", &[]),
        ("clap", &[]),
        ("anyhow", &[]),
    ]);
    assert_eq!(found, []);
}

#[test]
fn an_arrow_up_is_named_with_what_is_allowed() {
    let found = breaches(&[
        ("cuelight-core", &["cuelight-store:build"]),
        ("cuelight-store", &[]),
        ("cuelight-http", &["cuelight-store"]),
        ("cuelight-artifact", &["cuelight-store"]),
    ]);
    let said: Vec<_> = found.iter().map(|(rule, text)| format!("{rule} {text}")).collect();
    assert_eq!(
        said,
        [
            "layers/edge cuelight-core: depends on `cuelight-store`, but may use only: cuelight-artifact",
            "layers/edge cuelight-http: depends on `cuelight-store`, but may use only: cuelight-app, \
             cuelight-core, cuelight-resolve, cuelight-render, cuelight-artifact",
            "layers/edge cuelight-artifact: depends on `cuelight-store`, but may use only: no crate of the house",
        ]
    );
}

#[test]
fn test_crates_are_for_tests() {
    let found = breaches(&[
        ("cuelight-app", &["cuelight-testkit"]),
        ("cuelight-http", &["cuelight-testkit:dev"]),
        ("cuelight-testkit", &[]),
    ]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "layers/dev-only");
    assert!(found[0].1.starts_with("cuelight-app: "));
}

#[test]
fn a_crate_without_a_place_is_found() {
    let found = breaches(&[("cuelight-new", &["cuelight-artifact"]), ("cuelight-artifact", &[])]);
    assert_eq!(found, [("layers/unknown", "cuelight-new: this crate has no place in the house".to_owned())]);
}

#[test]
fn each_fence_holds_for_every_crate_outside_it() {
    for fence in FENCES {
        for floor in HOUSE {
            let rows: [(&str, &[&str]); 2] = [(floor.name, &[fence.dependency]), (fence.dependency, &[])];
            let fenced = breaches(&rows).iter().any(|(rule, _)| *rule == "layers/fence");
            assert_eq!(fenced, !fence.only.contains(&floor.name), "{} → {}", floor.name, fence.dependency);
        }
    }
}

#[test]
fn what_enters_through_others_is_found_with_its_way() {
    let found = breaches(&[
        ("cuelight-core", &["nice"]),
        ("nice", &["runtime", "loop"]),
        ("loop", &["nice", "tokio:dev"]),
        ("runtime", &["tokio"]),
        ("tokio", &[]),
    ]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "layers/never");
    assert!(found[0].1.contains("cuelight-core → nice → runtime → tokio"), "{}", found[0].1);
}

#[test]
fn a_way_through_another_crate_of_the_house_is_reported_there_only() {
    let found = breaches(&[
        ("cuelight-core", &["cuelight-artifact"]),
        ("cuelight-artifact", &["tokio"]),
        ("tokio", &[]),
    ]);
    assert_eq!(found.len(), 1);
    assert!(found[0].1.starts_with("cuelight-artifact: "));
}

#[test]
fn the_table_itself_has_no_circle() {
    // Taking away what uses nothing that is left must empty the table.
    let mut left: Vec<&rules::Floor> = HOUSE.iter().collect();
    while !left.is_empty() {
        let names: Vec<&str> = left.iter().map(|floor| floor.name).collect();
        let before = left.len();
        left.retain(|floor| floor.may_use.iter().any(|used| names.contains(used)));
        assert!(left.len() < before, "a circle among {names:?}");
    }
}

#[test]
fn deny_toml_has_the_same_fences() {
    let deny = include_str!("../../../../deny.toml");
    for fence in FENCES {
        let start = format!("{{ crate = \"{}\", wrappers = [", fence.dependency);
        let line = deny.lines().find(|line| line.trim().starts_with(&start));
        let line = line.unwrap_or_else(|| panic!("deny.toml lacks a line `{start}…`"));
        let wrappers = line.split_once('[').and_then(|(_, rest)| rest.split_once(']')).unwrap().0;
        let house: Vec<&str> = wrappers
            .split(',')
            .map(|name| name.trim().trim_matches('"'))
            .filter(|name| HOUSE.iter().any(|floor| floor.name == *name))
            .collect();
        assert_eq!(house, fence.only, "{line}");
    }
}
