//! Operations on a project's ledger.

use axum::http::Method;
use cuelight_app::Code;
use cuelight_app::ledger::export::ExportLine;
use cuelight_app::ledger::proof::{Consistency, Proof};
use cuelight_app::ledger::{CheckOutput, EntryInfo, SearchOutput};
use cuelight_core::rights::Action;

use super::below;
use crate::operation::{Access, Operation};
use crate::page::{After, Page};
use crate::routes::ledger::{self, Search, Sizes};

const READ: Access = Access::Project(Action::ReadLedger);

pub(super) fn table() -> Vec<Operation> {
    vec![
        Operation::new(Method::GET, "ledger.list", below("/ledger"), ledger::list)
            .says("Entries, oldest first")
            .needs(READ)
            .cli("cuelight log --ledger")
            .asks::<After>()
            .gives::<Page<EntryInfo>>(200),
        Operation::new(Method::GET, "ledger.search", below("/ledger/search"), ledger::search)
            .says("Entries of one kind, by somebody, or about something, newest first; a bounded number is looked at")
            .needs(READ)
            .no_cli("`cuelight log --ledger` shows the newest entries; the pages search")
            .asks::<Search>()
            .gives::<SearchOutput>(200),
        Operation::new(Method::GET, "ledger.check", below("/ledger/check"), ledger::check)
            .says("Recomputes the whole ledger from storage, and says what a server cannot see of itself; writes nothing")
            .needs(READ)
            .no_cli("`cuelight verify` checks without trusting the server")
            .gives::<CheckOutput>(200)
            .fails(&[Code::Unavailable]),
        Operation::new(Method::GET, "ledger.proof", below("/ledger/{seq}/proof"), ledger::proof)
            .says("That an entry is in the ledger of a signed checkpoint (RFC 9162)")
            .needs(READ)
            .cli("cuelight at --proof <file>")
            .gives::<Proof>(200)
            .fails(&[Code::UnknownEntry]),
        Operation::new(Method::GET, "ledger.consistency", below("/ledger/consistency"), ledger::consistency)
            .says("That a later ledger continues an earlier one (RFC 9162)")
            .needs(READ)
            .no_cli("for witnesses; `cuelight verify` checks a whole ledger")
            .asks::<Sizes>()
            .gives::<Consistency>(200)
            .fails(&[Code::UnknownEntry]),
        Operation::new(Method::GET, "ledger.checkpoint", below("/ledger/checkpoint"), ledger::checkpoint)
            .says("The newest signed checkpoint (C2SP signed note)")
            .needs(READ)
            .cli("cuelight export --checkpoint <file>")
            .gives_as::<String>(200, "text/plain; charset=utf-8")
            .fails(&[Code::UnknownEntry]),
        Operation::new(Method::GET, "ledger.export", below("/ledger/export"), ledger::export)
            .says("The whole ledger, one JSON value per line, for `cuelight verify`")
            .needs(READ)
            .cli("cuelight export --ledger <file>")
            .gives_as::<ExportLine>(200, "application/x-ndjson"),
    ]
}
