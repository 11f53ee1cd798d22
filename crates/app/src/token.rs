//! API tokens: `cl_<id>_<secret>`. The secret is shown once; the vault keeps its hash, the ledger its scope.

mod authenticate;
mod issue;

pub use authenticate::{authenticate, issued_id};
pub use issue::{IssueInput, Issued, TokenInfo, issue, list, mint, recover, revoke, whoami};
pub(crate) use issue::{VAULT_KIND, label};
