//! Characters that a reader cannot see, or that change the direction of what they see.

/// A refused character with its place.
pub(super) struct Hidden {
    pub(super) character: char,
    pub(super) name: &'static str,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// Every refused character of `text`.
pub(super) fn find(text: &str) -> impl Iterator<Item = Hidden> + '_ {
    let (mut line, mut column) = (1u32, 0u32);
    let mut before = None;
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || {
        loop {
            let character = chars.next()?;
            if character == '\n' {
                line = line.saturating_add(1);
                column = 0;
            } else {
                column = column.saturating_add(1);
            }
            let name = refused(character, before, chars.peek().copied());
            before = Some(character);
            if let Some(name) = name {
                return Some(Hidden { character, name, line, column });
            }
        }
    })
}

/// The name of `c` if it is refused between these neighbours. The set: Unicode's controls, its direction
/// overrides and isolates (UAX 9), default-ignorable format characters and fillers that show nothing, the tag
/// characters, and runs of variation selectors (both carry hidden bytes unseen).
fn refused(c: char, before: Option<char>, after: Option<char>) -> Option<&'static str> {
    Some(match c {
        '\n' | '\t' | ' '..='~' => return None,
        '\r' => "carriage return without line feed",
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => "control character",
        '\u{ad}' => "soft hyphen",
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => "invisible Hangul filler",
        '\u{180e}' => "Mongolian vowel separator",
        '\u{200b}' => "zero-width space",
        // A joiner shapes letters of some scripts and ties emoji together; elsewhere it only hides.
        '\u{200c}' | '\u{200d}' if between(before, after, shaping) => return None,
        '\u{200c}' => "zero-width non-joiner outside a word that needs it",
        '\u{200d}' => "zero-width joiner outside a word or emoji that needs it",
        // Direction marks belong beside right-to-left letters.
        '\u{200e}' | '\u{200f}' | '\u{61c}' if before.is_some_and(shaping) || after.is_some_and(shaping) => {
            return None;
        }
        '\u{200e}' | '\u{200f}' | '\u{61c}' => "direction mark",
        '\u{2028}' => "line separator",
        '\u{2029}' => "paragraph separator",
        '\u{202a}'..='\u{202e}' => "direction override",
        '\u{2060}' => "word joiner",
        '\u{2061}'..='\u{2064}' => "invisible operator",
        '\u{2066}'..='\u{2069}' => "direction isolate",
        '\u{206a}'..='\u{206f}' => "deprecated format character",
        '\u{fe00}'..='\u{fe0f}' if before.is_some_and(|b| !selector(b) && !b.is_whitespace()) => return None,
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => "variation selector that selects nothing",
        '\u{feff}' => "byte order mark",
        '\u{fff9}'..='\u{fffb}' => "annotation character",
        '\u{e0000}'..='\u{e007f}' => "tag character",
        _ => return None,
    })
}

fn between(before: Option<char>, after: Option<char>, test: fn(char) -> bool) -> bool {
    before.is_some_and(test) && after.is_some_and(test)
}

/// A visible character outside ASCII, or the selector that gives an emoji its colour.
fn shaping(c: char) -> bool {
    !c.is_ascii()
        && !c.is_whitespace()
        && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}
