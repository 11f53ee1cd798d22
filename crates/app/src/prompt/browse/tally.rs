//! Counts what fits, per folder and per value of every filter, in one pass over the library.

use std::sync::Arc;

use cuelight_artifact::Kind;
use cuelight_artifact::model::Risk;

use super::{BrowseInput, Count, Facets, Folder, MAX_FACET, Rank, Status, Words};
use crate::prompt::library::{Row, View};

const FOLDER: u8 = 1;
const RISK: u8 = 1 << 1;
const OWNER: u8 = 1 << 2;
const TAG: u8 = 1 << 3;
const STATUS: u8 = 1 << 4;
const KIND: u8 = 1 << 5;

const RISKS: [Risk; 3] = [Risk::Low, Risk::Medium, Risk::High];
const KINDS: [Kind; 2] = [Kind::Prompt, Kind::Fragment];

/// The filters with the counts so far.
pub(super) struct Tally<'a> {
    view: &'a View,
    input: &'a BrowseInput,
    /// The beginning of every name in the chosen folder.
    prefix: Option<String>,
    owner: Option<Option<usize>>,
    tag: Option<Option<usize>>,
    folders: Vec<usize>,
    owners: Vec<usize>,
    tags: Vec<usize>,
    risks: [usize; 3],
    statuses: [usize; 5],
    kinds: [usize; 2],
}

impl<'a> Tally<'a> {
    pub(super) fn new(view: &'a View, input: &'a BrowseInput) -> Self {
        let number = |texts: &[Arc<str>], chosen: &Option<String>| {
            chosen.as_ref().map(|c| texts.iter().position(|t| **t == **c))
        };
        Self {
            view,
            input,
            prefix: chosen_folder(input).map(|f| format!("{f}/")),
            owner: number(&view.owners, &input.owner),
            tag: number(&view.tags, &input.tag),
            folders: vec![0; view.folders.len()],
            owners: vec![0; view.owners.len()],
            tags: vec![0; view.tags.len()],
            risks: [0; 3],
            statuses: [0; 5],
            kinds: [0; 2],
        }
    }

    /// Counts one row where it belongs. Its rank, if it fits all filters.
    pub(super) fn count(&mut self, row: &Row, statuses: u8, words: &Words) -> Option<Rank> {
        let failing = self.failing(row, statuses);
        if failing.count_ones() > 1 {
            return None;
        }
        let rank = words.rank(&row.card)?;
        let card = &row.card;
        // What fails one filter only would be there if that filter were set otherwise.
        let others_hold = |filter: u8| failing & !filter == 0;
        if others_hold(FOLDER) {
            add(&mut self.folders, card.folder);
        }
        if others_hold(RISK) {
            add(&mut self.risks, card.risk as usize);
        }
        if others_hold(OWNER) {
            card.owner_ids.iter().for_each(|o| add(&mut self.owners, *o));
        }
        if others_hold(TAG) {
            card.tag_ids.iter().for_each(|t| add(&mut self.tags, *t));
        }
        if others_hold(STATUS) {
            let holding = (0..Status::ALL.len()).filter(|s| statuses & (1 << s) != 0);
            holding.for_each(|s| add(&mut self.statuses, s));
        }
        if others_hold(KIND) {
            add(&mut self.kinds, card.id.kind as usize);
        }
        (failing == 0).then_some(rank)
    }

    /// The filters that a row fails, as bits.
    fn failing(&self, row: &Row, statuses: u8) -> u8 {
        let card = &row.card;
        let fails = |bit: u8, fails: bool| if fails { bit } else { 0 };
        fails(FOLDER, self.prefix.as_ref().is_some_and(|p| !card.id.name.as_str().starts_with(p.as_str())))
            | fails(RISK, self.input.risk.is_some_and(|r| r != card.risk))
            | fails(OWNER, self.owner.is_some_and(|o| o.is_none_or(|o| !card.owner_ids.contains(&o))))
            | fails(TAG, self.tag.is_some_and(|t| t.is_none_or(|t| !card.tag_ids.contains(&t))))
            | fails(STATUS, self.input.status.is_some_and(|s| statuses & (1 << s as u8) == 0))
            | fails(KIND, self.input.kind.is_some_and(|k| k != card.id.kind))
    }

    /// All folders that hold something, and the chosen one.
    pub(super) fn folders(&self) -> Vec<Folder> {
        let mut counts = self.folders.clone();
        // Inner folders have higher numbers than those they are in.
        for (number, (_, outer)) in self.view.folders.iter().enumerate().rev() {
            if let (Some(outer), Some(count)) = (outer, counts.get(number).copied())
                && let Some(sum) = counts.get_mut(*outer)
            {
                *sum += count;
            }
        }
        let chosen = chosen_folder(self.input);
        let mut found: Vec<Folder> = (self.view.folders.iter().zip(counts))
            .filter(|((name, _), count)| *count > 0 || chosen == Some(&**name))
            .map(|((name, _), count)| Folder { name: name.to_string(), count })
            .collect();
        if let Some(chosen) = chosen.filter(|c| !found.iter().any(|f| f.name == **c)) {
            found.push(Folder { name: chosen.to_owned(), count: 0 });
        }
        // By part, so that what is in a folder stands right below it.
        found.sort_by(|a, b| a.name.split('/').cmp(b.name.split('/')));
        found
    }

    pub(super) fn facets(&self) -> Facets {
        let input = self.input;
        Facets {
            risks: fixed(&RISKS, &self.risks, input.risk),
            owners: open(&self.view.owners, &self.owners, input.owner.as_deref()),
            tags: open(&self.view.tags, &self.tags, input.tag.as_deref()),
            statuses: fixed(&Status::ALL, &self.statuses, input.status),
            kinds: fixed(&KINDS, &self.kinds, input.kind),
        }
    }
}

fn chosen_folder(input: &BrowseInput) -> Option<&str> {
    input.folder.as_deref().map(|f| f.trim_end_matches('/')).filter(|f| !f.is_empty())
}

fn add(counts: &mut [usize], number: usize) {
    if let Some(count) = counts.get_mut(number) {
        *count += 1;
    }
}

fn fixed<T: Copy + PartialEq>(values: &[T], counts: &[usize], chosen: Option<T>) -> Vec<Count<T>> {
    let all = values.iter().zip(counts).map(|(value, count)| Count { value: *value, count: *count });
    all.filter(|c| c.count > 0 || chosen == Some(c.value)).collect()
}

/// The values that occur most, and the chosen one.
fn open(texts: &[Arc<str>], counts: &[usize], chosen: Option<&str>) -> Vec<Count<String>> {
    let mut found: Vec<(&str, usize)> =
        texts.iter().zip(counts).filter(|(_, c)| **c > 0).map(|(t, c)| (&**t, *c)).collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let shown = |c: &str| found.iter().take(MAX_FACET).any(|(t, _)| *t == c);
    let beyond = chosen.filter(|c| !shown(c)).map(|c| {
        let count = found.iter().find(|(t, _)| *t == c).map_or(0, |(_, count)| *count);
        (c, count)
    });
    found.truncate(MAX_FACET);
    found.extend(beyond);
    found.into_iter().map(|(value, count)| Count { value: value.to_owned(), count }).collect()
}
