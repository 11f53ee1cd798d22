//! What the tests need besides Rust: one table, each row with a probe and a way to install it.

use std::path::Path;

use anyhow::Result;

use crate::process;

/// A program that tests use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Its name, for messages.
    pub name: &'static str,
    /// What the tests do with it.
    pub why: &'static str,
    /// A command that exits with 0 when it is there.
    pub probe: &'static [&'static str],
    /// How to get it.
    pub install: Install,
    /// What happens without it while all tests still run; `None` if tests cannot run without it.
    pub otherwise: Option<&'static str>,
}

/// How to get a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    dead_code,
    reason = "the ways are constructed by the rows of NEEDS and by tests; not all are used at all times"
)]
pub enum Install {
    /// By hand: not worth the time, or not ours to decide. The text says how.
    ByHand(&'static str),
    /// Debian packages.
    Apt(&'static [&'static str]),
    /// Debian packages, after a shell command that prepares for them.
    AptAfter(&'static str, &'static [&'static str]),
    /// `npm ci` in this folder, relative to the root; its lock file says what.
    Npm(&'static str),
    /// The Python packages of this requirements file, relative to the root.
    Pip(&'static str),
}

/// The name of the test runner's row.
pub const NEXTEST: &str = "cargo-nextest";

/// Where the browser tests lie, relative to the root.
pub const BROWSER: &str = "crates/ui/tests/browser";

/// Everything the tests need. A row comes with the test that uses it.
pub const NEEDS: &[Need] = &[
    Need {
        name: NEXTEST,
        why: "runs the tests, each in a process of its own",
        probe: &["cargo", "nextest", "--version"],
        install: Install::ByHand("cargo install cargo-nextest --locked"),
        otherwise: Some("`cargo test` runs them"),
    },
    Need {
        name: "PostgreSQL",
        why: "version 15 or later; the tests start servers of their own with its programs",
        probe: &[
            "sh",
            "-c",
            "test -x \"$(pg_config --bindir)/initdb\" || ls /usr/lib/postgresql/*/bin/initdb",
        ],
        install: Install::AptAfter(
            // Debian's package would make a cluster and start it, now and with every boot.
            "mkdir -p /etc/postgresql-common/createcluster.d && echo 'create_main_cluster = false' \
             > /etc/postgresql-common/createcluster.d/no-main-cluster.conf",
            &["postgresql"],
        ),
        otherwise: None,
    },
    Need {
        name: "PgBouncer",
        why: "stands between stores or servers and PostgreSQL in the tests of pooling",
        probe: &[
            "sh",
            "-c",
            "ls /usr/sbin/pgbouncer || ls /usr/bin/pgbouncer || ls /usr/local/bin/pgbouncer",
        ],
        install: Install::AptAfter(
            // Debian's package would start one on its usual port, now and with every boot.
            "test -e /etc/systemd/system/pgbouncer.service || \
             { mkdir -p /etc/systemd/system && ln -s /dev/null /etc/systemd/system/pgbouncer.service; }",
            &["pgbouncer"],
        ),
        otherwise: Some("a small pooler of the tests' own stands there"),
    },
    BROWSER_NEEDS[0],
    BROWSER_NEEDS[1],
    BROWSER_NEEDS[2],
    BROWSER_NEEDS[3],
];

/// What the browser tests need; the packages come last, because npm comes with Node.
pub const BROWSER_NEEDS: &[Need] = &[
    Need {
        name: "Chromium",
        why: "shows the pages to the browser tests",
        probe: &["sh", "-c", "chromium --version || chromium-browser --version || google-chrome --version"],
        install: Install::Apt(&["chromium"]),
        otherwise: None,
    },
    Need {
        name: "fonts",
        why: "let the browser tests see Arabic, Hebrew, Greek and Cyrillic as people do",
        probe: &["sh", "-c", "fc-list :lang=ar family | grep -q . && fc-list :lang=he family | grep -q ."],
        install: Install::Apt(&["fontconfig", "fonts-dejavu-core"]),
        otherwise: None,
    },
    Need {
        name: "Node",
        why: "drives Chromium; version 20 or later",
        probe: &[
            "sh",
            "-c",
            "node -e 'process.exit(+(parseInt(process.versions.node) < 20))' && npm --version",
        ],
        install: Install::Apt(&["nodejs", "npm"]),
        otherwise: None,
    },
    Need {
        name: "playwright-core and axe-core",
        why: "the browser tests' two packages, for tests only",
        probe: &["npm", "ls", "--all", "--prefix", BROWSER],
        install: Install::Npm(BROWSER),
        otherwise: None,
    },
];

/// Probes every need, installs what is missing where possible, and returns what is still missing.
pub fn meet_all<'a>(root: &Path, needs: &'a [Need]) -> Result<Vec<&'a Need>> {
    let mut unmet = Vec::new();
    for need in needs {
        if met(root, need)? {
            println!("{}: found", need.name);
            continue;
        }
        for words in install_commands(need.install, process::succeeds(process::command(root, IS_ROOT)?)) {
            println!("{}: missing; running `{}`", need.name, words.join(" "));
            if let Err(error) = process::run(process::command(root, &words)?) {
                println!("{}: {error:#}", need.name);
                break;
            }
        }
        if met(root, need)? {
            println!("{}: installed", need.name);
        } else {
            println!("{}", regret(need));
            unmet.push(need);
        }
    }
    Ok(unmet)
}

const IS_ROOT: &[&str] = &["sh", "-c", "test \"$(id -u)\" = 0"];

fn met(root: &Path, need: &Need) -> Result<bool> {
    Ok(process::succeeds(process::command(root, need.probe)?))
}

/// The commands that install it, in order. Without root, Debian's packages go through `sudo`, which must not ask.
fn install_commands(install: Install, is_root: bool) -> Vec<Vec<&'static str>> {
    let as_root = |words: &[&'static str]| {
        let sudo: &[&str] = if is_root { &[] } else { &["sudo", "--non-interactive"] };
        [sudo, words].concat()
    };
    let apt = |packages: &[&'static str]| {
        let words: &[&str] = &["apt-get", "install", "--yes", "--no-install-recommends"];
        vec![as_root(&["apt-get", "update"]), as_root(&[words, packages].concat())]
    };
    match install {
        Install::ByHand(_) => Vec::new(),
        Install::Apt(packages) => apt(packages),
        Install::AptAfter(script, packages) => [vec![as_root(&["sh", "-c", script])], apt(packages)].concat(),
        Install::Npm(folder) => vec![vec!["npm", "ci", "--no-audit", "--no-fund", "--prefix", folder]],
        Install::Pip(requirements) => {
            vec![vec!["python3", "-m", "pip", "install", "--requirement", requirements]]
        }
    }
}

fn regret(need: &Need) -> String {
    let hand = match need.install {
        Install::ByHand(how) => format!(" To have it: {how}."),
        Install::Apt(_) | Install::AptAfter(..) | Install::Npm(_) | Install::Pip(_) => String::new(),
    };
    match need.otherwise {
        Some(otherwise) => format!("{}: not here ({}); {otherwise}.{hand}", need.name, need.why),
        None => format!("{}: not here ({}); the tests that use it cannot run.{hand}", need.name, need.why),
    }
}

#[cfg(test)]
mod tests;
