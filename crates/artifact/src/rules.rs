//! Every rule Cuelight checks: a stable id, a short name, and the text of its page (`docs/rules.md` is made of
//! these). An id is never reused.

pub mod boundary;
pub mod case;
pub mod dependency;
pub mod file;
pub mod request;
pub mod schema;
pub mod semver;
pub mod template;

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable id, such as `CL-T-003`.
    pub id: &'static str,
    /// Short name in kebab case, such as `undeclared-variable`.
    pub name: &'static str,
    /// What it demands, in one sentence.
    pub summary: &'static str,
    /// Why, in one or two sentences.
    pub why: &'static str,
    /// How to mend a violation, in one sentence.
    pub fix: &'static str,
}

/// All rules, in the order of their ids.
#[must_use]
pub fn all() -> Vec<&'static Rule> {
    [
        boundary::ALL,
        case::ALL,
        dependency::ALL,
        file::ALL,
        schema::ALL,
        request::ALL,
        semver::ALL,
        template::ALL,
    ]
    .concat()
}

/// The rule with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Rule> {
    all().into_iter().find(|r| r.id == id)
}

#[cfg(test)]
mod tests;
