use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use semver::{Version, VersionReq};

use super::*;
use crate::diagnostic::Diagnostic;
use crate::model::FragmentUse;
use crate::name::{ArtifactRef, Kind};
use crate::rules::dependency;

#[derive(Debug, Clone, Default)]
struct Shelf(BTreeMap<ArtifactName, Vec<CatalogVersion>>);

impl Catalog for Shelf {
    fn versions(&self, name: &ArtifactName) -> Vec<CatalogVersion> {
        self.0.get(name).cloned().unwrap_or_default()
    }
}

fn name(text: &str) -> ArtifactName {
    text.parse().unwrap()
}

fn locked(name: &ArtifactName, version: &str) -> Locked {
    let digest = Digest::of_bytes(format!("{name}@{version}").as_bytes());
    Locked { version: version.parse().unwrap(), digest }
}

impl Shelf {
    /// `s/x 1.2.0 yanked: s/y 1.0.0, s/z 2.0.0` in each line.
    fn of(text: &str) -> Self {
        let mut shelf = Self::default();
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let (head, uses) = line.split_once(':').unwrap_or((line, ""));
            let words: Vec<_> = head.split_whitespace().collect();
            let this = name(words[0]);
            let uses = uses.split(',').filter(|u| !u.trim().is_empty());
            let fragments = uses.map(|u| {
                let (inner, version) = u.trim().split_once(' ').unwrap();
                (name(inner), locked(&name(inner), version))
            });
            let Locked { version, digest } = locked(&this, words[1]);
            let found = CatalogVersion {
                version,
                digest,
                yanked: words.contains(&"yanked"),
                fragments: fragments.collect(),
            };
            shelf.0.entry(this).or_default().push(found);
        }
        shelf
    }
}

/// A prompt `p/q` that uses these fragments: `s/x ^1, s/y *`.
fn user(uses: &str) -> Artifact {
    let mut artifact = Artifact::new(Kind::Prompt, name("p/q"));
    for (i, one) in uses.split(',').filter(|u| !u.trim().is_empty()).enumerate() {
        let (inner, require) = one.trim().split_once(' ').unwrap();
        let fragment = FragmentUse { name: name(inner), require: require.parse().unwrap(), locked: None };
        artifact.fragments.insert(format!("f{i}"), fragment);
    }
    artifact
}

fn nothing(_: &ArtifactName) -> Option<Locked> {
    None
}

fn chosen(shelf: &Shelf, uses: &str, lock: &str) -> String {
    let lock: BTreeMap<_, _> = lock
        .split(',')
        .filter_map(|l| l.trim().split_once(' '))
        .map(|(n, v)| (name(n), locked(&name(n), v)))
        .collect();
    match resolve(&user(uses), shelf, &|n| lock.get(n).cloned()) {
        Ok(resolved) => {
            assert!(resolved.artifact.is_resolved());
            let all: Vec<_> = resolved.closure.iter().map(|(n, l)| format!("{n} {}", l.version)).collect();
            all.join(", ")
        }
        Err(found) => shown(&found),
    }
}

fn shown(found: &[Diagnostic]) -> String {
    let one = |d: &Diagnostic| {
        format!("{d}\n  field: {}\n  fix: {}\n", d.path.as_deref().unwrap(), d.fix.as_deref().unwrap())
    };
    found.iter().map(one).collect()
}

#[test]
fn the_newest_that_matches_is_chosen() {
    let shelf =
        Shelf::of("s/x 1.0.0\ns/x 1.10.0\ns/x 1.9.0\ns/x 1.11.0 yanked\ns/x 2.0.0-rc.1\ns/x 2.0.0-rc.2");
    assert_eq!(chosen(&shelf, "s/x ^1", ""), "s/x 1.10.0");
    assert_eq!(chosen(&shelf, "s/x *", ""), "s/x 1.10.0");
    assert_eq!(
        chosen(&shelf, "s/x >=2.0.0-rc.1", ""),
        "s/x 2.0.0-rc.2",
        "a pre-release if the requirement names one"
    );
    assert_eq!(chosen(&shelf, "s/x ^1, s/x <1.10", ""), "s/x 1.9.0", "two aliases agree on one version");
    assert_eq!(chosen(&shelf, "", ""), "");
}

