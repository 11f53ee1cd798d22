//! Applies differences to an artifact.

use serde_json::{Map, Value};

use super::compare::{EntryKey, keys};
use super::layout::{self, Field, Key, Layout, List};
use super::path::{Path, Segment};
use super::{ChangeKind, FieldChange, as_value};
use crate::model::Artifact;
use crate::schema::value::same_option;

/// Why differences do not fit an artifact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// The path is not one that a difference can have.
    #[error("`{0}` is not the path of a field")]
    Path(String),
    /// The field does not have the value the difference starts from.
    #[error("`{0}` does not have the value this change starts from; compare again with the present artifact")]
    Stale(String),
    /// The outcome is not an artifact.
    #[error("the changes do not leave a valid artifact: {0}")]
    Invalid(String),
}

/// A difference and what is left of its path.
type Step<'a> = (&'a [Segment], &'a FieldChange);

/// Makes the differences to `artifact`. With all of `diff(a, b)`, `a` becomes `b`.
///
/// # Errors
/// When a difference starts from another value than the artifact has, names no field, or the outcome is not an
/// artifact. Nothing is half applied: the artifact given is not touched.
pub fn apply(changes: &[FieldChange], artifact: &Artifact) -> Result<Artifact, ApplyError> {
    let paths: Vec<Path> = changes
        .iter()
        .map(|c| Path::parse(&c.path).ok_or_else(|| ApplyError::Path(c.path.clone())))
        .collect::<Result<_, _>>()?;
    let steps: Vec<Step> = paths.iter().zip(changes).map(|(p, c)| (p.0.as_slice(), c)).collect();
    let whole = rebuilt(layout::ARTIFACT, Some(&as_value(artifact)), &steps)?;
    serde_json::from_value(whole.unwrap_or(Value::Null)).map_err(|e| ApplyError::Invalid(e.to_string()))
}

fn rebuilt(layout: Layout, old: Option<&Value>, steps: &[Step]) -> Result<Option<Value>, ApplyError> {
    let whole = steps.iter().find(|(rest, c)| rest.is_empty() && c.kind != ChangeKind::Moved);
    if let Some((_, change)) = whole {
        if steps.len() > 1 || !same_option(old, change.before.as_ref()) {
            return Err(stale(change));
        }
        return Ok(change.after.clone());
    }
    let Some((_, first)) = steps.first() else { return Ok(old.cloned()) };
    let object =
        || old.map_or_else(|| Some(Map::new()), |v| v.as_object().cloned()).ok_or_else(|| stale(first));
    let list = || old.map_or_else(|| Some(Vec::new()), |v| v.as_array().cloned()).ok_or_else(|| stale(first));
    Ok(Some(match layout {
        Layout::Leaf => return Err(stale(first)),
        Layout::Json => Value::Object(keyed(object()?, steps, &|_| (Layout::Json, None))?),
        Layout::Map(item) => Value::Object(keyed(object()?, steps, &|_| (*item, None))?),
        Layout::Struct(fields) => Value::Object(keyed(object()?, steps, &|name| layout::of(fields, name))?),
        Layout::Set => Value::Array(members(list()?, steps)?),
        Layout::List(shape) => Value::Array(entries(shape, &list()?, steps)?),
        Layout::Tools(fields, shape) => Value::Object(tools(fields, shape, object()?, steps)?),
    }))
}

fn stale(change: &FieldChange) -> ApplyError {
    ApplyError::Stale(change.path.clone())
}

/// Splits off the first segment of each path, in order of first appearance.
fn grouped<'a>(steps: &[Step<'a>]) -> Result<Vec<(&'a Segment, Vec<Step<'a>>)>, ApplyError> {
    let mut groups: Vec<(&Segment, Vec<Step>)> = Vec::new();
    for (path, change) in steps {
        let (first, rest) = path.split_first().ok_or_else(|| stale(change))?;
        match groups.iter_mut().find(|(segment, _)| *segment == first) {
            Some((_, group)) => group.push((rest, change)),
            None => groups.push((first, vec![(rest, change)])),
        }
    }
    Ok(groups)
}

fn keyed(
    mut object: Map<String, Value>,
    steps: &[Step],
    layout_of: &dyn Fn(&str) -> (Layout, Option<Value>),
) -> Result<Map<String, Value>, ApplyError> {
    for (segment, group) in grouped(steps)? {
        let (layout, absent) = layout_of(&segment.text);
        let old = object.get(&segment.text).or(absent.as_ref());
        match rebuilt(layout, old, &group)? {
            Some(value) => object.insert(segment.text.clone(), value),
            None => object.remove(&segment.text),
        };
    }
    Ok(object)
}

fn members(mut set: Vec<Value>, steps: &[Step]) -> Result<Vec<Value>, ApplyError> {
    for (_, change) in steps {
        match (change.kind, &change.before, &change.after) {
            (ChangeKind::Removed, Some(gone), _) if set.contains(gone) => set.retain(|v| v != gone),
            (ChangeKind::Added, _, Some(new)) if !set.contains(new) => set.push(new.clone()),
            _ => return Err(stale(change)),
        }
    }
    Ok(set)
}

