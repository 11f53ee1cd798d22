//! Decides inclusion between shapes. `Included` is only said when proved case by case; a counterexample only when
//! the first schema accepts and the second refuses it.

use serde_json::{Map, Value};

use super::Inclusion;
use super::example::{fresh_name, least, least_shape, list_of, spread, text_of};
use super::number::{Cover, Numbers};
use super::shape::{Fuel, Lengths, Node, Record, Shape, TooLarge};
use super::validate::{accepts, violations};
use super::value::number;

/// Steps before giving up; a schema at the size limit against a close variant of itself needs about a tenth.
const STEPS: u32 = 200_000;
/// How many times one case is split before giving up.
const SPLITS: usize = 6;

/// Whether every value of `old` is in `new`.
pub(super) fn decide(old: &Node, new: &Node) -> Inclusion {
    let fuel = Fuel::new(STEPS);
    let refuted = |counterexample: Value| {
        let first = violations(new, &counterexample).into_iter().next()?;
        accepts(old, &counterexample).then(|| Inclusion::NotIncluded {
            counterexample,
            at: first.path,
            because: first.message,
        })
    };
    let doubt = match within(old, new, SPLITS, &fuel) {
        Ok(Outcome::Proved) => return Inclusion::Included,
        Ok(Outcome::Refuted(value)) => {
            if let Some(answer) = refuted(value) {
                return answer;
            }
            Doubt {
                because: "the difference found could not be confirmed by a value".to_owned(),
                at: String::new(),
            }
        }
        Ok(Outcome::Unknown(doubt)) => doubt,
        Err(TooLarge) => Doubt {
            because: "the two schemas have too many combinations of alternatives to compare".to_owned(),
            at: String::new(),
        },
    };
    // no proof; perhaps one of the usual values tells them apart
    if let Some(answer) = spread(old).into_iter().filter(|v| !accepts(new, v)).find_map(refuted) {
        return answer;
    }
    Inclusion::Unknown { because: doubt.because, at: doubt.at }
}

/// What is known about one part.
enum Outcome {
    Proved,
    /// A value of the part that is outside.
    Refuted(Value),
    Unknown(Doubt),
}

struct Doubt {
    because: String,
    at: String,
}

impl Doubt {
    fn about(because: &str) -> Outcome {
        Outcome::Unknown(Self { because: because.to_owned(), at: String::new() })
    }
}

type Step = Result<Outcome, TooLarge>;

fn within(old: &Node, new: &Node, splits: usize, fuel: &Fuel) -> Step {
    fuel.spend()?;
    if *new == Node::Any || old == new {
        return Ok(Outcome::Proved);
    }
    let mut doubt = None;
    for shape in old.shapes().iter() {
        match shape_within(shape, &new.shapes(), splits, fuel)? {
            Outcome::Proved => {}
            Outcome::Unknown(reason) => doubt = doubt.or(Some(reason)),
            refuted @ Outcome::Refuted(_) => return Ok(refuted),
        }
    }
    Ok(doubt.map_or(Outcome::Proved, Outcome::Unknown))
}

fn shape_within(shape: &Shape, new: &[Shape], splits: usize, fuel: &Fuel) -> Step {
    fuel.spend()?;
    let outside = |value: &Value| !new.iter().any(|s| s.holds(value));
    Ok(match shape {
        Shape::Exact(value) if outside(value) => Outcome::Refuted(value.clone()),
        Shape::Exact(_) => Outcome::Proved,
        Shape::Number(numbers) => numbers_within(numbers, new),
        Shape::Text(lengths) => texts_within(*lengths, new),
        Shape::List(lengths, items) => return lists_within(*lengths, items, new, splits, fuel),
        Shape::Record(record) => return records_within(record, new, splits, fuel),
    })
}

fn numbers_within(numbers: &Numbers, new: &[Shape]) -> Outcome {
    let union: Vec<Numbers> =
        new.iter().filter_map(|s| if let Shape::Number(n) = s { Some(*n) } else { None }).collect();
    let points: Vec<f64> = exact(new).filter_map(super::number::of).collect();
    match numbers.covered_by(&union, &points) {
        Cover::All => Outcome::Proved,
        Cover::Try(suspects) => {
            let outside = |n: &f64| !points.contains(n) && !union.iter().any(|u| u.contains(*n));
            suspects.into_iter().find(outside).map_or_else(
                || Doubt::about("whether these ranges and steps together cover all numbers is not decided"),
                |n| Outcome::Refuted(number(n)),
            )
        }
    }
}

