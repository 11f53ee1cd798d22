//! `cuelight render`: exactly what a model would read, from the files or from what is live.

mod live;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cuelight_app::serve::resolve::check_inputs;
use cuelight_artifact::model::TestCase;
use cuelight_artifact::{Artifact, ArtifactRef, EnvironmentName};
use cuelight_render::{ChatMessage, Limits, RenderRequest, RenderedRetrieval, compile, token_estimate};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::check::Fragments;
use crate::cli::Pair;
use crate::exit::Exit;
use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::output::{Tone, clean, count};
use crate::session::Session;

/// Show exactly what a model would read.
///
/// Renders the files of the workspace, without a server; with --env, what is live in an environment. Bytes are
/// exact, tokens an estimate of one per four bytes. No model is called.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight render sales/qualify-lead --case \"low score is disqualified\"\n  cuelight render sales/qualify-lead --inputs lead.json --env production --attr tenant=acme"
)]
pub struct RenderArgs {
    /// The prompt, or `fragment:area/name`.
    pub name: ArtifactRef,
    /// A JSON file with the inputs; `-` reads stdin.
    #[arg(long, value_name = "FILE", conflicts_with = "case")]
    pub inputs: Option<PathBuf>,
    /// A golden case of the prompt, whose inputs and passages are taken.
    #[arg(long, value_name = "NAME")]
    pub case: Option<String>,
    /// A JSON file with a list of passages, as retrieval would have found them.
    #[arg(long, value_name = "FILE", conflicts_with = "case")]
    pub passages: Option<PathBuf>,
    /// A JSON file with earlier messages by placeholder, such as {"history": [{"role": "user", "content": "Hi"}]}.
    #[arg(long, value_name = "FILE")]
    pub placeholders: Option<PathBuf>,
    /// Render what is live in this environment instead of the files.
    #[arg(long, value_name = "ENVIRONMENT")]
    pub env: Option<EnvironmentName>,
    /// An attribute of the request, such as tenant=acme, that decides between overrides; with --env.
    #[arg(long, value_name = "KEY=VALUE", requires = "env")]
    pub attr: Vec<Pair>,
}

/// What a rendering is given.
#[derive(Debug, Default)]
struct Given {
    inputs: Value,
    passages: Vec<Value>,
    placeholders: BTreeMap<String, Vec<ChatMessage>>,
}

/// A rendered prompt as it is shown.
#[derive(Debug, Serialize)]
struct Shown {
    id: ArtifactRef,
    source: String,
    messages: Vec<ShownMessage>,
    bytes: usize,
    tokens_estimated: usize,
    retrieval: Option<RenderedRetrieval>,
}

#[derive(Debug, Serialize)]
struct ShownMessage {
    role: &'static str,
    content: String,
    bytes: usize,
    tokens_estimated: usize,
}

impl Shown {
    fn new(
        id: ArtifactRef,
        source: String,
        messages: Vec<ChatMessage>,
        retrieval: Option<RenderedRetrieval>,
    ) -> Self {
        let messages: Vec<ShownMessage> = messages
            .into_iter()
            .map(|m| ShownMessage {
                role: m.role.as_str(),
                bytes: m.content.len(),
                tokens_estimated: token_estimate(&m.content),
                content: m.content,
            })
            .collect();
        let bytes = messages.iter().map(|m| m.bytes).sum();
        let tokens_estimated = messages.iter().map(|m| m.tokens_estimated).sum();
        Self { id, source, messages, bytes, tokens_estimated, retrieval }
    }
}

/// Renders.
pub async fn run(session: &Session, args: &RenderArgs) -> Done {
    let shown = match &args.env {
        Some(environment) => live::render(session, args, environment).await?,
        None => from_files(session, args).await?,
    };
    print(session, &shown);
    Outcome::fine(&shown)
}

