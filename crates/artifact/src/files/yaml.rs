//! YAML, the strict subset: events of the parser into a tree, everything outside the subset refused by name.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StructureStyle, Tag, options};

use super::report;
use super::tree::{Data, Entry, MAX_DEPTH, MAX_NODES, Node, Position, Style, is_json_number, number};
use crate::diagnostic::Diagnostic;
use crate::rules::Rule;
use crate::rules::file::{
    AMBIGUOUS_VALUE, DUPLICATE_KEY, NUMBER_RANGE, TAB, TOO_LARGE, YAML_SUBSET, YAML_SYNTAX,
};
use crate::text::{normal, saturated};

/// A comment with its place; `text` starts with `#`.
#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) text: String,
    pub(crate) at: Position,
    pub(crate) range: Range<usize>,
}

/// A parsed file.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) root: Node,
    pub(crate) comments: Vec<Comment>,
}

/// Parses `source`, which has LF line ends. Findings have line and column but no file.
pub(crate) fn parse(source: &str) -> Result<Document, Vec<Diagnostic>> {
    let mut builder = Builder { source, ..Builder::default() };
    let options = options! {
        disallow_directives: true,
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        max_buffered_comment_events: MAX_NODES,
    };
    for event in Parser::new_from_str_with_options(source, options) {
        match event {
            Ok((event, span)) => builder.take(event, &span),
            Err(error) => builder.found.push(syntax(&error)),
        }
        if builder.stopped() {
            break;
        }
    }
    builder.finish()
}

#[derive(Default)]
struct Builder<'s> {
    source: &'s str,
    open: Vec<Open>,
    root: Option<Node>,
    comments: Vec<Comment>,
    scalars: Vec<Range<usize>>,
    nodes: usize,
    documents: usize,
    found: Vec<Diagnostic>,
}

/// A list or mapping whose end has not been seen.
struct Open {
    node: Node,
    /// The key read last, waiting for its value.
    key: Option<(String, Position, Range<usize>)>,
    /// The line of each key, to find duplicates.
    seen: HashMap<String, u32>,
}

