//! A small file system, in memory, that only the servers of one test see.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::support::cuelight;

/// Namespaces of one's own, as root and as anybody.
const WAYS: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];

/// It lives in a mount namespace that a process keeps, and vanishes with that process, which ends when this one does.
pub(super) struct SmallDisk {
    keeper: Child,
    way: &'static [&'static str],
    place: tempfile::TempDir,
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ended = self.keeper.kill();
        let _waited = self.keeper.wait();
    }
}

impl SmallDisk {
    /// A file system with room for so many bytes; none where the system lets nobody make one.
    pub(super) fn make(bytes: usize) -> Option<Self> {
        WAYS.iter().find_map(|way| Self::by(way, bytes))
    }

    fn by(way: &'static [&'static str], bytes: usize) -> Option<Self> {
        let place = tempfile::tempdir().expect("a folder");
        let script = "mount -t tmpfs -o size=\"$0\" tmpfs \"$1\" && echo mounted && exec cat";
        let mut keeper = Command::new("unshare")
            .args(way)
            .args(["sh", "-c", script, &bytes.to_string()])
            .arg(place.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut line = String::new();
        // No line means that it did not work.
        let _none = BufReader::new(keeper.stdout.take()?).read_line(&mut line);
        let disk = Self { keeper, way, place };
        (line == "mounted\n").then_some(disk)
    }

    /// A file or folder on it, as servers on it see it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// The binary as a program that sees it.
    pub(super) fn cuelight(&self) -> Command {
        let binary = cuelight();
        let mut command = Command::new("nsenter");
        command.env_clear().env("HOME", "/nonexistent").env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
        command.args(["--target", &self.keeper.id().to_string(), "--mount"]);
        if self.way.contains(&"--user") {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.arg("--").arg(binary.get_program());
        command
    }

    /// The same file as this process sees it.
    fn outside(&self, name: &str) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.keeper.id()));
        root.join(self.path(name).strip_prefix("/").unwrap_or(Path::new(name)))
    }

    /// Takes all the room but this many bytes.
    pub(super) fn fill(&self, but: u64) {
        let path = self.outside("ballast");
        let mut file = File::options().create(true).append(true).open(path).expect("a file");
        let some = vec![1; 4096];
        while file.write_all(&some).is_ok() {}
        let size = file.metadata().expect("its size").len();
        file.set_len(size.saturating_sub(but)).expect("it gets shorter");
    }

    /// Gives the room back.
    pub(super) fn free(&self) {
        std::fs::remove_file(self.outside("ballast")).expect("it can be deleted");
    }
}
