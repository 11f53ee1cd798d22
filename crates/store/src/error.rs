//! Why a store cannot do what was asked.

/// The closed list of storage failures. An outdated `expected` position or revision is not among them: that is an
/// answer, such as [`crate::Appended::Behind`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The request breaks the port's contract and would be refused by any store. Nothing was stored.
    #[error("the store refuses this: {what}")]
    Refused {
        /// Which rule, and what was given.
        what: String,
    },
    /// The request contradicts what is stored in a way that trying again cannot mend. Nothing was stored.
    #[error("this contradicts what is stored: {what}")]
    Conflict {
        /// What contradicts what.
        what: String,
    },
    /// What is stored is damaged or was changed by something else.
    #[error("{place} is damaged: {what}; keep a copy, run `cuelight verify` on it, and restore a backup")]
    Corrupt {
        /// What is wrong.
        what: String,
        /// Which file, table or row.
        place: String,
    },
    /// The store cannot be reached or used now. Whether the last write was stored may be unknown.
    #[error("the store cannot be used: {what}")]
    Unavailable {
        /// Why.
        what: String,
    },
    /// The store answers, and has too much to do for this request: no connection became free, or others hold what it needs.
    /// Soon it may work.
    #[error("the store is busy: {what}; try again")]
    Busy {
        /// With what.
        what: String,
    },
    /// What was set leads to no store that may be used: its address, the login, a right or a demand for TLS. Waiting does
    /// not help. Nothing was stored.
    #[error("the store cannot be used as it is set up: {what}")]
    Settings {
        /// What is wrong, and what to do. Never a password.
        what: String,
    },
    /// What is stored was written by a newer version of Cuelight.
    #[error(
        "{place} has schema {found} and this version of Cuelight knows {supported}; start the version that wrote it, \
         or restore an older backup"
    )]
    NewerSchema {
        /// Which file or database.
        place: String,
        /// The schema found.
        found: u32,
        /// The newest schema known.
        supported: u32,
    },
    /// Another process has the store open for writing.
    #[error("{place} is in use by another Cuelight process{}; stop that one or choose another data folder",
        pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default())]
    Locked {
        /// Which folder or database.
        place: String,
        /// That process, if it is known.
        pid: Option<u32>,
    },
    /// There is no room. Nothing was stored.
    #[error("there is no room left for {place}; free some space and try again, nothing was stored")]
    Full {
        /// Which file or database.
        place: String,
    },
    /// The database engine is older than what Cuelight was proven on.
    #[error("{what} {found} is too old; Cuelight needs {needed} or newer")]
    TooOld {
        /// Which engine.
        what: &'static str,
        /// Its version.
        found: String,
        /// The oldest version that will do.
        needed: &'static str,
    },
}

impl StoreError {
    /// A [`StoreError::Refused`].
    #[must_use]
    pub fn refused(what: impl Into<String>) -> Self {
        Self::Refused { what: what.into() }
    }

    /// Whether the store is away for whoever used it before: it does not answer, or does not let them in any more.
    #[must_use]
    pub const fn is_away(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Settings { .. })
    }

    /// Whether a copy of the store may answer instead: this one is away, or has no time.
    #[must_use]
    pub const fn is_no_answer(&self) -> bool {
        self.is_away() || matches!(self, Self::Busy { .. })
    }
}
