//! Files of the ledger: a proof of one entry, the newest checkpoint, and everything.

use std::io;

use cuelight_app::ledger::export::{ExportPart, export as part};
use cuelight_app::ledger::{checkpoint as newest, proof as proofs};
use cuelight_app::{AppError, AppResult, Code, project};
use cuelight_artifact::ProjectName;
use cuelight_core::ledger::Seq;
use futures_util::{StreamExt as _, stream};
use maud::{Markup, html};

use super::list::side;
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::act;
use crate::reply::Reply;
use crate::words::t;

/// Entries in one file. A download that breaks off is begun anew, so it has an end.
const PART: Seq = 5_000;

/// `/p/{project}/ledger/{seq}/proof`: for `cuelight verify --proof`.
pub async fn proof(call: Call) -> UiResult<Reply> {
    let (name, seq): (ProjectName, Seq) = (call.project()?, call.path("seq")?);
    let file = proofs::file(&call.ctx, &name, seq).await?;
    let mut bytes = serde_json::to_vec_pretty(&file).map_err(AppError::internal)?;
    bytes.push(b'\n');
    Ok(Reply::file(proof_name(&name, seq), "application/json", bytes))
}

/// What the file of a proof is called.
pub fn proof_name(project: &ProjectName, seq: Seq) -> String {
    format!("{project}-entry-{seq}-proof.json")
}

/// `/p/{project}/ledger/checkpoint`: to be kept elsewhere.
pub async fn checkpoint(call: Call) -> UiResult<Reply> {
    let name = call.project()?;
    let note = newest(&call.ctx, &name).await?;
    let note = note.ok_or_else(|| AppError::new(Code::UnknownEntry, "the ledger has no entry yet"))?;
    let size = note.lines().nth(1).unwrap_or_default();
    Ok(Reply::file(format!("{name}-checkpoint-{size}.txt"), "text/plain; charset=utf-8", note.into_bytes()))
}

/// `/p/{project}/ledger/export`: everything, for `cuelight verify`; a large ledger comes in parts.
pub async fn export(call: Call) -> UiResult<Reply> {
    let name = call.project()?;
    let entries = project::get(&call.ctx, &name).await?.entries;
    let parts = parts(entries);
    let number = match call.query.text("part").map(str::parse::<u64>) {
        Some(Ok(number)) if (1..=parts).contains(&number) => number,
        Some(_) => return Err(AppError::new(Code::UnknownEntry, "the ledger has no such part").into()),
        None if parts == 1 => 1,
        // Which part is meant is chosen on the page.
        None => return Ok(Reply::to(format!("/p/{name}/ledger#keep"))),
    };
    let (after, end) = ((number - 1) * PART, (number * PART).min(entries));
    // The first piece now: what is refused is a page and not a broken file.
    let first = part(&call.ctx, &name, after, Some(end)).await?;
    let (head, next) = (lines(&first)?, first.next);
    let file = if parts == 1 {
        format!("{name}-ledger.ndjson")
    } else {
        format!("{name}-ledger-part-{number:03}.ndjson")
    };
    let (ctx, project) = (call.ctx, name);
    let rest = stream::try_unfold(next, move |next| {
        let (ctx, project) = (ctx.clone(), project.clone());
        async move {
            let Some(after) = next else { return Ok(None) };
            let found = part(&ctx, &project, after, Some(end)).await.and_then(|p| Ok((lines(&p)?, p.next)));
            found.map(Some).map_err(|error| {
                tracing::error!(code = error.code.as_str(), detail = error.detail, "an export broke off");
                io::Error::other("the export broke off")
            })
        }
    });
    let pieces = stream::iter([Ok(head)]).chain(rest).boxed();
    Ok(Reply::pieces(file, "application/x-ndjson", pieces))
}

fn lines(part: &ExportPart) -> AppResult<Vec<u8>> {
    let mut bytes = Vec::new();
    for line in &part.lines {
        serde_json::to_writer(&mut bytes, line).map_err(AppError::internal)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

const fn parts(entries: Seq) -> u64 {
    let parts = entries.div_ceil(PART);
    if parts == 0 { 1 } else { parts }
}

/// The card that offers the files.
pub fn offer(project: &ProjectName, entries: Seq) -> Markup {
    let address = format!("/p/{project}/ledger");
    let parts = parts(entries);
    side(
        "keep",
        &t!("ledger-keep"),
        html! {
            p { (t!("ledger-keep-about")) }
            @if parts == 1 {
                p { (act::link(&t!("ledger-download-all"), &format!("{address}/export"))) }
            } @else {
                p { (t!("ledger-keep-parts", count = parts)) }
                ul {
                    @for number in 1..=parts {
                        @let (first, last) = ((number - 1) * PART + 1, (number * PART).min(entries));
                        li { a href={ (address) "/export?part=" (number) } { (t!("ledger-download-part", first = first, last = last)) } }
                    }
                }
            }
            p { (t!("ledger-checkpoint-about")) }
            p { (act::link(&t!("ledger-download-checkpoint"), &format!("{address}/checkpoint"))) }
        },
    )
}
