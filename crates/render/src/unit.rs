//! From an artifact to its parsed templates: every message, the retrieval's query and filters, and every fragment
//! they reach, each parsed once.

use std::collections::BTreeMap;
use std::sync::Arc;

use cuelight_artifact::model::{Constant, FragmentUse, Message};
use cuelight_artifact::name::Kind;
use cuelight_artifact::rules::{dependency, template as rules};
use cuelight_artifact::{Artifact, ArtifactRef, Diagnostic};
use serde_json::Value;

use crate::limits::Limits;
use crate::syntax::{Node, NodeKind, Otherwise, Span, Template, parse};

/// Finds fragments: in a workspace, a registry, a test.
pub trait FragmentSource {
    /// The fragment that `use_` asks for: the locked one if it is locked, else one that satisfies the requirement.
    fn fragment(&self, use_: &FragmentUse) -> Option<Arc<Artifact>>;
}

/// For artifacts that use no fragments.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFragments;

impl FragmentSource for NoFragments {
    fn fragment(&self, _: &FragmentUse) -> Option<Arc<Artifact>> {
        None
    }
}

/// One template in its surroundings.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    /// The artifact it belongs to: an index into the members of [`Closure`].
    pub(crate) artifact: usize,
    /// The field it stands in, such as `messages[1].text`.
    pub(crate) field: String,
    pub(crate) template: Template,
}

/// An artifact with what its includes lead to, as far as rendering is concerned.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) id: ArtifactRef,
    /// Its constants' values, by name.
    pub(crate) constants: Box<[(Box<str>, Value)]>,
    /// Alias to unit: the body of the fragment. By alias.
    pub(crate) aliases: Vec<(Box<str>, usize)>,
}

impl Member {
    /// The value of a constant.
    pub(crate) fn constant(&self, name: &str) -> Option<&Value> {
        let at = self.constants.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        self.constants.get(at).map(|(_, value)| value)
    }
}

/// Templates that include each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Texts<'a> {
    pub(crate) members: &'a [Member],
    pub(crate) units: &'a [Unit],
}

impl Texts<'_> {
    /// The unit that `alias` means within unit `unit`.
    pub(crate) fn include(&self, unit: usize, alias: &str) -> Option<usize> {
        let aliases = &self.members[self.units[unit].artifact].aliases;
        let at = aliases.binary_search_by(|(known, _)| (**known).cmp(alias)).ok()?;
        aliases.get(at).map(|(_, unit)| *unit)
    }
}

/// All templates an artifact consists of. The artifact itself is member 0.
#[derive(Debug)]
pub(crate) struct Closure<'a> {
    /// The artifact itself.
    pub(crate) root: &'a Artifact,
    /// Its fragments and theirs: those of the members from 1 on.
    pub(crate) fragments: Vec<Arc<Artifact>>,
    pub(crate) members: Vec<Member>,
    pub(crate) units: Vec<Unit>,
    /// Units of the messages (or of the body, for a fragment), by the message's index.
    pub(crate) messages: BTreeMap<usize, usize>,
    pub(crate) query: Option<usize>,
    pub(crate) filters: BTreeMap<String, usize>,
}

impl<'a> Closure<'a> {
    const fn new(root: &'a Artifact) -> Self {
        Self {
            root,
            fragments: Vec::new(),
            members: Vec::new(),
            units: Vec::new(),
            messages: BTreeMap::new(),
            query: None,
            filters: BTreeMap::new(),
        }
    }

    /// The artifact of a member.
    pub(crate) fn artifact(&self, member: usize) -> &Artifact {
        match member {
            0 => self.root,
            _ => &self.fragments[member - 1],
        }
    }

    /// The templates alone.
    pub(crate) fn texts(&self) -> Texts<'_> {
        Texts { members: &self.members, units: &self.units }
    }

    /// The unit that `alias` means within unit `unit`.
    pub(crate) fn include(&self, unit: usize, alias: &str) -> Option<usize> {
        self.texts().include(unit, alias)
    }

    /// The units that belong to the artifact itself.
    pub(crate) fn roots(&self) -> impl Iterator<Item = usize> + '_ {
        self.messages.values().chain(self.query.iter()).chain(self.filters.values()).copied()
    }

    /// A finding at `span` in unit `unit`.
    pub(crate) fn at(&self, unit: usize, span: Span, diagnostic: Diagnostic) -> Diagnostic {
        let unit = &self.units[unit];
        diagnostic.of(&self.members[unit.artifact].id).on(unit.field.as_str()).at(span.line, span.column)
    }
}

