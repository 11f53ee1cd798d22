//! Running the binary, starting a server, and texts that are the same on every machine.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;

/// What differs between two runs of one test, and what it is shown as.
const FILTERS: &[(&str, &str)] = &[
    (r"(/[A-Za-z0-9_.-]+)*/\.tmp[A-Za-z0-9]{6}", "<tmp>"),
    (r"(/[A-Za-z0-9_.-]+)*/cuelight-demo-[A-Za-z0-9]{6}", "<tmp>"),
    (r"sha256:[0-9a-f]{64}", "sha256:<digest>"),
    (r"cl_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", "<secret token>"),
    (r"/sign-in/[A-Za-z0-9_-]{43}", "/sign-in/<code>"),
    (r"cuelight/[0-9a-f]{16}(\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+)", "cuelight/<installation><key>"),
    (r"cuelight/[0-9a-f]{16}", "cuelight/<installation>"),
    (r"token:[0-9a-f]{16}", "token:<id>"),
    (r"\b[0-9a-f]{16}\b", "<id>"),
    (r"\b[0-9a-f]{12}\b", "<digest>"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "<time>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", "<time>"),
    (r"127\.0\.0\.1:\d{4,5}", "127.0.0.1:<port>"),
    (r"\(\d+ bytes\)", "(<n> bytes)"),
    (r"\(pid \d+\)", "(pid <pid>)"),
    (r"[0-9a-f]{8}-\d+\b", "<request>"),
];

/// Asserts a snapshot of a text in which times, ids and digests are replaced.
macro_rules! snapshot {
    ($name:expr, $text:expr) => {{
        let mut settings = insta::Settings::clone_current();
        for (pattern, shown) in $crate::support::filters() {
            settings.add_filter(pattern, *shown);
        }
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!($name, $text));
    }};
}
pub(crate) use snapshot;

pub(crate) fn filters() -> &'static [(&'static str, &'static str)] {
    FILTERS
}

/// The binary, away from the environment of whoever runs the tests.
pub(crate) fn cuelight() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cuelight"));
    command.env_clear().env("HOME", "/nonexistent").env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    command
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    line: String,
}

impl Ran {
    pub(crate) fn new(line: String, output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            line,
        }
    }

    /// Everything, as a snapshot shows it.
    pub(crate) fn show(&self) -> String {
        let mut text = format!("$ cuelight {}\n", self.line);
        if !self.stdout.is_empty() {
            let _never = write!(text, "{}", self.stdout);
        }
        if !self.stderr.is_empty() {
            let _never = write!(text, "--- stderr\n{}", self.stderr);
        }
        let _never = write!(text, "--- exit {}", self.code);
        text
    }

    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.show());
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}", self.show()))
    }
}

/// Runs to the end, or fails after a minute.
#[track_caller]
pub(crate) fn run(mut command: Command, arguments: &[&str]) -> Ran {
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the binary starts");
    let id = child.id();
    let (done, wait) = mpsc::channel();
    std::thread::spawn(move || done.send(child.wait_with_output()));
    match wait.recv_timeout(Duration::from_secs(60)) {
        Ok(output) => Ran::new(arguments.join(" "), output.expect("the binary ends")),
        Err(_) => {
            signal(id, "KILL");
            panic!("`cuelight {}` did not end within a minute", arguments.join(" "));
        }
    }
}

fn signal(id: u32, name: &str) {
    let done = Command::new("kill").args([&format!("-{name}"), &id.to_string()]).status();
    assert!(done.is_ok_and(|s| s.success()), "cannot signal {id}");
}

/// A workspace in a folder of its own.
pub(crate) struct Workspace {
    pub(crate) dir: tempfile::TempDir,
    server: Option<(String, String)>,
}

