//! How large and how long the measurements are.

use std::time::Duration;

/// The sizes of one kind of run.
#[derive(Debug)]
pub struct Sizes {
    /// What the run is called in the report.
    pub name: &'static str,
    /// How often two things are measured in turns.
    pub rounds: usize,
    /// How long one round under load takes.
    pub round: Duration,
    /// How long every server is loaded before anything is measured.
    pub warm: Duration,
    /// Connections that load a server.
    pub connections: usize,
    /// Renderings in one round.
    pub renders: usize,
    /// Numbers of live prompts, smallest first.
    pub libraries: [usize; 3],
    /// Live prompts in the library with a history.
    pub prompts: usize,
    /// Versions of each of them.
    pub versions: usize,
    /// Numbers of feeds that are open.
    pub feeds: &'static [usize],
    /// How often the feeds' environment goes back.
    pub flips: usize,
    /// Commits that are timed.
    pub commits: usize,
    /// Entries of the long ledger.
    pub entries: u64,
    /// Prompts in it.
    pub ledger_prompts: usize,
    /// Versions of each of them.
    pub ledger_versions: usize,
    /// Questions about one prompt at an instant.
    pub lookups: usize,
    /// Questions about a whole environment at an instant.
    pub wholes: usize,
    /// How often a server is started.
    pub starts: usize,
    /// How long a server idles before its memory is read.
    pub idle: Duration,
}

impl Sizes {
    /// For the report.
    pub const FULL: Self = Self {
        name: "full",
        rounds: 7,
        round: Duration::from_secs(3),
        warm: Duration::from_secs(2),
        connections: 64,
        renders: 20_000,
        libraries: [10, 500, 5_000],
        prompts: 500,
        versions: 20,
        feeds: &[5_000, 10_000],
        flips: 20,
        commits: 1_000,
        entries: 1_000_000,
        ledger_prompts: 1_000,
        ledger_versions: 20,
        lookups: 10_000,
        wholes: 200,
        starts: 3,
        idle: Duration::from_secs(5),
    };

    /// For looking whether it works.
    pub const QUICK: Self = Self {
        name: "quick",
        rounds: 3,
        round: Duration::from_millis(500),
        warm: Duration::from_millis(300),
        connections: 64,
        renders: 5_000,
        libraries: [10, 100, 1_000],
        prompts: 100,
        versions: 4,
        feeds: &[500],
        flips: 5,
        commits: 100,
        entries: 20_000,
        ledger_prompts: 200,
        ledger_versions: 5,
        lookups: 1_000,
        wholes: 20,
        starts: 1,
        idle: Duration::from_secs(1),
    };

    /// For the test of this program.
    pub const SMOKE: Self = Self {
        name: "smoke",
        rounds: 1,
        round: Duration::from_millis(50),
        warm: Duration::from_millis(20),
        connections: 4,
        renders: 20,
        libraries: [2, 3, 5],
        prompts: 3,
        versions: 2,
        feeds: &[8],
        flips: 2,
        commits: 3,
        entries: 300,
        ledger_prompts: 10,
        ledger_versions: 2,
        lookups: 30,
        wholes: 2,
        starts: 1,
        idle: Duration::from_millis(10),
    };
}
