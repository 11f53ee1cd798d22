use super::refused::set;
use crate::files::format::format_yaml;
use crate::files::shape::Shape;
use crate::files::*;

fn prompt(text: &str) -> String {
    let shape = Shape::Object(&super::super::keys::PROMPT);
    let once = format_yaml(text, &shape).unwrap();
    assert_eq!(format_yaml(&once, &shape).unwrap(), once, "formatting twice changes more");
    once
}

#[test]
fn the_example_is_formatted_already() {
    let (changed, found) = format(&super::example::workspace());
    assert_eq!(found, vec![]);
    let changed: Vec<_> =
        changed.into_iter().map(|(p, b)| format!("{p}\n{}", String::from_utf8(b).unwrap())).collect();
    assert_eq!(changed, Vec::<String>::new());
}

/// A CR that stands alone is told of when the file is read, and is no half of a line end that formatting makes.
#[test]
fn carriage_returns_are_formatted_once() {
    let path = "fragments/safety/no-personal-data/body.md";
    for (text, expected) in [
        ("Be kind.", "Be kind.\n"),
        ("Be kind.\r\nAlways.\r\n", "Be kind.\nAlways.\n"),
        ("Be kind.\r\r\nAlways.", "Be kind.\nAlways.\n"),
        ("Be kind.\rAlways.\r", "Be kind.\rAlways.\r"),
    ] {
        let mut files = super::example::workspace();
        files.insert(path.to_owned(), text.into());
        let (changed, found) = format(&files);
        assert_eq!(found, vec![]);
        files.extend(changed);
        assert_eq!(files[path], expected.as_bytes(), "{text:?}");
        assert_eq!(format(&files).0, FileSet::new(), "{text:?}");
        let told = read(&files).diagnostics.iter().any(|d| d.message.contains("hidden character"));
        assert_eq!(told, expected.contains('\r'), "{text:?}");
    }
}

#[test]
fn keys_move_with_their_comments() {
    let text = "\
# yaml-language-server: $schema=x
# About this file.

# where it runs
model:   # the model
    # small is enough
    params: {temperature: 0.1,
        top_p: 1}   # calm
    family:   gpt
    # end of model
# what it says
messages:
# the rules
- text: |   # in place
      Say hello.

        Twice.
  role: system   # first
- # the caller's
  role: placeholder
  # as callers know it
  name: past


summary: >-   # folded
     One line
     and another.
title: Plain text
   over two lines   # about the title
change_intent: \"Shorter \\
    answers.\"
'x-b': {b: 1, a: [ 1,2 , 3 ]}
x-a: []
format: 1
# the very end
";
    insta::assert_snapshot!(prompt(text));
}

#[test]
fn long_brackets_become_blocks_and_short_ones_one_line() {
    let long = format!("x-long: [{}]\n", (0..40).map(|i| format!("item-{i}")).collect::<Vec<_>>().join(", "));
    let text = format!(
        "{long}x-short: [\n  a,\n  b\n  ]\nx-map: {{\"a\": 1,\n b: }}\nx-nested:\n- - a\n  - b\n-\n  - c\n- {{}}\n"
    );
    insta::assert_snapshot!(prompt(&text));
}

#[test]
fn a_comment_without_a_place_leaves_the_file_alone() {
    let files = set(&[
        ("prompts/a/b/prompt.yaml", "risk: low\ntags: [\n  a, # first\n  b\n]\nformat: 1\n"),
        ("prompts/a/c/prompt.yaml", "risk: low\nformat: 1\n"),
        ("prompts/a/d/prompt.yaml", "a: [\n"),
    ]);
    let (changed, found) = format(&files);
    assert_eq!(changed, set(&[("prompts/a/c/prompt.yaml", "format: 1\nrisk: low\n")]));
    let found: Vec<_> =
        found.iter().map(|d| format!("{d}\n  fix: {}\n", d.fix.as_deref().unwrap())).collect();
    insta::assert_snapshot!(found.concat());
}

#[test]
fn prose_and_json_only_get_line_ends() {
    let files = set(&[
        ("prompts/a/b/system.md", "One\r\ntwo  \r\n\r\ncafe\u{301}"),
        ("prompts/a/b/x.json", "{\"b\":1,\r\n\"a\":2}"),
        ("prompts/a/b/empty.md", ""),
        ("prompts/a/b/README.md", "left\r\n"),
        ("docs/x.md", "left\r\n"),
    ]);
    let (changed, found) = format(&files);
    assert_eq!(found, vec![]);
    let wanted = set(&[
        ("prompts/a/b/system.md", "One\ntwo  \n\ncaf\u{e9}\n"),
        ("prompts/a/b/x.json", "{\"b\":1,\n\"a\":2}\n"),
    ]);
    assert_eq!(changed, wanted);
}

mod random {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::files::scalar::one_line;
    use crate::files::yaml;
    use crate::testing;

    /// Prints a value in a style chosen by dice: indentation, brackets, quotes, comments, empty lines.
    struct Sloppy {
        dice: Vec<u8>,
        next: usize,
        comments: usize,
        /// A deeper comment after a literal block would be part of its text.
        after_literal: bool,
        out: String,
    }

