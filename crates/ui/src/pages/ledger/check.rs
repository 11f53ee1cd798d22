//! `/p/{project}/ledger/check`: recomputes the whole ledger, and says in plain words what came out and what such a
//! check cannot see.

use cuelight_app::ledger::{CheckFinding, CheckOutput, check};
use cuelight_artifact::ProjectName;
use maud::{Markup, html};

use super::files;
use super::list::side;
use crate::call::Call;
use crate::error::UiResult;
use crate::parts::card::outcome;
use crate::parts::{Drawer, Here, Page, Tone, act, card, command, facts, time};
use crate::reply::Reply;
use crate::words::{say, t};

/// Findings that are told one by one.
const TOLD: usize = 20;

/// The card that offers the check.
pub fn offer(call: &Call, project: &ProjectName) -> Markup {
    side(
        "check",
        &t!("ledger-check"),
        html! {
            p { (t!("ledger-check-about")) }
            (form(call, project, &t!("ledger-check-do")))
        },
    )
}

fn form(call: &Call, project: &ProjectName, label: &str) -> Markup {
    html! {
        form method="post" action={ "/p/" (project) "/ledger/check" } {
            (command(call))
            (act::submit(label))
        }
    }
}

/// Checks and shows what came out. It writes nothing, so doing it again is harmless.
pub async fn run(call: Call) -> UiResult<Reply> {
    let name = call.project()?;
    let found = check(&call.ctx, &name).await?;
    let body = html! {
        (verdict(&found))
        @if !found.sound { (findings(&name, &found)) }
        (card("checked", &t!("ledger-checked"), html! {}, facts(&[
            (t!("ledger-checked-at"), time::exact(&call.viewer, &found.checked_at)),
            (t!("ledger-checked-entries"), html! { (t!("ledger-checked-entries-are", count = found.entries, signed = found.signed)) }),
            (t!("ledger-checked-signatures"), html! { (t!("ledger-checked-signatures-are", count = found.checkpoints)) }),
            (t!("ledger-checked-contents"), html! { (t!("ledger-checked-contents-are", count = found.blobs, erased = found.erased)) }),
        ])))
        (card("limits", &t!("ledger-limits"), html! {}, html! {
            p { (t!("ledger-limits-about")) }
            ul {
                @for limit in limits() { li { (limit) } }
            }
            p { (t!("ledger-limits-do")) }
            pre class="command" { code { "cuelight verify " (name) "-ledger.ndjson --key '" (found.key) "' --checkpoint kept.txt" } }
        }))
    };
    let rail = html! {
        (side("again", &t!("ledger-check-again"), form(&call, &name, &t!("ledger-check-again-do"))))
        (files::offer(&name, found.entries))
    };
    let mut drawer = Drawer::new().id("root", found.root).id("origin", &found.origin).id("key", &found.key);
    for (number, finding) in found.findings.iter().enumerate() {
        drawer = drawer.id(format!("{} {}", number + 1, finding.kind), &finding.message);
    }
    let page = Page::new(Here::Ledger, t!("ledger-check-title"))
        .project(&name)
        .trail(t!("ledger-title"), format!("/p/{name}/ledger"))
        .body(body)
        .rail(rail)
        .drawer(
            drawer
                .cli("cuelight verify ./cuelight-data")
                .api("GET", format!("/api/v1/projects/{name}/ledger/check")),
        );
    Ok(Reply::page(page))
}

fn verdict(found: &CheckOutput) -> Markup {
    if found.sound {
        return outcome(
            Tone::Good,
            html! {
                p { strong { (t!("ledger-sound")) } }
                p { (t!("ledger-sound-about", count = found.entries)) }
            },
        );
    }
    outcome(
        Tone::Bad,
        html! {
            p { strong { (t!("ledger-unsound")) } }
            @match found.first_bad {
                Some(seq) => p { (t!("ledger-unsound-from", seq = seq.to_string())) },
                None => p { (t!("ledger-unsound-somewhere")) },
            }
            p { (t!("ledger-unsound-do")) }
        },
    )
}

fn findings(project: &ProjectName, found: &CheckOutput) -> Markup {
    let untold = found.findings.len().saturating_sub(TOLD) as u64 + found.more;
    card(
        "findings",
        &t!("ledger-findings"),
        html! {},
        html! {
            ul {
                @for finding in found.findings.iter().take(TOLD) {
                    li {
                        @if let Some(seq) = finding.seq {
                            a href={ "/p/" (project) "/ledger/" (seq) } { (t!("ledger-entry-title", seq = seq.to_string())) } ": "
                        }
                        (plain(finding))
                    }
                }
            }
            @if untold > 0 { p { (t!("ledger-findings-more", count = untold)) } }
        },
    )
}

/// A kind of finding in plain words; the exact text is in the drawer.
fn plain(finding: &CheckFinding) -> String {
    let key = match finding.kind.as_str() {
        "sequence" => "ledger-finding-sequence",
        "not-an-entry" | "not-canonical" | "columns" | "leaf-hash" => "ledger-finding-changed",
        "previous-root" | "checkpoint-root" => "ledger-finding-history",
        "time" => "ledger-finding-time",
        "command" => "ledger-finding-command",
        "checkpoint" => "ledger-finding-signature",
        "unsigned" => "ledger-finding-unsigned",
        "truncated" => "ledger-finding-cut",
        "blob-missing" => "ledger-finding-missing",
        "blob-content" => "ledger-finding-content",
        "event" => "ledger-finding-unknown",
        "saved-state" => "ledger-finding-summary",
        _ => "ledger-finding-unreadable",
    };
    say(key, &[])
}

fn limits() -> [String; 6] {
    [
        t!("ledger-limit-self"),
        t!("ledger-limit-cut"),
        t!("ledger-limit-rewritten"),
        t!("ledger-limit-unrecorded"),
        t!("ledger-limit-clock"),
        t!("ledger-limit-erased"),
    ]
}
