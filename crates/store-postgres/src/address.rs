//! The address of a database: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`. Its password is never shown.

use std::path::PathBuf;
use std::time::Duration;

use cuelight_store::StoreError;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// How long making a connection may take.
pub(crate) const CONNECT: Duration = Duration::from_secs(2);

/// How far a connection is to be trusted. The meanings are libpq's, except that without `sslrootcert` the system's
/// certificates are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// TLS or none, and any certificate.
    Anything,
    /// The certificate is signed by a known authority.
    Authority,
    /// And it is this host's.
    Host,
}

/// An address, read.
#[derive(Clone)]
pub(crate) struct Address {
    /// What the driver needs. Its `Debug` leaves the password out.
    pub(crate) config: Config,
    /// What is asked of the server's certificate.
    pub(crate) trust: Trust,
    /// The file of the authorities' certificates.
    pub(crate) authorities: Option<PathBuf>,
    /// Host and database, for messages.
    pub(crate) place: String,
}

/// What is said of an address that cannot be read. It shows nothing of the address, since any part of it may be a part
/// of the password that was not encoded.
fn unreadable(what: &str) -> StoreError {
    StoreError::Settings {
        what: format!(
            "the address of the database {what}; it has the form \
             postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full, and characters with a meaning in \
             addresses, such as @ / ? %, are written as %40 %2F %3F %25 in a password"
        ),
    }
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// [`StoreError::Settings`], which shows nothing of the address.
    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(unreadable("does not begin with postgres://"));
        }
        // `sslrootcert` and two values of `sslmode` are ours: the driver does not know them.
        // As the driver does, what stands before the first @ is user and password, whatever it contains.
        let start = text.find('@').unwrap_or(0);
        let (base, query) = match text[start..].find('?') {
            Some(mark) => (&text[..start + mark], &text[start + mark + 1..]),
            None => (text, ""),
        };
        let (mut rest, mut mode, mut authorities) = (Vec::new(), None, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => authorities = Some(decoded(value)?),
                _ => rest.push(pair),
            }
        }
        let plain = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
        let mut config: Config =
            plain.parse().map_err(|_| unreadable("cannot be read or has an unknown option"))?;
        let (ssl, trust) = match mode {
            None | Some("prefer") => (SslMode::Prefer, Trust::Anything),
            Some("disable") => (SslMode::Disable, Trust::Anything),
            // As in libpq: who names authorities wants them asked.
            Some("require") if authorities.is_some() => (SslMode::Require, Trust::Authority),
            Some("require") => (SslMode::Require, Trust::Anything),
            Some("verify-ca") => (SslMode::Require, Trust::Authority),
            Some("verify-full") => (SslMode::Require, Trust::Host),
            Some(_) => {
                return Err(unreadable(
                    "has another sslmode than disable, prefer, require, verify-ca or verify-full",
                ));
            }
        };
        // PostgreSQL has no TLS on a socket in the file system, and needs none there.
        let local = config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)));
        config.ssl_mode(if local { SslMode::Disable } else { ssl });
        set_defaults(&mut config);
        let place = place(&config)?;
        Ok(Self { config, trust, authorities, place })
    }

    /// Whether the way to the server leaves this machine without its certificate being checked.
    pub(crate) fn is_unchecked(&self) -> bool {
        let loopback = |host: &Host| match host {
            Host::Tcp(name) => {
                name == "localhost"
                    || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
            }
            Host::Unix(_) => true,
        };
        let checked = self.config.get_ssl_mode() == SslMode::Require && self.trust != Trust::Anything;
        !checked && !self.config.get_hosts().iter().all(loopback)
    }
}

fn decoded(value: &str) -> Result<PathBuf, StoreError> {
    let text = percent_encoding::percent_decode_str(value).decode_utf8();
    Ok(PathBuf::from(text.map_err(|_| unreadable("has a sslrootcert that is not UTF-8"))?.into_owned()))
}

/// What the address leaves open.
fn set_defaults(config: &mut Config) {
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        config.host("localhost");
    }
    if config.get_application_name().is_none() {
        config.application_name("cuelight");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    // A network that swallows everything is noticed by what is not acknowledged, or by silence.
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(Duration::from_secs(3));
    }
    config.keepalives(true).keepalives_idle(Duration::from_secs(5));
    config.keepalives_interval(Duration::from_secs(2)).keepalives_retries(2);
}

/// The name of the database, as errors tell it.
fn place(config: &Config) -> Result<String, StoreError> {
    let port = |n: usize| config.get_ports().get(n).or(config.get_ports().first()).copied().unwrap_or(5432);
    let mut hosts = Vec::new();
    for (n, host) in config.get_hosts().iter().enumerate() {
        hosts.push(match host {
            // The driver takes everything after the first @ for the host: it may be the end of a password.
            Host::Tcp(name) if name.contains('@') => return Err(unreadable("has two @")),
            Host::Tcp(name) => format!("{name}:{}", port(n)),
            Host::Unix(path) => format!("{}:{}", path.display(), port(n)),
        });
    }
    if hosts.is_empty() {
        hosts.extend(config.get_hostaddrs().iter().enumerate().map(|(n, a)| format!("{a}:{}", port(n))));
    }
    let database = config.get_dbname().or(config.get_user()).unwrap_or("of the user's name");
    Ok(format!("PostgreSQL database `{database}` at {}", hosts.join(", ")))
}

#[cfg(test)]
mod tests;
