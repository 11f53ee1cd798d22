//! The machine and the moment of a run, for the report.

use std::process::Command;

use cuelight_app::ports::{Clock as _, SystemClock};
use serde::Serialize;

/// Where and when a run was made.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// The processors' name.
    pub processor: String,
    /// How many of them this process may use.
    pub processors: usize,
    /// Memory in GiB.
    pub memory_gib: f64,
    /// The kernel.
    pub kernel: String,
    /// The compiler.
    pub compiler: String,
    /// When the run began, UTC.
    pub date: String,
    /// What was measured.
    pub commit: String,
}

impl Machine {
    /// This machine, now.
    pub fn look(commit: &str) -> Self {
        let cpuinfo = read("/proc/cpuinfo");
        let named = |text: &str, key: &str| {
            text.lines()
                .find(|l| l.starts_with(key))
                .and_then(|l| l.split_once(':'))
                .map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
        };
        let kib: f64 =
            named(&read("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").parse().unwrap_or_default();
        Self {
            processor: named(&cpuinfo, "model name"),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: kib / 1024.0 / 1024.0,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            compiler: said("rustc", &["--version"]),
            date: cuelight_app::time::show(SystemClock.now()),
            commit: commit.to_owned(),
        }
    }
}

/// How busy the machine is: the load average of the last minute.
pub fn load() -> f64 {
    read("/proc/loadavg").split(' ').next().and_then(|l| l.parse().ok()).unwrap_or_default()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// The first line that a program says.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}
