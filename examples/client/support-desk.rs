//! A support desk: a small application that asks Cuelight for its prompts with the Rust client.
//!
//! It shows what an application gets from the client:
//!
//! * it starts at once, whether the server is there or not: with what its own folder holds, else with the bundle that was
//!   built into it;
//! * it asks for a prompt, and prints which version, which generation and from where: no request goes to the server;
//! * a conversation stays with the generation it began with, while others already get the next release;
//! * its health page is one value;
//! * when the server ends, nothing changes for those who ask. Try it: stop the server while it runs, and release or go
//!   back while it runs.
//!
//! Run it against a server (`cuelight demo` leaves one running, and a token with the role `serve` is made with
//! `cuelight token create`):
//!
//! ```text
//! cargo run -p cuelight-client --example support-desk -- http://127.0.0.1:7300 acme production token.txt
//! ```
//!
//! The arguments: server, project, environment, a file with the token, and if wanted how many questions (20) and which
//! prompt (the first by name).

use std::error::Error;
use std::io::{self, Write};
use std::time::Duration;

use cuelight_client::{Ask, Client, Options, Pin, Token};

/// What the desk is told.
pub struct Desk {
    /// How its client is started.
    pub options: Options,
    /// How many questions it answers.
    pub questions: u32,
    /// Which prompt it asks for; the first by name when absent.
    pub prompt: Option<String>,
    /// How long it waits between two questions.
    pub pause: Duration,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, project, environment, token, rest @ ..] = arguments.as_slice() else {
        return Err("usage: support-desk SERVER PROJECT ENVIRONMENT TOKEN-FILE [QUESTIONS [PROMPT]]".into());
    };
    let token = Token::new(&std::fs::read_to_string(token)?);
    let desk = Desk {
        options: Options {
            // Where a real desk would have its own folder, such as `/var/lib/desk`.
            disk: Some(std::env::temp_dir().join("cuelight-support-desk")),
            // A real desk has its own here, saved when it was built:
            // built_in: Some(include_bytes!("prompts.bundle.json")),
            wait: Duration::from_secs(2),
            ..Options::new(server, project, environment, token)
        },
        questions: rest.first().map_or(Ok(20), |text| text.parse())?,
        prompt: rest.get(1).cloned(),
        pause: Duration::from_secs(1),
    };
    open(desk, &mut io::stdout().lock())
}

/// Opens the desk, answers its questions, and closes it.
///
/// # Errors
/// Mistakes in the options, or nowhere to print to.
pub fn open(desk: Desk, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let client = Client::start(desk.options)?;
    writeln!(out, "open: {client:?}")?;
    let mut conversation = Conversation::default();
    for number in 1..=desk.questions {
        conversation.question(&client, desk.prompt.as_deref(), out)?;
        if number < desk.questions {
            std::thread::sleep(desk.pause);
        }
    }
    client.shutdown();
    Ok(())
}

/// One customer's conversation. What it keeps is small enough to be stored with the conversation itself.
#[derive(Default)]
pub struct Conversation {
    pin: Option<Pin>,
}

impl Conversation {
    /// Asks the newest generation and the one this conversation began with, and prints what came.
    ///
    /// # Errors
    /// When it cannot be printed.
    pub fn question(
        &mut self,
        client: &Client,
        prompt: Option<&str>,
        out: &mut impl Write,
    ) -> Result<(), Box<dyn Error>> {
        let newest = match client.now() {
            Ok(newest) => newest,
            // The very first start without a server and without a copy.
            Err(error) => return Ok(writeln!(out, "no answer: {error}")?),
        };
        let first = || newest.prompts().map(|name| name.as_str().to_owned()).min();
        let Some(prompt) = prompt.map(str::to_owned).or_else(first) else {
            return Ok(writeln!(out, "no answer: nothing is released")?);
        };
        let ask = Ask::new(&prompt).attribute("tenant", "globex").input("person", "Ada");

        match newest.resolve(&ask) {
            Ok(answer) => {
                let text = answer.messages.first().map_or("", |m| m.content.as_str());
                writeln!(
                    out,
                    "{prompt} {} (generation {}, {}, from {}): {}",
                    answer.version,
                    answer.generation,
                    answer.reason,
                    answer.source.as_str(),
                    text.lines().next().unwrap_or_default(),
                )?;
            }
            // The inputs of another library's prompts are not ours; the client says which are missing.
            Err(error) => writeln!(out, "{prompt} ({}): {error}", error.code())?,
        }

        // The conversation goes on with the generation it began with, as long as the client holds it.
        let held = match self.pin.map(|pin| client.at(&pin)) {
            Some(Ok(held)) => held,
            Some(Err(gone)) => {
                writeln!(out, "  the conversation moves on: {gone}")?;
                newest
            }
            None => newest,
        };
        self.pin = Some(held.pin());
        let status = client.status();
        let trouble = status.last_error.filter(|e| !e.over).map(|e| format!("; {}", e.message));
        writeln!(
            out,
            "  conversation: generation {}; server: {:?}{}",
            held.generation(),
            status.connection,
            trouble.unwrap_or_default()
        )?;
        Ok(())
    }
}