fn texts_within(lengths: Lengths, new: &[Shape]) -> Outcome {
    let mut ranges: Vec<Lengths> =
        new.iter().filter_map(|s| if let Shape::Text(l) = s { Some(*l) } else { None }).collect();
    if exact(new).any(|v| v.as_str() == Some("")) {
        ranges.push(Lengths { min: 0, max: 0 });
    }
    let Some(gap) = first_gap(lengths, ranges) else { return Outcome::Proved };
    for letter in ["a", "b", "é"] {
        match text_of(letter, gap) {
            None => return Doubt::about("a text that tells them apart is too long to be shown"),
            Some(text) if exact(new).all(|v| *v != text) => return Outcome::Refuted(text),
            Some(_) => {}
        }
    }
    Doubt::about("a text that tells them apart was not found")
}

/// The first length not covered.
fn first_gap(lengths: Lengths, mut ranges: Vec<Lengths>) -> Option<u64> {
    ranges.sort_by_key(|r| r.min);
    let mut cursor = lengths.min;
    for range in ranges {
        if range.min <= cursor && cursor <= range.max {
            if range.max >= lengths.max {
                return None;
            }
            cursor = range.max + 1;
        }
    }
    Some(cursor)
}

fn lists_within(lengths: Lengths, items: &Node, new: &[Shape], splits: usize, fuel: &Fuel) -> Step {
    let lists: Vec<(Lengths, &Node)> = new
        .iter()
        .filter_map(|s| if let Shape::List(l, items) = s { Some((*l, &**items)) } else { None })
        .collect();
    // cut the lengths where some list shape begins or ends; each piece must fit into one of them
    let mut cuts: Vec<u64> = lists.iter().flat_map(|(l, _)| [l.min, l.max.saturating_add(1)]).collect();
    cuts.extend([lengths.min, lengths.min.max(1)]);
    cuts.retain(|c| lengths.min <= *c && *c <= lengths.max);
    cuts.sort_unstable();
    cuts.dedup();
    let mut doubt = None;
    for (i, from) in cuts.iter().enumerate() {
        let to = cuts.get(i + 1).map_or(lengths.max, |next| next - 1);
        let piece = Lengths { min: *from, max: to };
        match piece_within(piece, items, &lists, new, splits, fuel)? {
            Outcome::Proved => {}
            Outcome::Unknown(reason) => doubt = doubt.or(Some(reason)),
            refuted @ Outcome::Refuted(_) => return Ok(refuted),
        }
    }
    Ok(doubt.map_or(Outcome::Proved, Outcome::Unknown))
}

fn piece_within(
    piece: Lengths,
    items: &Node,
    lists: &[(Lengths, &Node)],
    new: &[Shape],
    splits: usize,
    fuel: &Fuel,
) -> Step {
    let outside = |value: &Value| !new.iter().any(|s| s.holds(value));
    if piece.max == 0 {
        let empty = Value::Array(Vec::new());
        return Ok(if outside(&empty) { Outcome::Refuted(empty) } else { Outcome::Proved });
    }
    let fitting = lists.iter().filter(|(l, _)| l.min <= piece.min && piece.max <= l.max);
    let plain = least(items).and_then(|item| list_of(&item, piece.min));
    let mut tries: Vec<Value> = Vec::new();
    let mut doubt = None;
    for (_, theirs) in fitting {
        match within(items, theirs, splits, fuel)? {
            Outcome::Proved => return Ok(Outcome::Proved),
            Outcome::Unknown(Doubt { because, at }) => doubt = Some(Doubt { because, at: format!("[]{at}") }),
            Outcome::Refuted(item) => {
                if let Some(Value::Array(mut list)) = plain.clone() {
                    list.pop();
                    list.insert(0, item);
                    tries.push(Value::Array(list));
                }
            }
        }
    }
    tries.extend(plain);
    Ok(match tries.into_iter().find(outside) {
        Some(value) => Outcome::Refuted(value),
        None => Outcome::Unknown(doubt.unwrap_or(Doubt {
            because: "a list that tells them apart is too long to be shown".to_owned(),
            at: "[]".to_owned(),
        })),
    })
}

