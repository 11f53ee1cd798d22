//! Messages: their layout, which callers see, and their texts.

use super::{Class, Reasons};
use crate::model::{Message, Role};
use crate::rules::semver as rules;

/// Compares who speaks in which order, the placeholders, and returns the paths of texts that differ.
pub(super) fn compare(old: &[Message], new: &[Message], found: &mut Reasons) -> Vec<String> {
    let pairs = aligned(old, new);
    let (mut gone, mut added): (Vec<usize>, Vec<usize>) =
        ((0..old.len()).collect(), (0..new.len()).collect());
    gone.retain(|i| pairs.iter().all(|(a, _)| a != i));
    added.retain(|j| pairs.iter().all(|(_, b)| b != j));
    let mut moved = false;
    for i in gone {
        // what left one place and came back at another has moved
        match added.iter().position(|j| same_slot(&old[i], &new[*j])) {
            Some(at) => {
                optionality(&old[i], &new[added[at]], added[at], found);
                added.remove(at);
                moved = true;
            }
            None => removed(&old[i], i, found),
        }
    }
    if moved {
        let sentence = "The messages stand in another order.".to_owned();
        found.add(&rules::MESSAGES_REORDERED, "messages", Class::Major, sentence);
    }
    for j in added {
        inserted(&new[j], j, found);
    }
    if let (Some(was), Some(is)) = (ending(old), ending(new))
        && was != is
    {
        let sentence = format!("The conversation ended with {was} and now ends with {is}.");
        found.add(&rules::ENDS_DIFFERENTLY, "messages", Class::Major, sentence);
    }
    let mut texts = Vec::new();
    for (i, j) in pairs {
        optionality(&old[i], &new[j], j, found);
        if text(&old[i]) != text(&new[j]) {
            texts.push(format!("messages[{j}].text"));
        }
    }
    texts
}

/// Whether both are texts of one role or one placeholder.
fn same_slot(a: &Message, b: &Message) -> bool {
    match (a, b) {
        (Message::Text { role: a, text: _ }, Message::Text { role: b, .. }) => a == b,
        (Message::Placeholder { name: a, optional: _ }, Message::Placeholder { name: b, .. }) => a == b,
        _ => false,
    }
}

fn text(message: &Message) -> &str {
    match message {
        Message::Text { text, .. } => text,
        Message::Placeholder { .. } => "",
    }
}

/// Most pairs of messages that are weighed against each other.
const MAX_PAIRS: usize = 1_000_000;

/// Pairs of positions, rising on both sides: as many of the same slot as can be, among these as many equal texts as
/// can be. Messages put in between leave all others paired. Of absurdly many messages only the equal ones at either
/// end are paired, so that the rest counts as exchanged, which is major.
fn aligned(old: &[Message], new: &[Message]) -> Vec<(usize, usize)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_mid, new_mid) = (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|i| (i, i)).collect();
    if old_mid.len().saturating_mul(new_mid.len()) <= MAX_PAIRS {
        pairs.extend(weighed(old_mid, new_mid).into_iter().map(|(i, j)| (head + i, head + j)));
    }
    pairs.extend((1..=tail).rev().map(|back| (old.len() - back, new.len() - back)));
    pairs
}

fn weighed(old: &[Message], new: &[Message]) -> Vec<(usize, usize)> {
    let worth = |i: usize, j: usize| {
        same_slot(&old[i], &new[j]).then(|| if text(&old[i]) == text(&new[j]) { (1, 1) } else { (1, 0) })
    };
    // best[i][j]: slots and texts that can be paired from i and j on
    let mut best = vec![vec![(0_usize, 0_usize); new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let paired = worth(i, j).map(|(s, t)| (best[i + 1][j + 1].0 + s, best[i + 1][j + 1].1 + t));
            best[i][j] = best[i + 1][j].max(best[i][j + 1]).max(paired.unwrap_or_default());
        }
    }
    let (mut pairs, mut i, mut j) = (Vec::new(), 0, 0);
    while i < old.len() && j < new.len() {
        let rest = best[i + 1][j + 1];
        if worth(i, j).is_some_and(|(s, t)| best[i][j] == (rest.0 + s, rest.1 + t)) {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[i][j] == best[i + 1][j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

fn removed(message: &Message, index: usize, found: &mut Reasons) {
    let path = format!("messages[{index}]");
    match message {
        Message::Placeholder { name, .. } => {
            let sentence = format!("The placeholder `{name}`, which callers fill, is gone.");
            found.add(&rules::PLACEHOLDER_REMOVED, &path, Class::Major, sentence);
        }
        Message::Text { role, .. } => {
            let sentence = format!("A message of role {} is gone.", role.as_str());
            found.add(&rules::MESSAGE_REMOVED, &path, Class::Major, sentence);
        }
    }
}

fn inserted(message: &Message, index: usize, found: &mut Reasons) {
    let path = format!("messages[{index}]");
    match message {
        Message::Placeholder { name, optional: false } => {
            let sentence = format!("Callers must now fill the placeholder `{name}`.");
            found.add(&rules::PLACEHOLDER_REQUIRED, &path, Class::Major, sentence);
        }
        Message::Placeholder { name, optional: true } => {
            let sentence = format!("Callers may now fill the placeholder `{name}`.");
            found.add(&rules::PLACEHOLDER_OPTIONAL, &path, Class::Minor, sentence);
        }
        Message::Text { role, .. } => {
            let sentence = format!("There is one more {} message.", role.as_str());
            found.add(&rules::MESSAGE_ADDED, &path, Class::Minor, sentence);
        }
    }
}

fn optionality(old: &Message, new: &Message, index: usize, found: &mut Reasons) {
    let (Message::Placeholder { optional: was, name }, Message::Placeholder { optional: is, .. }) =
        (old, new)
    else {
        return;
    };
    let path = format!("messages[{index}].optional");
    match (was, is) {
        (true, false) => {
            let sentence = format!("Callers could leave out the placeholder `{name}` and must now fill it.");
            found.add(&rules::PLACEHOLDER_REQUIRED, &path, Class::Major, sentence);
        }
        (false, true) => {
            let sentence = format!("Callers may now leave out the placeholder `{name}`.");
            found.add(&rules::PLACEHOLDER_OPTIONAL, &path, Class::Minor, sentence);
        }
        _ => {}
    }
}

/// What the conversation ends with when optional placeholders are left out.
fn ending(messages: &[Message]) -> Option<String> {
    messages.iter().rev().find_map(|message| match message {
        Message::Text { role: Role::System, .. } => Some("a system message".to_owned()),
        Message::Text { role: Role::User, .. } => Some("a user message".to_owned()),
        Message::Text { role: Role::Assistant, .. } => Some("an assistant message".to_owned()),
        Message::Placeholder { name, optional: false } => Some(format!("the placeholder `{name}`")),
        Message::Placeholder { optional: true, .. } => None,
    })
}