impl Builder<'_> {
    /// The first error ends the reading, except those after which the rest still makes sense.
    fn stopped(&self) -> bool {
        self.found.iter().any(|d| d.rule == YAML_SYNTAX.id || d.rule == TOO_LARGE.id || d.rule == TAB.id)
            || self.found.len() >= crate::text::MAX_FINDINGS
            || self.documents > 1
    }

    fn take(&mut self, event: Event<'_>, span: &Span) {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.subset(
                        span,
                        "a second document begins here",
                        "Keep one document per file: delete the line `---`.",
                    );
                }
            }
            Event::Comment(text, _) => {
                self.count(place(span));
                let text = format!("#{}", text.trim_end());
                self.comments.push(Comment { text, at: place(span), range: bytes(span) });
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.subset(span, "an alias (`*…`) is not allowed", YAML_SUBSET.fix);
                self.scalar("", ScalarStyle::DoubleQuoted, span);
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_properties(anchor, tag.as_deref(), span);
                self.scalar(&text, style, span);
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.refuse_properties(anchor, tag.as_deref(), span);
                self.start(Data::List(Vec::new()), style, span);
            }
            Event::MappingStart(style, anchor, tag) => {
                self.refuse_properties(anchor, tag.as_deref(), span);
                self.start(Data::Map(Vec::new()), style, span);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            // Stream ends, document ends, and kinds of event that are off in the options.
            _ => {}
        }
    }

    fn refuse_properties(&mut self, anchor: usize, tag: Option<&Tag>, span: &Span) {
        if anchor != 0 {
            self.subset(span, "an anchor (`&…`) is not allowed", YAML_SUBSET.fix);
        }
        if tag.is_some() {
            let span = span.tag_span().unwrap_or(*span);
            let fix = "Delete the tag; put the value in quotes if it is a text.";
            self.subset(&span, "a tag (`!…`) is not allowed", fix);
        }
    }

    fn subset(&mut self, span: &Span, message: &str, fix: &str) {
        self.error(&YAML_SUBSET, place(span), message.to_owned(), fix);
    }

    fn error(&mut self, rule: &'static Rule, at: Position, message: String, fix: &str) {
        self.found.push(report::error(rule, message, at).fix(fix));
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: &Span) {
        let range = bytes(span);
        let raw = self.source.get(range.clone()).unwrap_or_default();
        self.scalars.push(range.clone());
        let (data, style) = match style {
            // An absent value comes as a plain `~` without extent.
            ScalarStyle::Plain if raw.is_empty() => (Data::Null, Style::Plain),
            ScalarStyle::Plain if self.key_is_next() => (Data::Text(normal(text).into_owned()), Style::Plain),
            ScalarStyle::Plain => (self.resolve(text, place(span)), Style::Plain),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                (Data::Text(normal(text).into_owned()), Style::Quoted)
            }
            ScalarStyle::Literal => (Data::Text(normal(text).into_owned()), Style::Literal),
            ScalarStyle::Folded => (Data::Text(normal(text).into_owned()), Style::Folded),
        };
        let last_line = place(span).line + saturated(raw.trim_end_matches('\n').matches('\n').count());
        self.add(Node { data, at: place(span), last_line, style, range });
    }

    /// A plain scalar by the core schema of YAML 1.2, less what other parsers read differently.
    fn resolve(&mut self, text: &str, at: Position) -> Data {
        match text {
            "null" | "~" => return Data::Null,
            "true" => return Data::Bool(true),
            "false" => return Data::Bool(false),
            _ => {}
        }
        if is_json_number(text) {
            match number(text) {
                Ok(number) => return Data::Number(number),
                Err(why) => self.error(&NUMBER_RANGE, at, format!("`{text}` {why}"), NUMBER_RANGE.fix),
            }
        } else if let Some(reading) = ambiguous(text) {
            let message = format!("`{text}` is {reading} to some YAML parsers and a text to others");
            self.error(&AMBIGUOUS_VALUE, at, message, AMBIGUOUS_VALUE.fix);
        }
        Data::Text(normal(text).into_owned())
    }

    fn key_is_next(&self) -> bool {
        self.open.last().is_some_and(|o| matches!(o.node.data, Data::Map(_)) && o.key.is_none())
    }

    fn start(&mut self, data: Data, style: StructureStyle, span: &Span) {
        let style = if style == StructureStyle::Flow { Style::Flow } else { Style::Block };
        let at = place(span);
        let node = Node { data, at, last_line: at.line, style, range: bytes(span) };
        self.open.push(Open { node, key: None, seen: HashMap::new() });
    }

    fn end(&mut self, span: &Span) {
        let Some(mut open) = self.open.pop() else { return };
        if open.node.style == Style::Flow {
            open.node.range.end = bytes(span).end;
            open.node.last_line = place(span).line;
        }
        self.add(open.node);
    }

    /// Counts a value or comment; too many end the reading.
    fn count(&mut self, at: Position) {
        self.nodes += 1;
        if self.nodes == MAX_NODES + 1 {
            let message = format!("the file has more than {MAX_NODES} values and comments");
            self.error(&TOO_LARGE, at, message, TOO_LARGE.fix);
        }
    }

    /// Puts a finished value where it belongs.
    fn add(&mut self, node: Node) {
        self.count(node.at);
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        match (&mut open.node.data, open.key.take()) {
            (Data::Map(entries), Some((key, key_at, key_range))) => {
                entries.push(Entry { key, key_at, key_range, node });
            }
            (Data::Map(_), None) => {
                if let Some((rule, message, fix)) = refused_key(&node, self.source, &open.seen) {
                    self.error(rule, node.at, message, fix);
                }
                if let Some(open) = self.open.last_mut() {
                    let key = if let Data::Text(text) = node.data { text } else { String::new() };
                    open.seen.entry(key.clone()).or_insert(node.at.line);
                    open.key = Some((key, node.at, node.range));
                }
            }
            (Data::List(items), _) => items.push(node),
            _ => {}
        }
    }

    fn finish(mut self) -> Result<Document, Vec<Diagnostic>> {
        if !self.stopped() {
            self.refuse_tabs();
        }
        match self.root {
            Some(root) if self.found.is_empty() => Ok(Document { root, comments: self.comments }),
            None if self.found.is_empty() => {
                let fix = "Write the content, or delete the file.";
                Err(vec![
                    report::error(&YAML_SYNTAX, "the file is empty".to_owned(), Position::START).fix(fix),
                ])
            }
            _ => Err(self.found),
        }
    }

    /// Tabs between tokens, which YAML allows and editors show at different widths.
    fn refuse_tabs(&mut self) {
        let mut inside: Vec<_> =
            self.scalars.iter().cloned().chain(self.comments.iter().map(|c| c.range.clone())).collect();
        inside.sort_by_key(|r| r.start);
        let mut next = inside.iter().peekable();
        for (at, _) in self.source.match_indices('\t') {
            while next.next_if(|r| r.end <= at).is_some() {}
            if next.peek().is_none_or(|r| at < r.start) {
                let (line, column) = crate::text::line_and_column(self.source, at);
                self.found.push(
                    report::error(&TAB, "a tab separates values here".to_owned(), Position { line, column })
                        .fix(TAB.fix),
                );
                return;
            }
        }
    }
}

