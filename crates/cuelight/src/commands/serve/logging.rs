//! The log of the server, on stderr.

use tracing_subscriber::EnvFilter;

use super::LogFormat;
use crate::failure::Failure;

/// Starts logging.
///
/// # Errors
/// When the filter is none.
pub fn start(format: LogFormat, filter: &str) -> Result<(), Failure> {
    let filter: EnvFilter =
        filter.parse().map_err(|e| Failure::usage(format!("`--log {}`: {e}", filter.escape_debug())))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Fails only when logging was started already, as in a test.
    let _started = match format {
        LogFormat::Text => log.with_ansi(false).with_target(false).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    Ok(())
}
