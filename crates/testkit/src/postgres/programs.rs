//! Where PostgreSQL's programs are, and as whom they run: the server refuses to run as root.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// Where Debian puts the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The programs, and the user they run as where that is another than ours.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    folder: PathBuf,
    user: Option<(u32, u32)>,
}

impl Programs {
    /// Finds them. `home` is a folder of ours, which tells who we are; it will be theirs.
    pub(super) fn find(home: &Path) -> Self {
        let folder = folder().to_owned();
        let user = (fs::metadata(home).unwrap().uid() == 0).then(somebody);
        if let Some((uid, gid)) = user {
            std::os::unix::fs::chown(home, Some(uid), Some(gid)).unwrap();
        }
        Self { folder, user }
    }

    /// Gives the files in a folder to that user, readable by nobody else.
    pub(super) fn give(&self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap().flatten().filter(|e| e.path().is_file()) {
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o600)).unwrap();
            if let Some((uid, gid)) = self.user {
                std::os::unix::fs::chown(entry.path(), Some(uid), Some(gid)).unwrap();
            }
        }
    }

    /// A command that runs one of them as that user.
    pub(super) fn command(&self, program: &str) -> Command {
        self.as_user(self.folder.join(program).as_os_str())
    }

    /// A command that runs the server as that user; see [`Programs::guarded`].
    pub(super) fn server(&self) -> Command {
        self.guarded(&self.folder.join("postgres"))
    }

    /// A command that runs a program as that user, and that the kernel ends when the thread that starts it ends, where
    /// there is a program that asks the kernel for this.
    pub(super) fn guarded(&self, program: &Path) -> Command {
        let guard = ["--pdeathsig", "QUIT"];
        let has_guard = Command::new("setpriv").args(guard).arg("true").status().is_ok_and(|s| s.success());
        if !has_guard {
            return self.as_user(program.as_os_str());
        }
        let mut command = self.as_user(OsStr::new("setpriv"));
        command.args(guard).arg(program);
        command
    }

    fn as_user(&self, program: &OsStr) -> Command {
        let mut command = Command::new(program);
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command.stdin(Stdio::null());
        command
    }
}

/// Runs a command to its end; a failure is the test's.
pub(super) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(output.status.success(), "{command:?}: {}", shown(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn shown(output: &Output) -> String {
    format!(
        "{}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The client that runs statements: not Debian's script around it, which is slower by far.
pub(super) fn psql() -> PathBuf {
    folder().join("psql")
}

fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        look().unwrap_or_else(|| {
            panic!("these tests need PostgreSQL 15 or later: initdb is neither where pg_config says nor in {DEBIAN}")
        })
    })
}

fn look() -> Option<PathBuf> {
    let told = Command::new("pg_config").arg("--bindir").output().ok();
    let told = told.and_then(|o| Some(PathBuf::from(String::from_utf8(o.stdout).ok()?.trim())));
    let versions = fs::read_dir(DEBIAN).ok().into_iter().flatten().flatten();
    let mut installed: Vec<(u32, PathBuf)> = versions
        .filter_map(|e| Some((e.file_name().to_str()?.parse().ok()?, e.path().join("bin"))))
        .collect();
    installed.sort();
    let newest = installed.into_iter().rev().map(|(_, path)| path);
    told.into_iter().chain(newest).find(|folder| folder.join("initdb").exists())
}

/// A user that is not root: the one Debian makes for PostgreSQL, or nobody.
fn somebody() -> (u32, u32) {
    let ask = |name: &str, what: &str| -> Option<u32> {
        let output = Command::new("id").args([what, name]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    let both = |name| Some((ask(name, "-u")?, ask(name, "-g")?));
    both("postgres").or_else(|| both("nobody")).expect("a user `postgres` or `nobody` to run PostgreSQL as")
}
