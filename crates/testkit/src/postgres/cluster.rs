//! The cluster that all tests of a run share.

use std::fs::{self, File, TryLockError};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::programs::{self, run};
use super::server::{Durability, Server, USER};

/// Set only for the keeper: the folder through which it is found.
const GATE: &str = "CUELIGHT_TEST_POSTGRES_KEEPER";
/// How long the cluster outlives its last user: tests come one after the other.
const IDLE: Duration = Duration::from_secs(5);
/// How long the first user waits for it on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// The shared cluster.
pub struct Cluster {
    home: PathBuf,
    port: u16,
    password: String,
    // Held as long as this process lives.
    _using: File,
    slots: PathBuf,
}

/// A database that was empty when it was given. In the shared cluster another test gets it, emptied, once the last clone
/// is dropped: making and deleting one for every test would be most of the run.
#[derive(Debug, Clone)]
pub struct Database {
    home: PathBuf,
    port: u16,
    password: String,
    name: String,
    // Held as long as a clone is used.
    _slot: Option<Arc<File>>,
}

/// What empties a database: everything a test may have left there.
const EMPTY: &str = "SET client_min_messages = warning; \
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
    WHERE datname = current_database() AND pid <> pg_backend_pid(); \
    DROP SCHEMA IF EXISTS cuelight CASCADE; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public";

impl Cluster {
    /// The cluster, started if need be.
    ///
    /// # Panics
    /// When it does not start.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::join(&meeting_place()))
    }

    /// An empty database.
    ///
    /// # Panics
    /// When there is none to be had.
    #[must_use]
    pub fn database(&self) -> Database {
        // Whoever has the lock of a number has the database of that number.
        for number in 0_u32.. {
            let name = format!("slot{number}");
            let slot = open(&self.slots.join(&name));
            match slot.try_lock() {
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(e)) => panic!("{name} cannot be locked: {e}"),
                Ok(()) => return self.taken(name, slot),
            }
        }
        panic!("the numbers have an end");
    }

    fn taken(&self, name: String, slot: File) -> Database {
        let (home, password, made) = (self.home.clone(), self.password.clone(), self.home.join(&name));
        let database = Database { home, port: self.port, password, name, _slot: Some(Arc::new(slot)) };
        if made.exists() {
            database.sql(&format!("ALTER DATABASE {} RESET ALL", database.name));
            database.sql(EMPTY);
        } else {
            database.make();
            File::create(made).unwrap();
        }
        database
    }

    fn join(place: &Path) -> Self {
        let slots = place.join("slots");
        fs::create_dir_all(&slots).unwrap();
        let using = open(&place.join("users"));
        using.lock_shared().unwrap();
        // From here on the keeper does not stop the cluster. Who has this lock may start one.
        let starting = open(&place.join("starting"));
        starting.lock().unwrap();
        let begun = Instant::now();
        let mut started = false;
        loop {
            if let Some((home, port, password)) = read_state(place)
                && UnixStream::connect(socket(&home, port)).is_ok()
            {
                return Self { home, port, password, _using: using, slots };
            }
            if !started {
                // What a keeper that was killed has left.
                let _ = fs::remove_file(state(place));
                start_keeper(place);
                started = true;
            }
            assert!(begun.elapsed() < PATIENCE, "the shared cluster does not start; see {}", place.display());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Database {
    /// Makes a database on a server of its own.
    pub(super) fn on(server: &Server, name: &str) -> Self {
        let (home, password) = (server.home().to_owned(), server.password().to_owned());
        let database = Self { home, port: server.port(), password, name: name.to_owned(), _slot: None };
        database.make();
        database
    }

    fn make(&self) {
        run(&mut self.psql("postgres", &format!("CREATE DATABASE {}", self.name)));
    }

    /// Its address, through the socket in the file system.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://{USER}@/{}?host={}&port={}", self.name, self.home.display(), self.port)
    }

    /// Its address, over the network and with a password.
    #[must_use]
    pub fn network_url(&self) -> String {
        self.url_through(self.port)
    }

    /// Its port, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its address through something that listens on this port of 127.0.0.1.
    #[must_use]
    pub fn url_through(&self, port: u16) -> String {
        format!("postgres://{USER}:{}@127.0.0.1:{port}/{}", self.password, self.name)
    }

    /// The path of the socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        socket(&self.home, self.port)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The password of [`Database::network_url`].
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Runs statements as an administrator would, one transaction each, and gives what they say: rows as lines, columns
    /// divided by `|`.
    ///
    /// # Panics
    /// When one fails.
    pub fn sql(&self, sql: &str) -> String {
        run(&mut self.psql(&self.name, sql))
    }

    /// Runs statements of which one should fail, and gives what the server says to it.
    ///
    /// # Panics
    /// When none fails.
    pub fn refused(&self, sql: &str) -> String {
        let output = self.psql(&self.name, sql).output().unwrap();
        assert!(!output.status.success(), "{sql}: not refused");
        String::from_utf8(output.stderr).unwrap()
    }

    fn psql(&self, database: &str, sql: &str) -> Command {
        let mut command = Command::new(programs::psql());
        command.arg("-h").arg(&self.home).args(["-p", &self.port.to_string(), "-U", USER, "-d", database]);
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]).stdin(Stdio::null());
        command
    }
}

