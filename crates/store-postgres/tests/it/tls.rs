//! TLS: what each `sslmode` promises, on a real server. Its key and certificates, for `localhost` and valid for a hundred
//! years, lie in `tls/` and are good for nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use cuelight_store::laws::sample::{Writer, ledger};
use cuelight_store::{Ledger as _, StoreError};
use cuelight_store_postgres::{PostgresOptions, PostgresStore};
use cuelight_testkit::postgres::{Durability, Server};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls").join(name)
}

/// The server with its key, and the address of a database on it, up to `sslmode`.
fn server() -> (Server, String) {
    let server = Server::start_with(Durability::Quick, |home| {
        // A key is refused unless nobody else can read it, and this one is as public as the repository.
        for name in ["server.pem", "server.key"] {
            fs::write(home.join(name), fs::read(file(name)).unwrap()).unwrap();
        }
        let path = |name: &str| home.join(name).display().to_string();
        vec![
            "ssl=on".into(),
            format!("ssl_cert_file={}", path("server.pem")),
            format!("ssl_key_file={}", path("server.key")),
        ]
    });
    let database = server.database();
    (server, database.network_url())
}

async fn open(url: &str) -> Result<PostgresStore, String> {
    PostgresStore::open(&PostgresOptions::new(url)).await.map_err(|error| {
        // All that goes wrong in this file goes wrong again until somebody changes a setting.
        assert!(matches!(error, StoreError::Settings { .. }), "{error:?}");
        error.to_string()
    })
}

#[tokio::test]
async fn each_mode_keeps_its_promise() {
    let (_server, at_number) = server();
    let at_name = at_number.replace("127.0.0.1", "localhost");
    let (ours, strange) = (file("authority.pem"), file("stranger.pem"));
    let with = |mode: &str, roots: &Path| format!("sslmode={mode}&sslrootcert={}", roots.display());
    for (url, words) in [
        (&at_number, "sslmode=disable".to_owned()),
        (&at_number, "sslmode=prefer".into()),
        (&at_number, "sslmode=require".into()),
        (&at_number, with("require", &ours)),
        (&at_number, with("verify-ca", &ours)),
        (&at_name, with("verify-full", &ours)),
    ] {
        let store = open(&format!("{url}?{words}")).await.unwrap_or_else(|e| panic!("{words}: {e}"));
        let id = ledger("sales");
        let mut writer = Writer::at_end(&id, &store).await;
        writer.write(&store, &format!("c-{}", writer.seq()), 1).await;
        assert_eq!(store.head(&id).await.unwrap().unwrap().seq, writer.seq());
    }
    for (url, words, why) in [
        (&at_number, with("verify-full", &ours), "certificate not valid for name"),
        (&at_number, with("require", &strange), "UnknownIssuer"),
        (&at_name, with("verify-ca", &strange), "UnknownIssuer"),
        (&at_name, with("verify-full", &strange), "UnknownIssuer"),
        (&at_name, with("verify-full", Path::new("/nowhere.pem")), "sslrootcert /nowhere.pem cannot be read"),
        (&at_name, with("verify-full", &file("server.key")), "has no certificate"),
    ] {
        let error =
            open(&format!("{url}?{words}")).await.err().unwrap_or_else(|| panic!("{words}: it opened"));
        assert!(error.contains(why), "{words}: {error}");
    }
}

/// Who demands TLS does not go on without it.
#[tokio::test]
async fn a_server_without_tls_is_refused_by_who_demands_it() {
    let place = crate::support::Place::new();
    let url = place.0.network_url();
    open(&format!("{url}?sslmode=prefer")).await.unwrap();
    for mode in ["require", "verify-ca", "verify-full"] {
        let roots = file("authority.pem");
        let url = format!("{url}?sslmode={mode}&sslrootcert={}", roots.display());
        let error = open(&url).await.err().unwrap();
        assert!(error.contains("server does not support TLS"), "{mode}: {error}");
        // A socket in the file system has no TLS, and needs none.
        open(&format!("{}&sslmode={mode}", place.0.url())).await.unwrap();
    }
}