/// Parses everything. Findings are syntax errors, missing fragments, circles and limits.
pub(crate) fn load<'a>(
    artifact: &'a Artifact,
    fragments: &dyn FragmentSource,
    limits: &Limits,
) -> (Closure<'a>, Vec<Diagnostic>) {
    let mut loader = Loader {
        closure: Closure::new(artifact),
        found: Vec::new(),
        fragments,
        limits,
        known: BTreeMap::new(),
        path: vec![artifact.id().to_string()],
    };
    loader.member(artifact);
    if let (Kind::Fragment, Some(body)) = (artifact.kind, &artifact.body)
        && let Some(unit) = loader.unit(0, "body".to_owned(), without_last_newline(body))
    {
        loader.closure.messages.insert(0, unit);
    }
    for (index, message) in artifact.messages.iter().enumerate() {
        if let Message::Text { text, .. } = message
            && let Some(unit) = loader.unit(0, format!("messages[{index}].text"), text)
        {
            loader.closure.messages.insert(index, unit);
        }
    }
    if let Some(retrieval) = &artifact.retrieval {
        loader.closure.query = loader.unit(0, "retrieval.query".to_owned(), &retrieval.query);
        for (name, text) in &retrieval.filters {
            if let Some(unit) = loader.unit(0, format!("retrieval.filters.{name}"), text) {
                loader.closure.filters.insert(name.clone(), unit);
            }
        }
    }
    loader.aliases(0, artifact);
    let (closure, mut found) = (loader.closure, loader.found);
    check_aliases(&closure, &mut found);
    if found.is_empty() {
        check_expansion(&closure, limits, &mut found);
    }
    (closure, found)
}

/// The body of a fragment as it is included: without exactly one final newline.
pub(crate) fn without_last_newline(body: &str) -> &str {
    body.strip_suffix('\n').unwrap_or(body)
}

/// A fragment that was read: the unit of its body, if that could be parsed, and how many levels of fragments it is,
/// itself counted.
type Known = (Option<usize>, usize);

struct Loader<'a, 's> {
    closure: Closure<'a>,
    found: Vec<Diagnostic>,
    fragments: &'s dyn FragmentSource,
    limits: &'s Limits,
    known: BTreeMap<String, Known>,
    path: Vec<String>,
}

impl Loader<'_, '_> {
    fn member(&mut self, artifact: &Artifact) -> usize {
        let pair = |(name, constant): (&String, &Constant)| (name.as_str().into(), constant.value.clone());
        let constants = artifact.constants.iter().map(pair).collect();
        self.closure.members.push(Member { id: artifact.id(), constants, aliases: Vec::new() });
        self.closure.members.len() - 1
    }

    fn unit(&mut self, artifact: usize, field: String, text: &str) -> Option<usize> {
        match parse(text, self.limits) {
            Ok(template) => {
                self.closure.units.push(Unit { artifact, field, template });
                Some(self.closure.units.len() - 1)
            }
            Err(error) => {
                let diagnostic = error.to_diagnostic().of(&self.closure.members[artifact].id).on(field);
                self.found.push(diagnostic);
                None
            }
        }
    }

    /// Reads the fragments that a member declares; returns how many levels they have.
    fn aliases(&mut self, member: usize, artifact: &Artifact) -> usize {
        let (mut height, mut aliases) = (0, Vec::new());
        // In their order, which is what the search for them counts on.
        for (alias, use_) in &artifact.fragments {
            let (unit, below) = self.fragment(member, alias, use_);
            height = height.max(below);
            if let Some(unit) = unit {
                aliases.push((alias.as_str().into(), unit));
            }
        }
        aliases.shrink_to_fit();
        self.closure.members[member].aliases = aliases;
        height
    }

    fn fragment(&mut self, by: usize, alias: &str, use_: &FragmentUse) -> (Option<usize>, usize) {
        let id = format!("fragment:{}", use_.name);
        let key = match &use_.locked {
            Some(locked) => format!("{id}@{}", locked.digest),
            None => format!("{id}@{}", use_.require),
        };
        let report = |loader: &mut Self, rule, message: String| {
            let diagnostic = Diagnostic::error(rule, message)
                .of(&loader.closure.members[by].id)
                .on(format!("fragments.{alias}"))
                .fix(rule.fix);
            loader.found.push(diagnostic);
            (None, 0)
        };
        if self.path.contains(&id) {
            let circle = [self.path.as_slice(), &[id]].concat().join(" → ");
            return report(self, &dependency::CYCLE, format!("fragments include each other: {circle}"));
        }
        if self.path.len() > self.limits.include_depth {
            let path = [self.path.as_slice(), &[id]].concat().join(" → ");
            let message = format!("more than {} levels of fragments: {path}", self.limits.include_depth);
            return report(self, &dependency::TOO_DEEP, message);
        }
        if let Some((unit, height)) = self.known.get(&key).copied() {
            if self.path.len() + height > self.limits.include_depth + 1 {
                let path = self.path.join(" → ");
                let message = format!(
                    "more than {} levels of fragments: {path} → {id}, which has {height} levels",
                    self.limits.include_depth
                );
                return report(self, &dependency::TOO_DEEP, message);
            }
            return (unit, height);
        }
        let Some(artifact) = self.fragments.fragment(use_) else {
            let message = format!("there is no fragment {} that satisfies `{}`", use_.name, use_.require);
            return report(self, &dependency::UNKNOWN_FRAGMENT, message);
        };
        let Some(body) = &artifact.body else {
            let message = format!("{} has no body and cannot be included", artifact.id());
            return report(self, &dependency::UNKNOWN_FRAGMENT, message);
        };
        self.path.push(id);
        let member = self.member(&artifact);
        self.closure.fragments.push(Arc::clone(&artifact));
        let unit = self.unit(member, "body".to_owned(), without_last_newline(body));
        let height = 1 + self.aliases(member, &artifact);
        self.path.pop();
        self.known.insert(key, (unit, height));
        (unit, height)
    }
}

