//! One server with a cluster of its own, in a temporary folder that nobody else can read.

use std::fs::{self, DirBuilder, File};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::cluster::Database;
use super::process::{Process, send};
use super::programs::{Programs, run};

/// How long starting and stopping may take on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// The user of the cluster.
pub(super) const USER: &str = "cuelight";

/// Whether what is committed reaches the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As in production.
    Kept,
    /// Quicker; a crash of the machine would lose it, a crash of the server does not.
    Quick,
}

/// A running server; dropping it stops it and deletes its cluster. The process that started it cannot outlive it.
pub struct Server {
    home: PathBuf,
    port: u16,
    password: String,
    programs: Programs,
    settings: Vec<String>,
    process: Mutex<Option<Process>>,
    databases: AtomicU64,
    // Held as long as this process lives; see `sweep`.
    _owner: File,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end("QUIT");
        // What cannot be deleted is in the system's folder for temporary files.
        let _ = fs::remove_dir_all(&self.home);
    }
}

impl Server {
    /// Makes a cluster and starts its server. `settings` are as in `postgresql.conf`.
    ///
    /// # Panics
    /// When it cannot be started, with the server's own words.
    #[must_use]
    pub fn start(durability: Durability, settings: &[&str]) -> Self {
        Self::start_with(durability, |_| settings.iter().map(|s| (*s).to_owned()).collect())
    }

    /// The same, with settings that name files: `prepare` writes them into the folder it is given, and gives the settings.
    ///
    /// # Panics
    /// When it cannot be started, with the server's own words.
    #[must_use]
    pub fn start_with(durability: Durability, prepare: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let (home, owner) = make_home();
        let programs = Programs::find(&home);
        let password = format!("{:016x}", random());
        make_cluster(&programs, &home, &password);
        let mut settings = prepare(&home);
        programs.give(&home);
        settings.extend(
            ["shared_buffers=32MB", "max_connections=200", "listen_addresses=127.0.0.1"].map(str::to_owned),
        );
        settings.push(format!("unix_socket_directories={}", home.display()));
        if durability == Durability::Quick {
            settings.extend(["fsync=off", "full_page_writes=off", "max_wal_size=4GB"].map(str::to_owned));
        }
        let (process, databases) = (Mutex::new(None), AtomicU64::new(0));
        let mut server =
            Self { home, port: 0, password, programs, settings, process, databases, _owner: owner };
        // Another program may take the port in between.
        for _ in 0..5 {
            server.port = free_port();
            if server.try_start() {
                return server;
            }
        }
        panic!("the server does not start:\n{}", server.log());
    }

    /// The folder of the cluster's `data` and sockets.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The port, on 127.0.0.1 and in the name of the socket.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The password that connections over the network need.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// What the server has written to its log.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }

    /// Makes an empty database.
    #[must_use]
    pub fn database(&self) -> Database {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        Database::on(self, &format!("d{number}"))
    }

    /// Stops the server as an administrator would: connections are cut, what is committed is kept.
    pub fn stop(&self) {
        self.end("INT");
    }

    /// Kills the server, so that it has to recover when it starts.
    pub fn kill(&self) {
        self.end("KILL");
    }

    /// Starts the server after [`Server::stop`] or [`Server::kill`], at the same address.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&self) {
        assert!(self.try_start(), "the server does not start again:\n{}", self.log());
    }

    /// Stops all processes of the server in their tracks, as a machine does that hangs; connections stay open.
    pub fn freeze(&self) {
        self.signal_all("STOP");
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        self.signal_all("CONT");
    }

    /// Whether the server still runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        process.as_ref().is_some_and(|p| !p.has_ended())
    }

    fn signal_all(&self, signal: &str) {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(process) = process.as_ref() else { return };
        let children = Command::new("ps").args(["-o", "pid=", "--ppid", &process.pid.to_string()]).output();
        let children = String::from_utf8(children.unwrap().stdout).unwrap();
        send(signal, process.pid);
        for child in children.split_whitespace() {
            send(signal, child.parse().unwrap());
        }
    }

    fn end(&self, signal: &str) {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(process) = process {
            process.end(signal);
        }
    }

    /// Starts the process and waits until it takes connections; `false` if it ends before.
    fn try_start(&self) -> bool {
        let log = File::options().create(true).append(true).open(self.home.join("log")).unwrap();
        let mut command = self.programs.server();
        command.arg("-D").arg(self.home.join("data")).args(["-p", &self.port.to_string()]);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        command.current_dir(&self.home).stdout(log.try_clone().unwrap()).stderr(log);
        let process = Process::start(command);
        let begun = Instant::now();
        while !self.is_ready() {
            if process.has_ended() {
                return false;
            }
            assert!(begun.elapsed() < PATIENCE, "the server does not start:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
        true
    }

    /// The server writes into this file how far it is.
    fn is_ready(&self) -> bool {
        let told = fs::read_to_string(self.home.join("data/postmaster.pid")).unwrap_or_default();
        told.lines().nth(7).is_some_and(|state| state.trim() == "ready")
    }
}

/// What the folders of clusters are called.
pub(super) const PREFIX: &str = "cuelight-postgres-";

pub(super) fn make_home() -> (PathBuf, File) {
    sweep();
    let home = std::env::temp_dir().join(format!("{PREFIX}{:016x}", random()));
    DirBuilder::new().mode(0o700).create(&home).unwrap();
    let owner = File::create(home.join("owner")).unwrap();
    owner.lock().unwrap();
    (home, owner)
}

/// Deletes the clusters of processes that were killed before they could. The kernel has stopped their servers, and has
/// let go of their locks.
fn sweep() {
    for entry in fs::read_dir(std::env::temp_dir()).unwrap().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if ours
            && let Ok(owner) = File::open(entry.path().join("owner"))
            && owner.try_lock().is_ok()
        {
            // Somebody else may be sweeping too.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn make_cluster(programs: &Programs, home: &Path, password: &str) {
    let (file, data) = (home.join("password"), home.join("data"));
    fs::write(&file, password).unwrap();
    let make = |locale: &[&str]| {
        let mut command = programs.command("initdb");
        command.args([
            "-U",
            USER,
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--no-sync",
            "-E",
            "UTF8",
        ]);
        command.arg("--pwfile").arg(&file).arg("-D").arg(&data).args(locale).current_dir(home);
        command
    };
    // A locale in which letters are not ordered by their bytes finds what relies on it; not every build has it.
    let ordered =
        make(&["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]).output().unwrap();
    if !ordered.status.success() {
        run(&mut make(&["--locale=C"]));
    }
}

pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Not to be guessed; nothing repeatable depends on it.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
