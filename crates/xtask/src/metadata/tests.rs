use serde_json::json;

use super::*;

/// A graph as cargo would print it. Each row: name, licence, dependencies as `name` or `name:purpose`.
/// Names starting with `cuelight` and `xtask` are members.
pub fn graph(rows: &[(&str, &str, &[&str])]) -> Graph {
    let member = |name: &str| name.starts_with("cuelight") || name == "xtask";
    let packages: Vec<_> = rows
        .iter()
        .map(|(name, licence, _)| {
            let (name, version) = name.split_once('@').unwrap_or((name, "1.0.0"));
            json!({ "id": format!("{name}@{version}"), "name": name, "version": version,
                    "license": if licence.is_empty() { Value::Null } else { json!(licence) } })
        })
        .collect();
    let id = |name: &str| {
        let (name, version) = name.split_once('@').unwrap_or((name, "1.0.0"));
        format!("{name}@{version}")
    };
    let nodes: Vec<_> = rows
        .iter()
        .map(|(name, _, needs)| {
            let deps: Vec<_> = needs
                .iter()
                .map(|need| {
                    let (to, purpose) = need.split_once(':').unwrap_or((need, ""));
                    let kind = if purpose.is_empty() { Value::Null } else { json!(purpose) };
                    json!({ "pkg": id(to), "dep_kinds": [
                        { "kind": kind, "target": null }, { "kind": kind, "target": "cfg(unix)" } ] })
                })
                .collect();
            json!({ "id": id(name), "deps": deps })
        })
        .collect();
    let members: Vec<_> = rows.iter().filter(|row| member(row.0)).map(|row| id(row.0)).collect();
    parse(&json!({ "packages": packages, "workspace_members": members,
                   "resolve": { "nodes": nodes }, "target_directory": "target" }))
    .unwrap()
}

#[test]
fn edges_keep_their_purpose_and_appear_once() {
    let graph = graph(&[
        ("cuelight", "MIT", &["serde", "cc:build", "insta:dev"]),
        ("serde", "MIT OR Apache-2.0", &[]),
        ("cc", "MIT", &[]),
        ("insta", "", &[]),
    ]);
    let edges = &graph.packages[0].edges;
    assert_eq!(
        edges,
        &[
            Edge { to: 1, purpose: Purpose::Normal },
            Edge { to: 2, purpose: Purpose::Build },
            Edge { to: 3, purpose: Purpose::Dev }
        ]
    );
    assert!(graph.packages[0].member && !graph.packages[1].member);
    assert_eq!(graph.packages[3].licence, None);
}

#[test]
fn what_is_not_metadata_is_an_error_that_names_the_missing_part() {
    let error = parse(&json!({ "workspace_members": [] })).unwrap_err().to_string();
    assert_eq!(error, "cargo metadata: no list `packages`");
}
