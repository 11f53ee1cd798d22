//! `cuelight nodes`: the servers, and what they and their clients have applied.

use cuelight_app::node::NodeInfo;

use crate::exit::Exit;
use crate::failure::{Done, Outcome};
use crate::output::Table;
use crate::present::when;
use crate::session::Session;

const NODES: &str = "/api/v1/nodes";

/// Show the servers there are, which generation each serves, and how far their clients have come.
///
/// Applications that use the Rust client report what they have applied. A server that was not heard of for ten seconds counts
/// as gone. The exit code is 2 when a server is gone, lacks entries, or does not hear the database.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cuelight nodes\n  cuelight nodes --clients")]
pub struct NodesArgs {
    /// Show the clients too, those furthest behind first.
    #[arg(long)]
    pub clients: bool,
}

/// Asks and prints.
pub async fn run(session: &Session, args: &NodesArgs) -> Done {
    let found: Vec<NodeInfo> = session.remote()?.get(NODES).await?;
    let mut table =
        Table::new(&["NODE", "STATE", "PROJECT", "ENVIRONMENT", "GENERATION", "BEHIND", "CLIENTS", "SEEN"]);
    for node in &found {
        let name = node.address.clone().unwrap_or_else(|| node.id.clone());
        if node.projects.is_empty() {
            let none = String::new;
            table.row([name, state(node), none(), none(), none(), none(), none(), when(&node.seen_at)]);
            continue;
        }
        for p in &node.projects {
            let clients = format!("{} of {} current", p.current, p.clients);
            table.row([
                name.clone(),
                state(node),
                p.project.to_string(),
                p.environment.to_string(),
                p.generation.to_string(),
                p.behind.to_string(),
                clients,
                when(&node.seen_at),
            ]);
        }
    }
    session.out.data(&table.print());
    if args.clients {
        print_clients(session, &found);
    }
    let trouble =
        |n: &NodeInfo| !n.alive || n.stale_seconds.is_some() || n.projects.iter().any(|p| p.behind > 0);
    if found.iter().any(trouble) { Outcome::exit(Exit::Changes, &found) } else { Outcome::fine(&found) }
}

fn print_clients(session: &Session, nodes: &[NodeInfo]) {
    let mut table = Table::new(&["CLIENT", "PROJECT", "ENVIRONMENT", "GENERATION", "FEED", "SEEN"]);
    let mut any = false;
    for client in nodes.iter().filter(|n| n.alive).flat_map(|n| &n.clients) {
        any = true;
        table.row([
            client.client.to_string(),
            client.project.to_string(),
            client.environment.to_string(),
            client.generation.to_string(),
            (if client.connected { "open" } else { "closed" }).to_owned(),
            when(&client.seen_at),
        ]);
    }
    if any {
        session.out.data(&format!("\n{}", table.print()));
    } else {
        session.out.note("No client has reported anything in the last ten minutes.");
    }
}

fn state(node: &NodeInfo) -> String {
    match (node.alive, node.stale_seconds) {
        (false, _) => "gone".into(),
        (true, Some(seconds)) => format!("no database for {seconds} s"),
        (true, None) if node.here => "here".into(),
        (true, None) => "alive".into(),
    }
}
