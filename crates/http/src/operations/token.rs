//! Operations on tokens.

use axum::http::Method;
use cuelight_app::Code;
use cuelight_app::token::{IssueInput, Issued, TokenInfo};
use cuelight_core::rights::Action;

use crate::operation::{Access, BodyLimit, Operation, Writes};
use crate::page::{Listing, Named};
use crate::routes::token;

const ALL: &str = "/api/v1/tokens";

pub(super) fn table() -> Vec<Operation> {
    vec![
        Operation::new(Method::GET, "token.list", ALL, token::list)
            .says("All tokens, revoked ones included, without their secrets")
            .needs(Access::Installation(Action::ManageTokens))
            .cli("cuelight token list")
            .asks::<Named>()
            .gives::<Listing<TokenInfo>>(200),
        Operation::new(Method::POST, "token.issue", ALL, token::issue)
            .says("Issue a token; its secret is shown this once")
            .needs(Access::Installation(Action::ManageTokens))
            .writes(Writes::Event("token.issued/1"))
            .cli("cuelight token create")
            .takes::<IssueInput>(BodyLimit::Usual)
            .gives::<Issued>(201),
        Operation::new(Method::DELETE, "token.revoke", format!("{ALL}/{{id}}"), token::revoke)
            .says("End a token, at once")
            .needs(Access::Installation(Action::ManageTokens))
            .writes(Writes::Event("token.revoked/1"))
            .cli("cuelight token revoke")
            .fails(&[Code::UnknownToken, Code::NothingToChange]),
    ]
}
