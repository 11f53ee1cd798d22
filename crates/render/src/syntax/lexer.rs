//! Text to chunks (text, comments, raw blocks, tags), and the inside of tags to tokens. Reads forward only and
//! keeps line and column as it goes, so that a place costs nothing to know.

use std::ops::Range;

use cuelight_artifact::name::describe;
use cuelight_artifact::rules::template as rules;

use super::SyntaxError;
use super::ast::Span;
use super::token::{SIGNS, Sign, Spanned, TagKind, Token};

/// What comes next outside of tags.
pub(super) enum Chunk {
    /// Text; the span is untrimmed, the range is what is printed.
    Text(Span, Range<usize>),
    /// A comment.
    Comment(Span),
    /// A raw block and what it prints.
    Raw(Span, Range<usize>),
    /// The beginning of a tag.
    Open { kind: TagKind, trim: bool, span: Span },
    /// The end of the template.
    End,
}

/// Where reading stands.
pub(super) struct Lexer<'s> {
    source: &'s str,
    at: usize,
    line: u32,
    column: u32,
    /// The tag before ended with `-`.
    trim_next: bool,
    /// Open brackets within the current tag; its end is recognised only outside of them, as the engine does.
    brackets: i32,
}

impl<'s> Lexer<'s> {
    pub(super) const fn new(source: &'s str) -> Self {
        Self { source, at: 0, line: 1, column: 1, trim_next: false, brackets: 0 }
    }

    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    /// Moves on by `bytes` and returns the place passed.
    fn advance(&mut self, bytes: usize) -> Span {
        let (start, line, column) = (self.at, self.line, self.column);
        for c in self.source[start..start + bytes].chars() {
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.at += bytes;
        // Templates are at most 256 KiB, so that u32 holds every offset.
        Span { start: start as u32, end: self.at as u32, line, column }
    }

    /// The next chunk.
    pub(super) fn chunk(&mut self) -> Result<Chunk, SyntaxError> {
        let rest = self.rest();
        let trim_start = std::mem::take(&mut self.trim_next);
        let marker = find_marker(rest);
        let length = marker.map_or(rest.len(), |(offset, _)| offset);
        if length > 0 {
            let text = &rest[..length];
            let kept = if trim_start { text.trim_start() } else { text };
            let start = self.at + (text.len() - kept.len());
            let trim_end = marker.is_some() && rest.as_bytes().get(length + 2) == Some(&b'-');
            let kept = if trim_end { kept.trim_end() } else { kept };
            let span = self.advance(length);
            return Ok(Chunk::Text(span, start..start + kept.len()));
        }
        match marker {
            None => Ok(Chunk::End),
            Some((_, b'#')) => self.comment(),
            Some((_, b'{')) => self.open(TagKind::Output),
            Some(_) => match self.raw()? {
                Some(raw) => Ok(raw),
                None => self.open(TagKind::Statement),
            },
        }
    }

    fn open(&mut self, kind: TagKind) -> Result<Chunk, SyntaxError> {
        let third = self.rest().as_bytes().get(2).copied();
        if third == Some(b'+') {
            let span = self.advance(3);
            let message = format!("`{}+` is not a whitespace marker here", kind.open());
            return Err(SyntaxError::new(&rules::MARKER, span, message));
        }
        let trim = third == Some(b'-');
        let span = self.advance(if trim { 3 } else { 2 });
        self.brackets = 0;
        Ok(Chunk::Open { kind, trim, span })
    }

    fn comment(&mut self) -> Result<Chunk, SyntaxError> {
        let rest = self.rest();
        let skip = if matches!(rest.as_bytes().get(2), Some(b'-' | b'+')) { 3 } else { 2 };
        let Some(end) = rest[skip..].find("#}") else {
            let span = self.advance(2);
            return Err(SyntaxError::new(&rules::UNCLOSED, span, "the comment opened here never ends")
                .with_fix("Add `#}` where the comment ends."));
        };
        self.trim_next = end > 0 && rest.as_bytes()[skip + end - 1] == b'-';
        Ok(Chunk::Comment(self.advance(skip + end + 2)))
    }

    /// A raw block, if one starts here.
    fn raw(&mut self) -> Result<Option<Chunk>, SyntaxError> {
        let rest = self.rest();
        let skip = if matches!(rest.as_bytes().get(2), Some(b'-' | b'+')) { 3 } else { 2 };
        let Some(head) = bare_tag(&rest[skip..], "raw") else { return Ok(None) };
        let plus = rest.as_bytes()[2] == b'+' || head.marker == Some(b'+');
        let mut at = skip + head.length;
        let content = at;
        while let Some(found) = rest[at..].find("{%") {
            let tag = at + found;
            at = tag + 2;
            let marker = rest.as_bytes().get(at).copied().filter(|b| matches!(b, b'-' | b'+'));
            let inside = at + usize::from(marker.is_some());
            let Some(tail) = bare_tag(&rest[inside..], "endraw") else { continue };
            if plus || marker == Some(b'+') || tail.marker == Some(b'+') {
                let span = self.advance(2);
                return Err(SyntaxError::new(&rules::MARKER, span, "`+` is not a whitespace marker here"));
            }
            let text = &rest[content..tag];
            let kept = if head.marker.is_some() { text.trim_start() } else { text };
            let start = self.at + content + (text.len() - kept.len());
            let kept = if marker.is_some() { kept.trim_end() } else { kept };
            self.trim_next = tail.marker.is_some();
            let span = self.advance(inside + tail.length);
            return Ok(Some(Chunk::Raw(span, start..start + kept.len())));
        }
        let span = self.advance(2);
        Err(SyntaxError::new(&rules::UNCLOSED, span, "the `{% raw %}` opened here never ends")
            .with_fix("Add `{% endraw %}` where the literal text ends."))
    }

    /// The next token of a tag that was opened at `open`.
    pub(super) fn token(&mut self, kind: TagKind, open: Span) -> Result<Spanned<'s>, SyntaxError> {
        let blank = self.rest().bytes().take_while(u8::is_ascii_whitespace).count();
        self.advance(blank);
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            let message = format!("the `{}` opened here never ends", kind.open());
            return Err(SyntaxError::new(&rules::UNCLOSED, open, message)
                .with_fix(format!("Add `{}` where the tag ends.", kind.close())));
        };
        if self.brackets == 0
            && let Some(close) = self.close(kind)?
        {
            return Ok(close);
        }
        if self.brackets == 0 && rest.starts_with(kind.other().close()) {
            let span = self.advance(2);
            let message = format!("`{}` cannot close a `{}`", kind.other().close(), kind.open());
            return Err(SyntaxError::new(&rules::SYNTAX, span, message)
                .with_fix(format!("Close the tag with `{}`.", kind.close())));
        }
        if first == '"' || first == '\'' {
            return self.text(first);
        }
        if first.is_ascii_digit() {
            return self.number();
        }
        if first.is_ascii_alphabetic() || first == '_' {
            return self.word();
        }
        let Some((text, sign)) = SIGNS.iter().find(|(text, _)| rest.starts_with(text)) else {
            let span = self.advance(first.len_utf8());
            let message = format!("{} has no meaning in a tag", describe(first));
            return Err(SyntaxError::new(&rules::SYNTAX, span, message));
        };
        self.brackets += match sign {
            Sign::ParenOpen | Sign::BracketOpen | Sign::BraceOpen => 1,
            Sign::ParenClose | Sign::BracketClose | Sign::BraceClose => -1,
            _ => 0,
        };
        let span = self.advance(text.len());
        Ok(Spanned { token: Token::Sign(*sign), span })
    }

    fn close(&mut self, kind: TagKind) -> Result<Option<Spanned<'s>>, SyntaxError> {
        let rest = self.rest();
        let marker = rest.bytes().next().filter(|b| matches!(b, b'-' | b'+'));
        if !rest[usize::from(marker.is_some())..].starts_with(kind.close()) {
            return Ok(None);
        }
        let span = self.advance(2 + usize::from(marker.is_some()));
        if marker == Some(b'+') {
            let message = format!("`+{}` is not a whitespace marker here", kind.close());
            return Err(SyntaxError::new(&rules::MARKER, span, message));
        }
        self.trim_next = marker.is_some();
        Ok(Some(Spanned { token: Token::Close { trim: self.trim_next }, span }))
    }

    fn word(&mut self) -> Result<Spanned<'s>, SyntaxError> {
        let rest = self.rest();
        let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let word = &rest[..length];
        let span = self.advance(length);
        if word.starts_with("__") {
            let message = format!("`{word}` begins with two underscores; such names are reserved");
            return Err(SyntaxError::new(&rules::RESERVED_NAME, span, message));
        }
        Ok(Spanned { token: Token::Word(word), span })
    }

    fn number(&mut self) -> Result<Spanned<'s>, SyntaxError> {
        let bytes = self.rest().as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let whole = digits(0);
        let fraction = if bytes.get(whole) == Some(&b'.') { digits(whole + 1) } else { 0 };
        let length = if fraction > 0 { whole + 1 + fraction } else { whole };
        let follows = bytes.get(length).copied();
        let text = &self.rest()[..length];
        let leading_zero = whole > 1 && bytes[0] == b'0';
        let runs_on = follows.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
        let span = self.advance(length);
        let bad = |why: &str| {
            SyntaxError::new(&rules::LITERAL, span, format!("the number that begins with `{text}` {why}"))
        };
        if runs_on {
            return Err(bad("is not a plain decimal number"));
        }
        if leading_zero {
            return Err(bad("begins with a zero").with_fix("Remove the zero, or put the digits in quotes."));
        }
        let token = if fraction > 0 {
            text.parse().ok().filter(|n: &f64| n.is_finite()).map(Token::Float)
        } else {
            text.parse().ok().map(Token::Int)
        };
        let token = token.ok_or_else(|| bad("is too large"))?;
        Ok(Spanned { token, span })
    }

    fn text(&mut self, quote: char) -> Result<Spanned<'s>, SyntaxError> {
        let rest = self.rest();
        let mut value = String::new();
        let mut chars = rest.char_indices().skip(1);
        while let Some((offset, c)) = chars.next() {
            if c == quote {
                let span = self.advance(offset + 1);
                return Ok(Spanned { token: Token::Str(value.into()), span });
            }
            if c != '\\' {
                value.push(c);
                continue;
            }
            match chars.next().map(|(_, c)| c) {
                Some(c @ ('\\' | '"' | '\'')) => value.push(c),
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some('r') => value.push('\r'),
                None => break,
                Some(other) => {
                    self.advance(offset);
                    let span = self.advance(1 + other.len_utf8());
                    let message = format!("`\\{other}` is not an escape that texts in tags know");
                    return Err(SyntaxError::new(&rules::LITERAL, span, message)
                        .with_fix("Write the character itself, or `\\\\` for a backslash."));
                }
            }
        }
        let span = self.advance(1);
        Err(SyntaxError::new(&rules::UNCLOSED, span, format!("the text opened here with {quote} never ends"))
            .with_fix("Add the closing quote."))
    }
}

/// The next `{{`, `{%` or `{#`: its offset and second byte.
fn find_marker(text: &str) -> Option<(usize, u8)> {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = text[from..].find('{') {
        let at = from + found;
        match bytes.get(at + 1) {
            Some(second @ (b'{' | b'%' | b'#')) => return Some((at, *second)),
            _ => from = at + 1,
        }
    }
    None
}

/// A tag that consists of one word: how long it is up to and with `%}`, and its marker before that.
struct BareTag {
    length: usize,
    marker: Option<u8>,
}

fn bare_tag(text: &str, word: &str) -> Option<BareTag> {
    let blank = |s: &'_ str| s.bytes().take_while(u8::is_ascii_whitespace).count();
    let mut at = blank(text);
    at += text[at..].strip_prefix(word).map(|_| word.len())?;
    at += blank(&text[at..]);
    let marker = text.as_bytes().get(at).copied().filter(|b| matches!(b, b'-' | b'+'));
    at += usize::from(marker.is_some());
    text[at..].starts_with("%}").then_some(BareTag { length: at + 2, marker })
}
