//! Memory of a server at rest, and the size of the binary.

use anyhow::{Result, ensure};

use super::resolve::requests;
use crate::fill::library::library;
use crate::http::Connection;
use crate::options::Options;
use crate::report::{Bound, Findings, Goal, Table, shown};
use crate::server::Server;

const MIB: f64 = 1024.0 * 1024.0;

pub(super) async fn measure(options: &Options) -> Result<Findings> {
    let sizes = options.sizes;
    let folder = library(&options.folder, sizes.prompts, sizes.versions).await?;
    let server = Server::cuelight(options, &folder.data)?;
    tokio::time::sleep(sizes.idle).await;
    let idle = server.resident()? as f64 / MIB;
    let mut connection = Connection::open(server.address).await?;
    for request in requests(&folder) {
        let answer = connection.call(&request).await?;
        ensure!(answer.status == 200, "a prompt is not served");
    }
    let served = server.resident()? as f64 / MIB;
    let what = format!("{} prompts × {} versions", sizes.prompts, sizes.versions);
    let mut table = Table::new(&["what", "MiB"]);
    table.row([format!("server at rest, {what}"), shown(idle)]);
    table.row(["the same after every prompt was served once".to_owned(), shown(served)]);
    let mut found = Findings::default();
    let goal =
        Goal::new("idle.memory", format!("memory at rest with {what}"), idle, "MiB", Bound::AtMost(50.0));
    found.goals.push(goal);
    match &options.server {
        None => found.left_out.push("the binary's size, for there is none".to_owned()),
        Some(binary) => {
            let size = std::fs::metadata(binary)?.len() as f64 / MIB;
            table.row(["the binary".to_owned(), shown(size)]);
            found.goals.push(Goal::new(
                "idle.binary",
                "size of the binary",
                size,
                "MiB",
                Bound::AtMost(40.0),
            ));
        }
    }
    found.tables.push(table);
    found.notes.push(format!("Resident memory {} s after the start.", sizes.idle.as_secs_f64()));
    Ok(found)
}