/// Why `node` may not be a key.
fn refused_key(
    node: &Node,
    source: &str,
    seen: &HashMap<String, u32>,
) -> Option<(&'static Rule, String, &'static str)> {
    match &node.data {
        Data::Text(key) if key == "<<" && node.style == Style::Plain => {
            Some((&YAML_SUBSET, "a merge key (`<<`) is not allowed".to_owned(), YAML_SUBSET.fix))
        }
        Data::Text(key) => seen.get(key).map(|line| {
            (
                &DUPLICATE_KEY,
                format!("the key `{key}` is given twice; the first is on line {line}"),
                DUPLICATE_KEY.fix,
            )
        }),
        Data::Map(_) if source[..node.range.start].ends_with('{') => Some((
            &YAML_SUBSET,
            "`{{` begins a mapping here, not a template".to_owned(),
            "Put a text that begins with `{` in double quotes, such as \"{{ name }}\".",
        )),
        Data::Null => Some((&YAML_SUBSET, "a value has no key".to_owned(), "Write a key before the colon.")),
        _ => Some((&YAML_SUBSET, "a key is a list or a mapping".to_owned(), "Write a text as the key.")),
    }
}

/// What some parsers make of a plain scalar that is not a number to JSON.
fn ambiguous(text: &str) -> Option<&'static str> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    match lower.as_str() {
        "true" | "false" => return Some("true or false"),
        "null" => return Some("nothing"),
        ".inf" | ".nan" => return Some("a number"),
        _ => {}
    }
    let digits = |s: &str, test: fn(&u8) -> bool| !s.is_empty() && s.as_bytes().iter().all(test);
    let based = lower.strip_prefix("0x").is_some_and(|s| digits(s, u8::is_ascii_hexdigit))
        || lower.strip_prefix("0o").is_some_and(|s| digits(s, |b| (b'0'..=b'7').contains(b)));
    let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let decimal = (!whole.is_empty() || !fraction.is_empty())
        && [whole, fraction].iter().all(|s| s.bytes().all(|b| b.is_ascii_digit()))
        && digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent), u8::is_ascii_digit);
    (based || decimal).then_some("a number")
}

fn place(span: &Span) -> Position {
    Position { line: saturated(span.start.line()), column: saturated(span.start.col() + 1) }
}

fn bytes(span: &Span) -> Range<usize> {
    span.byte_range().unwrap_or_default()
}

fn syntax(error: &ScanError) -> Diagnostic {
    let mark = error.marker();
    let at = Position { line: saturated(mark.line()), column: saturated(mark.col() + 1) };
    let (rule, message, fix) = match error.kind() {
        ErrorKind::RecursionLimitExceeded => (
            &TOO_LARGE,
            format!("lists and mappings are nested more than {MAX_DEPTH} levels deep"),
            TOO_LARGE.fix,
        ),
        ErrorKind::TooManyComments => (&TOO_LARGE, "too many comments in a row".to_owned(), TOO_LARGE.fix),
        ErrorKind::DirectiveDisallowed => {
            (&YAML_SUBSET, "a directive (`%…`) is not allowed".to_owned(), "Delete the line.")
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => (&TAB, "a tab stands where YAML wants spaces".to_owned(), TAB.fix),
        kind => (&YAML_SYNTAX, format!("this is not valid YAML: {}", error.info()), advice(kind)),
    };
    report::error(rule, message, at).fix(fix)
}

/// What most often is behind a syntax error.
fn advice(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            "Put a text that contains `: ` in double quotes, and close every bracket before it."
        }
        ErrorKind::UnexpectedCharacter { .. } => {
            "Put a text that begins with `@`, a backtick, `%`, `{`, `[`, `*`, `&` or `!` in double quotes."
        }
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => {
            "Close the quotes; indent the lines of a quoted text."
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::MismatchedFlowCollectionEnd { .. } => {
            "Close the bracket, and put a comma between the values."
        }
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::InvalidBlockScalarIndent => {
            "Indent keys of one mapping, and items of one list, equally."
        }
        ErrorKind::UnknownQuotedScalarEscape => "Double the backslash, or use single quotes.",
        _ => YAML_SYNTAX.fix,
    }
}
