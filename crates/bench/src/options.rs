//! What was asked for on the command line.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::sizes::Sizes;

/// How this program explains itself.
pub const USAGE: &str = "\
usage: cargo xtask bench [OPTION…]

  --only ROW       measure this row only; may be given more than once
  --quick          smaller and shorter: for looking whether it works, not for figures
  --smoke          tiny: for the test of this program
  --peers          measure MLflow and Phoenix in the same run; needs Python, installs into the folder
  --out FILE       where the report goes; `-` prints it
  --folder DIR     where filled data folders are kept between runs
  --server FILE    the `cuelight` binary to measure; without it, the same server within this program
  --commit NAME    what is being measured, for the report";

/// A measurement to be made.
#[derive(Debug, Clone)]
pub struct Options {
    /// How large and how long.
    pub sizes: &'static Sizes,
    /// The rows to measure; all when empty.
    pub only: Vec<String>,
    /// Whether to measure other tools beside.
    pub peers: Peers,
    /// Where the report goes; standard output when absent.
    pub out: Option<PathBuf>,
    /// Where data folders are kept.
    pub folder: PathBuf,
    /// The binary to measure.
    pub server: Option<PathBuf>,
    /// What is being measured.
    pub commit: String,
}

/// Whether to measure other tools beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peers {
    /// They are installed and measured.
    Measured,
    /// They are not.
    LeftOut,
}

impl Options {
    /// Reads the arguments.
    pub fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            sizes: &Sizes::FULL,
            only: Vec::new(),
            peers: Peers::LeftOut,
            out: None,
            folder: PathBuf::from("target/bench"),
            server: None,
            commit: "unknown".to_owned(),
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value =
                || rest.next().cloned().with_context(|| format!("`{argument}` needs a value\n{USAGE}"));
            match argument.as_str() {
                "--quick" => options.sizes = &Sizes::QUICK,
                "--smoke" => options.sizes = &Sizes::SMOKE,
                "--peers" => options.peers = Peers::Measured,
                "--only" => options.only.push(value()?),
                "--out" => options.out = Some(value()?).filter(|v| v != "-").map(PathBuf::from),
                "--folder" => options.folder = value()?.into(),
                "--server" => options.server = Some(value()?.into()),
                "--commit" => options.commit = value()?,
                other => bail!("`{other}` is not an option\n{USAGE}"),
            }
        }
        Ok(options)
    }

    /// Whether a row is to be measured.
    pub fn wants(&self, row: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|o| o == row)
    }
}
