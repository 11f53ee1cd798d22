//! Times as people write them and as answers show them.

use cuelight_core::ledger::Micros;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, Zoned};

use crate::error::{AppError, AppResult};

/// The instants a text may mean. Usually one; two when a local time occurs twice because clocks went back.
///
/// Accepted: RFC 3339 with an offset (`2026-03-15T14:47:00+01:00`, `…Z`), or a local time with its zone in
/// brackets (`2026-03-15T14:47[Europe/Berlin]`). A time without either is refused: it would mean another instant
/// to every reader.
///
/// # Errors
/// `invalid_request` with the forms that are accepted.
pub fn parse(text: &str) -> AppResult<Vec<Micros>> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(vec![at.as_microsecond()]);
    }
    if let Some((local, zone)) = text.strip_suffix(']').and_then(|t| t.split_once('[')) {
        let local = local.trim();
        // With an offset of its own the time is exact; the zone only has to agree.
        if let Ok(zoned) = text.parse::<Zoned>()
            && local.parse::<Timestamp>().is_ok()
        {
            return Ok(vec![zoned.timestamp().as_microsecond()]);
        }
        return local_times(local, zone);
    }
    Err(AppError::invalid(format!(
        "`{text}` is not a time with its zone; write `2026-03-15T14:47:00+01:00`, `2026-03-15T13:47:00Z` or `2026-03-15T14:47[Europe/Berlin]`"
    )))
}

fn local_times(local: &str, zone: &str) -> AppResult<Vec<Micros>> {
    let zone = TimeZone::get(zone).map_err(|_| {
        AppError::invalid(format!("`{zone}` is not a time zone; write one like `Europe/Berlin` or `UTC`"))
    })?;
    let time: DateTime = local.parse().map_err(|_| {
        AppError::invalid(format!("`{local}` is not a date with a time; write one like `2026-03-15T14:47`"))
    })?;
    let ambiguous = zone.to_ambiguous_zoned(time);
    if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
        return Err(AppError::invalid(format!(
            "`{local}` did not exist there: clocks went forward over it; write a time before or after"
        )));
    }
    if ambiguous.is_ambiguous() {
        let earlier = zone.to_ambiguous_zoned(time).earlier();
        let later = zone.to_ambiguous_zoned(time).later();
        let mut times: Vec<Micros> =
            [earlier, later].into_iter().flatten().map(|z| z.timestamp().as_microsecond()).collect();
        times.dedup();
        return Ok(times);
    }
    let zoned = ambiguous.unambiguous().map_err(AppError::internal)?;
    Ok(vec![zoned.timestamp().as_microsecond()])
}

/// RFC 3339 in UTC with microseconds.
#[must_use]
pub fn show(at: Micros) -> String {
    Timestamp::from_microsecond(at).map_or_else(|_| format!("{at} µs"), |t| format!("{t:.6}"))
}

#[cfg(test)]
mod tests;
