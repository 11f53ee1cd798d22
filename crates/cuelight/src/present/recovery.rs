//! A recovery in a sentence.

use cuelight_app::recovery::RecoveryInfo;
use cuelight_app::time;
use cuelight_core::installation::Recovery;

use super::{cut, when};
use crate::output::clean;

/// What happened, when, why, and what is known to be lost, as a server tells it.
pub fn sentence(recovery: &RecoveryInfo) -> String {
    let lost = recovery.ledgers.iter().filter_map(|l| {
        let lost = l.lost.as_ref()?;
        Some(entries(lost.entries, lost.first, lost.last, &l.ledger))
    });
    let why = match &recovery.reason {
        Some(reason) => format!(": “{}”", cut(&clean(reason), 200)),
        None => " (the reason was erased)".to_owned(),
    };
    said(recovery.epoch, &recovery.at, &recovery.actor, &recovery.made_at, &why, &lost.collect::<Vec<_>>())
}

/// The same, as the ledger itself records it. The reason is a text that is not at hand.
pub fn recorded(recovery: &Recovery) -> String {
    let lost = recovery.recorded.ledgers.iter().filter(|l| l.lost() > 0);
    let lost = lost.map(|l| entries(l.lost(), l.size + 1, l.size + l.lost(), &l.ledger.to_string()));
    let (at, made_at) = (time::show(recovery.at), time::show(recovery.recorded.made_at));
    said(recovery.recorded.epoch, &at, &recovery.actor.to_string(), &made_at, "", &lost.collect::<Vec<_>>())
}

fn said(epoch: u64, at: &str, actor: &str, made_at: &str, why: &str, lost: &[String]) -> String {
    let lost = match lost.is_empty() {
        true => "Nothing is known to be lost.".to_owned(),
        false => format!("Known to be lost: {}.", lost.join("; ")),
    };
    let (at, actor, made_at) = (when(at), clean(actor), when(made_at));
    format!(
        "Recovery epoch {epoch}: at {at} {actor} put on record that the installation goes on from a backup of {made_at}{why}. {lost}"
    )
}

fn entries(count: u64, first: u64, last: u64, ledger: &str) -> String {
    let ledger = clean(ledger);
    match count {
        1 => format!("entry {first} of {ledger}"),
        n => format!("{n} entries of {ledger} ({first} to {last})"),
    }
}
