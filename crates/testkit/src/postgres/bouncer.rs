//! PgBouncer before a database, in transaction mode: every transaction of a client may be given another connection to the
//! server.

use std::fs::{self, File};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::cluster::Database;
use super::process::Process;
use super::programs::Programs;
use super::server::{PATIENCE, USER, free_port, make_home};

/// Where Debian puts it, which is not on everybody's `PATH`, and where others do.
const PLACES: [&str; 3] = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];

/// A running PgBouncer; dropping it stops it.
pub struct PgBouncer {
    program: PathBuf,
    programs: Programs,
    home: PathBuf,
    port: u16,
    settings: String,
    process: Mutex<Option<Process>>,
    // Held as long as this process lives.
    _owner: File,
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        self.kill();
        // What cannot be deleted is in the system's folder for temporary files.
        let _ = fs::remove_dir_all(&self.home);
    }
}

impl PgBouncer {
    /// Starts one before a database, with so many connections to it, which take turns. None where PgBouncer is not installed,
    /// which `cargo xtask test` says.
    ///
    /// # Panics
    /// When it does not start, with its own words.
    #[must_use]
    pub fn before(database: &Database, connections: usize) -> Option<Self> {
        let program = PLACES.iter().map(PathBuf::from).find(|place| place.exists())?;
        let (home, owner) = make_home();
        let programs = Programs::find(&home);
        let socket = database.socket();
        let host = socket.parent().unwrap_or(Path::new("/")).display();
        let settings = format!(
            "[databases]\n{name} = host={host} port={} dbname={name} user={USER}\n\n[pgbouncer]\n\
             pool_mode = transaction\nserver_round_robin = 1\ndefault_pool_size = {connections}\nmax_client_conn = 500\n\
             auth_type = any\nlisten_addr = 127.0.0.1\nunix_socket_dir =\nlogfile = {}\n",
            database.port(),
            home.join("log").display(),
            name = database.name(),
        );
        let process = Mutex::new(None);
        let mut bouncer = Self { program, programs, home, port: 0, settings, process, _owner: owner };
        // Another program may take the port in between.
        for _ in 0..5 {
            bouncer.port = free_port();
            if bouncer.try_start() {
                return Some(bouncer);
            }
        }
        panic!("PgBouncer does not start:\n{}", bouncer.log());
    }

    /// The port, on 127.0.0.1. No password is asked for there.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Ends it at once: all connections are cut.
    pub fn kill(&self) {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(process) = process {
            process.end("KILL");
        }
    }

    /// Starts it after [`PgBouncer::kill`], at the same address.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&self) {
        assert!(self.try_start(), "PgBouncer does not start again:\n{}", self.log());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }

    /// Starts it and waits until it takes connections; `false` if it ends before.
    fn try_start(&self) -> bool {
        let file = self.home.join("pgbouncer.ini");
        fs::write(&file, format!("{}listen_port = {}\n", self.settings, self.port)).unwrap();
        self.programs.give(&self.home);
        let mut command = self.programs.guarded(&self.program);
        command.arg("--quiet").arg(&file).current_dir(&self.home);
        let process = Process::start(command);
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if process.has_ended() {
                return false;
            }
            assert!(begun.elapsed() < PATIENCE, "PgBouncer does not start:\n{}", self.log());
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
        true
    }
}
