//! What people and scripts see: data on stdout, everything else on stderr, or one JSON document.

mod diagnostic;
mod style;
mod table;

pub use style::{Style, Tone, clean};
pub use table::Table;

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};

use cuelight_app::Code;
use cuelight_artifact::files::FileSet;
use cuelight_artifact::{Diagnostic, Severity};
use indicatif::ProgressBar;
use serde_json::json;

use crate::exit::Exit;
use crate::failure::{Done, Failure};

/// Version of the form of `--json`.
pub const JSON_VERSION: u32 = 1;

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Text for people.
    Text,
    /// One JSON document at the end.
    Json,
}

/// Whether notes are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notes {
    /// They are.
    Shown,
    /// Only data, warnings and errors are.
    Hidden,
}

/// Whether colour may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// On terminals.
    OnTerminals,
    /// Never.
    Never,
}

/// Where a command prints.
#[derive(Debug)]
pub struct Out {
    form: Form,
    notes: Notes,
    style: Style,
    error_style: Style,
    trouble: RefCell<Option<io::Error>>,
}

impl Out {
    /// An output of this form.
    pub fn new(form: Form, notes: Notes, colour: Colour) -> Self {
        let style = |terminal: bool| {
            if terminal && colour == Colour::OnTerminals { Style::colour() } else { Style::plain() }
        };
        Self {
            form,
            notes,
            style: style(io::stdout().is_terminal()),
            error_style: style(io::stderr().is_terminal()),
            trouble: RefCell::new(None),
        }
    }

    /// The style of data.
    pub const fn style(&self) -> Style {
        self.style
    }

    /// Whether data goes to a terminal.
    pub fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Whether somebody sits at the terminal who can be asked.
    pub fn can_ask(&self) -> bool {
        self.form == Form::Text && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Text a person or script asked for. Silent with `--json`.
    pub fn data(&self, text: &str) {
        if self.form == Form::Text {
            self.write(text);
        }
    }

    fn write(&self, text: &str) {
        if let Err(error) = io::stdout().lock().write_all(text.as_bytes()) {
            self.trouble.borrow_mut().get_or_insert(error);
        }
    }

    /// With `--json`, a document of its own before the last one, on one line: for what goes on after it.
    pub fn announce(&self, document: &serde_json::Value) {
        if self.form == Form::Json {
            self.write(&format!("{document}\n"));
        }
    }

    /// Something to know on the way; not with `--quiet` or `--json`.
    pub fn note(&self, text: &str) {
        if self.form == Form::Text && self.notes == Notes::Shown {
            self.error_text(&format!("{text}\n"));
        }
    }

    /// Something to look at.
    pub fn warn(&self, text: &str) {
        let word = self.error_style.paint(Tone::Yellow, "warning");
        self.error_text(&format!("{word}: {text}\n"));
    }

    fn error_text(&self, text: &str) {
        // When even stderr is closed, nobody can be told.
        let _nobody_listens = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Shows on a terminal that something takes time, until the value is dropped.
    pub fn working(&self, what: &str) -> Working {
        let shown = self.form == Form::Text && self.notes == Notes::Shown && io::stderr().is_terminal();
        let bar = if shown { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        Working(bar)
    }

    /// Asks for a yes. Anything but `y` or `yes` is a no.
    pub fn ask(&self, question: &str) -> io::Result<Answer> {
        self.error_text(&format!("{question} [y/N] "));
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        let yes = matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes");
        Ok(if yes { Answer::Yes } else { Answer::No })
    }

    /// Findings, with the lines they are about where the files are at hand. On stdout: they are the answer.
    pub fn findings(&self, found: &[Diagnostic], files: &FileSet) {
        self.data(&diagnostic::show(found, files, self.style));
    }

    /// The last word of a command, and the code to exit with.
    pub fn finish(&self, command: &str, done: &Done, files: &FileSet) -> u8 {
        let exit = match done {
            Ok(outcome) => outcome.exit.code(),
            Err(failure) => failure.exit,
        };
        match (self.form, done) {
            (Form::Text, Ok(_)) => {}
            (Form::Text, Err(failure)) => self.error_text(&self.failure(failure, files)),
            (Form::Json, Ok(outcome)) => {
                self.json(&json!({ "version": JSON_VERSION, "command": command, "result": outcome.result }));
            }
            (Form::Json, Err(failure)) => {
                self.json(
                    &json!({ "version": JSON_VERSION, "command": command, "error": failure.to_json() }),
                );
            }
        }
        if let Err(error) = io::stdout().lock().flush() {
            self.trouble.borrow_mut().get_or_insert(error);
        }
        match self.trouble.borrow().as_ref() {
            // Whoever read us has enough, as in `cuelight log | head`.
            None => exit,
            Some(error) if error.kind() == io::ErrorKind::BrokenPipe => exit,
            Some(error) => {
                self.error_text(&format!("error[io]: cannot write the answer: {error}\n"));
                Exit::Error.code()
            }
        }
    }

    fn json(&self, document: &serde_json::Value) {
        self.write(&format!("{document:#}\n"));
    }

    fn failure(&self, failure: &Failure, files: &FileSet) -> String {
        let style = self.error_style;
        let mut text = diagnostic::show(&failure.diagnostics, files, style);
        let head = style.paint(Tone::Red, &format!("error[{}]", clean(&failure.code)));
        let (first, missing) = said(failure);
        text.push_str(&format!("{head}: {}\n", clean(&first)));
        for missing in missing {
            text.push_str(&format!("  missing: {}\n", clean(missing)));
        }
        if !failure.fix.is_empty() {
            text.push_str(&format!("  fix: {}\n", clean(&failure.fix)));
        }
        if failure.code == "internal"
            && let Some(request) = &failure.request
        {
            text.push_str(&format!("  request: {}\n", clean(request)));
        }
        text
    }
}

/// What to say in the first line, and what below it: nothing is said twice.
fn said(failure: &Failure) -> (String, &[String]) {
    let repeats = failure.missing.first().and_then(|first| failure.detail.find(first.as_str()));
    match repeats {
        None => (failure.detail.clone(), &failure.missing),
        Some(0) => (failure.title.to_owned(), &failure.missing),
        Some(at) if failure.is(Code::PolicyUnsatisfied) => {
            (failure.detail[..at].trim_end_matches([':', ';', ' ']).to_owned(), &failure.missing)
        }
        Some(_) => (failure.detail.clone(), &[]),
    }
}

/// Something that takes time. Gone from the terminal when dropped.
#[derive(Debug)]
pub struct Working(ProgressBar);

impl Working {
    /// How far it is.
    pub fn progress(&self, message: String) {
        self.0.set_message(message);
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// What a person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Yes,
    /// Stop.
    No,
}

/// `2 errors and 1 warning`, or nothing when there are none.
pub fn count_findings(found: &[Diagnostic]) -> Option<String> {
    let errors = found.iter().filter(|d| d.severity == Severity::Error).count();
    let warnings = found.len() - errors;
    match (errors, warnings) {
        (0, 0) => None,
        (0, w) => Some(count(w, "warning")),
        (e, 0) => Some(count(e, "error")),
        (e, w) => Some(format!("{} and {}", count(e, "error"), count(w, "warning"))),
    }
}

/// `1 prompt`, `2 prompts`.
pub fn count(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}