/// Every alias that is included is declared by the artifact whose text includes it.
fn check_aliases(closure: &Closure<'_>, found: &mut Vec<Diagnostic>) {
    for (index, unit) in closure.units.iter().enumerate() {
        let declared = &closure.artifact(unit.artifact).fragments;
        for (alias, span, _) in includes(&unit.template.nodes) {
            if declared.contains_key(alias) {
                continue;
            }
            let known: Vec<&str> = declared.keys().map(String::as_str).collect();
            let fix = match known.as_slice() {
                [] => rules::UNKNOWN_ALIAS.fix.to_owned(),
                known => format!("Declare it under `fragments`, or use one of: {}.", known.join(", ")),
            };
            let message = format!("no fragment is declared as `{alias}`");
            found.push(closure.at(index, span, Diagnostic::error(&rules::UNKNOWN_ALIAS, message).fix(fix)));
        }
    }
}

/// What a unit amounts to with every fragment put in place.
#[derive(Clone, Copy, Default)]
struct Weight {
    bytes: usize,
    nodes: usize,
    depth: usize,
}

fn check_expansion(closure: &Closure<'_>, limits: &Limits, found: &mut Vec<Diagnostic>) {
    let mut weights = vec![None; closure.units.len()];
    let mut total = Weight::default();
    for unit in closure.roots().collect::<Vec<_>>() {
        let weight = weigh(closure, unit, limits, &mut weights, found);
        total.bytes = total.bytes.saturating_add(weight.bytes);
        total.nodes = total.nodes.saturating_add(weight.nodes);
    }
    if total.bytes > limits.expanded_bytes || total.nodes > limits.nodes {
        let message = format!(
            "with every fragment in place the templates have {} bytes and {} parts; at most {} and {} are allowed",
            total.bytes, total.nodes, limits.expanded_bytes, limits.nodes
        );
        let root = &closure.members[0].id;
        found.push(Diagnostic::error(&rules::TOO_LARGE, message).of(root).fix(rules::TOO_LARGE.fix));
    }
}

fn weigh(
    closure: &Closure<'_>,
    unit: usize,
    limits: &Limits,
    weights: &mut Vec<Option<Weight>>,
    found: &mut Vec<Diagnostic>,
) -> Weight {
    if let Some(weight) = weights[unit] {
        return weight;
    }
    let template = &closure.units[unit].template;
    let mut sum = Weight { bytes: template.source.len(), nodes: template.size, depth: template.depth };
    for (alias, span, depth) in includes(&template.nodes) {
        let Some(inner) = closure.include(unit, alias) else { continue };
        let inner = weigh(closure, inner, limits, weights, found);
        sum.bytes = sum.bytes.saturating_add(inner.bytes);
        sum.nodes = sum.nodes.saturating_add(inner.nodes);
        let deepest = depth + inner.depth;
        if deepest > limits.depth && sum.depth <= limits.depth {
            let message = format!(
                "with the fragment `{alias}` in place the template nests {deepest} levels deep; at most {} are allowed",
                limits.depth
            );
            let diagnostic = Diagnostic::error(&rules::TOO_DEEP, message).fix(rules::TOO_DEEP.fix);
            found.push(closure.at(unit, span, diagnostic));
        }
        sum.depth = sum.depth.max(deepest);
    }
    weights[unit] = Some(sum);
    sum
}

/// Every include in these nodes: alias, place, and how deep it is nested.
pub(crate) fn includes(nodes: &[Node]) -> Vec<(&str, Span, usize)> {
    fn walk<'n>(nodes: &'n [Node], out: &mut Vec<(&'n str, Span, usize)>) {
        let walk_else = |otherwise: &'n Option<Otherwise>, out: &mut Vec<_>| {
            if let Some(otherwise) = otherwise {
                walk(&otherwise.body, out);
            }
        };
        for node in nodes {
            match &node.kind {
                NodeKind::Include { alias, depth, .. } => out.push((alias, node.span, *depth)),
                NodeKind::If { branches, otherwise, .. } => {
                    for branch in branches {
                        walk(&branch.body, out);
                    }
                    walk_else(otherwise, out);
                }
                NodeKind::For { body, otherwise, .. } => {
                    walk(body, out);
                    walk_else(otherwise, out);
                }
                NodeKind::Text(_) | NodeKind::Comment | NodeKind::Raw(_) | NodeKind::Output { .. } => {}
            }
        }
    }
    let mut out = Vec::new();
    walk(nodes, &mut out);
    out
}