#[test]
fn the_lock_wins_while_it_satisfies() {
    let shelf = Shelf::of("s/x 1.0.0\ns/x 1.1.0 yanked\ns/x 1.2.0");
    assert_eq!(chosen(&shelf, "s/x ^1", "s/x 1.0.0"), "s/x 1.0.0");
    assert_eq!(chosen(&shelf, "s/x ^1", "s/x 1.1.0"), "s/x 1.1.0", "even if it was yanked");
    assert_eq!(chosen(&shelf, "s/x ^1.2", "s/x 1.0.0"), "s/x 1.2.0", "not if it does not satisfy");
}

#[test]
fn older_versions_are_tried_when_the_newest_do_not_go_together() {
    let shelf = Shelf::of(
        "s/base 1.0.0\ns/base 1.1.0
         s/x 1.0.0: s/base 1.0.0\ns/x 2.0.0: s/base 1.1.0
         s/y 1.0.0: s/base 1.0.0",
    );
    assert_eq!(chosen(&shelf, "s/x *, s/y *", ""), "s/base 1.0.0, s/x 1.0.0, s/y 1.0.0");
    assert_eq!(chosen(&shelf, "s/base *, s/x *", ""), "s/base 1.1.0, s/x 2.0.0");
}

#[test]
fn what_cannot_be_resolved_says_why() {
    let chain = |levels: usize| {
        let lines = (1..=levels).map(|i| {
            let inner = if i < levels { format!(": s/l{} 1.0.0", i + 1) } else { String::new() };
            format!("s/l{i} 1.0.0{inner}\n")
        });
        Shelf::of(&lines.collect::<String>())
    };
    assert_eq!(chosen(&chain(8), "s/l1 *", "").split(", ").count(), 8);
    let mut recursive = user("s/y *");
    recursive.kind = Kind::Fragment;
    recursive.name = name("s/x");
    let through_y =
        resolve(&recursive, &Shelf::of("s/x 1.0.0\ns/y 1.0.0: s/z 1.0.0\ns/z 1.0.0: s/x 1.0.0"), &nothing);
    let mut itself = user("s/x *");
    itself.kind = Kind::Fragment;
    itself.name = name("s/x");
    let forged =
        |n: &ArtifactName| Some(Locked { digest: Digest::of_bytes(b"forged"), ..locked(n, "1.0.0") });
    let many: String = (0..15).map(|i| format!("s/x 1.{i}.0\n")).collect();
    let cases = [
        ("unknown fragment", chosen(&Shelf::default(), "s/x ^1", "")),
        ("no version matches", chosen(&Shelf::of("s/x 1.0.0\ns/x 1.1.0 yanked"), "s/x ^2", "")),
        ("only a yanked version matches", chosen(&Shelf::of("s/x 1.0.0 yanked"), "s/x ^1", "")),
        ("many versions", chosen(&Shelf::of(&many), "s/x ^2", "")),
        ("two requirements", chosen(&Shelf::of("s/x 1.0.0\ns/x 2.0.0"), "s/x ^1, s/x ^2", "")),
        (
            "two versions",
            chosen(
                &Shelf::of(
                    "s/b 1.0.0\ns/b 1.1.0\ns/x 1.0.0: s/b 1.0.0\ns/y 2.0.0: s/m 1.0.0\ns/m 1.0.0: s/b 1.1.0",
                ),
                "s/x *, s/y *",
                "",
            ),
        ),
        (
            "two versions below one",
            chosen(
                &Shelf::of("s/b 1.0.0\ns/b 1.1.0\ns/x 1.0.0: s/b 1.0.0, s/y 2.0.0\ns/y 2.0.0: s/b 1.1.0"),
                "s/x *",
                "",
            ),
        ),
        ("circle", shown(&through_y.unwrap_err())),
        ("itself", shown(&resolve(&itself, &Shelf::of("s/x 1.0.0"), &nothing).unwrap_err())),
        (
            "circle in the registry",
            chosen(&Shelf::of("s/x 1.0.0: s/y 1.0.0\ns/y 1.0.0: s/x 1.0.0"), "s/x *", ""),
        ),
        ("nine levels", chosen(&chain(9), "s/l1 *", "")),
        ("a part is missing", chosen(&Shelf::of("s/x 1.0.0: s/y 1.0.0"), "s/x *", "")),
        (
            "lock with another digest",
            shown(&resolve(&user("s/x ^1"), &Shelf::of("s/x 1.0.0"), &forged).unwrap_err()),
        ),
        ("lock of a version that is not there", chosen(&Shelf::of("s/x 1.0.0"), "s/x ^1", "s/x 1.5.0")),
    ];
    let all: String = cases.iter().map(|(what, text)| format!("## {what}\n{text}\n")).collect();
    insta::assert_snapshot!(all);
}

