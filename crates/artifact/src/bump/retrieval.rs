//! Retrieval settings.

use super::{Class, Reasons};
use crate::model::Retrieval;
use crate::rules::semver as rules;

pub(super) fn compare(old: Option<&Retrieval>, new: Option<&Retrieval>, found: &mut Reasons) {
    let (old, new) = match (old, new) {
        (None, None) => return,
        (Some(old), Some(new)) => (old, new),
        (None, Some(new)) => {
            let sentence = format!("Passages must now be looked up and given as `{}`.", new.into);
            return found.add(&rules::RETRIEVAL_REQUIRED, "retrieval", Class::Major, sentence);
        }
        (Some(_), None) => {
            let sentence = "Nothing is looked up any more.".to_owned();
            return found.add(&rules::RETRIEVAL_CHANGED, "retrieval", Class::Minor, sentence);
        }
    };
    let Retrieval { index, query, top_k, min_score, filters, into } = old;
    if *into != new.into {
        let sentence = format!("The passages were given as `{into}` and are now expected as `{}`.", new.into);
        found.add(&rules::RETRIEVAL_REQUIRED, "retrieval.into", Class::Major, sentence);
    }
    let fields = [
        ("index", *index != new.index),
        ("query", *query != new.query),
        ("top_k", *top_k != new.top_k),
        ("min_score", *min_score != new.min_score),
        ("filters", *filters != new.filters),
    ];
    for (field, _) in fields.iter().filter(|(_, differs)| *differs) {
        let path = format!("retrieval.{field}");
        let sentence = format!("`{path}` differs, so other passages may be found.");
        found.add(&rules::RETRIEVAL_CHANGED, &path, Class::Minor, sentence);
    }
}
