//! The cluster that all tests of a run share.

use std::fs::{self, File, TryLockError};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
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
    databases: AtomicU64,
    // Held as long as this process lives.
    _using: File,
}

/// An empty database.
#[derive(Debug, Clone)]
pub struct Database {
    home: PathBuf,
    port: u16,
    password: String,
    name: String,
}

impl Cluster {
    /// The cluster, started if need be.
    ///
    /// # Panics
    /// When it does not start.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::join(&meeting_place()))
    }

    /// Makes an empty database. It goes with the cluster.
    #[must_use]
    pub fn database(&self) -> Database {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("t{}_{number}", std::process::id());
        Database::make(&self.home, self.port, &self.password, &name)
    }

    fn join(place: &Path) -> Self {
        fs::create_dir_all(place).unwrap();
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
                return Self { home, port, password, databases: AtomicU64::new(0), _using: using };
            }
            if !started {
                sweep(place);
                start_keeper(place);
                started = true;
            }
            assert!(begun.elapsed() < PATIENCE, "the shared cluster does not start; see {}", place.display());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Database {
    pub(super) fn make(home: &Path, port: u16, password: &str, name: &str) -> Self {
        let database =
            Self { home: home.to_owned(), port, password: password.to_owned(), name: name.to_owned() };
        database.sql_in("postgres", &format!("CREATE DATABASE {name}"));
        database
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
        self.sql_in(&self.name, sql)
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

    fn sql_in(&self, database: &str, sql: &str) -> String {
        run(&mut self.psql(database, sql))
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

/// Deletes what a keeper that was killed has left. Its server has ended with it.
fn sweep(place: &Path) {
    if let Some((home, ..)) = read_state(place) {
        let ours = home.file_name().is_some_and(|n| n.to_string_lossy().starts_with("cuelight-postgres-"));
        if ours {
            // It may be gone already.
            let _ = fs::remove_dir_all(&home);
        }
        fs::remove_file(state(place)).unwrap();
    }
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
