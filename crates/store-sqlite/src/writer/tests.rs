use std::time::Duration;

use super::*;
use crate::connection::{Durability, make_durable, open_writer};

fn start() -> (tempfile::TempDir, Writer, Poison) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    std::fs::File::create(&path).unwrap();
    let conn = open_writer(&path).unwrap();
    make_durable(&conn, Durability::Full).unwrap();
    conn.execute_batch("CREATE TABLE t (a BLOB)").unwrap();
    let poison = Poison::default();
    let writer = Writer::start(conn, poison.clone(), "x.db").unwrap();
    (dir, writer, poison)
}

async fn count(writer: &Writer) -> i64 {
    writer.run(|c| Ok(c.query_row("SELECT count(*) FROM t", [], |r| r.get(0))?)).await.unwrap()
}

async fn insert(writer: &Writer, bytes: usize) -> Result<(), StoreError> {
    writer
        .run(move |c| {
            c.execute("INSERT INTO t VALUES (zeroblob(?1))", [i64::try_from(bytes).unwrap()])?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn what_fails_is_rolled_back() {
    let (_dir, writer, poison) = start();
    insert(&writer, 1).await.unwrap();
    let failed: Result<(), _> = writer
        .run(|c| {
            c.execute("INSERT INTO t VALUES (1)", [])?;
            Err(StoreError::refused("no").into())
        })
        .await;
    assert_eq!(failed, Err(StoreError::refused("no")));
    let failed = writer
        .run(|c| {
            c.execute("INSERT INTO t VALUES (1)", [])?;
            Ok(c.execute("INSERT INTO nowhere VALUES (1)", [])?)
        })
        .await;
    assert!(matches!(failed, Err(StoreError::Unavailable { .. })), "{failed:?}");
    assert_eq!(count(&writer).await, 1);
    assert_eq!(poison.reason(), None);
}

#[tokio::test]
async fn a_full_file_is_told_and_heals() {
    let (_dir, writer, poison) = start();
    insert(&writer, 1).await.unwrap();
    writer.run(|c| Ok(c.pragma_update(None, "max_page_count", 16)?)).await.unwrap();
    let error = insert(&writer, 1 << 20).await.unwrap_err();
    assert_eq!(error, StoreError::Full { place: "x.db".into() });
    assert_eq!(
        error.to_string(),
        "there is no room left for x.db; free some space and try again, nothing was stored"
    );
    assert_eq!(count(&writer).await, 1);
    writer.run(|c| Ok(c.pragma_update(None, "max_page_count", 100_000)?)).await.unwrap();
    insert(&writer, 1 << 20).await.unwrap();
    assert_eq!(count(&writer).await, 2);
    assert_eq!(poison.reason(), None);
}

#[tokio::test]
async fn a_poisoned_writer_does_nothing_more() {
    let (_dir, writer, poison) = start();
    poison.set("x.db: commit: disk I/O error".into());
    poison.set("a second reason".into());
    assert_eq!(
        insert(&writer, 1).await.unwrap_err().to_string(),
        "the store cannot be used: an earlier write ended with an unknown result (x.db: commit: disk I/O error); \
         restart the process"
    );
    assert!(writer.empty_log().await.is_err());
}

#[tokio::test]
async fn work_is_done_although_nobody_waits() {
    let (_dir, writer, _) = start();
    let slow = writer.run(|c| {
        std::thread::sleep(Duration::from_millis(100));
        c.execute("INSERT INTO t VALUES (1)", [])?;
        Ok(())
    });
    assert!(tokio::time::timeout(Duration::from_millis(10), slow).await.is_err());
    assert_eq!(count(&writer).await, 1);
}
