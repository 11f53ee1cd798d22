//! Operations about the server itself.

use axum::http::Method;
use cuelight_app::node::NodeInfo;
use cuelight_core::rights::Action;

use crate::operation::{Access, Operation};
use crate::routes::system::{self, WhoAmI};

pub(super) fn table() -> Vec<Operation> {
    vec![
        Operation::public("system.health", "/healthz", |_| Box::pin(system::health()))
            .says("Whether the process answers")
            .no_cli("for load balancers; `cuelight doctor` looks deeper")
            .gives_as::<String>(200, "text/plain; charset=utf-8"),
        Operation::public("system.ready", "/readyz", |state| Box::pin(system::ready(state)))
            .says("Whether the server takes requests: it has something to serve, and is not about to end")
            .no_cli("for load balancers; `cuelight doctor` looks deeper")
            .gives_as::<String>(200, "text/plain; charset=utf-8"),
        Operation::public("system.errors", "/errors", |_| Box::pin(system::errors()))
            .says("What each error code means and what to do about it")
            .no_cli("the command line prints the advice with each error")
            .gives_as::<String>(200, "text/plain; charset=utf-8"),
        Operation::public("system.openapi", "/api/v1/openapi.json", |_| Box::pin(system::description()))
            .says("This description")
            .cli("cuelight schema openapi")
            .gives::<serde_json::Map<String, serde_json::Value>>(200),
        Operation::new(Method::GET, "system.metrics", "/metrics", system::metrics)
            .says("Counts for Prometheus")
            .needs(Access::Installation(Action::ReadLedger))
            .no_cli("for Prometheus")
            .gives_as::<String>(200, "text/plain; version=0.0.4; charset=utf-8"),
        Operation::new(Method::GET, "system.nodes", "/api/v1/nodes", system::nodes)
            .says("The servers there are, and what they and their clients have applied")
            .needs(Access::Installation(Action::ReadLedger))
            .cli("cuelight nodes")
            .gives::<Vec<NodeInfo>>(200),
        Operation::new(Method::GET, "system.whoami", "/api/v1/whoami", system::whoami)
            .says("Who the token belongs to and what it may do")
            .needs(Access::AnyToken)
            .cli("cuelight doctor")
            .gives::<WhoAmI>(200),
    ]
}
