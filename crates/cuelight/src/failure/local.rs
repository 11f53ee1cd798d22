//! Codes of failures that no server was asked about. The server's own are `cuelight_app::Code`.

use crate::exit::Exit;

/// What went wrong on this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalCode {
    /// The arguments are not of the documented form.
    Usage,
    /// A file or folder cannot be read or written.
    Io,
    /// There is no `prompts.yaml` here or above.
    NoWorkspace,
    /// No project is named anywhere.
    NoProject,
    /// It needs the server, and `--offline` forbids asking it.
    Offline,
    /// The server does not answer.
    Unreachable,
    /// Something answers, and it is not Cuelight.
    NotCuelight,
    /// The token would go to an address that only a file in the workspace names.
    UntrustedServer,
    /// The configuration file is not of the documented form.
    Config,
    /// A file that would be overwritten exists.
    FileExists,
    /// Findings in files.
    ChecksFailed,
    /// `lock --locked` would change the lockfile.
    LockChanged,
    /// A saved plan that is not for this.
    BadPlan,
    /// The stored ledger contradicts itself or its checkpoints.
    Tampered,
    /// A check could not be made.
    CannotVerify,
    /// The person said no, or was not there to be asked.
    NotConfirmed,
    /// The server would be reachable from other machines without encryption.
    Exposed,
    /// The address cannot be listened on.
    Listen,
    /// The data folder cannot be used.
    DataFolder,
    /// Another server uses the data folder.
    DataLocked,
    /// The data folder is of another version.
    DataVersion,
    /// The data folder is damaged.
    DataDamaged,
    /// A backup that is none, or not what it was.
    BadBackup,
    /// The database cannot be used.
    Database,
    /// The database's address, the login, a right or a demand for TLS is wrong.
    DatabaseSettings,
    /// A tool of the database is missing, too old, or failed.
    DatabaseTool,
    /// Servers still work on the store.
    StoreInUse,
    /// The store that is written to holds something else.
    StoreNotEmpty,
    /// Two stores differ that should be equal.
    StoresDiffer,
    /// A write ended with an unknown result, and the server had to end.
    StoreLost,
    /// A bug on this side.
    Internal,
}

impl LocalCode {
    /// All of them, in the order of the documentation.
    pub const ALL: &[Self] = &[
        Self::Usage,
        Self::Io,
        Self::NoWorkspace,
        Self::NoProject,
        Self::Offline,
        Self::Unreachable,
        Self::NotCuelight,
        Self::UntrustedServer,
        Self::Config,
        Self::FileExists,
        Self::ChecksFailed,
        Self::LockChanged,
        Self::BadPlan,
        Self::Tampered,
        Self::CannotVerify,
        Self::NotConfirmed,
        Self::Exposed,
        Self::Listen,
        Self::DataFolder,
        Self::DataLocked,
        Self::DataVersion,
        Self::DataDamaged,
        Self::BadBackup,
        Self::Database,
        Self::DatabaseSettings,
        Self::DatabaseTool,
        Self::StoreInUse,
        Self::StoreNotEmpty,
        Self::StoresDiffer,
        Self::StoreLost,
        Self::Internal,
    ];

    /// The code as text.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The exit code.
    pub const fn exit(self) -> Exit {
        self.row().1
    }

