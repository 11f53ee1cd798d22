//! The text of server-sent events, as it comes in pieces.

use std::time::Duration;

/// Longest line and longest event, in bytes.
const MAX: usize = 4 * 1024 * 1024;
/// Longest pause a server may ask for.
const MAX_RETRY: Duration = Duration::from_secs(300);

/// What a feed says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// An event.
    Event {
        /// Its name; `message` if it has none.
        name: String,
        /// Its id, or that of the event before it.
        id: String,
        /// Its data.
        data: String,
    },
    /// How long to wait before connecting again.
    Retry(Duration),
}

/// The event is longer than anything this client reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Puts pieces together.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    /// Whether the last byte was a carriage return, so that a line feed right after it ends no other line.
    after_return: bool,
    name: String,
    id: String,
    data: String,
    pending: bool,
}

impl Parser {
    /// What these bytes complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Piece>, TooLong> {
        let mut found = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' if self.after_return => self.after_return = false,
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    let line = std::mem::take(&mut self.line);
                    found.extend(self.take(&String::from_utf8_lossy(&line)));
                }
                other => {
                    self.after_return = false;
                    self.line.push(*other);
                }
            }
            if self.line.len() + self.data.len() > MAX {
                return Err(TooLong);
            }
        }
        Ok(found)
    }

    fn take(&mut self, line: &str) -> Option<Piece> {
        if line.is_empty() {
            return self.end_of_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "data" => {
                if self.pending {
                    self.data.push('\n');
                }
                self.data.push_str(value);
                self.pending = true;
            }
            "retry" => return Some(Piece::Retry(Duration::from_millis(value.parse().ok()?).min(MAX_RETRY))),
            // Comments, and fields that nobody knows.
            _ => {}
        }
        None
    }

    fn end_of_event(&mut self) -> Option<Piece> {
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        if !std::mem::take(&mut self.pending) {
            return None;
        }
        let name = if name.is_empty() { "message".to_owned() } else { name };
        Some(Piece::Event { name, id: self.id.clone(), data })
    }
}

#[cfg(test)]
mod tests;
