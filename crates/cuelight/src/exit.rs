//! Exit codes, the same for every command (design.md, section 8).

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Fine, and nothing else to say.
    Fine,
    /// It did not work.
    Error,
    /// It worked, and there are changes or drift.
    Changes,
    /// A check or a policy said no.
    CheckFailed,
    /// Somebody else was faster, or what was looked at is not so any more.
    Conflict,
    /// The command line itself is wrong.
    Usage,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Error => 1,
            Self::Changes => 2,
            Self::CheckFailed => 3,
            Self::Conflict => 4,
            Self::Usage => 5,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
