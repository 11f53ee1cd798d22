//! Every rule with an input that breaks it: what people read then. The snapshots are user-facing text.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::files::*;
use crate::rules;

/// A prompt without findings, to which a case adds what is wrong.
const GOOD: &str = "format: 1\nchange_intent: Shorter answers for people on telephones.\n";
const SAYS: &str = "messages:\n  - { role: system, text: Say hello. }\n";

pub(super) fn set(files: &[(&str, &str)]) -> FileSet {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

fn prompt(extra: &str) -> FileSet {
    set(&[("prompts/a/b/prompt.yaml", &format!("{GOOD}{SAYS}{extra}"))])
}

fn bare(yaml: &str) -> FileSet {
    set(&[("prompts/a/b/prompt.yaml", yaml)])
}

fn prompt_with(extra: &str, file: &str, text: &str) -> FileSet {
    let mut files = prompt(extra);
    files.extend(set(&[(&format!("prompts/a/b/{file}"), text)]));
    files
}

fn shown(found: &[Diagnostic]) -> String {
    let one = |d: &Diagnostic| {
        let path = d
            .path
            .as_deref()
            .filter(|p| !p.is_empty())
            .map(|p| format!("  field: {p}\n"))
            .unwrap_or_default();
        format!("{d}\n{path}  fix: {}\n", d.fix.as_deref().expect("every finding says how to mend it"))
    };
    found.iter().map(one).collect()
}

fn report(cases: &[(&str, FileSet)]) -> String {
    let mut out = String::new();
    for (what, files) in cases {
        let loaded = read(files);
        assert!(!loaded.diagnostics.is_empty(), "{what}: nothing found");
        for found in &loaded.diagnostics {
            let rule = rules::by_id(&found.rule).unwrap_or_else(|| panic!("{what}: no rule {}", found.rule));
            SEEN.with_borrow_mut(|seen| seen.insert(rule.name));
        }
        out.push_str(&format!("## {what}\n{}\n", shown(&loaded.diagnostics)));
    }
    out
}

thread_local! {
    static SEEN: std::cell::RefCell<BTreeSet<&'static str>> = const { std::cell::RefCell::new(BTreeSet::new()) };
}

fn yaml_cases() -> Vec<(&'static str, FileSet)> {
    let latin =
        FileSet::from([("prompts/a/b/prompt.yaml".to_owned(), b"format: 1\ntitle: Caf\xe9\n".to_vec())]);
    let utf16 = FileSet::from([("prompts/a/b/prompt.yaml".to_owned(), b"\xff\xfef\0o\0".to_vec())]);
    vec![
        ("not UTF-8", latin),
        ("UTF-16", utf16),
        ("byte order mark", bare("\u{feff}format: 1\n")),
        ("empty file", bare("")),
        ("only a comment", bare("# to do\n")),
        ("colon in a plain text", prompt("title: Sales: leads\n")),
        ("unclosed bracket", prompt("tags: [a, b\nrisk: low\n")),
        ("unclosed quote", prompt("title: \"Sales\n")),
        ("bad indentation", prompt("owners:\n  business: team:a\n technical: team:b\n")),
        ("reserved character", prompt("title: @sales\n")),
        ("unknown escape", prompt("title: \"C:\\sales\"\n")),
        ("anchor and alias", prompt("title: &t Sales\nsummary: *t\n")),
        ("merge key", prompt("owners:\n  <<: { business: team:a }\n")),
        ("tag", prompt("title: !!str 5\n")),
        ("directive", bare("%YAML 1.2\n---\nformat: 1\n")),
        ("two documents", bare("format: 1\n---\nformat: 1\n")),
        ("unquoted template", prompt("retrieval: { index: a, query: {{ name }}, top_k: 1, into: p }\n")),
        ("unquoted template in a block", prompt("summary: {{ name }}\n")),
        ("list as a key", prompt("? [a]\n: b\n")),
        ("value without a key", prompt(": b\n")),
        ("tab as indentation", prompt("owners:\n\tbusiness: team:a\n")),
        ("tab between key and value", prompt("title:\tSales\n")),
        ("leading zero", prompt("x-code: 007\n")),
        ("hexadecimal", prompt("x-code: 0x1F\n")),
        ("True", prompt("x-flag: True\n")),
        ("infinity", prompt("x-max: .inf\n")),
        ("duplicate key", prompt("title: One\nrisk: low\ntitle: Two\n")),
        ("too deep", prompt(&format!("x-a: {}1{}\n", "[".repeat(70), "]".repeat(70)))),
        ("too many values", prompt(&format!("x-a: [{}]\n", "1,".repeat(50_001)))),
        ("too large a file", prompt(&format!("x-a: {}\n", "a".repeat(MAX_FILE)))),
        ("integer too large", prompt("x-a: 9007199254740993\n")),
        ("number too large", prompt("x-a: 1e999\n")),
    ]
}

fn json_cases() -> Vec<(&'static str, FileSet)> {
    let schema = |text| prompt_with("inputs: inputs.schema.json\n", "inputs.schema.json", text);
    vec![
        ("comment", schema("{\n  // inputs\n  \"type\": \"object\"\n}\n")),
        ("trailing comma", schema("{\n  \"type\": \"object\",\n}\n")),
        ("no quotes", schema("{ \"type\": object }\n")),
        ("missing comma", schema("{ \"a\": 1 \"b\": 2 }\n")),
        ("missing colon", schema("{ \"a\" 1 }\n")),
        ("ends early", schema("{ \"a\": ")),
        ("text without end", schema("{ \"a\": \"b")),
        ("line end in a text", schema("{ \"a\": \"b\n\" }")),
        ("unknown escape", schema("{ \"a\": \"\\x\" }")),
        ("half a surrogate pair", schema("{ \"a\": \"\\ud800\" }")),
        ("something after", schema("{} {}\n")),
        ("duplicate key", schema("{\n  \"type\": \"object\",\n  \"type\": \"array\"\n}\n")),
        ("integer too large", schema("{ \"maximum\": 9007199254740992 }")),
        ("leading zero", schema("{ \"maximum\": 01 }")),
        ("too deep", schema(&format!("{}1{}", "[".repeat(70), "]".repeat(70)))),
        ("not an object", schema("[]")),
        ("hidden character by an escape", schema("{ \"title\": \"a\\u202eb\" }")),
    ]
}

fn key_cases() -> Vec<(&'static str, FileSet)> {
    vec![
        ("misspelt key", prompt("sumary: Scores leads.\n")),
        ("swapped letters", prompt("onwers: { business: team:a }\n")),
        ("a key of other tools", prompt("description: Scores leads.\n")),
        ("nothing like it", prompt("colour: red\n")),
        ("nested unknown key", prompt("owners: { busines: team:a, legal: team:b }\n")),
        (
            "prompt key in a fragment",
            set(&[(
                "fragments/a/b/fragment.yaml",
                "format: 1\nchange_intent: More words for the law.\nbody: { text: Hi. }\nmodel: { family: gpt }\n",
            )]),
        ),
        ("version", prompt("version: 1.2.3\n")),
        ("no format", bare(&format!("change_intent: Shorter answers.\n{SAYS}"))),
        ("format 2", bare(&format!("format: 2\nchange_intent: Shorter answers.\n{SAYS}"))),
        ("format as a text", bare(&format!("format: \"1\"\nchange_intent: Shorter answers.\n{SAYS}"))),
        ("no messages", bare(GOOD)),
        ("no body", set(&[("fragments/a/b/fragment.yaml", GOOD)])),
        ("list for a file", bare("- format: 1\n")),
        ("number for a text", prompt("title: 2026\n")),
        ("text for a list", prompt("tags: sales\n")),
        ("text for a flag", prompt("constants: { a: { type: integer, value: 1, contract: yes } }\n")),
        ("text for a number", prompt("retrieval: { index: a, query: q, top_k: \"6\", into: p }\n")),
        ("fraction for a count", prompt("retrieval: { index: a, query: q, top_k: 2.5, into: p }\n")),
        ("nothing for a text", prompt("title:\n")),
        ("mapping for a text", prompt("title: { a: b }\n")),
        ("list for a schema", prompt("inputs: [a]\n")),
        ("unknown risk", prompt("risk: hihg\n")),
        ("unknown role", bare(&format!("{GOOD}messages: [{{ role: developer, text: Hi. }}]\n"))),
        ("owner without a kind", prompt("owners: { business: revenue-ops }\n")),
        ("no version of a tool contract", prompt("tools: { list: [], schema_version: \"2.1\" }\n")),
        ("fragment without versions", prompt("fragments: { safety: safety/no-personal-data }\n")),
        ("fragment with bad versions", prompt("fragments: { safety: safety/no-personal-data@newest }\n")),
        ("fragment with a bad name", prompt("fragments: { safety: \"../safety@^1\" }\n")),
        ("bad alias", prompt("fragments: { Safety-Note: safety/no-personal-data@^1 }\n")),
        ("bad name of a constant", prompt("constants: { max-score: { type: integer, value: 1 } }\n")),
        ("constant without a value", prompt("constants: { a: { type: integer } }\n")),
    ]
}

fn field_cases() -> Vec<(&'static str, FileSet)> {
    let messages = |list: &str| bare(&format!("{GOOD}messages:\n{list}"));
    vec![
        ("name is not the folder", prompt("name: a/c\n")),
        ("folder is not a name", set(&[("prompts/Sales/x/prompt.yaml", "format: 1\n")])),
        ("folder without an area", set(&[("prompts/x/prompt.yaml", "format: 1\n")])),
        (
            "constant of another type",
            prompt(
                "constants:\n  limit: { type: integer, value: 35.5 }\n  tone: { type: string, value: true }\n",
            ),
        ),
        ("stricter text", prompt("constants: { tone: { type: string, value: a, stricter: higher } }\n")),
        (
            "two tools of one name",
            prompt("tools:\n  schema_version: 1.0.0\n  list:\n    - { name: find }\n    - { name: find }\n"),
        ),
        ("two tests of one name", prompt("tests:\n  - { name: short }\n  - { name: short }\n")),
        (
            "two placeholders of one name",
            messages(
                "  - { role: system, text: Hi. }\n  - { role: placeholder, name: past }\n  - { role: placeholder, name: past }\n",
            ),
        ),
        ("JSON without a schema", prompt("output: { kind: json }\n")),
        ("text with a schema", prompt("output: { schema: { type: object } }\n")),
        ("overriding what is not there", prompt("overridable: [constants.tone, \"messages[1].text\"]\n")),
        ("overriding the contract", prompt("overridable: [inputs, risk]\n")),
        (
            "one action in two lists",
            prompt(
                "authority:\n  allowed: [score, send-email]\n  forbidden: [send-email]\n  approval_required: [score]\n",
            ),
        ),
        ("high risk without owners", prompt("risk: high\n")),
        ("no change intent", bare(&format!("format: 1\n{SAYS}"))),
        ("empty change intent", bare(&format!("format: 1\nchange_intent: Fix.\n{SAYS}"))),
        ("no message with a text", messages("  - { role: placeholder, name: past }\n")),
        ("empty message", messages("  - { role: system, text: \"  \" }\n")),
        (
            "system message later",
            messages("  - { role: user, text: Hi. }\n  - { role: system, text: Hi. }\n"),
        ),
        ("both text and file", messages("  - { role: system, text: Hi., file: system.md }\n")),
        ("neither text nor file", messages("  - { role: system }\n")),
        ("placeholder with a text", messages("  - { role: placeholder, name: past, text: Hi. }\n")),
        ("placeholder without a name", messages("  - { role: placeholder }\n")),
        ("message with a name", messages("  - { role: system, name: past, text: Hi. }\n")),
        ("tools without a list", prompt("tools: { schema_version: 1.0.0 }\n")),
        (
            "a tool must be called, but there is none",
            prompt("tools: { schema_version: 1.0.0, list: [], choice: required }\n"),
        ),
        (
            "message too long",
            messages(&format!("  - {{ role: system, text: {} }}\n", "word ".repeat(53_000))),
        ),
        ("empty tag", prompt("tags: [\" \"]\n")),
    ]
}

fn file_cases() -> Vec<(&'static str, FileSet)> {
    let message = |name: &str| bare(&format!("{GOOD}messages:\n  - {{ role: system, file: {name} }}\n"));
    let good = format!("{GOOD}{SAYS}");
    let mut too_many = FileSet::new();
    for i in 0..=MAX_FILES {
        too_many.insert(format!("docs/{i}"), Vec::new());
    }
    vec![
        ("missing file", message("system.md")),
        ("parent folder", message("../../secret.md")),
        ("root of the file system", message("/etc/passwd")),
        ("backslash", message("'..\\secret.md'")),
        ("NUL", message("\"system\\0.md\"")),
        ("Windows device", message("con.md")),
        ("hidden file", message(".env")),
        ("documentation", prompt_with("tests: README.md\n", "README.md", "Hi.")),
        (
            "file of another prompt",
            set(&[
                (
                    "prompts/a/b/prompt.yaml",
                    &format!("{GOOD}messages: [{{ role: user, file: c/user.md }}]\n"),
                ),
                (
                    "prompts/a/b/c/prompt.yaml",
                    &format!("{GOOD}messages: [{{ role: user, file: user.md }}]\n"),
                ),
                ("prompts/a/b/c/user.md", "Hi."),
            ]),
        ),
        ("neither YAML nor JSON", prompt_with("tests: tests.txt\n", "tests.txt", "- name: a\n")),
        ("unused file", prompt_with("", "old-system.md", "Hi.\n")),
        ("misspelt root", set(&[("prompts/a/b/prompt.yml", &good)])),
        ("file of no prompt", set(&[("prompts/notes.txt", "Hi.\n")])),
        (
            "error in a file referred to",
            prompt_with("tests: tests.yaml\n", "tests.yaml", "- name: a\n  input: {}\n"),
        ),
        (
            "tool without a name",
            prompt_with(
                "tools: { file: tools.yaml, schema_version: 1.0.0 }\n",
                "tools.yaml",
                "- description: Finds.\n- name: Find\n",
            ),
        ),
        (
            "hidden character in a message",
            prompt_with(
                "x-a: 1\nmodel: { family: gpt }\ntests: tests.yaml\n",
                "tests.yaml",
                "- name: a\u{200b}b\n",
            ),
        ),
        ("secret in a comment", prompt(&format!("# key {}{}\n", "sk-", "proj-Zx81Kq93Lm27Wd54Rt60Yb18"))),
        ("mixed script", prompt("summary: Pay with p\u{430}ypal.\n")),
        (
            "unsafe paths",
            set(&[
                ("../prompts.yaml", ""),
                ("/etc/passwd", ""),
                ("prompts/a\\b/prompt.yaml", ""),
                ("prompts//a/prompt.yaml", ""),
                ("prompts/./a/prompt.yaml", ""),
                ("C:/prompts.yaml", ""),
                ("prompts/nul/prompt.yaml", ""),
                ("a\u{7}b", ""),
                ("prompts/a./prompt.yaml", ""),
            ]),
        ),
        ("too long a path", set(&[(&"a".repeat(2000), "")])),
        ("too many files", too_many),
        (
            "password in the server's address",
            set(&[("prompts.yaml", "format: 1\nserver: https://mara:secret@example.com\n")]),
        ),
        ("bad address", set(&[("prompts.yaml", "format: 1\nserver: prompts.example.com\n")])),
        ("bad project", set(&[("prompts.yaml", "format: 1\nproject: Acme Sales\n")])),
        ("terminal escape in a key", prompt("\"\\e[31mred\": 1\n")),
    ]
}

#[test]
fn yaml_outside_the_subset() {
    insta::assert_snapshot!(report(&yaml_cases()));
}

#[test]
fn json_outside_the_standard() {
    insta::assert_snapshot!(report(&json_cases()));
}

#[test]
fn keys_and_types() {
    insta::assert_snapshot!(report(&key_cases()));
}

#[test]
fn fields() {
    insta::assert_snapshot!(report(&field_cases()));
}

#[test]
fn files_and_paths() {
    insta::assert_snapshot!(report(&file_cases()));
}

#[test]
fn every_rule_of_files_has_a_case() {
    for cases in [yaml_cases(), json_cases(), key_cases(), field_cases(), file_cases()] {
        let _ = report(&cases);
    }
    let seen = SEEN.with_borrow(Clone::clone);
    let missing: Vec<_> =
        rules::file::ALL.iter().map(|r| r.name).filter(|name| !seen.contains(name)).collect();
    // Shown by the tests of the formatter and of the lockfile.
    assert_eq!(missing, ["comment-not-kept", "lockfile"]);
}

#[test]
fn an_artifact_with_an_error_is_left_out_and_others_are_not() {
    let good = format!("{GOOD}{SAYS}");
    let files = set(&[("prompts/a/b/prompt.yaml", &good), ("prompts/a/c/prompt.yaml", "format: 1\n")]);
    let loaded = read(&files);
    assert_eq!(loaded.artifacts.keys().map(ToString::to_string).collect::<Vec<_>>(), ["prompt:a/b"]);
    let hidden = prompt("x-note: a\u{200b}b\n");
    assert!(read(&hidden).artifacts.is_empty(), "an error in the text of a file counts, too");
    let warned = prompt("output: { kind: json }\n");
    assert_eq!(read(&warned).artifacts.len(), 1, "a warning does not");
}