async fn from_files(session: &Session, args: &RenderArgs) -> Result<Shown, Failure> {
    let workspace = session.workspace()?;
    let Some(artifact) = workspace.loaded.artifacts.get(&args.name) else {
        let own = workspace.loaded.source.file(&args.name).is_some();
        return Err(if own {
            let of = args.name.to_string();
            let found = workspace.loaded.diagnostics.iter().filter(|d| d.artifact.as_deref() == Some(&of));
            Failure::new(LocalCode::ChecksFailed, format!("{of} has errors in its files"))
                .diagnostics(found.cloned().collect())
        } else {
            Failure::usage(format!("{} is not in the workspace", args.name))
                .fix("With `--env <environment>` a prompt of the server is rendered.")
        });
    };
    let fragments = Fragments::gather(session, &workspace).await?;
    if let Some(fragment) = fragments.not_at_hand(artifact) {
        let detail = format!("{} uses fragment:{fragment}, which is not in the workspace", args.name);
        return Err(Failure::new(LocalCode::Offline, detail));
    }
    let limits = Limits::default();
    let program = compile(artifact, &fragments, &limits).map_err(|found| {
        let found = found.into_iter().map(|d| workspace.loaded.source.place(d)).collect();
        Failure::new(LocalCode::ChecksFailed, format!("{} cannot be rendered", args.name)).diagnostics(found)
    })?;
    let given = given(session, args, Some(artifact))?;
    // The same check, with the same words, that the server makes.
    check_inputs(artifact, &given.inputs)?;
    let request = RenderRequest::new(&given.inputs)
        .with_passages(&given.passages)
        .with_placeholders(&given.placeholders);
    let failed = |e: cuelight_render::RenderError| {
        let found = vec![workspace.loaded.source.place(e.to_diagnostic())];
        let mut failure = Failure::new(
            LocalCode::ChecksFailed,
            format!("{} cannot be rendered with these inputs", args.name),
        );
        failure.exit = Exit::Error.code();
        failure.code = cuelight_app::Code::RenderFailed.as_str().into();
        failure.fix = String::new();
        failure.diagnostics(found)
    };
    let rendered = program.render(&request).map_err(failed)?;
    let retrieval = program.retrieval(&given.inputs).map_err(failed)?;
    Ok(Shown::new(args.name.clone(), "files".into(), rendered.messages, retrieval))
}

/// The values to render with, from a golden case or from files.
fn given(session: &Session, args: &RenderArgs, artifact: Option<&Artifact>) -> Result<Given, Failure> {
    let mut given = Given { inputs: Value::Object(Map::new()), ..Given::default() };
    if let (Some(wanted), Some(artifact)) = (&args.case, artifact) {
        let case = find_case(artifact, wanted)?;
        if !case.inputs.is_null() {
            given.inputs = case.inputs.clone();
        }
        given.passages.clone_from(&case.retrieval);
    }
    if let Some(path) = &args.inputs {
        given.inputs = read_json(session, path)?;
    }
    if let Some(path) = &args.passages {
        given.passages = read_json(session, path)?;
    }
    if let Some(path) = &args.placeholders {
        given.placeholders = read_json(session, path)?;
    }
    Ok(given)
}

fn find_case<'a>(artifact: &'a Artifact, wanted: &str) -> Result<&'a TestCase, Failure> {
    artifact.tests.iter().find(|c| c.name == wanted).ok_or_else(|| {
        let known: Vec<String> = artifact.tests.iter().map(|c| format!("`{}`", clean(&c.name))).collect();
        let known =
            if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
        Failure::usage(format!("{} has no golden case `{}`; {known}", artifact.id(), clean(wanted)))
            .fix("Name a case exactly as in its tests.")
    })
}

fn read_json<T: for<'de> Deserialize<'de>>(session: &Session, path: &Path) -> Result<T, Failure> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)
            .map_err(|e| Failure::io("read", path, &e))?;
        bytes
    } else {
        let path = session.path(path);
        std::fs::read(&path).map_err(|e| Failure::io("read", &path, &e))?
    };
    serde_json::from_slice(&bytes).map_err(|e| {
        Failure::usage(format!("`{}` is not the JSON that is expected here: {e}", path.display()))
            .fix("Mend the file at the line and column named.")
    })
}

fn print(session: &Session, shown: &Shown) {
    let style = session.out.style();
    let size =
        |bytes: usize, tokens: usize| format!("{}, about {}", count(bytes, "byte"), count(tokens, "token"));
    let head = style.paint(Tone::Bold, &shown.id.to_string());
    let mut text = format!(
        "{head} ({}): {}, {}\n",
        shown.source,
        count(shown.messages.len(), "message"),
        size(shown.bytes, shown.tokens_estimated)
    );
    if let Some(retrieval) = &shown.retrieval {
        let wanted = format!("top {} of `{}` into `{}`", retrieval.top_k, retrieval.index, retrieval.into);
        text.push_str(&format!(
            "retrieval: {wanted}, query {}\n",
            clean(&Value::from(retrieval.query.clone()).to_string())
        ));
    }
    for message in &shown.messages {
        let line = format!("--- {} ({})", message.role, size(message.bytes, message.tokens_estimated));
        text.push_str(&format!("\n{}\n{}", style.paint(Tone::Dim, &line), safe(session, &message.content)));
        if !message.content.ends_with('\n') {
            text.push('\n');
        }
    }
    session.out.data(&text);
}

/// A terminal is not handed control characters; a file or a pipe gets the exact bytes.
fn safe(session: &Session, text: &str) -> String {
    if session.out.is_terminal() { clean(text) } else { text.to_owned() }
}
