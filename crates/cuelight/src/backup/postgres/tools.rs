//! PostgreSQL's client tools, found on PATH. The password goes through the child's environment, never its arguments.

use std::ffi::OsStr;
use std::process::{Command, Output, Stdio};

use super::address::Address;
use crate::failure::{Failure, LocalCode};

/// Most of a tool's complaint that is shown, in characters.
const SHOWN: usize = 600;

/// A command that runs a tool on this database; what is asked of it follows.
pub fn tool(name: &str, address: &Address) -> Command {
    let mut command = Command::new(name);
    command.stdin(Stdio::null()).env("PGAPPNAME", "cuelight").env("PGCONNECT_TIMEOUT", "10");
    // Asking for a password would wait for ever.
    command.arg("--no-password").arg("--dbname").arg(&address.shown);
    if let Some(password) = &address.password {
        command.env("PGPASSWORD", password);
    }
    command
}

/// Runs it to its end.
///
/// # Errors
/// `database_tool` with what it says.
pub fn run(command: &mut Command) -> Result<String, Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|e| missing(&name, &e))?;
    checked(&name, &output)
}

/// The answer of one query that gives one value.
///
/// # Errors
/// As [`run`].
pub fn query(address: &Address, sql: &str) -> Result<String, Failure> {
    let mut command = tool("psql", address);
    command.args([
        "--no-psqlrc",
        "--tuples-only",
        "--no-align",
        "--quiet",
        "-v",
        "ON_ERROR_STOP=1",
        "--command",
    ]);
    command.arg(sql);
    Ok(run(&mut command)?.trim().to_owned())
}

/// Refuses a tool that is older than the server.
///
/// # Errors
/// `database_tool`.
pub fn check_version(name: &str, server: u32) -> Result<(), Failure> {
    let mut command = Command::new(name);
    let text = run(command.arg("--version"))?;
    // `pg_dump (PostgreSQL) 17.2 (Debian 17.2-1)`
    let version = text.split(')').nth(1).unwrap_or_default().trim();
    let major: u32 = version.split(['.', ' ']).next().and_then(|m| m.parse().ok()).unwrap_or(0);
    if major >= server {
        return Ok(());
    }
    Err(failed(format!("{name} is of version {version}, and the server's is {server}: it must not be older")))
}

/// What a tool has written, unless it failed.
///
/// # Errors
/// `database_tool` with what it says.
pub fn checked(name: &str, output: &Output) -> Result<String, Failure> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said: String = String::from_utf8_lossy(&output.stderr).trim().chars().take(SHOWN).collect();
    Err(failed(format!("{name} failed ({}): {said}", output.status)))
}

/// A tool that cannot be started.
pub fn missing(name: impl AsRef<OsStr>, error: &std::io::Error) -> Failure {
    failed(format!("{} cannot be started: {error}", name.as_ref().to_string_lossy()))
}

fn failed(detail: String) -> Failure {
    Failure::new(LocalCode::DatabaseTool, detail)
}
