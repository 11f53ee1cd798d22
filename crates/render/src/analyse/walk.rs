//! The walk over statements: scopes, branches and what they prove.

use std::sync::LazyLock;

use cuelight_artifact::Diagnostic;
use cuelight_artifact::rules::{Rule, template as rules};
use serde_json::{Value, json};

use crate::syntax::{Expr, Node, NodeKind, Span};
use crate::unit::Closure;

use super::Read;
use super::expression::Use;
use super::facts::{Facts, proven};
use super::schema::Schema;
use super::shape::{Kinds, Path, Shape, Step};

/// The schema of the passages that retrieval finds.
static PASSAGES: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["id", "text"],
            "properties": {
                "id": { "type": "string" },
                "text": { "type": "string" },
                "score": { "type": "number" }
            }
        }
    })
});

/// A variable.
#[derive(Debug, Clone)]
pub(super) struct Binding<'a> {
    pub(super) name: String,
    pub(super) shape: Shape<'a>,
    /// How its path is shown, such as `signals[]`.
    pub(super) shown: String,
    /// Where it comes from in the inputs, if it does.
    pub(super) source: Option<Vec<Step>>,
}

/// The state of the walk.
pub(super) struct Walk<'a> {
    pub(super) closure: &'a Closure<'a>,
    pub(super) unit: usize,
    /// The unit the walk began with.
    root: usize,
    /// 0 is the inputs as a whole; then passages; then loop variables, never reused, so that facts stay apart.
    pub(super) bindings: Vec<Binding<'a>>,
    /// The bindings that names can see now, innermost last.
    pub(super) visible: Vec<usize>,
    pub(super) facts: Facts,
    /// Whether `loop` may come from around the template (a fragment checked by itself).
    pub(super) loop_from_outside: bool,
    pub(super) loops: usize,
    pub(super) reads: Vec<Read>,
    /// Input paths that are read, with whether all below them is.
    pub(super) covered: Vec<(Vec<Step>, bool)>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        closure: &'a Closure<'a>,
        unit: usize,
        inputs: Option<&'a Value>,
        passages: Option<&str>,
    ) -> Self {
        let nothing = Path { start: 0, steps: Vec::new() };
        let shape = match inputs {
            Some(schema) => {
                Shape { kinds: Kinds::MAP, declared: true, ..Shape::by(Schema::new(schema), nothing) }
            }
            None => Shape { path: Some(nothing), ..Shape::of(Kinds::MAP) },
        };
        let root = Binding { name: String::new(), shape, shown: String::new(), source: Some(Vec::new()) };
        let mut walk = Self {
            closure,
            unit,
            root: unit,
            bindings: vec![root],
            visible: Vec::new(),
            facts: Facts::default(),
            loop_from_outside: false,
            loops: 0,
            reads: Vec::new(),
            covered: Vec::new(),
            diagnostics: Vec::new(),
        };
        if let Some(name) = passages {
            let path = Path { start: 1, steps: Vec::new() };
            let shape = Shape::by(Schema::new(&PASSAGES), path);
            walk.bind(Binding { name: name.to_owned(), shape, shown: name.to_owned(), source: None });
        }
        walk
    }

    /// Walks the whole template.
    pub(super) fn template(&mut self) {
        self.nodes(&self.closure.units[self.unit].template.nodes);
    }

    fn bind(&mut self, binding: Binding<'a>) {
        self.visible.push(self.bindings.len());
        self.bindings.push(binding);
    }

    /// The variable that `name` means, if it is not an input.
    pub(super) fn lookup(&self, name: &str) -> Option<usize> {
        self.visible.iter().rev().copied().find(|index| self.bindings[*index].name == name)
    }

    /// The path that a name begins.
    pub(super) fn start_of(&self, name: &str) -> Option<Path> {
        if matches!(name, "constants" | "loop") {
            return None;
        }
        Some(match self.lookup(name) {
            Some(start) => Path { start, steps: Vec::new() },
            None => Path { start: 0, steps: vec![Step::Field(name.to_owned())] },
        })
    }

    /// Learns what `expr` proves by coming out as `outcome`.
    pub(super) fn assume(&mut self, expr: &Expr, outcome: bool) {
        let facts = proven(expr, outcome, &|name| self.start_of(name));
        self.facts.learn(facts);
    }

    pub(super) fn report(&mut self, rule: &Rule, span: Span, message: String) {
        self.report_with(rule, span, message, rule.fix);
    }

    pub(super) fn report_with(&mut self, rule: &Rule, span: Span, message: String, fix: &str) {
        let message = if self.unit == self.root {
            message
        } else {
            let by = &self.closure.members[self.closure.units[self.root].artifact].id;
            format!("{message} (where {by} includes it)")
        };
        let diagnostic = Diagnostic::error(rule, message).fix(fix);
        self.diagnostics.push(self.closure.at(self.unit, span, diagnostic));
    }

    /// The text at a place of the current unit.
    pub(super) fn text(&self, span: Span) -> &'a str {
        &self.closure.units[self.unit].template.source[span.range()]
    }

    fn nodes(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &'a Node) {
        match &node.kind {
            NodeKind::Text(_) | NodeKind::Raw(_) | NodeKind::Comment => {}
            NodeKind::Output { expr, .. } => self.output(expr),
            NodeKind::If { branches, otherwise, .. } => {
                let mark = self.facts.mark();
                for branch in branches {
                    self.shape(&branch.test, Use::Truth);
                    let before = self.facts.mark();
                    self.assume(&branch.test, true);
                    self.nodes(&branch.body);
                    self.facts.forget_to(before);
                    self.assume(&branch.test, false);
                }
                if let Some(otherwise) = otherwise {
                    self.nodes(&otherwise.body);
                }
                self.facts.forget_to(mark);
            }
            NodeKind::For { target, target_span, iter, body, otherwise, .. } => {
                let list = self.shape(iter, Use::Loop);
                self.check_target(target, *target_span);
                let element = self.elements(&list, iter.span);
                let depth = self.visible.len();
                self.bind_element(target, &list, element);
                self.loops += 1;
                self.nodes(body);
                self.loops -= 1;
                self.visible.truncate(depth);
                if let Some(otherwise) = otherwise {
                    self.nodes(&otherwise.body);
                }
            }
            NodeKind::Include { alias, .. } => self.include(alias),
        }
    }

    fn output(&mut self, expr: &Expr) {
        let shape = self.shape(expr, Use::Value);
        let structures = shape.kinds.and(Kinds::LIST.or(Kinds::MAP));
        let certain = !shape.kinds.meets(Kinds::PLAIN);
        if !structures.is_empty() && (shape.declared || certain) {
            let message =
                format!("`{}` is {} and is printed as it is", self.text(expr.span), structures.describe());
            self.report(&rules::PRINTS_STRUCTURE, expr.span, message);
        }
    }

    fn check_target(&mut self, target: &str, span: Span) {
        let root = self.bindings[0].shape.schema;
        let is_input = root.is_some_and(|schema| schema.field_names().contains(&target));
        if is_input || self.lookup(target).is_some() {
            let message = format!("the loop variable `{target}` hides another value of this name");
            let diagnostic = Diagnostic::warning(&rules::SHADOWED, message).fix(rules::SHADOWED.fix);
            self.diagnostics.push(self.closure.at(self.unit, span, diagnostic));
        }
    }

    /// What the elements of a list are.
    fn elements(&mut self, list: &Shape<'a>, span: Span) -> Shape<'a> {
        if list.is_broken() {
            return Shape::broken(None);
        }
        let wrong = list.kinds.without(Kinds::LIST.or(Kinds::NULL));
        if !list.kinds.meets(Kinds::LIST) || (list.declared && !wrong.is_empty()) {
            let message =
                format!("the loop runs over `{}`, which is {}", self.text(span), list.kinds.describe());
            self.report(&rules::LOOP_OVER_OTHER, span, message);
            return Shape::broken(None);
        }
        if let Some(elements) = &list.elements {
            return (**elements).clone();
        }
        match list.schema.and_then(Schema::items) {
            Some(items) => Shape::by(items, Path { start: 0, steps: Vec::new() }),
            None => Shape::unknown(),
        }
    }

    fn bind_element(&mut self, target: &str, list: &Shape<'a>, element: Shape<'a>) {
        let start = self.bindings.len();
        let (shown, source) = match &list.path {
            Some(path) => {
                let source = self.source_of(path).map(|mut steps| {
                    steps.push(Step::Element);
                    steps
                });
                (format!("{}[]", self.show(path)), source)
            }
            None => (target.to_owned(), None),
        };
        let shape = Shape { path: Some(Path { start, steps: Vec::new() }), ..element };
        self.bind(Binding { name: target.to_owned(), shape, shown, source });
    }

    /// A path as it is shown to people.
    pub(super) fn show(&self, path: &Path) -> String {
        let mut text = self.bindings[path.start].shown.clone();
        for step in &path.steps {
            match step {
                Step::Field(name) if text.is_empty() => text.push_str(name),
                Step::Field(name) => {
                    text.push('.');
                    text.push_str(name);
                }
                Step::Element | Step::Index(_) => text.push_str("[]"),
            }
        }
        text
    }

    /// A path as steps from the inputs.
    pub(super) fn source_of(&self, path: &Path) -> Option<Vec<Step>> {
        let mut steps = self.bindings[path.start].source.clone()?;
        steps.extend(path.steps.iter().map(|step| match step {
            Step::Index(_) => Step::Element,
            other => other.clone(),
        }));
        Some(steps)
    }

    /// A fragment is walked where it is included, with everything that is visible and proven there.
    fn include(&mut self, alias: &str) {
        let Some(inner) = self.closure.include(self.unit, alias) else { return };
        let outer = std::mem::replace(&mut self.unit, inner);
        self.nodes(&self.closure.units[inner].template.nodes);
        self.unit = outer;
    }
}