/// Where the processes that use one target folder meet.
fn meeting_place() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    // `target/debug/deps/it-0123`
    let deps = program.ancestors().find(|path| path.ends_with("deps"));
    let target = deps.and_then(Path::parent).and_then(Path::parent);
    target.map_or_else(std::env::temp_dir, Path::to_path_buf).join("postgres-for-tests")
}

fn socket(home: &Path, port: u16) -> PathBuf {
    home.join(format!(".s.PGSQL.{port}"))
}

fn open(path: &Path) -> File {
    File::options().read(true).write(true).create(true).truncate(false).open(path).unwrap()
}

fn state(place: &Path) -> PathBuf {
    place.join("state")
}

fn read_state(place: &Path) -> Option<(PathBuf, u16, String)> {
    let text = fs::read_to_string(state(place)).ok()?;
    let mut lines = text.lines();
    Some((lines.next()?.into(), lines.next()?.parse().ok()?, lines.next()?.to_owned()))
}

fn start_keeper(place: &Path) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "keep_postgres", "--nocapture"]).env(GATE, place);
    let said = File::create(place.join("keeper.log")).unwrap();
    command.stdin(Stdio::null()).stdout(said.try_clone().unwrap()).stderr(said);
    // A group of its own: an interrupt of the run must not reach it before it has cleaned up.
    drop(command.process_group(0).spawn().unwrap());
}

#[expect(clippy::disallowed_methods, reason = "the process that starts the keeper tells it where")]
fn gate() -> Option<std::ffi::OsString> {
    std::env::var_os(GATE)
}

/// What the keeper does; nothing in any other process. See [`postgres_keeper!`](crate::postgres_keeper).
///
/// # Panics
/// When the cluster cannot be started.
pub fn keep() {
    let Some(place) = gate().map(PathBuf::from) else { return };
    let server = Server::start(Durability::Quick, &[]);
    let text = format!("{}\n{}\n{}\n", server.home().display(), server.port(), server.password());
    let new = place.join("state.new");
    fs::write(&new, text).unwrap();
    fs::rename(&new, state(&place)).unwrap();
    let users = open(&place.join("users"));
    let mut idle = Instant::now();
    while server.is_running() {
        std::thread::sleep(Duration::from_millis(200));
        match users.try_lock() {
            Err(TryLockError::WouldBlock) => idle = Instant::now(),
            Err(TryLockError::Error(e)) => panic!("the list of users cannot be locked: {e}"),
            // The lock is still held while the cluster goes: who comes now waits, and starts another.
            Ok(()) if idle.elapsed() >= IDLE => break,
            Ok(()) => users.unlock().unwrap(),
        }
    }
    fs::remove_file(state(&place)).unwrap();
    drop(server);
    drop(users);
}