#[test]
fn a_hostile_registry_ends_the_search() {
    // The clash shows only at the last of the names, so all 20^20 combinations before it would be tried.
    let mut lines = String::from("s/shared 1.0.0\ns/shared 1.1.0\n");
    for i in 0..20 {
        for v in 0..20 {
            let inner = if i == 0 { ": s/shared 1.0.0" } else { "" };
            lines.push_str(&format!("s/f{i} 1.{v}.0{inner}\n"));
        }
    }
    let uses: Vec<_> = (0..20).map(|i| format!("s/f{i} *")).chain(["s/shared ^1.1".to_owned()]).collect();
    let start = std::time::Instant::now();
    let found = chosen(&Shelf::of(&lines), &uses.join(","), "");
    assert!(found.contains("error[CL-D-005] `s/shared` would be needed twice"), "{found}");
    assert!(found.contains("(gave up after 100000 combinations)"), "{found}");
    assert!(start.elapsed().as_secs() < 20);
}

/// Everything reached from a version, by every path; none if a name repeats on a path or the path is too long.
fn reached(
    shelf: &Shelf,
    path: &mut Vec<ArtifactName>,
    name: &ArtifactName,
    locked: &Locked,
    into: &mut Vec<(ArtifactName, Locked)>,
) -> bool {
    if path.contains(name) || path.len() > MAX_DEPTH {
        return false;
    }
    into.push((name.clone(), locked.clone()));
    let versions = shelf.versions(name);
    let Some(version) = versions.iter().find(|v| v.digest == locked.digest) else { return false };
    path.push(name.clone());
    let good = version.fragments.iter().all(|(n, l)| reached(shelf, path, n, l, into));
    path.pop();
    good
}

/// The first good combination among all, in the order of preference.
fn brute_force(
    artifact: &Artifact,
    shelf: &Shelf,
    lock: &BTreeMap<ArtifactName, Locked>,
) -> Option<BTreeMap<ArtifactName, Locked>> {
    let mut requires: BTreeMap<ArtifactName, Vec<VersionReq>> = BTreeMap::new();
    for fragment in artifact.fragments.values() {
        requires.entry(fragment.name.clone()).or_default().push(fragment.require.clone());
    }
    let mut combinations: Vec<Vec<(ArtifactName, Locked)>> = vec![Vec::new()];
    for (name, requires) in requires {
        let mut versions = shelf.versions(&name);
        versions.sort_by_key(|v| std::cmp::Reverse(v.version.clone()));
        versions.sort_by_key(|v| lock.get(&name).is_none_or(|l| l.version != v.version));
        let fits = |v: &&CatalogVersion| {
            let in_lock = lock.get(&name).is_some_and(|l| l.version == v.version);
            requires.iter().all(|r| r.matches(&v.version)) && (!v.yanked || in_lock)
        };
        let choices: Vec<_> = versions.iter().filter(fits).collect();
        combinations = combinations
            .into_iter()
            .flat_map(|chosen| {
                choices.iter().map(move |v| (v.version.clone(), v.digest)).map({
                    let name = name.clone();
                    move |(version, digest)| {
                        [chosen.clone(), vec![(name.clone(), Locked { version, digest })]].concat()
                    }
                })
            })
            .collect();
    }
    combinations.into_iter().find_map(|chosen| {
        let mut all = Vec::new();
        let own: Vec<_> =
            (artifact.kind == Kind::Fragment).then(|| artifact.name.clone()).into_iter().collect();
        for (name, locked) in &chosen {
            // A placeholder for the user itself, so that the levels count from it.
            let mut path = if own.is_empty() { vec![super::tests::name("the/user")] } else { own.clone() };
            if !reached(shelf, &mut path, name, locked, &mut all) {
                return None;
            }
        }
        let closure: BTreeMap<_, _> = all.iter().cloned().collect();
        all.iter().all(|(n, l)| closure[n] == *l).then_some(closure)
    })
}

