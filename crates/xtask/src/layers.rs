//! The layers: which crate of the house may depend on which, and who holds the heavy dependencies.

mod rules;

use std::collections::VecDeque;
use std::path::Path;

use anyhow::Result;

use crate::finding::{Finding, report};
use crate::layers::rules::{DEV_ONLY, FENCES, HOUSE, NEVER};
use crate::metadata::{self, Edge, Graph, Package};

/// Where the tables are, for the messages.
const TABLES: &str = "crates/xtask/src/layers/rules.rs";

/// Checks the workspace; an error if a rule is broken.
pub fn run(root: &Path) -> Result<()> {
    let graph = metadata::load(root)?;
    report("layers", &check(&graph))?;
    println!("layers: {} crates keep the rules", graph.packages.iter().filter(|p| p.member).count());
    Ok(())
}

/// Every breach, in the order of the packages.
///
/// What only tests use is free, because a test may open what it tests; nothing shipped may use what is for tests.
pub fn check(graph: &Graph) -> Vec<Finding> {
    let mut found = Vec::new();
    for package in graph.packages.iter().filter(|package| package.member) {
        let shipped = package.edges.iter().filter(|edge| edge.purpose.ships());
        let uses: Vec<&Package> = shipped.map(|edge| &graph.packages[edge.to]).collect();
        check_house(package, &uses, &mut found);
        check_fences(package, &uses, &mut found);
        check_never(graph, package, &mut found);
    }
    found
}

fn check_house(package: &Package, uses: &[&Package], found: &mut Vec<Finding>) {
    let Some(floor) = HOUSE.iter().find(|floor| floor.name == package.name) else {
        found.push(Finding {
            rule: "layers/unknown",
            place: package.name.clone(),
            what: "this crate has no place in the house".to_owned(),
            fix: format!("add it to HOUSE in {TABLES} and to the picture in ARCHITECTURE.md"),
        });
        return;
    };
    for used in uses.iter().filter(|used| used.member) {
        if DEV_ONLY.contains(&used.name.as_str()) {
            found.push(Finding {
                rule: "layers/dev-only",
                place: package.name.clone(),
                what: format!("`{}` is for tests and tools, and nothing shipped may contain it", used.name),
                fix: "move it to [dev-dependencies]".to_owned(),
            });
        } else if !floor.may_use.contains(&used.name.as_str()) {
            let allowed = if floor.may_use.is_empty() {
                "no crate of the house".to_owned()
            } else {
                floor.may_use.join(", ")
            };
            found.push(Finding {
                rule: "layers/edge",
                place: package.name.clone(),
                what: format!("depends on `{}`, but may use only: {allowed}", used.name),
                fix: format!(
                    "move the code to where it belongs, or pass what is needed as an argument; \
                     a new edge is a change of the design (HOUSE in {TABLES} and ARCHITECTURE.md)"
                ),
            });
        }
    }
}

fn check_fences(package: &Package, uses: &[&Package], found: &mut Vec<Finding>) {
    for used in uses {
        let Some(fence) = FENCES.iter().find(|fence| fence.dependency == used.name) else { continue };
        if !fence.only.contains(&package.name.as_str()) {
            found.push(Finding {
                rule: "layers/fence",
                place: package.name.clone(),
                what: format!(
                    "depends on `{}`, which only {} may: {}",
                    used.name,
                    fence.only.join(", "),
                    fence.why
                ),
                fix: format!("move what needs it into {}", fence.only.join(" or ")),
            });
        }
    }
}

fn check_never(graph: &Graph, package: &Package, found: &mut Vec<Finding>) {
    for never in NEVER.iter().filter(|never| never.crates.contains(&package.name.as_str())) {
        for dependency in never.dependencies {
            if let Some(way) = way_to(graph, package, dependency) {
                found.push(Finding {
                    rule: "layers/never",
                    place: package.name.clone(),
                    what: format!("`{dependency}` enters by {way}: {}", never.why),
                    fix: "drop the dependency or the feature of it that brings this in".to_owned(),
                });
            }
        }
    }
}

/// The shortest way from a crate of the house to a dependency through packages of others, as `a → b → c`.
/// Ways through other crates of the house are theirs to answer for.
fn way_to(graph: &Graph, from: &Package, dependency: &str) -> Option<String> {
    let mut came_from: Vec<Option<usize>> = vec![None; graph.packages.len()];
    let mut seen = vec![false; graph.packages.len()];
    let mut queue = VecDeque::new();
    let mut enter = |edges: &[Edge], via: Option<usize>, queue: &mut VecDeque<usize>| {
        for edge in edges.iter().filter(|edge| edge.purpose.ships()) {
            if !graph.packages[edge.to].member && !std::mem::replace(&mut seen[edge.to], true) {
                came_from[edge.to] = via;
                queue.push_back(edge.to);
            }
        }
    };
    enter(&from.edges, None, &mut queue);
    let mut end = None;
    while let Some(at) = queue.pop_front() {
        if graph.packages[at].name == dependency {
            end = Some(at);
            break;
        }
        enter(&graph.packages[at].edges, Some(at), &mut queue);
    }
    let mut names = Vec::new();
    let mut at = Some(end?);
    while let Some(position) = at {
        names.push(graph.packages[position].name.as_str());
        at = came_from[position];
    }
    names.push(&from.name);
    names.reverse();
    Some(names.join(" → "))
}

#[cfg(test)]
mod tests;
