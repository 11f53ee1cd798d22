//! Text from users, with what cannot be seen made visible.

use maud::{Markup, html};

/// What an invisible character is, by the key of its name in the catalogue.
fn kind(c: char) -> Option<&'static str> {
    match c {
        '\n' | '\t' => None,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' => {
            Some("invisible-direction")
        }
        '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{180E}' => Some("invisible-zero-width"),
        '\u{00AD}' => Some("invisible-hyphen"),
        '\u{2061}'..='\u{2064}' | '\u{206A}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}' => {
            Some("invisible-format")
        }
        '\u{E0000}'..='\u{E007F}' => Some("invisible-tag"),
        '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{3164}' | '\u{FFA0}' => {
            Some("invisible-filler")
        }
        '\u{2028}' | '\u{2029}' => Some("invisible-separator"),
        c if c.is_control() => Some("invisible-control"),
        _ => None,
    }
}

/// Whether a text has characters that cannot be seen or that reorder what is seen.
#[must_use]
pub fn has_invisible(text: &str) -> bool {
    text.chars().any(|c| kind(c).is_some())
}

/// The text, with each invisible character as a small visible mark that names it. The character itself is not sent, so
/// it cannot reorder what stands around it. A joiner between two letters or signs that need it (as in emoji) stays.
#[must_use]
pub fn shown(text: &str) -> Markup {
    let mut plain = String::new();
    let mut pieces: Vec<(String, Option<(char, &'static str)>)> = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    for (i, &c) in chars.iter().enumerate() {
        match kind(c) {
            Some(name) if !joins(&chars, i) => pieces.push((std::mem::take(&mut plain), Some((c, name)))),
            _ => plain.push(c),
        }
    }
    pieces.push((plain, None));
    html! {
        @for (before, mark) in &pieces {
            (before)
            @if let Some((c, name)) = mark {
                span class="invisible" {
                    span aria-hidden="true" { "U+" (format!("{:04X}", u32::from(*c))) }
                    span class="vh" { (crate::words::say(name, &[])) }
                }
            }
        }
    }
}

/// Whether the character is a joiner that makes one sign out of two: emoji, and the letters of scripts that use it.
fn joins(chars: &[char], i: usize) -> bool {
    if !matches!(chars.get(i), Some('\u{200D}' | '\u{200C}')) {
        return false;
    }
    let around = |c: Option<&char>| {
        c.is_some_and(|c| {
            let n = u32::from(*c);
            matches!(n, 0x0600..=0x08FF | 0x0900..=0x0DFF | 0x0F00..=0x0FFF | 0x1000..=0x109F | 0x1780..=0x17FF)
                || matches!(n, 0x2190..=0x2BFF | 0xFE0F | 0x1F000..=0x1FAFF)
        })
    };
    i > 0 && around(chars.get(i - 1)) && around(chars.get(i + 1))
}

#[cfg(test)]
mod tests;