fn shelf() -> impl Strategy<Value = Shelf> {
    let version = (
        0usize..5,
        select(vec!["0.3.0", "1.0.0", "1.1.0", "2.0.0-rc.1", "2.0.0"]),
        prop::bool::weighted(0.2),
        vec(any::<Index>(), 0..3),
    );
    vec(version, 1..14).prop_map(|versions| {
        let ids: BTreeSet<(usize, &str)> = versions.iter().map(|v| (v.0, v.1)).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let fragment = |i: usize| name(&format!("s/{}", ["a", "b", "c", "d", "e"][i]));
        let mut shelf = Shelf::default();
        for (i, version, yanked, uses) in versions {
            let this = fragment(i);
            let Locked { version, digest } = locked(&this, version);
            // Mostly fragments of higher letters, so that there are few circles.
            let uses = uses.iter().map(|u| u.get(&ids)).filter(|(j, v)| *j > i || (*j < i && *v == "0.3.0"));
            let mut inner: Vec<(ArtifactName, Locked)> = Vec::new();
            for (j, v) in uses {
                if inner.iter().all(|(n, _)| *n != fragment(*j)) {
                    inner.push((fragment(*j), locked(&fragment(*j), v)));
                }
            }
            let known = shelf.0.entry(this).or_default();
            if known.iter().all(|k| k.version != version) {
                known.push(CatalogVersion { version, digest, yanked, fragments: inner });
            }
        }
        shelf
    })
}