    impl Sloppy {
        fn roll(&mut self, sides: u8) -> u8 {
            self.next += 1;
            self.dice[self.next % self.dice.len()] % sides
        }

        fn noise(&mut self, indent: usize) {
            match self.roll(6) {
                0 => self.out.push('\n'),
                1 => {
                    let indent = if self.roll(3) == 0 && !self.after_literal { indent + 1 } else { indent };
                    self.comments += 1;
                    self.out.push_str(&format!("{}# note {}\n", " ".repeat(indent), self.comments));
                }
                _ => {}
            }
        }

        fn beside(&mut self) {
            self.after_literal = false;
            if self.roll(5) == 0 {
                self.comments += 1;
                self.out.push_str(&format!("  # beside {}", self.comments));
            }
            self.out.push('\n');
        }

        fn inline(&mut self, value: &Value) -> String {
            match value {
                Value::Array(items) => {
                    let items: Vec<_> = items.iter().map(|v| self.inline(v)).collect();
                    format!("[{}]", items.join(if self.roll(2) == 0 { " ,  " } else { "," }))
                }
                Value::Object(map) => {
                    let pairs: Vec<_> =
                        map.iter().map(|(k, v)| format!("{}: {}", one_line(k), self.inline(v))).collect();
                    format!("{{{}}}", pairs.join(" , "))
                }
                Value::String(text) if self.roll(2) == 0 && !text.contains(['\n', '\t']) => {
                    format!("'{}'", text.replace('\'', "''"))
                }
                Value::String(text) => one_line(text),
                other => other.to_string(),
            }
        }

        fn value(&mut self, value: &Value, indent: usize) {
            let flow = self.roll(3) == 0 && !self.out.is_empty();
            match value {
                Value::Array(items) if !items.is_empty() && !flow => {
                    self.beside();
                    for item in items {
                        self.noise(indent);
                        self.out.push_str(&format!("{}-", " ".repeat(indent)));
                        let step = 2 + usize::from(self.roll(2));
                        self.value(item, indent + step);
                    }
                }
                Value::Object(map) if !map.is_empty() && !flow => {
                    self.beside();
                    for (key, item) in map {
                        self.noise(indent);
                        self.out.push_str(&format!("{}{}:", " ".repeat(indent), one_line(key)));
                        let step = 1 + usize::from(self.roll(4));
                        self.value(item, indent + step);
                    }
                }
                Value::String(text)
                    if text.contains('\n') && crate::files::scalar::literal(text).is_some() =>
                {
                    let lines = crate::files::scalar::literal(text).unwrap();
                    self.out.push_str(&format!(" {}", lines[0]));
                    self.beside();
                    for line in &lines[1..] {
                        let pad = if line.is_empty() { 0 } else { indent };
                        self.out.push_str(&format!("{}{line}\n", " ".repeat(pad)));
                    }
                    self.after_literal = true;
                }
                Value::String(text) if wraps(text) && self.roll(2) == 0 => {
                    let pad = " ".repeat(indent);
                    let wrapped = text.replacen(' ', &format!("\n{pad}"), 1);
                    if self.roll(2) == 0 {
                        self.out.push_str(" >-");
                        self.beside();
                        self.out.push_str(&format!("{pad}{wrapped}\n"));
                        self.after_literal = true;
                    } else {
                        self.out.push_str(&format!(" {wrapped}"));
                        self.beside();
                    }
                }
                other => {
                    let line = self.inline(other);
                    self.out.push_str(&format!(" {line}"));
                    self.beside();
                }
            }
        }
    }

    /// Words that stay the same text when a space becomes a line end.
    fn wraps(text: &str) -> bool {
        let words: Vec<_> = text.split(' ').collect();
        let plain = |w: &&str| !w.is_empty() && w.chars().all(char::is_alphanumeric);
        words.len() > 1 && words.iter().all(plain) && one_line(words[0]) == words[0]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

        #[test]
        fn any_layout_is_formatted_with_all_comments(
            root in prop::collection::btree_map(prop::sample::select(vec!["title", "format", "model", "messages", "x-a", "tools", "owners", "zzz"]), testing::value(), 1..6),
            dice in prop::collection::vec(any::<u8>(), 1..80),
        ) {
            let root = Value::Object(root.into_iter().map(|(k, v)| (k.to_owned(), v)).collect());
            let mut printer = Sloppy { dice, next: 0, comments: 0, after_literal: false, out: String::new() };
            // The root has no line of its own.
            printer.value(&root, 0);
            let text = printer.out;
            let before = yaml::parse(&text);
            prop_assert!(before.is_ok(), "{before:?}\n{text}");
            let before = before.unwrap();
            prop_assert_eq!(before.root.value(), root);
            prop_assert_eq!(before.comments.len(), printer.comments);
            // The root is block style, so every comment has a place.
            let shape = Shape::Object(&crate::files::keys::PROMPT);
            let once = format_yaml(&text, &shape);
            prop_assert!(once.is_ok(), "{once:?}\n{text}");
            let once = once.unwrap();
            let twice = format_yaml(&once, &shape).unwrap();
            prop_assert_eq!(&twice, &once, "from\n{}", text);
        }
    }
}
