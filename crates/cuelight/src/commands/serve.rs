//! `cuelight serve`: the server.

mod address;
mod files;
mod logging;
mod public_url;
mod server;
mod sign_in;
mod store;

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use cuelight_http::Rates;
use serde_json::json;

use crate::failure::{Done, Failure, LocalCode, Outcome};
use crate::output::Out;
use crate::session::Session;

pub use address::check_exposed;
pub use public_url::PublicUrl;
pub use server::{Ended, Running, Settings, Signals, open_failure, start};
pub use sign_in::sign_in_link;
pub use store::{Database, DatabaseUrl};

/// The data folder when nothing else is said.
pub const DEFAULT_DATA: &str = "cuelight-data";

/// Connections to a database when nothing else is said.
const CONNECTIONS: u16 = 8;

/// Run the server.
///
/// Everything it knows is in the data folder, which only one server can use at a time, or in a PostgreSQL database that many
/// servers use together (--database). On the first start it prints
/// the administrator's token, once, and a link that opens the pages in a browser. Ends gracefully on SIGTERM or Ctrl-C: it stops being ready, ends feeds, finishes
/// what it is doing within 10 seconds, and saves its state.
///
/// Limits: one token may ask only so often (--rate-serving, --rate-other); a refused request gets 429 with Retry-After.
/// Tokens that do not hold may be shown 30 times at once and once a second from one address, or behind a proxy by all
/// its clients together, because X-Forwarded-For is not believed; tokens in use are never held back by that. At most
/// 20,000 connections are open. A client is cut when the head of a request takes more than 10 seconds, a body more than
/// 30 seconds and comes more slowly than 16 KiB a second, or an answer is left unread for 30 seconds; a connection at
/// rest is closed after 65 seconds.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cuelight serve\n  cuelight serve --data /var/lib/cuelight --public-url https://prompts.example.com --log-format json"
)]
pub struct ServeArgs {
    /// The data folder; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA)]
    pub data: PathBuf,
    /// Store in this PostgreSQL database, which any number of servers can use, as
    /// `postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full`. The data folder then holds a copy of it, to start from and
    /// read from while the database is away. A password is safer in CUELIGHT_DATABASE than on a command line.
    #[arg(long, value_name = "URL", env = "CUELIGHT_DATABASE", hide_env_values = true)]
    pub database: Option<DatabaseUrl>,
    /// Hold at most so many connections to the database, and one more to hear of news. Where all are in use a request waits for two
    /// seconds, and is then refused as busy.
    #[arg(long, value_name = "NUMBER", requires = "database", default_value_t = CONNECTIONS,
        value_parser = clap::value_parser!(u16).range(2..=1_000))]
    pub database_connections: u16,
    /// Say at /readyz that it is not ready when the database has been silent for so long [default: never; what is known is
    /// served].
    #[arg(long, value_name = "SECONDS", requires = "database")]
    pub unready_after: Option<u64>,
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7300")]
    pub listen: SocketAddr,
    /// The address under which browsers reach the pages, when something in front adds TLS
    /// [default: http:// and the address it listens on].
    #[arg(long, value_name = "URL")]
    pub public_url: Option<PublicUrl>,
    /// Listen on an address that other machines reach, without TLS. Only behind something that adds TLS.
    #[arg(long)]
    pub allow_plain_http: bool,
    /// Form of the log on stderr.
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// What to log, as of the crate `tracing-subscriber`, such as `info` or `cuelight_http=debug`.
    #[arg(long, value_name = "FILTER", default_value = "info")]
    pub log: String,
    /// Issue a new administrator's token, print it, and go on. For when the last one is lost.
    #[arg(long)]
    pub recover_admin: bool,
    /// How often one token may ask for what applications need (resolve, bundle, feed, reports), a second and on this
    /// node; four times as much at once after a rest. 0 is no limit.
    #[arg(long, value_name = "PER_SECOND", default_value_t = 5_000)]
    pub rate_serving: u32,
    /// How often one token may read other things, a second and on this node; four times as much at once after a rest.
    /// Writes may come a fifth as often, and what takes long (plan, apply, differences, files, checking, searching or
    /// exporting a ledger) a twenty-fifth. 0 is no limit.
    #[arg(long, value_name = "PER_SECOND", default_value_t = 500)]
    pub rate_other: u32,
    /// Print a link that opens the pages in a browser, once, also when the output is not a terminal.
    #[arg(long)]
    pub sign_in_link: bool,
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Serves until it is told to end.
pub fn run(session: &Session, args: &ServeArgs) -> Done {
    let plain = args.allow_plain_http.then_some(address::PlainHttp::Allowed);
    check_exposed(args.listen, plain)?;
    if let Some(public) = &args.public_url {
        public.check(plain)?;
    }
    logging::start(args.log_format, &args.log)?;
    files::open_many();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::new(LocalCode::Internal, format!("the program cannot start: {e}")))?;
    let ended = runtime.block_on(serve(session, args))?;
    match ended {
        Ended::Asked => Outcome::fine(&json!({ "ended": "asked" })),
        Ended::Poisoned(why) => Err(Failure::new(LocalCode::StoreLost, why)),
    }
}

