//! Other tools in the same run: installed into a folder of their own with Python's package tool, started on loopback with
//! their own databases, given the same prompt, and asked for it by name.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::fetch::CONNECTIONS;
use super::resolve::Side;
use crate::fill::prompt;
use crate::http::{Connection, request};
use crate::load::Target;
use crate::options::Options;
use crate::report::Findings;
use crate::server::{Server, program};

/// Longest time until a tool answers after its start.
const PATIENCE: Duration = Duration::from_secs(300);

/// One tool.
struct Peer {
    name: &'static str,
    package: &'static str,
    program: &'static str,
    start: fn(&mut Command, SocketAddr, &Path),
    /// What makes the prompt: method, path and body of each request, all answered in the two hundreds.
    make: fn() -> Vec<(&'static str, &'static str, Value)>,
    /// What fetches it.
    fetch: &'static str,
}

const PEERS: &[Peer] = &[
    Peer {
        name: "MLflow",
        package: "mlflow>=3,<4",
        program: "mlflow",
        start: |command, address, folder| {
            let port = address.port().to_string();
            command.args(["server", "--host", "127.0.0.1", "--port", &port, "--backend-store-uri"]);
            command.arg(format!("sqlite:///{}", folder.join("mlflow.db").display()));
        },
        make: || {
            let tag = |key: &str, value: &str| json!({ "key": key, "value": value });
            let is_prompt = tag("mlflow.prompt.is_prompt", "true");
            vec![
                (
                    "POST",
                    "/api/2.0/mlflow/registered-models/create",
                    json!({ "name": "sort", "tags": [is_prompt] }),
                ),
                (
                    "POST",
                    "/api/2.0/mlflow/model-versions/create",
                    json!({ "name": "sort", "source": "prompt-template",
                            "tags": [is_prompt, tag("mlflow.prompt.text", prompt::SYSTEM)] }),
                ),
                (
                    "POST",
                    "/api/2.0/mlflow/registered-models/alias",
                    json!({ "name": "sort", "alias": "production", "version": "1" }),
                ),
            ]
        },
        fetch: "/api/2.0/mlflow/registered-models/alias?name=sort&alias=production",
    },
    Peer {
        name: "Arize Phoenix",
        package: "arize-phoenix",
        program: "phoenix",
        start: |command, address, folder| {
            command.arg("serve").env("PHOENIX_HOST", "127.0.0.1");
            command.env("PHOENIX_PORT", address.port().to_string());
            // It listens for traces too; that must not be a port somebody else has.
            command.env("PHOENIX_GRPC_PORT", free().map_or(0, |a| a.port()).to_string());
            command.env("PHOENIX_WORKING_DIR", folder.join("phoenix"));
        },
        make: || {
            let template =
                json!({ "type": "chat", "messages": [{ "role": "system", "content": prompt::SYSTEM }] });
            let version = json!({
                "description": "for measuring", "model_provider": "OPENAI", "model_name": "gpt-large",
                "template": template, "template_type": "CHAT", "template_format": "NONE",
                "invocation_parameters": { "type": "openai", "openai": {} },
            });
            vec![("POST", "/v1/prompts", json!({ "prompt": { "name": "sort" }, "version": version }))]
        },
        fetch: "/v1/prompts/sort/latest",
    },
];

/// Adds what can be installed and started; says of the rest why not.
pub(super) async fn add(options: &Options, sides: &mut Vec<Side>, found: &mut Findings) {
    for peer in PEERS {
        match side(options, peer).await {
            Ok(side) => sides.push(side),
            Err(error) => found.left_out.push(format!("{}: {error:#}", peer.name)),
        }
    }
}

async fn side(options: &Options, peer: &Peer) -> Result<Side> {
    let folder = std::path::absolute(options.folder.join("peers"))?;
    let programs = install(&folder, peer)?;
    let version = version(&programs, peer)?;
    let data = folder.join(format!("data-{}", peer.program));
    if data.exists() {
        std::fs::remove_dir_all(&data)?;
    }
    std::fs::create_dir_all(&data)?;
    let address = free()?;
    let mut command = Command::new(programs.join(peer.program));
    command.current_dir(&data);
    (peer.start)(&mut command, address, &data);
    let server = Server::foreign(command, address, PATIENCE)?;
    let host = ["accept: application/json".to_owned()];
    let mut connection = Connection::open(address).await?;
    for (method, path, body) in (peer.make)() {
        let answer = connection.call(&request(method, path, "none", &host, Some(&body.to_string()))).await?;
        let said = String::from_utf8_lossy(answer.body).into_owned();
        ensure!((200..300).contains(&answer.status), "{path} was answered with {}: {said}", answer.status);
    }
    let asked = vec![request("GET", peer.fetch, "none", &host, None)];
    let mut target = Target::new((address, server.pid()), CONNECTIONS, asked, 200)?;
    let (_, body) = target.first().await?;
    ensure!(body.contains("first reader of enquiries"), "the answer is not the prompt: {body}");
    Ok(Side { name: format!("{} {version}", peer.name), server, target, tallies: Vec::new() })
}

/// Installs the tool, if it is not, and says where its programs are.
fn install(folder: &Path, peer: &Peer) -> Result<PathBuf> {
    let programs = folder.join("venv/bin");
    if programs.join(peer.program).exists() {
        return Ok(programs);
    }
    std::fs::create_dir_all(folder)?;
    if !programs.exists() {
        said(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")))?;
    }
    said(Command::new(programs.join("pip")).args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        peer.package,
    ]))?;
    Ok(programs)
}

fn version(programs: &Path, peer: &Peer) -> Result<String> {
    let package = peer.package.split(['>', '=', '<']).next().unwrap_or(peer.package);
    let shown =
        said(Command::new(programs.join("pip")).args(["show", "--disable-pip-version-check", package]))?;
    let line = shown.lines().find_map(|l| l.strip_prefix("Version: "));
    Ok(line.context("an installed package has a version")?.to_owned())
}

fn said(command: &mut Command) -> Result<String> {
    let shown = program(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {shown}"))?;
    let why = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{shown} failed: {}", why.lines().last().unwrap_or_default());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// An address that nobody listens on now.
fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
