//! Paths of fields as text, and back: `tools.crm_lookup.parameters`, `tests["low score"]#2.inputs`.

use std::fmt;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// Field name, key or position.
    pub text: String,
    /// Which of several entries with the same key, from 1.
    pub ordinal: usize,
    /// `.key` rather than `[key]`.
    pub dotted: bool,
}

/// From the artifact down to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path(pub Vec<Segment>);

impl Path {
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The field or key below.
    pub fn key(&self, text: &str) -> Self {
        self.with(Segment { text: text.to_owned(), ordinal: 1, dotted: true })
    }

    /// The entry below, in brackets.
    pub fn item(&self, text: &str, ordinal: usize) -> Self {
        self.with(Segment { text: text.to_owned(), ordinal, dotted: false })
    }

    pub fn with(&self, segment: Segment) -> Self {
        let mut longer = self.clone();
        longer.0.push(segment);
        longer
    }

    /// The path written so; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (segment, after) = match rest.strip_prefix('[') {
                Some(inner) => bracketed(inner)?,
                None => {
                    let bare = if segments.is_empty() { rest } else { rest.strip_prefix('.')? };
                    let end = bare.find(['.', '[', '#']).unwrap_or(bare.len());
                    (Segment { text: bare[..end].to_owned(), ordinal: 1, dotted: true }, &bare[end..])
                }
            };
            let (segment, after) = match after.strip_prefix('#') {
                None => (segment, after),
                Some(number) => {
                    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
                    (Segment { ordinal: number[..end].parse().ok()?, ..segment }, &number[end..])
                }
            };
            segments.push(segment);
            rest = after;
        }
        (!segments.is_empty()).then_some(Self(segments))
    }
}

/// What stands in brackets, and what follows them.
fn bracketed(inner: &str) -> Option<(Segment, &str)> {
    if !inner.starts_with('"') {
        let end = inner.find(']')?;
        return Some((
            Segment { text: inner[..end].to_owned(), ordinal: 1, dotted: false },
            &inner[end + 1..],
        ));
    }
    let mut stream = serde_json::Deserializer::from_str(inner).into_iter::<String>();
    let text = stream.next()?.ok()?;
    let after = inner[stream.byte_offset()..].strip_prefix(']')?;
    Some((Segment { text, ordinal: 1, dotted: false }, after))
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, Segment { text, ordinal, dotted }) in self.0.iter().enumerate() {
            match (is_plain(text), dotted) {
                (true, true) if i == 0 => f.write_str(text)?,
                (true, true) => write!(f, ".{text}")?,
                (true, false) => write!(f, "[{text}]")?,
                (false, _) => write!(f, "[{}]", serde_json::Value::from(text.as_str()))?,
            }
            if *ordinal > 1 {
                write!(f, "#{ordinal}")?;
            }
        }
        Ok(())
    }
}