async fn serve(session: &Session, args: &ServeArgs) -> Result<Ended, Failure> {
    // Before anything is opened, so that a signal during a long start is not lost.
    let signals = Signals::listen()?;
    let data = session.path(&args.data);
    let settings = Settings {
        public: args.public_url.clone(),
        database: args.database.clone().map(|url| Database { url, connections: args.database_connections }),
        unready_after: args.unready_after.map(Duration::from_secs),
        rates: Rates::new(args.rate_serving, args.rate_other),
        ..Settings::on(data, args.listen)
    };
    let running = start(settings).await?;
    announce(session, args, &running).await?;
    Ok(running.until(signals).await)
}

async fn announce(session: &Session, args: &ServeArgs, running: &Running) -> Result<(), Failure> {
    let out = &session.out;
    out.data(&format!("Cuelight {} serves http://{}\n", env!("CARGO_PKG_VERSION"), running.address));
    out.data(&format!("data folder    {}\n", running.data.display()));
    out.data(&format!("verifier key   {}\n", running.app.verifier_key()));
    let mut tokens = Vec::new();
    tokens.extend(running.first_token.as_ref().map(|t| ("first start", t.token.clone())));
    if args.recover_admin {
        tokens.push(("recovered", cuelight_app::token::recover(&running.app).await?.token));
    }
    for (why, token) in &tokens {
        out.data(&format!("\nAdministrator's token ({why}), shown only this once:\n\n    {token}\n\n"));
        out.data("Set CUELIGHT_TOKEN to it, then `cuelight project create <name>`.\n");
    }
    let wanted = args.sign_in_link || running.first_token.is_some() || std::io::stdout().is_terminal();
    let link = if wanted { sign_in(out, running).await? } else { None };
    out.announce(&json!({
        "address": format!("http://{}", running.address),
        "public_url": running.base,
        "sign_in": link,
        "data": running.data,
        "key": running.app.verifier_key(),
        "tokens": tokens.into_iter().map(|(_, token)| token).collect::<Vec<_>>(),
    }));
    Ok(())
}

/// Prints a link for whoever started the server, or why there is none.
async fn sign_in(out: &Out, running: &Running) -> Result<Option<String>, Failure> {
    let Some(link) = sign_in_link(running).await? else {
        out.data(
            "\nThere is no sign-in link: no administrator's token is valid without a limit to projects,\n",
        );
        out.data("environments or actions. Start with --recover-admin to issue one.\n");
        return Ok(None);
    };
    out.data(&format!(
        "\nTo sign in, open this link in a browser. It works once, within 15 minutes:\n\n    {link}\n\n"
    ));
    Ok(Some(link))
}
