//! What a server stores in: a data folder of its own, or a database that others use too, with a copy of it in the folder.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use cuelight_app::AppError;
use cuelight_replica::{Connect, Replica, Stores};
use cuelight_store::StoreError;
use cuelight_store_postgres::{PostgresOptions, PostgresStore};
use cuelight_store_sqlite::{OpenOptions, SqliteStore};

use crate::failure::{Failure, LocalCode};
use crate::store::database_failure;

/// Says that a data folder holds a copy of a database and no installation of its own.
const MARK: &str = "copy-of-a-database";
const MARK_TEXT: &str = "This folder holds the copy that a Cuelight server keeps of its database, to start from it and to read from it \
                         while the database is away.\nIt can be deleted while no server uses it; the next one makes it anew.\n";
/// What a copy consists of, besides SQLite's side files.
const FILES: &[&str] = &["registry.db", "observations.db", "vault.db"];

/// The address of a PostgreSQL database. Never shown: it may hold a password.
#[derive(Clone)]
pub struct DatabaseUrl(String);

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self(text.to_owned()));
        }
        Err("it begins with postgres://, as in postgres://USER:PASSWORD@HOST/DATABASE".into())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}

impl DatabaseUrl {
    /// The address itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A database to store in.
#[derive(Debug, Clone)]
pub struct Database {
    /// Its address.
    pub url: DatabaseUrl,
    /// Most connections to it, besides one that hears of news.
    pub connections: u16,
}

/// A store that is open.
pub struct Store {
    /// Its ports.
    pub stores: Stores,
    /// The database with its copy, where it is one that others use too.
    pub shared: Option<Arc<Replica>>,
    folder: SqliteStore,
}

impl Store {
    /// Why the process has to end, if a write ended with an unknown result.
    pub fn poisoned(&self) -> Option<&str> {
        // A copy that cannot be written harms only the next start; the database decides by itself what it has stored.
        if self.shared.is_some() { None } else { self.folder.poisoned() }
    }
}

/// Opens what the server is to store in.
///
/// # Errors
/// When the folder is in use, damaged, of a newer version, or of the other kind; when the database is away and there is no
/// copy to start from, or is one that this version cannot use.
pub async fn open(data: &Path, database: Option<&Database>) -> Result<Store, Failure> {
    let Some(database) = database else {
        if data.join(MARK).exists() {
            let what = format!("{} holds the copy of a database", data.display());
            return Err(Failure::new(LocalCode::DataFolder, what)
                .fix("Name that database with --database, or another folder with --data."));
        }
        let folder = folder(data).await?;
        return Ok(Store { stores: Stores::of(Arc::new(folder.clone())), shared: None, folder });
    };
    shared(data, database).await
}

async fn shared(data: &Path, database: &Database) -> Result<Store, Failure> {
    mark(data)?;
    let copy = folder(data).await?;
    let (replica, copy) = match connected(database, copy).await? {
        Connected::Fine(replica, copy) => (replica, copy),
        Connected::OtherCopy(why) => {
            tracing::warn!(%why, "the copy is not one of this database and is made anew");
            remove(data)?;
            let copy = folder(data).await?;
            match connected(database, copy).await? {
                Connected::Fine(replica, copy) => (replica, copy),
                Connected::OtherCopy(why) => {
                    return Err(Failure::new(LocalCode::DataFolder, why.to_string()));
                }
            }
        }
    };
    Ok(Store { stores: Stores::of(replica.clone()), shared: Some(replica), folder: copy })
}

enum Connected {
    Fine(Arc<Replica>, SqliteStore),
    /// The copy was dropped and its files are closed.
    OtherCopy(StoreError),
}

async fn connected(database: &Database, copy: SqliteStore) -> Result<Connected, Failure> {
    let connections = usize::from(database.connections);
    let options = PostgresOptions { connections, ..PostgresOptions::new(database.url.expose()) };
    let connect: Connect = Box::new(move || {
        let options = options.clone();
        Box::pin(async move { Ok(Stores::of(Arc::new(PostgresStore::open(&options).await?))) })
    });
    let replica = Arc::new(Replica::new(connect, Stores::of(Arc::new(copy.clone()))));
    match replica.probe().await {
        Ok(_) => match replica.check_copy().await {
            Ok(()) => {}
            Err(why @ StoreError::Conflict { .. }) => return Ok(Connected::OtherCopy(why)),
            Err(error) => return Err(database_failure(&error)),
        },
        Err(error @ (StoreError::Unavailable { .. } | StoreError::Busy { .. })) => {
            if !replica.can_start_alone().await.map_err(|e| database_failure(&e))? {
                return Err(database_failure(&error));
            }
            tracing::warn!(%error, "the database is away; starting from the copy, without taking changes");
        }
        // With other settings than those of today the copy may be one of something else: somebody has to look.
        Err(error) => return Err(database_failure(&error)),
    }
    Ok(Connected::Fine(replica, copy))
}

/// Opens the files of a folder.
async fn folder(data: &Path) -> Result<SqliteStore, Failure> {
    let options = OpenOptions::new(data);
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open(&options)).await;
    opened.map_err(AppError::internal)?.map_err(|e| {
        use StoreError as E;
        let code = match &e {
            E::Locked { .. } => LocalCode::DataLocked,
            E::NewerSchema { .. } | E::TooOld { .. } => LocalCode::DataVersion,
            E::Corrupt { .. } => LocalCode::DataDamaged,
            _ => LocalCode::DataFolder,
        };
        Failure::new(code, e.to_string())
    })
}

/// Marks a folder as one of a copy. A folder with an installation of its own is never made one.
fn mark(data: &Path) -> Result<(), Failure> {
    let (registry, mark) = (data.join(FILES[0]), data.join(MARK));
    if mark.exists() {
        return Ok(());
    }
    if registry.exists() {
        let what = format!("{} holds an installation of its own", data.display());
        return Err(Failure::new(LocalCode::DataFolder, what).fix(
            "Name another folder with --data for the copy of the database. `cuelight migrate-store` brings the \
             installation into the database.",
        ));
    }
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(data).map_err(|e| Failure::io("make", data, &e))?;
    std::fs::write(&mark, MARK_TEXT).map_err(|e| Failure::io("write", &mark, &e))
}

/// Deletes a copy.
fn remove(data: &Path) -> Result<(), Failure> {
    for name in FILES.iter().flat_map(|f| ["", "-wal", "-shm"].map(|end| format!("{f}{end}"))) {
        let path: PathBuf = data.join(name);
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::io("delete", &path, &e));
            }
            _ => {}
        }
    }
    Ok(())
}
