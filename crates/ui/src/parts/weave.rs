//! Sentences of the catalogue with links and names in them.

use maud::{Markup, html};

/// Stands around the number of a piece within a text. No text of ours has it, and names from users are pieces.
const MARK: char = '\u{1}';

/// Pieces that are put into a sentence.
#[derive(Default)]
pub struct Weave(Vec<Markup>);

impl Weave {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A value for the catalogue that stands for this piece.
    pub fn put(&mut self, piece: Markup) -> String {
        self.0.push(piece);
        format!("{MARK}{}{MARK}", self.0.len() - 1)
    }

    /// The sentence with its pieces in place.
    #[must_use]
    pub fn into(self, text: &str) -> Markup {
        let parts = text.split(MARK).enumerate();
        html! {
            @for (i, part) in parts {
                @if i % 2 == 0 { (part) } @else if let Some(piece) = part.parse().ok().and_then(|n: usize| self.0.get(n)) { (piece) }
            }
        }
    }
}

#[cfg(test)]
mod tests;
