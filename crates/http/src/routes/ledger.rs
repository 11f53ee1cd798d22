//! A project's ledger.

use std::io;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use cuelight_app::ledger::export::{ExportPart, export as part};
use cuelight_app::ledger::{self, SearchInput, proof as proofs};
use cuelight_app::{AppError, AppResult, Code, Ctx};
use cuelight_artifact::ProjectName;
use cuelight_core::ledger::Seq;
use futures_util::stream;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::answer;
use crate::call::Call;
use crate::page::{After, limit, page};

/// Two sizes of a ledger.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sizes {
    /// How many entries the earlier one had.
    from: u64,
    /// How many entries the later one has.
    to: u64,
}

/// What to look for in a ledger. Everything that is given must fit.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Search {
    /// A kind of event: `release.opened/1`, `release.opened`, or `release` for all about one thing.
    kind: Option<String>,
    /// Who, as the entry names them: `token:…` or `system`.
    actor: Option<String>,
    /// A prompt, shared text or environment that the entry names.
    about: Option<String>,
    /// Only entries before this one; the `next` of the answer before.
    before: Option<u64>,
    /// At most this many, 1 to 200; 50 when absent.
    limit: Option<usize>,
}

pub(crate) async fn search(call: Call) -> AppResult<Response> {
    let Search { kind, actor, about, before, limit: asked } = call.query()?;
    let limit = usize::from(limit(asked)?);
    let input = SearchInput { kind, actor, about, before, limit };
    answer::json(StatusCode::OK, &ledger::search(&call.ctx, &call.project()?, input).await?)
}

pub(crate) async fn check(call: Call) -> AppResult<Response> {
    answer::json(StatusCode::OK, &ledger::check(&call.ctx, &call.project()?).await?)
}

pub(crate) async fn list(call: Call) -> AppResult<Response> {
    let After { after, limit: asked } = call.query()?;
    let limit = limit(asked)?;
    let found =
        ledger::entries(&call.ctx, &call.project()?, after.unwrap_or(0), u32::from(limit) + 1).await?;
    answer::json(StatusCode::OK, &page(found, limit, |e| e.seq))
}

pub(crate) async fn proof(call: Call) -> AppResult<Response> {
    let found = proofs::inclusion(&call.ctx, &call.project()?, call.param("seq")?).await?;
    answer::json(StatusCode::OK, &found)
}

pub(crate) async fn consistency(call: Call) -> AppResult<Response> {
    let Sizes { from, to } = call.query()?;
    let found = proofs::consistency(&call.ctx, &call.project()?, from, to).await?;
    answer::json(StatusCode::OK, &found)
}

pub(crate) async fn checkpoint(call: Call) -> AppResult<Response> {
    let found = ledger::checkpoint(&call.ctx, &call.project()?).await?;
    let note = found.ok_or_else(|| AppError::new(Code::UnknownEntry, "the ledger has no entry yet"))?;
    Ok(answer::text("text/plain; charset=utf-8", note))
}

/// Streams part by part; an error on the way breaks the stream off, so that nobody takes a piece for the whole.
pub(crate) async fn export(call: Call) -> AppResult<Response> {
    let project = call.project()?;
    let end = newest(&call.ctx, &project).await?;
    let first = part(&call.ctx, &project, 0, end).await?;
    let rest = Rest { ctx: call.ctx, project, end, next: first.next };
    let head = lines(&first)?;
    let parts = stream::try_unfold((Some(head), rest), |(head, mut rest)| async move {
        if let Some(head) = head {
            return Ok(Some((head, (None, rest))));
        }
        let Some(after) = rest.next else { return Ok::<_, io::Error>(None) };
        let found =
            part(&rest.ctx, &rest.project, after, rest.end).await.and_then(|p| Ok((lines(&p)?, p.next)));
        let (bytes, next) = found.map_err(|error| {
            tracing::error!(code = error.code.as_str(), detail = error.detail, "an export broke off");
            io::Error::other("the export broke off")
        })?;
        rest.next = next;
        Ok(Some((bytes, (None, rest))))
    });
    Ok(answer::with_type(StatusCode::OK, "application/x-ndjson", Body::from_stream(parts)))
}

struct Rest {
    ctx: Ctx,
    project: ProjectName,
    end: Option<Seq>,
    next: Option<Seq>,
}

/// The size of the newest checkpoint (its second line), where the export ends whatever is appended meanwhile.
async fn newest(ctx: &Ctx, project: &ProjectName) -> AppResult<Option<Seq>> {
    let note = ledger::checkpoint(ctx, project).await?;
    Ok(note.and_then(|n| n.lines().nth(1)?.parse().ok()))
}

fn lines(part: &ExportPart) -> AppResult<Vec<u8>> {
    let mut bytes = Vec::new();
    for line in &part.lines {
        serde_json::to_writer(&mut bytes, line).map_err(AppError::internal)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}
