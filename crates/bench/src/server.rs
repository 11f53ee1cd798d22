//! Servers as processes of their own: started, asked for their address, and ended.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde::Deserialize;

use crate::options::Options;
use crate::proc;

/// A server that runs. It ends with this value.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it answers.
    pub address: SocketAddr,
    /// How long it took from its start until it answered.
    pub ready: Duration,
    group: Group,
}

/// The group of processes a server is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    /// That of this program.
    Ours,
    /// One of its own, with the workers it starts.
    Own,
}

/// What a server says when it is ready; `cuelight serve --json` says more.
#[derive(Debug, Deserialize)]
struct Announced {
    address: String,
}

impl Server {
    /// The server under test on a data folder.
    pub fn cuelight(options: &Options, data: &Path) -> Result<Self> {
        Self::with_log(options, data, "warn")
    }

    /// The same with another log filter; `info` is what is logged when nothing is said.
    pub fn with_log(options: &Options, data: &Path, log: &str) -> Result<Self> {
        let mut command = match &options.server {
            Some(binary) => {
                let mut command = Command::new(binary);
                command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--log", log]);
                // What one caller may ask for is not what is measured.
                command.args(["--rate-serving", "0", "--rate-other", "0"]);
                command
            }
            None => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("serve");
                command
            }
        };
        command.arg("--data").arg(data);
        Self::start(command)
    }

    /// A bare axum server.
    pub fn bare() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare");
        Self::start(command)
    }

    /// A server of others, which answers at this address once somebody can connect.
    pub fn foreign(mut command: Command, address: SocketAddr, patience: Duration) -> Result<Self> {
        let started = Instant::now();
        let shown = program(&command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // A group of its own, so that its workers end with it.
        let child = command.process_group(0).spawn().with_context(|| format!("cannot start {shown}"))?;
        let mut server = Self { child, address, ready: Duration::ZERO, group: Group::Own };
        while std::net::TcpStream::connect(address).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("{shown} ended ({status})");
            }
            if started.elapsed() > patience {
                bail!("{shown} does not answer after {} s", patience.as_secs());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        server.ready = started.elapsed();
        Ok(server)
    }

    fn start(mut command: Command) -> Result<Self> {
        let started = Instant::now();
        let shown = program(&command);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().with_context(|| format!("cannot start {shown}"))?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("its output is a pipe")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let ready = started.elapsed();
        let announced: Result<Announced, _> = serde_json::from_str(&line);
        let announced = announced.map_err(|e| {
            // It ends with what it began: nothing is left behind by a failed start.
            let _gone = child.kill().and_then(|()| child.wait());
            anyhow::anyhow!("{shown} did not say where it answers ({e}): {line}")
        })?;
        let address = announced.address.trim_start_matches("http://").parse()?;
        Ok(Self { child, address, ready, group: Group::Ours })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it answers, and its process.
    pub fn target(&self) -> (SocketAddr, u32) {
        (self.address, self.pid())
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> Result<u64> {
        proc::resident(self.pid())
    }

    /// Ends it the way an operator does, and waits until it has saved what it saves.
    pub fn end(mut self) -> Result<()> {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw).context("a process has a number")?;
        kill_process(pid, Signal::TERM)?;
        self.child.wait()?;
        Ok(())
    }
}

/// The name of a program without its folder: errors end up in a report, where no path of a machine belongs.
pub fn program(command: &Command) -> String {
    let path = Path::new(command.get_program());
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.group == Group::Own
            && let Some(group) = i32::try_from(self.pid()).ok().and_then(Pid::from_raw)
        {
            let _gone = kill_process_group(group, Signal::KILL);
        }
        // After `end` the process is gone and both calls say so.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}
