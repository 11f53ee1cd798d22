//! Values in rows, and numbers on their way in. What cannot be read is damage, and is told as such.

use cuelight_artifact::Digest;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::failure::Failure;

/// PostgreSQL's integers end at `i64::MAX`, and so do positions; what is beyond is simply not there.
pub(crate) fn clamp(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The value in a column.
pub(crate) fn value<'a, T: FromSql<'a>>(row: &'a Row, column: usize, place: &str) -> Result<T, Failure> {
    row.try_get(column).map_err(|e| Failure::corrupt(place, crate::failure::words(&e)))
}

/// A stored integer that is never negative.
pub(crate) fn unsigned(row: &Row, column: usize, place: &str) -> Result<u64, Failure> {
    let number: i64 = value(row, column, place)?;
    u64::try_from(number).map_err(|_| Failure::corrupt(place, format!("a number is {number}")))
}

/// A stored SHA-256 digest.
pub(crate) fn digest(row: &Row, column: usize, place: &str) -> Result<Digest, Failure> {
    let bytes: &[u8] = value(row, column, place)?;
    let raw = <[u8; 32]>::try_from(bytes);
    raw.map(Digest::from_raw)
        .map_err(|_| Failure::corrupt(place, format!("a digest has {} bytes instead of 32", bytes.len())))
}

/// A stored digest, or none.
pub(crate) fn digest_or_none(row: &Row, column: usize, place: &str) -> Result<Option<Digest>, Failure> {
    match value::<Option<&[u8]>>(row, column, place)? {
        None => Ok(None),
        Some(_) => digest(row, column, place).map(Some),
    }
}
