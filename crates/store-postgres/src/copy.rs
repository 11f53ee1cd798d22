//! Taking in a part of a ledger from another store.

use cuelight_artifact::Digest;
use cuelight_store::{Content, Part, StoreError};
use futures_util::future;

use crate::database::{Database, Purpose, Transaction};
use crate::failure::Failure;
use crate::ledger::append::{make, notice, take};
use crate::row::{clamp, digest, value};
use crate::sql;

/// Stores the part, which has been checked, after what is there.
pub(crate) async fn copy_in(db: &Database, part: &Part) -> Result<(), Failure> {
    let tx = db.begin(Purpose::Bulk).await?;
    let done = write(&tx, part, db.place()).await;
    tx.finish(done).await
}

async fn write(tx: &Transaction, part: &Part, place: &str) -> Result<(), Failure> {
    let name = part.ledger.to_string();
    let begins = part.after();
    let mut row = take(tx, &name, place).await?;
    if row.is_none() && begins == Some(0) {
        row = Some(make(tx, &name, place).await?);
    }
    let end = row.map_or(0, |row| row.head.unsigned_abs());
    let Some(ledger) = row.filter(|_| begins.is_none_or(|after| after == end)) else {
        let begins = begins.map_or(1, |after| after + 1);
        let what = format!("ledger {} ends at entry {end}; the part begins at {begins}", part.ledger);
        return Err(StoreError::Conflict { what }.into());
    };
    check_classes(tx, ledger.id, part, place).await?;
    add_entries(tx, ledger.id, part).await?;
    add_blobs(tx, ledger.id, part).await
}

async fn check_classes(tx: &Transaction, ledger: i64, part: &Part, place: &str) -> Result<(), Failure> {
    let digests: Vec<&[u8]> = part.blobs.iter().map(|b| b.digest.as_raw().as_slice()).collect();
    for row in &tx.rows(&sql::BLOB_CLASSES, &[&ledger, &digests]).await? {
        let (stored, class): (Digest, &str) = (digest(row, 0, place)?, value(row, 1, place)?);
        if part.blobs.iter().any(|b| b.digest == stored && b.class.as_str() != class) {
            return Err(StoreError::refused(format!("blob {stored} is stored with another class")).into());
        }
    }
    Ok(())
}

async fn add_entries(tx: &Transaction, ledger: i64, part: &Part) -> Result<(), Failure> {
    let Some(last) = part.entries.last().map(|e| clamp(e.seq)) else { return Ok(()) };
    let entries = &part.entries;
    let seqs: Vec<i64> = entries.iter().map(|e| clamp(e.seq)).collect();
    let ats: Vec<i64> = entries.iter().map(|e| e.at).collect();
    let causes: Vec<&str> = entries.iter().map(|e| e.command.as_str()).collect();
    let kinds: Vec<&str> = entries.iter().map(|e| e.kind.as_str()).collect();
    let bytes: Vec<&[u8]> = entries.iter().map(|e| e.bytes.as_slice()).collect();
    let leaves: Vec<&[u8]> = entries.iter().map(|e| e.leaf.as_raw().as_slice()).collect();
    let commands: Vec<&str> = part.commands.iter().map(|c| c.command.as_str()).collect();
    let firsts: Vec<i64> = part.commands.iter().map(|c| clamp(c.first)).collect();
    let lasts: Vec<i64> = part.commands.iter().map(|c| clamp(c.last)).collect();
    let prints: Vec<Option<&[u8]>> =
        part.commands.iter().map(|c| c.fingerprint.as_ref().map(|f| f.as_raw().as_slice())).collect();
    let sizes: Vec<i64> = part.checkpoints.iter().map(|c| clamp(c.size)).collect();
    let notes: Vec<&str> = part.checkpoints.iter().map(|c| c.note.as_str()).collect();
    let notice = notice(&part.ledger, last);
    future::try_join5(
        tx.execute(&sql::ADD_ENTRIES, &[&ledger, &seqs, &ats, &causes, &kinds, &bytes]),
        tx.execute(&sql::ADD_LEAVES, &[&ledger, &seqs, &leaves]),
        tx.execute(&sql::ADD_COMMANDS, &[&ledger, &commands, &firsts, &lasts, &prints]),
        tx.execute(&sql::ADD_CHECKPOINTS, &[&ledger, &sizes, &notes]),
        tx.execute(&sql::MOVE_HEAD, &[&ledger, &last]),
    )
    .await?;
    tx.execute(&sql::NOTIFY, &[&notice]).await?;
    Ok(())
}

async fn add_blobs(tx: &Transaction, ledger: i64, part: &Part) -> Result<(), Failure> {
    if part.blobs.is_empty() {
        return Ok(());
    }
    let digests: Vec<&[u8]> = part.blobs.iter().map(|b| b.digest.as_raw().as_slice()).collect();
    let classes: Vec<&str> = part.blobs.iter().map(|b| b.class.as_str()).collect();
    let bytes = |content: &'_ Content| match content {
        Content::Present(bytes) => Some(bytes.clone()),
        Content::Erased => None,
    };
    let contents: Vec<Option<Vec<u8>>> = part.blobs.iter().map(|b| bytes(&b.content)).collect();
    tx.execute(&sql::ADD_BLOBS, &[&ledger, &digests, &classes, &contents]).await?;
    let erased = part.blobs.iter().filter(|b| b.content == Content::Erased);
    let erased: Vec<&[u8]> = erased.map(|b| b.digest.as_raw().as_slice()).collect();
    if !erased.is_empty() {
        tx.execute(&sql::ERASE_MANY, &[&ledger, &erased]).await?;
    }
    Ok(())
}
