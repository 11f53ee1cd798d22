pub mod generate;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::diff::path::Path;
use generate::{artifacts, edited_pairs};

fn law(a: &Artifact, b: &Artifact) -> Result<(), TestCaseError> {
    let changes = diff(a, b);
    prop_assert_eq!(changes.is_empty(), a.digest().unwrap() == b.digest().unwrap());
    let made = apply(&changes, a).map_err(|e| TestCaseError::fail(format!("{e}: {changes:#?}")))?;
    prop_assert_eq!(made.digest().unwrap(), b.digest().unwrap(), "{:#?}", changes);
    let mut paths: Vec<_> = changes.iter().map(|c| (c.path.clone(), c.kind as u8)).collect();
    paths.sort();
    let count = paths.len();
    paths.dedup();
    prop_assert_eq!(paths.len(), count, "a path names one field: {:#?}", changes);
    // a message carries no key that would tell whether it was added already
    if let Some(first) = changes.iter().find(|c| !c.path.starts_with("messages")) {
        prop_assert!(apply(&changes, b).is_err(), "{} does not start from the outcome", first.path);
    }
    Ok(())
}

proptest! {
    #[test]
    fn applying_the_difference_gives_the_other(a in artifacts(), b in artifacts()) {
        law(&a, &b)?;
        law(&a, &a)?;
    }

    #[test]
    fn also_for_small_edits((a, b) in edited_pairs()) {
        law(&a, &b)?;
    }

    #[test]
    fn paths_survive_being_written(texts in prop::collection::vec((any::<String>(), 1usize..4, any::<bool>()), 1..5)) {
        let path = texts.iter().fold(Path::root(), |p, (text, ordinal, dotted)| {
            p.with(path::Segment { text: text.clone(), ordinal: *ordinal, dotted: *dotted })
        });
        let read = Path::parse(&path.to_string()).unwrap();
        let plain = |p: &Path| p.0.iter().map(|s| (s.text.clone(), s.ordinal)).collect::<Vec<_>>();
        prop_assert_eq!(plain(&read), plain(&path));
    }

    #[test]
    fn spans_add_up_to_both_texts(old in "[ab \n.é]{0,60}", new in "[ab \n.é]{0,60}", any_old in any::<String>(), any_new in any::<String>()) {
        spans_add_up(&old, &new)?;
        spans_add_up(&any_old, &any_new)?;
        let same = words(&old, &old);
        prop_assert!(same.iter().all(|s| s.op == WordOp::Equal) && same.len() <= 1);
    }
}

/// A difference in order alone does not fit its own outcome.
#[test]
fn what_was_moved_is_not_moved_again() {
    let old = generate::sample();
    let turned = |limitations: &[&str]| Artifact {
        known_limitations: limitations.iter().map(|text| (*text).to_owned()).collect(),
        ..old.clone()
    };
    let (a, b) = (turned(&["one", "two"]), turned(&["two", "one"]));
    let changes = diff(&a, &b);
    assert_eq!(changes.iter().map(|c| c.kind).collect::<Vec<_>>(), [ChangeKind::Moved]);
    assert_eq!(apply(&changes, &a).unwrap(), b);
    for other in [&b, &turned(&["one"]), &turned(&["one", "three"])] {
        assert_eq!(apply(&changes, other), Err(ApplyError::Stale("known_limitations".into())));
    }
}

fn spans_add_up(old: &str, new: &str) -> Result<(), TestCaseError> {
    let spans = words(old, new);
    let without = |op| spans.iter().filter(|s| s.op != op).map(|s| s.text.as_str()).collect::<String>();
    prop_assert_eq!(without(WordOp::Insert), old);
    prop_assert_eq!(without(WordOp::Delete), new);
    prop_assert!(spans.windows(2).all(|pair| pair[0].op != pair[1].op));
    Ok(())
}

