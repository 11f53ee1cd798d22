//! Actions and escalation.

use serde_json::Value;

use super::standing::{Standing, actions, standing};
use super::{BoundaryChange, Certainty, moved, rules};
use crate::model::{Authority, Escalation};

pub(super) fn compare(old: &Authority, new: &Authority, found: &mut Vec<BoundaryChange>) {
    for action in actions(old, new) {
        let (was, is) = (standing(old, action), standing(new, action));
        if was.loosened_to(is) {
            found.push(loosened(action, was, is));
        }
    }
    for before in &old.escalation {
        let same = new.escalation.iter().find(|after| *after == before);
        let after = same.or_else(|| new.escalation.iter().find(|after| after.id == before.id));
        escalation(before, after, found);
    }
}

fn loosened(action: &str, was: Standing, is: Standing) -> BoundaryChange {
    let (rule, sentence) = match (was, is) {
        (Standing::Forbidden, Standing::Allowed) => (
            &rules::FORBIDDEN_DROPPED,
            format!("The action `{action}` was forbidden and is now allowed without a person."),
        ),
        (Standing::Forbidden, Standing::ApprovalRequired) => (
            &rules::FORBIDDEN_DROPPED,
            format!("The action `{action}` was forbidden and is now possible with approval."),
        ),
        (Standing::Forbidden, _) => {
            (&rules::FORBIDDEN_DROPPED, format!("The action `{action}` is no longer forbidden."))
        }
        (Standing::ApprovalRequired, Standing::Allowed) => (
            &rules::APPROVAL_DROPPED,
            format!("The action `{action}` needed a person's approval and is now allowed without."),
        ),
        (Standing::ApprovalRequired, _) => {
            (&rules::APPROVAL_DROPPED, format!("The action `{action}` no longer needs a person's approval."))
        }
        _ => (&rules::ALLOWED_ADDED, format!("The action `{action}` is now allowed without a person.")),
    };
    let listed = |s: Standing| (s != Standing::Unlisted).then(|| Value::from(s.list()));
    let path = format!("authority.{}[{action}]", was.list());
    moved(rule, path, Certainty::Certain, (listed(was), listed(is)), sentence)
}

fn escalation(before: &Escalation, after: Option<&Escalation>, found: &mut Vec<BoundaryChange>) {
    let Escalation { id, when, to } = before;
    let path = format!("authority.escalation[{id}]");
    let text = |t: &str| Some(Value::from(t));
    let Some(after) = after else {
        let sentence = format!("Nobody takes over any more when: {}", ended(when));
        found.push(moved(&rules::ESCALATION_REMOVED, path, Certainty::Certain, (text(when), None), sentence));
        return;
    };
    if *when != after.when {
        let sentence = format!(
            "When a person takes over (`{id}`) is worded differently and may cover less. It was: {} It is: {}",
            ended(when),
            ended(&after.when)
        );
        let certainty = if after.when.trim().is_empty() { Certainty::Certain } else { Certainty::Possible };
        found.push(moved(
            &rules::ESCALATION_CONDITION,
            format!("{path}.when"),
            certainty,
            (text(when), text(&after.when)),
            sentence,
        ));
    }
    if *to != after.to {
        let nobody = after.to.trim().is_empty();
        let sentence = if nobody {
            format!("Nobody is named any more to take over in the case `{id}`; it was {to}.")
        } else {
            format!("In the case `{id}`, {} takes over instead of {to}.", after.to)
        };
        let certainty = if nobody { Certainty::Certain } else { Certainty::Possible };
        found.push(moved(
            &rules::ESCALATION_RECEIVER,
            format!("{path}.to"),
            certainty,
            (text(to), text(&after.to)),
            sentence,
        ));
    }
}

fn ended(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}
