//! Colour, and text made safe to show.

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// An error, or something removed.
    Red,
    /// Something added, or fine.
    Green,
    /// Something changed, or to look at.
    Yellow,
    /// A name or a number.
    Bold,
    /// Beside the point.
    Dim,
}

/// Paints, or does not. Nothing is said by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// With colour.
    pub const fn colour() -> Self {
        Self { colour: true }
    }

    /// Without.
    pub const fn plain() -> Self {
        Self { colour: false }
    }

    /// The text in a tone.
    pub fn paint(self, tone: Tone, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Red => "31",
            Tone::Green => "32",
            Tone::Yellow => "33",
            Tone::Bold => "1",
            Tone::Dim => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// The text with every control and direction character written out, so that a file or a server cannot drive the
/// reader's terminal or turn a line around. Line ends and tabs stay.
pub fn clean(text: &str) -> String {
    let bad = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if !text.contains(bad) {
        return text.to_owned();
    }
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if bad(c) {
            out.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            out.push(c);
        }
        out
    })
}
