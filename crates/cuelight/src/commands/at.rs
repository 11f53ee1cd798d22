//! `cuelight at`: what was live at a time.

use std::fmt::Write as _;
use std::path::PathBuf;

use cuelight_app::project::ProjectInfo;
use cuelight_app::serve::at::{AtAnswer, AtOutput, AtPrompt};
use cuelight_artifact::{ArtifactName, EnvironmentName};
use cuelight_core::release::Cause;

use crate::cli::Pair;
use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::output::{Style, Tone, clean};
use crate::present::{indent, when};
use crate::remote::segment;
use crate::session::{Project, Session};
use crate::verify::save_proof;

/// Ask what was live at a time.
///
/// Says what an environment served: the version, since when, by which release, by whom and why, with the digest and
/// a proof that the release is in the ledger. The time has its zone: 2026-03-15T14:47:00+01:00,
/// 2026-03-15T13:47:00Z or 2026-03-15T14:47[Europe/Berlin].
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight at 2026-03-15T14:47:00+01:00 --env production\n  cuelight at \"2026-03-15T14:47[Europe/Berlin]\" --env production sales/qualify-lead --attr tenant=acme --proof proof.json"
)]
pub struct AtArgs {
    /// When, with its zone.
    pub time: String,
    /// Which prompt [default: all of them].
    pub prompt: Option<ArtifactName>,
    /// Where.
    #[arg(long, value_name = "ENVIRONMENT")]
    pub env: EnvironmentName,
    /// An attribute of the request, such as tenant=acme, that decides between overrides.
    #[arg(long, value_name = "KEY=VALUE")]
    pub attr: Vec<Pair>,
    /// Save the proof for `cuelight verify --proof`.
    #[arg(long, value_name = "FILE")]
    pub proof: Option<PathBuf>,
}

/// Asks.
pub async fn run(session: &Session, args: &AtArgs) -> Done {
    let project = session.project()?;
    let mut path = format!("/at?time={}&environment={}", segment(&args.time), segment(&args.env));
    if let Some(prompt) = &args.prompt {
        let _never = write!(path, "&prompt={}", segment(prompt));
    }
    for pair in &args.attr {
        if matches!(pair.key.as_str(), "time" | "environment" | "prompt") {
            return Err(Failure::usage(format!(
                "an attribute cannot be called `{}` here: the request uses that word itself",
                pair.key
            )));
        }
        let _never = write!(path, "&{}={}", segment(&pair.key), segment(&pair.value));
    }
    let found: AtOutput = project.remote.get(&project.path(&path)).await?;
    let style = session.out.style();
    if found.answers.len() > 1 {
        session.out.warn("clocks went back: this local time occurred twice, so there are two answers");
    }
    for (i, answer) in found.answers.iter().enumerate() {
        let gap = if i == 0 { "" } else { "\n" };
        session.out.data(&format!("{gap}{}", text(answer, style)));
    }
    if let Some(file) = &args.proof {
        save(session, &project, &found, &session.path(file)).await?;
    }
    Outcome::fine(&found)
}

async fn save(
    session: &Session,
    project: &Project,
    found: &AtOutput,
    path: &std::path::Path,
) -> Result<(), Failure> {
    let Some(proof) = found.answers.iter().find_map(|a| a.proof.clone()) else {
        return Err(Failure::new(
            LocalCode::CannotVerify,
            "there is no proof to save: nothing had been released by then",
        )
        .fix("Ask about a later time."));
    };
    let info: ProjectInfo = project.remote.get(&project.path("")).await?;
    let seq = proof.seq;
    save_proof(&info, proof, path)?;
    session.out.note(&format!(
        "Saved the proof of entry {seq} to {}; check it with `cuelight verify --proof`.",
        path.display()
    ));
    Ok(())
}

fn text(answer: &AtAnswer, style: Style) -> String {
    let mut text =
        format!("{} at {}\n", style.paint(Tone::Bold, answer.environment.as_str()), when(&answer.time));
    let Some(release) = &answer.release else {
        text.push_str("  nothing had been released here by then\n");
        return text;
    };
    let _never = writeln!(text, "  generation  {}", answer.generation);
    let cause = match &release.cause {
        Cause::Release => format!("{}", release.number),
        Cause::RollBack { of, to } => {
            format!("{}, which took back release {of} (to the content of generation {to})", release.number)
        }
    };
    let _never = writeln!(text, "  release     {cause}");
    let _never = writeln!(text, "  decided     {} by {}", when(&release.at), clean(&release.actor));
    if let Some(notes) = &release.notes {
        let _never = writeln!(text, "  notes       {}", indent(&clean(notes), 14).trim_start());
    }
    let entry = match &answer.proof {
        Some(proof) => {
            format!("{}, proved against the signed checkpoint of {} entries", release.seq, proof.size)
        }
        None => release.seq.to_string(),
    };
    let _never = writeln!(text, "  entry       {entry}");
    for prompt in &answer.prompts {
        text.push_str(&prompt_text(prompt, style));
    }
    if answer.prompts.is_empty() {
        text.push_str("\n  no prompt was live\n");
    }
    let _never = writeln!(text, "\n{}", clean(&answer.note));
    text
}

fn prompt_text(found: &AtPrompt, style: Style) -> String {
    let name = style.paint(Tone::Bold, &format!("{} {}", found.prompt, found.version));
    let over = found.over.as_ref().map(|o| format!("  override {o}")).unwrap_or_default();
    let mut text = format!("\n  {name}{over}\n");
    let _never = writeln!(text, "    digest     {}", found.digest);
    let _never =
        writeln!(text, "    live since {} (generation {})", when(&found.since), found.since_generation);
    let _never =
        writeln!(text, "    published  {} by {}", when(&found.published_at), clean(&found.published_by));
    text
}
