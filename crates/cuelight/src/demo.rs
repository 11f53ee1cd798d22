//! The demo: a team's prompts from files to production and back, told step by step on a real installation.

pub mod library;
mod story;
mod teller;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::commands::serve::{Ended, Running, Settings, Signals, sign_in_link, start};
use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::session::Session;
use teller::Teller;

/// See the whole of Cuelight at work, on sample prompts.
///
/// Makes a data folder, publishes the prompts of a sample company, releases them from development to production,
/// breaks something, goes back, asks the time machine, verifies the ledger, and leaves the server running.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cuelight demo\n  cuelight demo --exit --data ./demo-data")]
pub struct DemoArgs {
    /// The data folder; it must be empty or not be there [default: a temporary one that goes away at the end].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The address to listen on; if the usual one is taken, a free one is used.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7300")]
    pub listen: SocketAddr,
    /// Stop after the story, with status 0.
    #[arg(long)]
    pub exit: bool,
}

/// Runs the demo.
pub fn run(session: &Session, args: &DemoArgs) -> Done {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::new(LocalCode::Internal, format!("the program cannot start: {e}")))?;
    runtime.block_on(demo(session, args))
}

async fn demo(session: &Session, args: &DemoArgs) -> Done {
    let signals = Signals::listen()?;
    let temporary = match &args.data {
        Some(_) => None,
        None => Some(temporary_folder()?),
    };
    let data = match (&args.data, &temporary) {
        (Some(data), _) => session.path(data),
        (None, Some(temporary)) => temporary.path().join("data"),
        (None, None) => return Err(Failure::new(LocalCode::Internal, "there is no data folder")),
    };
    check_empty(&data)?;
    let listen = free_address(args.listen);
    let running = start(Settings::on(data, listen)).await?;
    let teller = Teller::new(&session.out);
    let told = story::tell(&teller, &running).await;
    let told = match told {
        Ok(told) => told,
        Err(error) => {
            running.end(&Ended::Asked).await;
            let detail = format!("a step of the demo did not go as told: {error:#}");
            return Err(Failure::new(LocalCode::Internal, detail));
        }
    };
    if args.exit {
        teller.end("The demo is over.");
        running.end(&Ended::Asked).await;
        return Outcome::fine(&json!({ "steps": teller.steps() }));
    }
    let sign_in = sign_in_link(&running).await?.map(|link| format!("{link}?to=/p/acme"));
    let pages = pages(&running.base, &told.bad_moment);
    farewell(&teller, &running, &told, sign_in.as_deref(), &pages);
    session.out.announce(&json!({
        "address": format!("http://{}", running.address),
        "data": running.data,
        "key": running.app.verifier_key(),
        "tokens": { "admin": told.admin, "serve": told.serve },
        "sign_in": sign_in,
        "pages": pages.iter().map(|(name, link)| json!({ "name": name, "link": link })).collect::<Vec<_>>(),
    }));
    let ended = running.until(signals).await;
    drop(temporary);
    match ended {
        Ended::Asked => Outcome::fine(&json!({ "ended": "asked" })),
        Ended::Poisoned(why) => Err(Failure::new(LocalCode::StoreLost, why)),
    }
}

fn temporary_folder() -> Result<tempfile::TempDir, Failure> {
    tempfile::Builder::new()
        .prefix("cuelight-demo-")
        .tempdir()
        .map_err(|e| Failure::new(LocalCode::Io, format!("there is no temporary folder: {e}")))
}

fn check_empty(data: &Path) -> Result<(), Failure> {
    let taken = std::fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some());
    if !taken {
        return Ok(());
    }
    let detail = format!("`{}` is not empty, and the demo starts on an empty folder", data.display());
    Err(Failure::new(LocalCode::FileExists, detail).fix("Choose another folder with --data."))
}

/// The address asked for, or any free one beside it: a demo should not fail because the usual port is taken.
fn free_address(asked: SocketAddr) -> SocketAddr {
    match std::net::TcpListener::bind(asked) {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => SocketAddr::new(asked.ip(), 0),
        _ => asked,
    }
}

/// Pages worth a look, each with its name. `bad_moment` is a time in UTC to the second.
fn pages(base: &str, bad_moment: &str) -> Vec<(&'static str, String)> {
    let (date, time) = bad_moment.split_once('T').unwrap_or((bad_moment, ""));
    let moment = format!("date={date}&time={}&zone=UTC", time.trim_end_matches('Z'));
    vec![
        ("the project", format!("{base}/p/acme")),
        ("a prompt, and where it is live", format!("{base}/p/acme/prompt/sales/qualify-lead")),
        ("production, with its way back", format!("{base}/p/acme/env/production")),
        (
            "what was live while it was broken",
            format!("{base}/p/acme/time-machine?{moment}&env=production&prompt=sales/qualify-lead"),
        ),
    ]
}

fn farewell(
    teller: &Teller<'_>,
    running: &Running,
    tokens: &story::Told,
    sign_in: Option<&str>,
    pages: &[(&str, String)],
) {
    let address = format!("http://{}", running.address);
    teller.end("The demo is over; the server goes on until you press Ctrl-C.");
    teller.fact("address", &address);
    teller.fact("data folder", &running.data.display().to_string());
    teller.fact("admin token", &tokens.admin);
    teller.fact("serve token (production)", &tokens.serve);
    teller.fact("verifier key", &running.app.verifier_key());
    teller.say("Try, in another terminal:");
    teller.command(&format!(
        "export CUELIGHT_URL={address} CUELIGHT_PROJECT=acme CUELIGHT_TOKEN={}",
        tokens.admin
    ));
    teller.command("cuelight log --env production");
    teller.command("cuelight diff sales/qualify-lead 1.1.0 2.0.0 --words");
    teller.command("cuelight at \"$(date -u +%FT%TZ)\" --env production sales/qualify-lead");
    teller.say("And as an application would, with the serve token:");
    teller.command(&format!(
        "curl -s {address}/api/v1/projects/acme/environments/production/bundle -H 'Authorization: Bearer {}'",
        tokens.serve
    ));
    let Some(sign_in) = sign_in else { return };
    teller.say("In a browser: sign in with this link, which works once, within 15 minutes:");
    teller.fact("sign in", sign_in);
    teller.say("Then look at:");
    for (name, link) in pages {
        teller.fact(name, link);
    }
}