fn tools(
    fields: &[Field],
    shape: List,
    mut object: Map<String, Value>,
    steps: &[Step],
) -> Result<Map<String, Value>, ApplyError> {
    let own = |path: &[Segment]| {
        path.first().is_some_and(|s| s.dotted && matches!(s.text.as_str(), "schema_version" | "choice"))
    };
    let (of_fields, of_list): (Vec<Step>, Vec<Step>) = steps.iter().partition(|(path, _)| own(path));
    let list = object.get("list").and_then(Value::as_array).cloned().unwrap_or_default();
    object.insert("list".to_owned(), Value::Array(entries(shape, &list, &of_list)?));
    keyed(object, &of_fields, &|name| layout::of(fields, name))
}

fn entries(shape: List, old: &[Value], steps: &[Step]) -> Result<Vec<Value>, ApplyError> {
    let (moves, steps): (Vec<Step>, Vec<Step>) = steps.iter().partition(|(path, _)| path.is_empty());
    let (mut removed, mut added, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for (segment, group) in grouped(&steps)? {
        let mut inside: Vec<Step> = Vec::new();
        for (rest, change) in group {
            match (rest.is_empty(), change.kind) {
                (true, ChangeKind::Removed) => removed.push((segment, change)),
                (true, ChangeKind::Added) => added.push((segment, change)),
                _ => inside.push((rest, change)),
            }
        }
        if let Some(&(_, first)) = inside.first() {
            changed.push((segment, first, inside));
        }
    }
    let old_keys = keys(shape.key, old);
    let mut gone = vec![false; old.len()];
    for (segment, change) in &removed {
        let index = position(shape.key, &old_keys, segment).ok_or_else(|| stale(change))?;
        if !same_option(old.get(index), change.before.as_ref()) {
            return Err(stale(change));
        }
        gone[index] = true;
    }
    let present = |segment: &Segment| position(shape.key, &old_keys, segment).is_some_and(|i| !gone[i]);
    if let Some((_, change)) = added.iter().find(|(segment, _)| shape.key != Key::Message && present(segment))
    {
        return Err(stale(change));
    }
    let kept =
        old_keys.iter().zip(old).zip(&gone).filter(|(_, gone)| !**gone).map(|((k, v), _)| (k, v.clone()));
    let mut list = match moves.first() {
        Some((_, change)) => ordered(shape.key, &old_keys, kept.collect(), &added, change)?,
        None => placed(shape.key, kept.map(|(_, v)| v).collect(), &added)?,
    };
    let new_keys = keys(shape.key, &list);
    for (segment, first, group) in changed {
        let index = position(shape.key, &new_keys, segment).ok_or_else(|| stale(first))?;
        list[index] = rebuilt(*shape.item, list.get(index), &group)?.ok_or_else(|| stale(first))?;
    }
    Ok(list)
}

fn position(key: Key, all: &[EntryKey], segment: &Segment) -> Option<usize> {
    match key {
        Key::Message => segment.text.parse().ok().filter(|i| *i < all.len()),
        _ => all.iter().position(|k| k.text == segment.text && k.ordinal == segment.ordinal),
    }
}

/// Messages are added at their positions, other entries at the end.
fn placed(key: Key, kept: Vec<Value>, added: &[(&Segment, &FieldChange)]) -> Result<Vec<Value>, ApplyError> {
    let values = added.iter().map(|(_, c)| c.after.clone().ok_or_else(|| stale(c)));
    if key != Key::Message {
        return kept.into_iter().map(Ok).chain(values).collect();
    }
    let mut list: Vec<Option<Value>> = vec![None; kept.len() + added.len()];
    for ((segment, change), value) in added.iter().zip(values) {
        let index =
            segment.text.parse::<usize>().ok().filter(|i| *i < list.len()).ok_or_else(|| stale(change))?;
        list[index] = Some(value?);
    }
    let mut kept = kept.into_iter();
    Ok(list.into_iter().filter_map(|slot| slot.or_else(|| kept.next())).collect())
}

/// Every entry at the place that a `Moved` change gives its key.
fn ordered(
    key: Key,
    old_keys: &[EntryKey],
    kept: Vec<(&EntryKey, Value)>,
    added: &[(&Segment, &FieldChange)],
    change: &FieldChange,
) -> Result<Vec<Value>, ApplyError> {
    // Where nothing came or went, this is all that tells the start from the outcome.
    if change.before != Some(old_keys.iter().map(EntryKey::shown).collect()) {
        return Err(stale(change));
    }
    let order = change.after.as_ref().and_then(Value::as_array).ok_or_else(|| stale(change))?;
    let mut by_key: Vec<(Value, Value)> = kept.into_iter().map(|(k, v)| (k.shown(), v)).collect();
    for (segment, addition) in added {
        let shown = match key {
            Key::Message => segment.text.parse::<usize>().ok().and_then(|i| order.get(i).cloned()),
            _ => Some(EntryKey { text: segment.text.clone(), ordinal: segment.ordinal }.shown()),
        };
        let value = addition.after.clone();
        by_key.push(shown.zip(value).ok_or_else(|| stale(addition))?);
    }
    if order.len() != by_key.len() {
        return Err(stale(change));
    }
    let find = |wanted: &Value| by_key.iter().find(|(k, _)| k == wanted).map(|(_, v)| v.clone());
    order.iter().map(|wanted| find(wanted).ok_or_else(|| stale(change))).collect()
}