fn uses() -> impl Strategy<Value = Vec<(usize, &'static str)>> {
    vec((0usize..5, select(vec!["*", "^1", "^1.1", ">=1", "<2", "=2.0.0-rc.1", "^0.3", ">=0.3.0, <2"])), 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn resolution_is_the_first_good_combination(
        shelf in shelf(), uses in uses(), lock in vec((0usize..5, any::<Index>()), 0..3), fragment in any::<bool>(),
    ) {
        let letters = ["a", "b", "c", "d", "e"];
        let mut artifact = user("");
        if fragment {
            artifact.kind = Kind::Fragment;
            artifact.name = name("s/c");
        }
        for (i, (which, require)) in uses.iter().enumerate() {
            let fragment = FragmentUse { name: name(&format!("s/{}", letters[*which])), require: require.parse().unwrap(), locked: None };
            artifact.fragments.insert(format!("f{i}"), fragment);
        }
        let lock: BTreeMap<_, _> = lock.iter().filter_map(|(i, version)| {
            let name = name(&format!("s/{}", letters[*i]));
            let versions = shelf.versions(&name);
            (!versions.is_empty()).then(|| version.get(&versions).clone()).map(|v| (name, Locked { version: v.version, digest: v.digest }))
        }).collect();
        let expected = brute_force(&artifact, &shelf, &lock);
        match resolve(&artifact, &shelf, &|n| lock.get(n).cloned()) {
            Ok(resolved) => {
                for fragment in resolved.artifact.fragments.values() {
                    let locked = fragment.locked.as_ref().unwrap();
                    prop_assert!(fragment.require.matches(&locked.version));
                    prop_assert_eq!(&resolved.closure[&fragment.name], locked);
                }
                prop_assert_eq!(resolved.artifact.unlocked(), artifact);
                prop_assert_eq!(Some(resolved.closure), expected);
            }
            Err(found) => {
                prop_assert_eq!(expected, None, "{}", shown(&found));
                prop_assert!(!found.is_empty());
            }
        }
    }

    #[test]
    fn the_order_has_fragments_before_their_users(edges in vec((0usize..8, 0usize..8), 0..14)) {
        let mut set: BTreeMap<ArtifactRef, Artifact> = BTreeMap::new();
        for i in 0..8 {
            let kind = if i < 2 { Kind::Prompt } else { Kind::Fragment };
            let mut artifact = Artifact::new(kind, name(&format!("s/n{i}")));
            for (k, (_, to)) in edges.iter().enumerate().filter(|(_, (from, _))| *from == i) {
                let fragment = FragmentUse { name: name(&format!("s/n{to}")), require: VersionReq::STAR, locked: None };
                artifact.fragments.insert(format!("f{k}"), fragment);
            }
            set.insert(artifact.id(), artifact);
        }
        // Reachability, independently: a circle is a fragment that reaches itself. Prompts are used by nobody.
        let mut reach = [[false; 8]; 8];
        edges.iter().filter(|(_, to)| *to >= 2).for_each(|(from, to)| reach[*from][*to] = true);
        for k in 0..8 {
            for i in 0..8 {
                for j in 0..8 {
                    reach[i][j] |= reach[i][k] && reach[k][j];
                }
            }
        }
        let circle = (0..8).any(|i| reach[i][i]);
        match order(&set) {
            Ok(sorted) => {
                prop_assert!(!circle);
                prop_assert_eq!(sorted.iter().collect::<BTreeSet<_>>(), set.keys().collect::<BTreeSet<_>>());
                for (at, id) in sorted.iter().enumerate() {
                    for fragment in set[id].fragments.values() {
                        let inner = ArtifactRef::fragment(fragment.name.clone());
                        prop_assert!(sorted.iter().position(|s| *s == inner).is_none_or(|p| p < at));
                    }
                }
            }
            Err(found) => {
                prop_assert!(circle);
                prop_assert_eq!(&found[0].rule, dependency::CYCLE.id);
            }
        }
    }
}

#[test]
fn a_circle_or_depth_in_a_set_is_shown() {
    let set = |uses: &[(&str, &str)]| -> BTreeMap<ArtifactRef, Artifact> {
        let one = |(this, inner): &(&str, &str)| {
            let id: ArtifactRef = this.parse().unwrap();
            let mut artifact = Artifact::new(id.kind, id.name.clone());
            let fragment = FragmentUse { name: name(inner), require: VersionReq::STAR, locked: None };
            artifact.fragments.insert("f".to_owned(), fragment);
            (id, artifact)
        };
        uses.iter().map(one).collect()
    };
    let circle =
        set(&[("p/q", "s/z"), ("fragment:s/z", "s/x"), ("fragment:s/x", "s/y"), ("fragment:s/y", "s/x")]);
    let names: Vec<_> =
        (0..12).map(|i| (format!("fragment:s/l{i:02}"), format!("s/l{:02}", i + 1))).collect();
    let names: Vec<_> = names.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let eight = order(&set(&names[4..])).unwrap();
    assert_eq!(eight.len(), 8);
    let found = [order(&circle).unwrap_err(), order(&set(&names)).unwrap_err()].concat();
    insta::assert_snapshot!(shown(&found));
}

#[test]
fn versions_are_numbers_not_text() {
    let shelf = Shelf::of("s/x 9.0.0\ns/x 10.0.0");
    assert_eq!(chosen(&shelf, "s/x *", ""), "s/x 10.0.0");
    assert_eq!(Version::parse("10.0.0").unwrap().major, 10);
}
