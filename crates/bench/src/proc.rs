//! What Linux says about a process: processor time and memory.

use std::time::Duration;

use anyhow::{Context as _, Result};

/// Processor time that the process and those it started have used so far, in user and system mode, all threads. In
/// steps of a clock tick (10 ms).
pub fn cpu(pid: u32) -> Result<Duration> {
    let ticks: u64 = family(pid)?.iter().map(|stat| stat.ticks).sum();
    Ok(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
}

/// Bytes of memory that are resident now, of the process and those it started.
pub fn resident(pid: u32) -> Result<u64> {
    let mut bytes = 0;
    for stat in family(pid)? {
        // One that ends between two looks has no memory.
        let status = std::fs::read_to_string(format!("/proc/{}/status", stat.pid)).unwrap_or_default();
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or("0");
        bytes += line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024;
    }
    Ok(bytes)
}

struct Stat {
    pid: u32,
    parent: u32,
    ticks: u64,
}

/// The process and all below it.
fn family(pid: u32) -> Result<Vec<Stat>> {
    let mut others = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|n| n.parse().ok()) else { continue };
        others.extend(stat(pid));
    }
    let first = others.iter().position(|s| s.pid == pid).with_context(|| format!("process {pid} is gone"))?;
    let mut family = vec![others.swap_remove(first)];
    let mut at = 0;
    while let Some(parent) = family.get(at).map(|s| s.pid) {
        let (children, rest) = others.into_iter().partition(|s| s.parent == parent);
        family.extend::<Vec<_>>(children);
        others = rest;
        at += 1;
    }
    Ok(family)
}

fn stat(pid: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything; the fields after it are numbers, from the third on.
    let (_, fields) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let field = |n: usize| fields.get(n - 3)?.parse::<u64>().ok();
    Some(Stat { pid, parent: u32::try_from(field(4)?).ok()?, ticks: field(14)? + field(15)? })
}

/// Lets this process, and those it starts, open as many files as it may, and says how many that is.
pub fn open_many_files() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // Where it is refused, the row that needs many files says so.
    let _refused = setrlimit(Resource::Nofile, raised);
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}
