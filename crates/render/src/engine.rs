//! The fast renderer: MiniJinja with nothing in it but what the subset needs.

mod compare;
mod filters;
mod kind;
mod value;

pub(crate) use value::{Budget, Converted, Known, Root, convert, convert_list, shared_meter, table};

use std::io;
use std::sync::{Arc, LazyLock};

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

use crate::limits::{LimitKind, Limits};
use crate::meter::Meter;

/// An engine that knows the filters of the subset, our own helpers, the test `defined`, and nothing else. Every
/// program has its own, for its templates; what they know is there once.
pub(crate) fn environment(limits: &Limits) -> Environment<'static> {
    static COMMON: LazyLock<Environment<'static>> = LazyLock::new(common);
    let mut engine = COMMON.clone();
    engine.set_fuel(Some(limits.steps));
    engine
}

fn common() -> Environment<'static> {
    let mut engine = Environment::empty();
    // Builder methods change the builder in place and the default delimiters are valid, so this cannot fail; if it
    // did, the difference would show in every test.
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        engine.set_syntax(syntax);
    }
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    engine.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    engine.set_formatter(|out, _, value| filters::print(out, value));
    engine.add_test("defined", minijinja::tests::is_defined);
    filters::register(&mut engine);
    engine
}

/// Why the engine stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A limit.
    Limit(LimitKind),
    /// Something in the template or the data; the reference renderer knows where.
    Fault(String),
}

/// Renders one template; returns the text and the steps it took.
pub(crate) fn render(
    engine: &Environment<'static>,
    name: &str,
    root: &Value,
    meter: &Arc<Meter>,
) -> Result<(String, u64), Stop> {
    let stop = |error: &Error| match meter.tripped() {
        Some(limit) => Stop::Limit(limit),
        None if error.kind() == ErrorKind::OutOfFuel => Stop::Limit(LimitKind::Steps),
        None => Stop::Fault(error.to_string()),
    };
    let template = engine.get_template(name).map_err(|e| stop(&e))?;
    let mut writer = Writer { bytes: Vec::with_capacity(template.source().len().min(64 * 1024)), meter };
    let steps = template
        .render_captured_to(root.clone(), &mut writer)
        .map(|captured| captured.state().fuel_levels().map_or(0, |(used, _)| used))
        .map_err(|e| stop(&e))?;
    // Only whole `&str`s were written.
    let text = String::from_utf8(writer.bytes).map_err(|e| Stop::Fault(e.to_string()))?;
    Ok((text, steps))
}

/// Counts before it keeps, so that nothing beyond the limit is ever held.
struct Writer<'m> {
    bytes: Vec<u8>,
    meter: &'m Meter,
}

impl io::Write for Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.meter.output(bytes.len()).map_err(|_| io::Error::other("output limit"))?;
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
