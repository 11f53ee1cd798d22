use proptest::collection::{btree_map, btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::testing;

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest::from_raw)
}

fn version() -> impl Strategy<Value = Version> {
    select(vec!["0.1.0", "1.2.3", "1.10.0", "2.0.0-rc.1", "2.0.0", "10.0.0+build.5", "1.2.3-1e5"])
        .prop_map(|v| v.parse().unwrap())
}

fn lockfile() -> impl Strategy<Value = Lockfile> {
    let fragment = (btree_set(version(), 1..3), digest(), of(digest()));
    let prompts = btree_map(
        testing::name(),
        (version(), digest(), of(digest()), vec(any::<prop::sample::Index>(), 0..4)),
        0..5,
    );
    (btree_map(testing::name(), fragment, 0..5), prompts).prop_map(|(fragments, prompts)| {
        let mut entries = Vec::new();
        for (name, (versions, digest, surface)) in &fragments {
            for version in versions {
                let name = ArtifactRef::fragment(name.clone());
                entries.push(LockEntry {
                    name,
                    version: version.clone(),
                    digest: *digest,
                    surface: *surface,
                    fragments: BTreeMap::new(),
                });
            }
        }
        let available = entries.clone();
        for (name, (version, digest, surface, uses)) in prompts {
            let uses = uses.iter().filter(|_| !available.is_empty()).map(|i| i.get(&available));
            let fragments = uses.map(|e| (e.name.name.clone(), e.version.clone())).collect();
            entries.push(LockEntry { name: ArtifactRef::prompt(name), version, digest, surface, fragments });
        }
        Lockfile::new(entries)
    })
}

proptest! {
    #[test]
    fn what_was_printed_is_read_back(lock in lockfile()) {
        let text = lock.print();
        prop_assert_eq!(Lockfile::parse(&text), Ok(lock.clone()), "{}", text);
        prop_assert_eq!(Lockfile::parse(&text).unwrap().print(), text);
    }

    #[test]
    fn order_comments_and_layout_do_not_matter(lock in lockfile()) {
        let text = lock.print();
        let mut lines: Vec<&str> = text.lines().skip(2).collect();
        lines.reverse();
        let entries = if lines.is_empty() { " []".to_owned() } else { format!("\n{}", lines.join("\n# between\n")) };
        let text = format!("# by hand\nentries:{entries}\nlock: 1\n");
        prop_assert_eq!(Lockfile::parse(&text), Ok(lock), "{}", text);
    }
}

const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn refused(text: &str) -> String {
    let found = Lockfile::parse(text).unwrap_err();
    let shown = found.iter().map(|d| {
        let d = d.clone().in_file("prompts.lock");
        format!("{d}\n  fix: {}\n", d.fix.as_deref().unwrap())
    });
    shown.collect()
}

#[test]
fn damage_is_named() {
    let entry = |rest: &str| format!("lock: 1\nentries:\n{rest}");
    let cases = [
        ("another format", "lock: 2\nentries: []\n".to_owned()),
        ("no entries", "lock: 1\n".to_owned()),
        ("conflict markers", "lock: 1\n<<<<<<< ours\nentries: []\n".to_owned()),
        ("no kind", entry(&format!("  - {{ name: a/b, version: 1.0.0, digest: \"{A}\" }}\n"))),
        ("short digest", entry("  - { name: prompt:a/b, version: 1.0.0, digest: \"sha256:abc\" }\n")),
        (
            "half a version",
            entry(&format!("  - {{ name: prompt:a/b, version: \"1.0\", digest: \"{A}\" }}\n")),
        ),
        (
            "unknown key",
            entry(&format!("  - {{ name: prompt:a/b, version: 1.0.0, digest: \"{A}\", req: [] }}\n")),
        ),
        (
            "fragment without a version",
            entry(&format!(
                "  - {{ name: prompt:a/b, version: 1.0.0, digest: \"{A}\", fragments: [a/c] }}\n"
            )),
        ),
        (
            "fragment without an entry",
            entry(&format!(
                "  - {{ name: prompt:a/b, version: 1.0.0, digest: \"{A}\", fragments: [a/c@1.0.0] }}\n"
            )),
        ),
        (
            "fragment twice",
            entry(&format!(
                "  - {{ name: prompt:a/b, version: 1.0.0, digest: \"{A}\", fragments: [a/c@1.0.0, a/c@1.1.0] }}\n"
            )),
        ),
        (
            "prompt twice",
            entry(&format!(
                "  - {{ name: prompt:a/b, version: 1.0.0, digest: \"{A}\" }}\n  - {{ name: prompt:a/b, version: 1.1.0, digest: \"{A}\" }}\n"
            )),
        ),
        (
            "version twice",
            entry(&format!(
                "  - {{ name: fragment:a/b, version: 1.0.0, digest: \"{A}\" }}\n  - {{ name: fragment:a/b, version: 1.0.0, digest: \"{A}\" }}\n"
            )),
        ),
    ];
    let shown: String = cases.iter().map(|(what, text)| format!("## {what}\n{}\n", refused(text))).collect();
    insta::assert_snapshot!(shown);
}

#[test]
fn the_version_a_user_was_locked_to_is_preferred() {
    let entry = |name: &str, version: &str, fragments: &[(&str, &str)]| LockEntry {
        name: name.parse().unwrap(),
        version: version.parse().unwrap(),
        digest: Digest::of_bytes(format!("{name}@{version}").as_bytes()),
        surface: None,
        fragments: fragments.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect(),
    };
    let lock = Lockfile::new([
        entry("fragment:s/x", "1.9.0", &[]),
        entry("fragment:s/x", "1.10.0", &[]),
        entry("prompt:a/b", "1.0.0", &[("s/x", "1.9.0")]),
        entry("prompt:a/c", "1.0.0", &[]),
    ]);
    let preferred = |user: &str, fragment: &str| {
        let found = lock.preferred(&user.parse().unwrap(), &fragment.parse().unwrap())?;
        assert_eq!(
            found.digest,
            Digest::of_bytes(format!("fragment:{fragment}@{}", found.version).as_bytes())
        );
        Some(found.version.to_string())
    };
    assert_eq!(preferred("a/b", "s/x").as_deref(), Some("1.9.0"));
    assert_eq!(preferred("a/c", "s/x").as_deref(), Some("1.10.0"));
    assert_eq!(preferred("a/new", "s/x").as_deref(), Some("1.10.0"));
    assert_eq!(preferred("a/b", "s/y"), None);
    assert_eq!(lock.newest(&"fragment:s/x".parse().unwrap()).unwrap().version.to_string(), "1.10.0");
}

#[test]
fn a_very_long_entry_is_read_back() {
    let fragments: Vec<_> = (0..300)
        .map(|i| LockEntry {
            name: format!("fragment:area/name-{i}").parse().unwrap(),
            version: Version::new(1, 2, 3),
            digest: Digest::of_bytes(b"x"),
            surface: None,
            fragments: BTreeMap::new(),
        })
        .collect();
    let mut user = fragments[0].clone();
    user.name = "prompt:a/b".parse().unwrap();
    user.fragments = fragments.iter().map(|f| (f.name.name.clone(), f.version.clone())).collect();
    let lock = Lockfile::new(fragments.into_iter().chain([user]));
    assert_eq!(Lockfile::parse(&lock.print()), Ok(lock));
}
