//! The limits of parsing and rendering. All but the deadline are counts, so that the same template and data end
//! the same way on every machine.

use std::fmt;
use std::sync::Arc;

/// How much a template and its rendering may take. [`Limits::default`] is what the product promises; tests and
/// special uses may set other numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest single template, in bytes.
    pub template_bytes: usize,
    /// Longest text of all templates of a program with every fragment put in place, in bytes.
    pub expanded_bytes: usize,
    /// Most syntax nodes of a program with every fragment put in place.
    pub nodes: usize,
    /// Deepest nesting of blocks, brackets and chains of operators, fragments included.
    pub depth: usize,
    /// Most levels of fragments including fragments.
    pub include_depth: usize,
    /// Largest inputs and passages together, in bytes of compact JSON (every number counted as 8).
    pub input_bytes: usize,
    /// Most values (texts, numbers, lists, objects) in inputs and passages together.
    pub input_values: usize,
    /// Most passes through loop bodies in one rendering.
    pub iterations: usize,
    /// Most engine steps in one rendering. One step is one instruction of the engine or one node of the
    /// reference renderer.
    pub steps: u64,
    /// Most bytes that filters may produce in one rendering; bounds memory.
    pub filter_bytes: usize,
    /// Most bytes that comparisons may look at in one rendering, at least 64 for each; bounds time.
    pub compared_bytes: usize,
    /// Longest output of all messages together, placeholders included, in bytes.
    pub output_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            template_bytes: 256 * 1024,
            expanded_bytes: 1024 * 1024,
            nodes: 20_000,
            depth: 64,
            include_depth: 8,
            input_bytes: 1024 * 1024,
            input_values: 50_000,
            iterations: 10_000,
            steps: 1_000_000,
            filter_bytes: 4 * 1024 * 1024,
            compared_bytes: 16 * 1024 * 1024,
            output_bytes: 1024 * 1024,
        }
    }
}

/// Which limit ended a rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitKind {
    /// [`Limits::input_bytes`].
    InputBytes,
    /// [`Limits::input_values`].
    InputValues,
    /// Inputs nest deeper than [`Limits::depth`].
    InputDepth,
    /// [`Limits::iterations`].
    Iterations,
    /// [`Limits::steps`].
    Steps,
    /// [`Limits::filter_bytes`].
    FilterBytes,
    /// [`Limits::compared_bytes`].
    ComparedBytes,
    /// [`Limits::output_bytes`].
    OutputBytes,
    /// The caller's deadline.
    Deadline,
}

impl LimitKind {
    /// What was exceeded, with its number, for a message.
    #[must_use]
    pub fn describe(self, limits: &Limits) -> String {
        match self {
            Self::InputBytes => format!("inputs and passages are larger than {} bytes", limits.input_bytes),
            Self::InputValues => format!("inputs and passages hold more than {} values", limits.input_values),
            Self::InputDepth => format!("inputs or passages nest deeper than {} levels", limits.depth),
            Self::Iterations => format!("loops ran more than {} times in all", limits.iterations),
            Self::Steps => format!("rendering took more than {} steps", limits.steps),
            Self::FilterBytes => format!("filters produced more than {} bytes", limits.filter_bytes),
            Self::ComparedBytes => format!("comparisons looked at more than {} bytes", limits.compared_bytes),
            Self::OutputBytes => format!("the output is longer than {} bytes", limits.output_bytes),
            Self::Deadline => "the time allowed for rendering is over".to_owned(),
        }
    }
}

/// Says whether the time for a rendering is over. This crate reads no clock, so the caller brings one; the
/// product's rule is 50 ms. Asked every 64 writes, iterations, filters or comparisons. What keeps hostile templates
/// small are the counted limits; the deadline is the second belt.
#[derive(Clone)]
pub struct Deadline(Arc<dyn Fn() -> bool + Send + Sync>);

impl Deadline {
    /// A deadline that is over once `expired` returns true.
    pub fn new(expired: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(expired))
    }

    /// Whether the time is over.
    #[must_use]
    pub fn expired(&self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deadline")
    }
}