    /// A title that does not depend on the occurrence.
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// What to do about it.
    pub const fn advice(self) -> &'static str {
        self.row().3
    }

    const fn row(self) -> (&'static str, Exit, &'static str, &'static str) {
        match self {
            Self::Usage => (
                "usage",
                Exit::Usage,
                "The command line is not of the documented form",
                "`cuelight help <command>` shows the arguments with an example.",
            ),
            Self::Io => (
                "io",
                Exit::Error,
                "A file or folder cannot be read or written",
                "Check the path and its permissions.",
            ),
            Self::NoWorkspace => (
                "no_workspace",
                Exit::Error,
                "There is no workspace here",
                "Run `cuelight init` to make one, or name its folder with `-C DIR`.",
            ),
            Self::NoProject => (
                "no_project",
                Exit::Usage,
                "No project is named",
                "Name it with `--project`, as `project:` in prompts.yaml, or in the configuration file.",
            ),
            Self::Offline => {
                ("offline", Exit::Error, "This needs the server", "Run it again without `--offline`.")
            }
            Self::Unreachable => (
                "unreachable",
                Exit::Error,
                "The server does not answer",
                "Start one with `cuelight serve`, or name the right one with `--server` or CUELIGHT_URL.",
            ),
            Self::NotCuelight => (
                "not_cuelight",
                Exit::Error,
                "The answer does not come from Cuelight",
                "Check `--server` or CUELIGHT_URL; a proxy in between may have answered.",
            ),
            Self::UntrustedServer => (
                "untrusted_server",
                Exit::Error,
                "The server's address is named only by a file in the workspace",
                "If the address is right, set CUELIGHT_URL or `--server` to it, or write it into the configuration file.",
            ),
            Self::Config => (
                "config",
                Exit::Error,
                "The configuration file is not of the documented form",
                "It is JSON with the keys `server`, `token` and `project`, all optional.",
            ),
            Self::FileExists => (
                "file_exists",
                Exit::Error,
                "A file would be overwritten",
                "Choose another place, or repeat with `--force` where the command has it.",
            ),
            Self::ChecksFailed => (
                "checks_failed",
                Exit::CheckFailed,
                "The files have errors",
                "Mend what is listed above; each line names file, rule and fix.",
            ),
            Self::LockChanged => (
                "lock_changed",
                Exit::Conflict,
                "prompts.lock is not current",
                "Run `cuelight lock` without `--locked`, look at the difference and commit it.",
            ),
            Self::BadPlan => (
                "bad_plan",
                Exit::Conflict,
                "The saved plan is not for this project or server",
                "Make a new one with `cuelight plan --out FILE`.",
            ),
            Self::Tampered => (
                "tampered",
                Exit::CheckFailed,
                "The ledger contradicts itself or its signed checkpoints",
                "Keep a copy of everything as it is, stop trusting what follows the first bad entry, and compare with a backup.",
            ),
            Self::CannotVerify => (
                "cannot_verify",
                Exit::Error,
                "The check cannot be made",
                "Give the data folder, an export made by `cuelight export --ledger`, or a proof saved by `cuelight at --proof`.",
            ),
            Self::NotConfirmed => (
                "not_confirmed",
                Exit::Error,
                "Nothing was done, because nobody said yes",
                "Answer `y`, or pass `--yes` where nobody can be asked.",
            ),
            Self::Exposed => (
                "exposed",
                Exit::Usage,
                "The server would be reachable from other machines without encryption",
                "Listen on 127.0.0.1 and put something that speaks TLS in front (a reverse proxy); if it runs on another machine, pass --allow-plain-http.",
            ),
            Self::Listen => (
                "listen",
                Exit::Error,
                "The address cannot be listened on",
                "Another program may use the port: choose another one with --listen, or port 0 for a free one.",
            ),
            Self::DataFolder => (
                "data_folder",
                Exit::Error,
                "The data folder cannot be used",
                "Check the path, its permissions, and that the disk has room.",
            ),
            Self::DataLocked => (
                "data_locked",
                Exit::Error,
                "Another server uses the data folder",
                "Stop the other server, or name another folder with --data.",
            ),
            Self::DataVersion => (
                "data_version",
                Exit::Error,
                "The data folder is of a version that this program cannot use",
                "Start the version of Cuelight that wrote it; nothing was changed.",
            ),
            Self::DataDamaged => (
                "data_damaged",
                Exit::Error,
                "The data folder is damaged, or was edited",
                "Keep a copy, run `cuelight verify DIR` on it to see what is wrong, and restore a backup.",
            ),
            Self::BadBackup => (
                "bad_backup",
                Exit::CheckFailed,
                "This is no backup, or it is not what it was",
                "Use another backup. `cuelight restore --verify --from BACKUP` checks one by restoring it.",
            ),
            Self::Database => (
                "database",
                Exit::Error,
                "The database cannot be used",
                "Check the address given with --database or CUELIGHT_DATABASE, that the database runs, and that it lets this machine in; `psql` with the same address tells more.",
            ),
            Self::DatabaseSettings => (
                "database_settings",
                Exit::Usage,
                "The database does not let us in as it was named",
                "Mend what the detail names (address, database, user, password, rights, or sslmode) in --database or CUELIGHT_DATABASE, or at the database; waiting does not help.",
            ),
            Self::DatabaseTool => (
                "database_tool",
                Exit::Error,
                "A tool of PostgreSQL is missing, too old, or failed",
                "Install the client tools of the server's version (pg_dump, pg_restore, psql) and put them on PATH.",
            ),
            Self::StoreInUse => (
                "store_in_use",
                Exit::Conflict,
                "Servers still work on this store",
                "Stop them, wait ten seconds, and run it again.",
            ),
            Self::StoreNotEmpty => (
                "store_not_empty",
                Exit::Conflict,
                "The store that would be written to holds something else",
                "Name an empty one: nothing is overwritten or mixed.",
            ),
            Self::StoresDiffer => (
                "stores_differ",
                Exit::CheckFailed,
                "The two stores differ",
                "Nothing was removed from the first one: keep it, and report what differs.",
            ),
            Self::StoreLost => (
                "store_lost",
                Exit::Error,
                "What is stored is not what the server knows",
                "Look at the disk or the database and their messages, then start the server again: it reads what is really stored.",
            ),
            Self::Internal => (
                "internal",
                Exit::Error,
                "Something failed that should not",
                "Report it with the command that was run.",
            ),
        }
    }
}
