//! Differences between texts, word by word: `[-old-]{+new+}`, readable without colour.

use cuelight_artifact::diff::{WordOp, WordSpan};

use crate::output::{Style, Tone, clean};

/// Most characters of unchanged text kept on either side of a change.
const CONTEXT: usize = 40;

/// The whole text with its changes marked.
pub fn whole(spans: &[WordSpan], style: Style) -> String {
    joined(spans).iter().map(|s| marked(s.op, &clean(&s.text), style)).collect()
}

/// Only the changes, each with a few words around it, on lines of their own. A change of more than `longest`
/// characters is cut in its middle.
pub fn snippets(spans: &[WordSpan], style: Style, longest: usize) -> Vec<String> {
    let spans = &joined(spans);
    let mut lines = vec![String::new()];
    for (i, span) in spans.iter().enumerate() {
        let text = clean(&span.text);
        if span.op != WordOp::Equal {
            push(&mut lines, &marked(span.op, &middle_cut(&one_line(&text), longest), style));
            continue;
        }
        let (first, last) = (i == 0, i + 1 == spans.len());
        let count = text.chars().count();
        if !first && !last && count <= 2 * CONTEXT {
            push(&mut lines, &one_line(&text));
            continue;
        }
        if !first {
            push(&mut lines, &one_line(&head(&text)));
        }
        if !first && !last {
            lines.push(String::new());
        }
        if !last {
            push(&mut lines, &one_line(&tail(&text)));
        }
    }
    lines.into_iter().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect()
}

/// Changes that only a word or two keep apart become one change: two whole phrases read better than a patchwork.
fn joined(spans: &[WordSpan]) -> Vec<WordSpan> {
    let is_bridge = |i: usize| {
        let span = &spans[i];
        let between = i > 0 && i + 1 < spans.len();
        between
            && span.op == WordOp::Equal
            && !span.text.contains('\n')
            && span.text.split_whitespace().count() <= 2
    };
    let mut out: Vec<WordSpan> = Vec::new();
    let (mut old, mut new) = (String::new(), String::new());
    let flush = |old: &mut String, new: &mut String, out: &mut Vec<WordSpan>| {
        for (op, text) in [(WordOp::Delete, std::mem::take(old)), (WordOp::Insert, std::mem::take(new))] {
            if !text.is_empty() {
                out.push(WordSpan { op, text });
            }
        }
    };
    for (i, span) in spans.iter().enumerate() {
        match span.op {
            WordOp::Delete => old.push_str(&span.text),
            WordOp::Insert => new.push_str(&span.text),
            WordOp::Equal if is_bridge(i) => {
                old.push_str(&span.text);
                new.push_str(&span.text);
            }
            WordOp::Equal => {
                flush(&mut old, &mut new, &mut out);
                out.push(span.clone());
            }
        }
    }
    flush(&mut old, &mut new, &mut out);
    out
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

fn marked(op: WordOp, text: &str, style: Style) -> String {
    match op {
        WordOp::Equal => text.to_owned(),
        WordOp::Delete => style.paint(Tone::Red, &format!("[-{text}-]")),
        WordOp::Insert => style.paint(Tone::Green, &format!("{{+{text}+}}")),
    }
}

fn middle_cut(text: &str, longest: usize) -> String {
    let count = text.chars().count();
    if count <= longest {
        return text.to_owned();
    }
    let head: String = text.chars().take(longest * 2 / 3).collect();
    let tail: String = text.chars().skip(count - longest / 3).collect();
    format!("{head} […] {tail}")
}

fn one_line(text: &str) -> String {
    text.replace('\n', "⏎")
}

/// The beginning, cut at a word.
fn head(text: &str) -> String {
    if text.chars().count() <= CONTEXT {
        return text.to_owned();
    }
    let part: String = text.chars().take(CONTEXT).collect();
    let part = part.rsplit_once(' ').map_or(part.as_str(), |(kept, _)| kept);
    format!("{part} …")
}

/// The end, cut at a word.
fn tail(text: &str) -> String {
    let count = text.chars().count();
    if count <= CONTEXT {
        return text.to_owned();
    }
    let part: String = text.chars().skip(count - CONTEXT).collect();
    let part = part.split_once(' ').map_or(part.as_str(), |(_, kept)| kept);
    format!("… {part}")
}
