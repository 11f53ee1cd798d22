//! Operations on observations.

use axum::http::Method;
use cuelight_app::observation::{ObservationInfo, ObserveInput, ObserveOutput};
use cuelight_core::rights::Action;

use super::below;
use crate::operation::{Access, BodyLimit, Operation, Writes};
use crate::page::{After, Page};
use crate::routes::observation;

pub(super) fn table() -> Vec<Operation> {
    vec![
        Operation::new(Method::POST, "observation.record", below("/observations"), observation::record)
            .says("Report what applications saw, each with the cue of its prompt")
            .needs(Access::Project(Action::Observe))
            .writes(Writes::Observations)
            .no_cli("for applications and client libraries")
            .takes::<ObserveInput>(BodyLimit::Observations)
            .gives::<ObserveOutput>(200),
        Operation::new(Method::GET, "observation.list", below("/observations"), observation::list)
            .says("Observations, oldest first")
            .needs(Access::Project(Action::ReadObservations))
            .no_cli("the command line comes with monitoring")
            .asks::<After>()
            .gives::<Page<ObservationInfo>>(200),
    ]
}
