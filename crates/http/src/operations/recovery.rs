//! Operations on recoveries: what is on record, and putting one on record.

use axum::http::Method;
use cuelight_app::Code;
use cuelight_app::recovery::{RecoverInput, RecoveryInfo, RecoveryStatus};
use cuelight_core::rights::Action;

use crate::operation::{Access, BodyLimit, Operation, Writes};
use crate::routes::recovery;

const ALL: &str = "/api/v1/recovery";

pub(super) fn table() -> Vec<Operation> {
    vec![
        Operation::new(Method::GET, "recovery.status", ALL, recovery::status)
            .says("Whether the data was restored and takes no writes yet, and the recoveries on record")
            .needs(Access::People)
            .cli("cuelight recover")
            .gives::<RecoveryStatus>(200),
        Operation::new(Method::POST, "recovery.record", ALL, recovery::record)
            .says("Put on record that the installation goes on from a backup, so that it takes writes again")
            .needs(Access::Installation(Action::Recover))
            .writes(Writes::Event("recovery.recorded/1"))
            .cli("cuelight recover")
            .takes::<RecoverInput>(BodyLimit::Usual)
            .gives::<RecoveryInfo>(201)
            .fails(&[Code::NothingToChange]),
    ]
}
