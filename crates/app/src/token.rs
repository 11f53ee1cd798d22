//! API tokens: `cl_<id>_<secret>`. The secret is shown once; the vault keeps its hash, the ledger its scope.

mod authenticate;
mod issue;
mod record;

pub use authenticate::{Shown, authenticate};
pub use issue::{IssueInput, Issued, TokenInfo, issue, list, recover, revoke, whoami};
pub(crate) use issue::{VAULT_KIND, label};
pub(crate) use record::{Recorded, mint, record};
