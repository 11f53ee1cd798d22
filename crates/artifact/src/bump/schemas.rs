//! Inputs, output and tool arguments: what their schemas accept before and after.

use serde_json::Value;

use super::{Class, Reasons};
use crate::model::{Output, OutputKind};
use crate::rules::{Rule, semver as rules};
use crate::schema::value::{brief, same};
use crate::schema::{Inclusion, equivalent, hints, includes, nothing};

/// Callers give inputs: all that was valid must stay valid.
pub(super) fn inputs(old: Option<&Value>, new: Option<&Value>, found: &mut Reasons) {
    let none = nothing();
    let (old, new) = (old.unwrap_or(&none), new.unwrap_or(&none));
    if same(old, new) {
        return;
    }
    match includes(old, new) {
        Inclusion::NotIncluded { counterexample, at, because } => {
            let sentence = format!(
                "A caller may give {}; it is refused now: {}.",
                brief(&counterexample),
                complaint(&at, &because)
            );
            found.show(&rules::INPUTS_NARROWED, &under("inputs", &at), sentence, counterexample);
        }
        Inclusion::Unknown { because, at } => {
            let sentence = undecided("whether every input that was valid still is", &because);
            found.add(&rules::INPUTS_UNDECIDED, &under("inputs", &at), Class::Major, sentence);
        }
        Inclusion::Included if !equivalent(old, new) => {
            let sentence = "More inputs are accepted; all that were valid still are.".to_owned();
            found.add(&rules::INPUTS_WIDENED, "inputs", Class::Minor, sentence);
        }
        Inclusion::Included if hints(old) != hints(new) => {
            let sentence = "The same inputs are accepted, but a default or format differs.".to_owned();
            found.add(&rules::INPUTS_HINT, "inputs", Class::Minor, sentence);
        }
        Inclusion::Included => {
            let sentence = "The inputs are described differently; the same ones are accepted.".to_owned();
            found.add(&rules::INPUTS_REWORDED, "inputs", Class::Patch, sentence);
        }
    }
}

/// Callers read answers: all that is valid must have been valid.
pub(super) fn output(old: &Output, new: &Output, found: &mut Reasons) {
    let Output { kind, schema } = old;
    if *kind != new.kind {
        let word = |kind| match kind {
            OutputKind::Text => "text",
            OutputKind::Json => "JSON",
        };
        let sentence = format!("The answer was {} and is now {}.", word(*kind), word(new.kind));
        return found.add(&rules::OUTPUT_KIND, "output.kind", Class::Major, sentence);
    }
    let any = Value::Object(serde_json::Map::new());
    let (before, after) = (schema.as_ref().unwrap_or(&any), new.schema.as_ref().unwrap_or(&any));
    let direction = Serializer {
        path: "output.schema",
        widened: &rules::OUTPUT_WIDENED,
        narrowed: &rules::OUTPUT_NARROWED,
        undecided: &rules::OUTPUT_UNDECIDED,
        reworded: &rules::OUTPUT_REWORDED,
        what: "answer",
    };
    serialized(&direction, before, after, found);
}

/// A schema of what the model writes and the caller reads.
pub(super) struct Serializer<'a> {
    pub path: &'a str,
    pub widened: &'a Rule,
    pub narrowed: &'a Rule,
    pub undecided: &'a Rule,
    pub reworded: &'a Rule,
    /// What the model writes: `answer`, or `call of …`.
    pub what: &'a str,
}

pub(super) fn serialized(direction: &Serializer, old: &Value, new: &Value, found: &mut Reasons) {
    let Serializer { path, what, .. } = direction;
    if same(old, new) {
        return;
    }
    match includes(new, old) {
        Inclusion::NotIncluded { counterexample, at, because } => {
            let sentence = format!(
                "The model may now give the {what} {}, which was impossible before: {}.",
                brief(&counterexample),
                complaint(&at, &because)
            );
            found.show(direction.widened, &under(path, &at), sentence, counterexample);
        }
        Inclusion::Unknown { because, at } => {
            let sentence = undecided(&format!("whether every {what} was possible before"), &because);
            found.add(direction.undecided, &under(path, &at), Class::Major, sentence);
        }
        Inclusion::Included if !equivalent(old, new) => {
            let sentence = format!("Fewer {what}s are possible; each was possible before.");
            found.add(direction.narrowed, path, Class::Minor, sentence);
        }
        Inclusion::Included if only_for_tools(old, new) => {
            let sentence =
                "The schema has other remarks that neither callers nor the model are given.".to_owned();
            found.add(&rules::REWRITTEN, path, Class::Patch, sentence);
        }
        Inclusion::Included => {
            let sentence =
                format!("The same {what}s are possible, but the schema the model is given differs.");
            found.add(direction.reworded, path, Class::Minor, sentence);
        }
    }
}

/// Whether only `$comment`, `$id` and `$schema` differ, which no model is given.
fn only_for_tools(old: &Value, new: &Value) -> bool {
    let told = crate::schema::without_remarks;
    same(&told(old), &told(new))
}

fn undecided(question: &str, because: &str) -> String {
    format!("It could not be decided {question} ({because}); counted as breaking.")
}

fn complaint(at: &str, because: &str) -> String {
    let because = because.trim_end_matches([':', '.']);
    if at.is_empty() { because.to_owned() } else { format!("{at} {because}") }
}

fn under(path: &str, at: &str) -> String {
    match at {
        "" => path.to_owned(),
        at if at.starts_with('[') => format!("{path}{at}"),
        at => format!("{path}.{at}"),
    }
}
