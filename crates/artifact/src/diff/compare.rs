//! Walks two values side by side along the layout.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::layout::{self, Field, Key, Layout, List};
use super::path::{Path, Segment};
use super::{ChangeKind, FieldChange};
use crate::schema::value::same;

/// Adds to `changes` what differs between two values at `path`.
pub(super) fn compare(
    layout: Layout,
    path: &Path,
    before: Option<&Value>,
    after: Option<&Value>,
    changes: &mut Vec<FieldChange>,
) {
    let (a, b) = match (before, after) {
        (None, None) => return,
        (Some(a), Some(b)) if same(a, b) => return,
        (Some(a), Some(b)) => (a, b),
        _ => {
            let kind = if before.is_none() { ChangeKind::Added } else { ChangeKind::Removed };
            return changes.push(change(path, kind, before.cloned(), after.cloned()));
        }
    };
    match (layout, a, b) {
        (Layout::Json, Value::Object(a), Value::Object(b)) => by_key(Layout::Json, path, a, b, changes),
        (Layout::Map(item), Value::Object(a), Value::Object(b)) => by_key(*item, path, a, b, changes),
        (Layout::Struct(fields), Value::Object(a), Value::Object(b)) => by_field(fields, path, a, b, changes),
        (Layout::Tools(fields, list), Value::Object(a), Value::Object(b)) => {
            let without_list = |o: &Map<String, Value>| {
                o.iter()
                    .filter(|(k, _)| *k != "list")
                    .map(|(k, v)| (k.clone(), v.clone()))
                    .collect::<Map<_, _>>()
            };
            by_field(fields, path, &without_list(a), &without_list(b), changes);
            let tools =
                |o: &Map<String, Value>| o.get("list").and_then(Value::as_array).cloned().unwrap_or_default();
            by_entry(list, path, &tools(a), &tools(b), changes);
        }
        (Layout::Set, Value::Array(a), Value::Array(b)) => by_member(path, a, b, changes),
        (Layout::List(list), Value::Array(a), Value::Array(b)) => by_entry(list, path, a, b, changes),
        _ => changes.push(change(path, ChangeKind::Changed, Some(a.clone()), Some(b.clone()))),
    }
}

fn change(path: &Path, kind: ChangeKind, before: Option<Value>, after: Option<Value>) -> FieldChange {
    FieldChange { path: path.to_string(), kind, before, after }
}

fn by_key(
    item: Layout,
    path: &Path,
    a: &Map<String, Value>,
    b: &Map<String, Value>,
    changes: &mut Vec<FieldChange>,
) {
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for key in keys {
        compare(item, &path.key(key), a.get(key), b.get(key), changes);
    }
}

fn by_field(
    fields: &[Field],
    path: &Path,
    a: &Map<String, Value>,
    b: &Map<String, Value>,
    changes: &mut Vec<FieldChange>,
) {
    // in the order in which an artifact is written
    let mut names: Vec<&String> = a.keys().collect();
    names.extend(b.keys().filter(|name| !a.contains_key(*name)));
    for name in names {
        let (layout, absent) = layout::of(fields, name);
        let (before, after) = (a.get(name).or(absent.as_ref()), b.get(name).or(absent.as_ref()));
        compare(layout, &path.key(name), before, after, changes);
    }
}

fn by_member(path: &Path, a: &[Value], b: &[Value], changes: &mut Vec<FieldChange>) {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    for gone in a.iter().filter(|v| !b.contains(v)) {
        changes.push(change(&path.item(&text(gone), 1), ChangeKind::Removed, Some(gone.clone()), None));
    }
    for new in b.iter().filter(|v| !a.contains(v)) {
        changes.push(change(&path.item(&text(new), 1), ChangeKind::Added, None, Some(new.clone())));
    }
}

fn by_entry(list: List, path: &Path, a: &[Value], b: &[Value], changes: &mut Vec<FieldChange>) {
    let (old_keys, new_keys) = (keys(list.key, a), keys(list.key, b));
    let old_at: BTreeMap<&EntryKey, usize> = old_keys.iter().zip(0..).collect();
    let new_at: BTreeMap<&EntryKey, usize> = new_keys.iter().zip(0..).collect();
    let place = |key: &EntryKey, index: usize| path.with(segment(list, path, key, index));
    for (index, key) in old_keys.iter().enumerate().filter(|(_, key)| !new_at.contains_key(key)) {
        changes.push(change(&place(key, index), ChangeKind::Removed, Some(a[index].clone()), None));
    }
    for (index, key) in new_keys.iter().enumerate() {
        let before = old_at.get(key).map(|i| &a[*i]);
        compare(*list.item, &place(key, index), before, Some(&b[index]), changes);
    }
    if arranged(list.key, &old_keys, &new_keys) != new_keys {
        let shown = |keys: &[EntryKey]| Some(Value::Array(keys.iter().map(EntryKey::shown).collect()));
        changes.push(change(path, ChangeKind::Moved, shown(&old_keys), shown(&new_keys)));
    }
}

/// The key of an entry: its text, and which of several with that text it is, from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EntryKey {
    pub text: String,
    pub ordinal: usize,
}

impl EntryKey {
    /// As a value within a `Moved` change.
    pub fn shown(&self) -> Value {
        match self.ordinal {
            1 => Value::from(self.text.as_str()),
            n => serde_json::json!([self.text, n]),
        }
    }
}

/// The keys of all entries, in order.
pub(super) fn keys(key: Key, list: &[Value]) -> Vec<EntryKey> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let text_of = |entry: &Value| match key {
        Key::Field(name) => entry[name].as_str().unwrap_or_default().to_owned(),
        Key::Itself => entry.as_str().unwrap_or_default().to_owned(),
        Key::Message => match entry["role"].as_str() {
            Some(role) => role.to_owned(),
            None => format!("placeholder {}", entry["name"].as_str().unwrap_or_default()),
        },
    };
    list.iter()
        .map(|entry| {
            let text = text_of(entry);
            let count = seen.entry(text.clone()).or_default();
            *count += 1;
            EntryKey { text, ordinal: *count }
        })
        .collect()
}

/// The order that follows from removing and adding alone: messages are added at their positions, other entries at
/// the end.
pub(super) fn arranged(key: Key, old: &[EntryKey], new: &[EntryKey]) -> Vec<EntryKey> {
    let mut kept = old.iter().filter(|k| new.contains(k)).cloned();
    let added = |k: &&EntryKey| !old.contains(k);
    if key == Key::Message {
        return new.iter().filter_map(|k| if added(&k) { Some(k.clone()) } else { kept.next() }).collect();
    }
    kept.chain(new.iter().filter(added).cloned()).collect()
}

fn segment(list: List, path: &Path, key: &EntryKey, index: usize) -> Segment {
    let is_tool = path.0.len() == 1 && path.0[0].text == "tools";
    match list.key {
        Key::Message => Segment { text: index.to_string(), ordinal: 1, dotted: false },
        // a tool called like a field of `tools` is written in brackets
        Key::Field(_) if is_tool => {
            let clash = matches!(key.text.as_str(), "schema_version" | "choice" | "list");
            Segment { text: key.text.clone(), ordinal: key.ordinal, dotted: !clash }
        }
        _ => Segment { text: key.text.clone(), ordinal: key.ordinal, dotted: false },
    }
}