#[test]
fn paths_name_fields_as_people_do() {
    let mut old = generate::sample();
    let mut new = old.clone();
    let edit = |a: &mut Artifact, pointer: &str, value: Value| {
        let mut json = as_value(a);
        *json.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        *a = serde_json::from_value(json).unwrap();
    };
    edit(&mut new, "/constants/disqualify_below/value", json!(30));
    edit(&mut new, "/messages/0/text", json!("You qualify leads, carefully."));
    edit(&mut new, "/messages/1/optional", json!(false));
    edit(&mut new, "/tools/list/0/parameters/required", json!(["account_id", "depth"]));
    edit(&mut new, "/tools/schema_version", json!("2.2.0"));
    edit(&mut new, "/authority/forbidden", json!(["delete-account"]));
    edit(&mut new, "/authority/escalation/0/to", json!("team:desk"));
    edit(&mut new, "/tests/0/inputs/company/region", json!("APAC"));
    edit(&mut new, "/risk", json!("medium"));
    edit(
        &mut new,
        "/known_limitations",
        json!(["Never tested in Welsh.", "Scores small companies too low."]),
    );
    edit(&mut old, "/integration", json!({ "crm.field": 1 }));
    let shown: Vec<String> = diff(&old, &new)
        .iter()
        .map(|c| {
            let show = |v: &Option<Value>| v.as_ref().map_or("-".to_owned(), Value::to_string);
            format!("{:?} {}: {} -> {}", c.kind, c.path, show(&c.before), show(&c.after))
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
    assert_eq!(apply(&diff(&old, &new), &old).unwrap(), new);
}

#[test]
fn a_message_put_in_between_moves_nothing_else() {
    let old = generate::sample();
    let mut new = old.clone();
    let example =
        crate::model::Message::Text { role: crate::model::Role::Assistant, text: "Understood.".into() };
    new.messages.insert(1, example);
    let changes = diff(&old, &new);
    assert_eq!(
        changes.iter().map(|c| (c.path.as_str(), c.kind)).collect::<Vec<_>>(),
        [("messages[1]", ChangeKind::Added)]
    );
    new.messages.reverse();
    let kinds: Vec<_> = diff(&old, &new).iter().map(|c| c.kind).collect();
    assert_eq!(kinds, [ChangeKind::Added, ChangeKind::Moved]);
    assert_eq!(apply(&diff(&old, &new), &old).unwrap(), new);
}

#[test]
fn changes_that_do_not_fit_are_refused_by_name() {
    let old = generate::sample();
    let change = |path: &str, before: Value, after: Value| FieldChange {
        path: path.into(),
        kind: ChangeKind::Changed,
        before: Some(before),
        after: Some(after),
    };
    let error = |c: FieldChange| apply(&[c], &old).unwrap_err().to_string();
    assert_eq!(
        error(change("constants.disqualify_below.value", json!(1), json!(2))),
        "`constants.disqualify_below.value` does not have the value this change starts from; compare again with the present artifact"
    );
    assert_eq!(error(change("tools[\"x", json!(1), json!(2))), "`tools[\"x` is not the path of a field");
    assert!(
        error(change("risk", json!("high"), json!("extreme")))
            .starts_with("the changes do not leave a valid artifact: unknown variant `extreme`")
    );
    for path in
        ["title.x", "messages[9].text", "messages[0].text.deep", "tools.nobody.description", "nowhere"]
    {
        assert!(
            matches!(apply(&[change(path, json!(1), json!(2))], &old), Err(ApplyError::Stale(p)) if p == path)
        );
    }
}

#[test]
fn words_are_kept_whole_and_spaces_where_they_were() {
    let spans = words(
        "Give a score  from 0 to 100.\nNever guess.",
        "Give a score  from 0 to 10.\nNever, ever guess.",
    );
    let text: String = spans
        .iter()
        .map(|s| match s.op {
            WordOp::Equal => s.text.clone(),
            WordOp::Delete => format!("[-{}-]", s.text),
            WordOp::Insert => format!("{{+{}+}}", s.text),
        })
        .collect();
    assert_eq!(text, "Give a score  from 0 to [-100-]{+10+}.\nNever{+, ever+} guess.");
}

#[test]
fn long_and_hostile_texts_end_quickly() {
    let prose = |seed: usize| {
        let mut text = String::new();
        for i in 0..1_500 {
            text.push_str(&format!(
                "Sentence {} says word{} and word{}.\n",
                i,
                (i * seed) % 97,
                (i * 31) % 89
            ));
        }
        text
    };
    let one_line = |word: &str| format!("{word} ").repeat(10_000);
    let mixed = |shift: usize| {
        (0..12_000)
            .map(|i| if (i * i + shift).is_multiple_of(3_usize) { "a " } else { "b " })
            .collect::<String>()
    };
    let cases = [
        (prose(7), prose(8)),
        (one_line("alpha"), one_line("beta")),
        ("\n".repeat(50_000), "x\n".repeat(25_000)),
        ("a\nb\n".repeat(12_000), "b\na\n".repeat(12_000)),
        (mixed(0), mixed(1)),
        ("a".repeat(50_000), "b".repeat(50_000)),
    ];
    let started = std::time::Instant::now();
    for (old, new) in &cases {
        spans_add_up(old, new).unwrap();
        spans_add_up(new, old).unwrap();
    }
    // twelve comparisons in an unoptimised build; a quadratic one alone would take longer
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