fn records_within(record: &Record, new: &[Shape], splits: usize, fuel: &Fuel) -> Step {
    let outside = |value: &Value| !new.iter().any(|s| s.holds(value));
    let theirs: Vec<&Record> =
        new.iter().filter_map(|s| if let Shape::Record(r) = s { Some(r) } else { None }).collect();
    let mut tries: Vec<Value> = Vec::new();
    let mut doubt = None;
    for their in &theirs {
        match record_within(record, their, splits, fuel)? {
            Outcome::Proved => return Ok(Outcome::Proved),
            Outcome::Refuted(value) => tries.push(value),
            Outcome::Unknown(reason) => doubt = doubt.or(Some(reason)),
        }
    }
    tries.extend(least_shape(&Shape::Record(record.clone())));
    if let Some(value) = tries.into_iter().find(outside) {
        return Ok(Outcome::Refuted(value));
    }
    if splits > 0
        && let Some(parts) = split(record, &theirs, fuel)?
    {
        let mut undecided = None;
        for part in parts {
            match records_within(&part, new, splits - 1, fuel)? {
                Outcome::Proved => {}
                Outcome::Unknown(reason) => undecided = undecided.or(Some(reason)),
                refuted @ Outcome::Refuted(_) => return Ok(refuted),
            }
        }
        return Ok(undecided.map_or(Outcome::Proved, Outcome::Unknown));
    }
    Ok(Outcome::Unknown(
        doubt.unwrap_or(Doubt {
            because:
                "no single alternative holds all these objects, and whether they do together is not decided"
                    .to_owned(),
            at: String::new(),
        }),
    ))
}

/// Whether all of `ours` is in the single record `theirs`.
fn record_within(ours: &Record, theirs: &Record, splits: usize, fuel: &Fuel) -> Step {
    let base = || match least_shape(&Shape::Record(ours.clone())) {
        Some(Value::Object(object)) => Some(object),
        _ => None,
    };
    let refuted_by = |change: &dyn Fn(&mut Map<String, Value>)| {
        base().map_or_else(
            || Doubt::about("an object that tells them apart is too large to be shown"),
            |mut object| {
                change(&mut object);
                Outcome::Refuted(Value::Object(object))
            },
        )
    };
    if theirs.required.names().any(|name| !ours.required.contains(name)) {
        return Ok(refuted_by(&|_| {}));
    }
    let mut doubt = None;
    for name in ours.fields.names().chain(theirs.fields.names()) {
        match within(ours.field(name), theirs.field(name), splits, fuel)? {
            Outcome::Proved => {}
            Outcome::Refuted(value) => {
                return Ok(refuted_by(&|object| {
                    object.insert(name.to_owned(), value.clone());
                }));
            }
            Outcome::Unknown(Doubt { because, at }) => {
                let at = if at.starts_with('[') || at.is_empty() {
                    format!("{name}{at}")
                } else {
                    format!("{name}.{at}")
                };
                doubt = doubt.or(Some(Doubt { because, at }));
            }
        }
    }
    if ours.open && !theirs.open {
        let name = fresh_name(&[ours, theirs]);
        return Ok(refuted_by(&|object| {
            object.insert(name.clone(), Value::Bool(true));
        }));
    }
    Ok(doubt.map_or(Outcome::Proved, Outcome::Unknown))
}

/// Cuts a record in parts along the first field that the alternatives treat differently: absent or present, and by
/// each of its shapes.
fn split(record: &Record, alternatives: &[&Record], fuel: &Fuel) -> Result<Option<Vec<Record>>, TooLarge> {
    if alternatives.len() < 2 {
        return Ok(None);
    }
    for name in alternatives.iter().flat_map(|a| a.fields.names().chain(a.required.names())) {
        fuel.spend()?;
        let node = record.field(name);
        if node.is_never() {
            continue;
        }
        let with = |node: Node, present: bool| {
            let mut part = record.clone();
            part.fields.insert(name, node);
            if present {
                part.required.insert(name, ());
            }
            part
        };
        if !record.required.contains(name) {
            return Ok(Some(vec![with(Node::Union(Vec::new()), false), with(node.clone(), true)]));
        }
        let shapes = node.shapes();
        if shapes.len() > 1 {
            return Ok(Some(shapes.iter().map(|s| with(Node::Union(vec![s.clone()]), true)).collect()));
        }
    }
    Ok(None)
}

fn exact(shapes: &[Shape]) -> impl Iterator<Item = &Value> {
    shapes.iter().filter_map(|s| if let Shape::Exact(v) = s { Some(v) } else { None })
}