impl Workspace {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder"), server: None }
    }

    /// A folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let workspace = Self::empty();
        for (path, text) in files {
            workspace.write(path, text);
        }
        workspace
    }

    /// The same, talking to this server as its administrator.
    pub(crate) fn at(self, server: &Server) -> Self {
        self.talking_to(&server.url, &server.token)
    }

    /// The same, talking to a server at this address with this token.
    pub(crate) fn talking_to(mut self, url: &str, token: &str) -> Self {
        self.server = Some((url.to_owned(), token.to_owned()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let target = self.path(path);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        std::fs::write(target, text).expect("a file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// Replaces a part of a file that is there.
    #[track_caller]
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no `{from}`: {text}");
        self.write(path, text.replacen(from, to, 1));
    }

    /// The binary in this folder.
    pub(crate) fn command(&self) -> Command {
        let mut command = cuelight();
        command.current_dir(self.dir.path()).env("XDG_CONFIG_HOME", self.path(".config"));
        if let Some((url, token)) = &self.server {
            command.env("CUELIGHT_URL", url).env("CUELIGHT_TOKEN", token);
        }
        command
    }

    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run(self.command(), arguments)
    }

    /// The result of a run that worked.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[arguments, &["--json"]].concat()).expect(0);
        ran.json()["result"].clone()
    }
}

/// Makes a command that ends with the binary one that serves this folder; port 0 is a free one.
pub(crate) fn serve(mut binary: Command, data: &Path, port: u16) -> Command {
    let listen = format!("127.0.0.1:{port}");
    binary.args(["serve", "--json", "--log", "warn", "--listen", &listen, "--data"]).arg(data);
    binary
}

/// A free port that the system does not give to clients, so that it is still free when a server starts there again.
pub(crate) fn free_port() -> u16 {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).expect("less than 10,000");
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (first..32_000).find(free).expect("a free port")
}

/// A server of its own, ended by its id.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) announced: Value,
    pub(crate) data: PathBuf,
    child: Child,
    _folder: Option<tempfile::TempDir>,
}

impl Server {
    /// A server on a fresh folder and a free port.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut server = Self::on(&folder.path().join("data"));
        server._folder = Some(folder);
        server
    }

    /// A server on this folder.
    pub(crate) fn on(data: &Path) -> Self {
        Self::with(data, &[])
    }

    /// A server on this folder, with more arguments.
    pub(crate) fn with(data: &Path, more: &[&str]) -> Self {
        let mut command = serve(cuelight(), data, 0);
        // Tests ask faster than one caller may.
        command.args(["--rate-serving", "0", "--rate-other", "0"]).args(more);
        Self::run(command, data)
    }

    /// A server on this folder and port, with the limits that users have.
    pub(crate) fn usual(data: &Path, port: u16, more: &[&str]) -> Self {
        let mut command = serve(cuelight(), data, port);
        command.args(more);
        Self::run(command, data)
    }

    /// Runs a command that [`serve`] made, or a program that runs it.
    pub(crate) fn run(mut command: Command, data: &Path) -> Self {
        command.stderr(Stdio::null());
        Self::try_run(command, data).unwrap_or_else(|code| panic!("the server ended with {code:?}"))
    }

    /// The same, or the exit code of a server that does not start. What it says on stderr is the caller's.
    pub(crate) fn try_run(mut command: Command, data: &Path) -> Result<Self, Option<i32>> {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output"))
            .read_line(&mut line)
            .expect("its first line");
        let announced: Value = match serde_json::from_str(&line) {
            Ok(announced) => announced,
            Err(_) if line.is_empty() => return Err(child.wait().expect("it ends").code()),
            Err(e) => panic!("{e}: {line}"),
        };
        let Some(url) = announced["address"].as_str().map(str::to_owned) else {
            // The form of a command that failed.
            return Err(child.wait().expect("it ends").code());
        };
        let token = announced["tokens"][0].as_str().unwrap_or_default().to_owned();
        Ok(Self { url, token, announced, data: data.to_owned(), child, _folder: None })
    }

    /// Sends a signal, such as `STOP`.
    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    pub(crate) fn key(&self) -> &str {
        self.announced["key"].as_str().expect("a key")
    }

    /// Ends it as an operator would.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        signal(self.child.id(), "TERM");
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(15) {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server did not end within 15 seconds of SIGTERM");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// How much of everything: 1 in an ordinary run, more under `cargo xtask torture`.
#[expect(clippy::disallowed_methods, reason = "the dose is chosen by whoever starts the tests")]
pub(crate) fn dose() -> usize {
    std::env::var("CUELIGHT_TORTURE").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}
