//! `kill -9` of whole servers at random moments, some while they start, in the middle of mixed work through the API: what was
//! acknowledged is there, what was not applies once when it is repeated, and nothing is half done.

pub(crate) mod check;
mod one;
mod two;
pub(crate) mod work;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::scenario::{PROMPT, SYSTEM, workspace};
use crate::support::{Server, Workspace, cuelight};
use work::{Kind, Worker};

/// The prompts that are always released together.
pub(crate) const PAIR: [&str; 2] = ["support/answer", "support/second"];

/// Numbers that look random and come again.
pub(crate) struct Moments(pub(crate) u64);

impl Moments {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    pub(crate) fn wait(&mut self, most: Duration) {
        std::thread::sleep(Duration::from_micros(self.below(most.as_micros() as u64)));
    }
}

/// Publishes the pair as 1.0.0, which is made live in development, and as 1.1.0.
pub(crate) fn fill(server: &Server) {
    let w: Workspace = workspace().at(server);
    for file in ["prompt.yaml", "system.md", "user.md", "tests.yaml"] {
        let text = w.read(&format!("prompts/support/answer/{file}"));
        w.write(&format!("prompts/support/second/{file}"), text.replace(PAIR[0], PAIR[1]));
    }
    w.run(&["project", "create", "acme"]).expect(0);
    w.run(&["lock"]).expect(0);
    w.run(&["apply", "--yes"]).expect(0);
    w.run(&["release", PAIR[0], PAIR[1], "--env", "development"]).expect(0);
    for path in [SYSTEM.to_owned(), SYSTEM.replace("answer", "second")] {
        w.edit(&path, "You answer customers", "You help customers");
    }
    assert!(w.path(PROMPT).is_file());
    let bumps = PAIR.map(|name| format!("{name}=minor"));
    w.run(&["apply", "--yes", "--bump", &bumps[0], "--bump", &bumps[1]]).expect(0);
}

/// One worker of each kind, and what the others build on.
pub(crate) fn workers(server: &Server) -> Vec<Worker> {
    let mut workers: Vec<_> =
        Kind::ALL.iter().map(|kind| Worker::new(*kind, &server.url, &server.token)).collect();
    for worker in &mut workers {
        assert!(worker.step(), "the first command of {worker:?}");
    }
    workers
}

/// Starts a server and kills it before it is known to be ready.
fn kill_while_it_starts(data: &Path, more: &[&str], moments: &mut Moments) {
    let mut child = cuelight()
        .args(["serve", "--json", "--log", "warn", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(more)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    moments.wait(Duration::from_millis(300));
    child.kill().expect("it can be killed");
    child.wait().expect("it can be waited for");
}
