//! Renders the 2 KB prompt in this process, beside MiniJinja alone with the same texts and values.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use anyhow::{Result, ensure};
use cuelight_render::RenderRequest;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde_json::Value as Json;

use super::spread;
use crate::fill::prompt;
use crate::report::{Bound, Findings, Goal, Table, shown};
use crate::sizes::Sizes;
use crate::stats::{Times, median, us};

/// Renderings of one kind before the next kind has its turn.
const TURN: usize = 200;

/// Something that renders, with its times.
pub(super) struct Kind<'a> {
    name: &'static str,
    run: Box<dyn Fn() -> Result<String> + 'a>,
    pub(super) times: Times,
    pub(super) round: f64,
}

pub(super) fn measure(sizes: &Sizes) -> Result<Findings> {
    let program = prompt::program()?;
    let inputs = prompt::inputs();
    let engine = engine()?;
    let ready = converted(&inputs);
    let mut kinds = [
        Kind::new("Cuelight, from JSON", || {
            let rendered = program.render(&RenderRequest::new(&inputs))?;
            Ok(rendered.messages.into_iter().map(|m| m.content).collect())
        }),
        Kind::new("MiniJinja, from JSON", || {
            Ok(engine.get_template("system")?.render(converted(&inputs))?)
        }),
        Kind::new("MiniJinja, values converted before", || {
            Ok(engine.get_template("system")?.render(&ready)?)
        }),
    ];
    let text = same(&kinds)?;
    let (mut from_json, mut from_ready) = (Vec::new(), Vec::new());
    round(&mut kinds, sizes.renders / 4 + 1)?;
    for kind in &mut kinds {
        kind.times = Times::default();
    }
    for _ in 0..sizes.rounds {
        round(&mut kinds, sizes.renders)?;
        from_json.push(kinds[0].round / kinds[1].round);
        from_ready.push(kinds[0].round / kinds[2].round);
    }
    Ok(findings(&mut kinds, text.len(), (&from_json, &from_ready)))
}

impl<'a> Kind<'a> {
    pub(super) fn new(name: &'static str, run: impl Fn() -> Result<String> + 'a) -> Self {
        Self { name, run: Box::new(run), times: Times::default(), round: 0.0 }
    }
}

/// What all of them render, which is the same.
pub(super) fn same(kinds: &[Kind<'_>]) -> Result<String> {
    let mut texts: Vec<String> = kinds.iter().map(|k| (k.run)()).collect::<Result<_>>()?;
    ensure!(texts.iter().all(|t| *t == texts[0]), "the texts rendered differ: {texts:?}");
    Ok(texts.remove(0))
}

/// The table of their times.
pub(super) fn times(kinds: &mut [Kind<'_>]) -> Table {
    let mut table = Table::new(&["renderer", "p50 µs", "p99 µs"]);
    for kind in kinds {
        let (p50, p99) = (us(kind.times.percentile(50.0)), us(kind.times.percentile(99.0)));
        table.row([kind.name.to_owned(), shown(p50), shown(p99)]);
    }
    table
}

/// Renders so often with each, in turns.
pub(super) fn round(kinds: &mut [Kind<'_>], renders: usize) -> Result<()> {
    let mut means = vec![Vec::new(); kinds.len()];
    let mut left = renders;
    while left > 0 {
        let turn = left.min(TURN);
        left -= turn;
        for (kind, means) in kinds.iter_mut().zip(&mut means) {
            let begin = Instant::now();
            for _ in 0..turn {
                let started = Instant::now();
                black_box((kind.run)()?);
                kind.times.push(started.elapsed());
            }
            means.push(us(begin.elapsed()) / turn as f64);
        }
    }
    // The median turn: a turn in which something else had the processor says nothing about rendering.
    for (kind, means) in kinds.iter_mut().zip(&means) {
        kind.round = median(means);
    }
    Ok(())
}

fn findings(kinds: &mut [Kind<'_>; 3], bytes: usize, (json, ready): (&[f64], &[f64])) -> Findings {
    let table = times(kinds);
    let p99 = us(kinds[0].times.percentile(99.0));
    let goals = vec![
        Goal::new("render.p99", "render the 2 KB prompt, p99", p99, "µs", Bound::AtMost(50.0)),
        Goal::new(
            "render.ratio",
            "the same, times MiniJinja's (both from JSON)",
            median(json),
            "",
            Bound::AtMost(1.5),
        ),
    ];
    let notes = vec![
        format!(
            "Template {} bytes with its fragment, output {bytes} bytes: ten single values, a loop of five, one include. The \
             three outputs are compared and equal.",
            prompt::SYSTEM.len() + prompt::SAFETY.len()
        ),
        format!(
            "Times MiniJinja's, both from JSON: {}. Callers give JSON, so this is the fair baseline. Against values that \
             somebody converted before: {}.",
            spread(json),
            spread(ready)
        ),
        "MiniJinja alone: its own environment and map type, undefined semi-strict, the fragment's text in place, no fuel, no limits."
            .to_owned(),
        format!("{} renderings of each.", kinds[0].times.len()),
    ];
    Findings { goals, tables: vec![table], notes, left_out: Vec::new() }
}

/// MiniJinja as somebody would set it up who uses nothing else.
pub(super) fn engine() -> Result<Environment<'static>> {
    let mut engine = Environment::new();
    engine.set_syntax(SyntaxConfig::builder().keep_trailing_newline(true).build()?);
    engine.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    // The fragment stands in place, as it does in our own programs; an include drops its last newline.
    let text = prompt::SYSTEM.replace("{% include \"safety\" %}", prompt::SAFETY.trim_end_matches('\n'));
    engine.add_template_owned("system", text)?;
    Ok(engine)
}

pub(super) fn converted(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(b) => Value::from(*b),
        Json::Number(n) => n.as_i64().map_or_else(|| Value::from(n.as_f64()), Value::from),
        Json::String(s) => Value::from(s.as_str()),
        Json::Array(all) => all.iter().map(converted).collect(),
        Json::Object(map) => {
            Value::from_object(map.iter().map(|(k, v)| (k.clone(), converted(v))).collect::<BTreeMap<_, _>>())
        }
    }
}
