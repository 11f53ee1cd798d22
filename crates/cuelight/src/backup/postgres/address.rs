//! The address of a database for other programs: without its password, which goes where no list of processes shows it.

use percent_encoding::percent_decode_str;

use crate::failure::Failure;

/// An address without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// For arguments.
    pub shown: String,
    /// For the environment of the program, decoded.
    pub password: Option<String>,
}

impl Address {
    /// Takes the password out of an address.
    ///
    /// # Errors
    /// `usage` when the password is no UTF-8 when decoded. Nothing of the address is shown.
    pub fn parse(url: &str) -> Result<Self, Failure> {
        let unreadable = || Failure::usage("the address of the database cannot be read");
        let (scheme, rest) = url.split_once("://").ok_or_else(unreadable)?;
        let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = base.split_once('/').unwrap_or((base, ""));
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, mut password) = match user.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (user, None),
        };
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("password", value)) => password = Some(value),
                _ => kept.push(pair),
            }
        }
        let at = if user.is_empty() { String::new() } else { format!("{user}@") };
        let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
        let decode = |text: &str| percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned);
        let password =
            password.filter(|p| !p.is_empty()).map(decode).transpose().map_err(|_| unreadable())?;
        Ok(Self { shown: format!("{scheme}://{at}{host}/{path}{query}"), password })
    }
}

/// The same server, another database.
pub fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url.split_once('?').map_or((url, String::new()), |(b, q)| (b, format!("?{q}")));
    let (scheme, rest) = base.split_once("://").unwrap_or(("postgres", base));
    let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
    format!("{scheme}://{authority}/{name}{query}")
}

#[cfg(test)]
mod tests;
