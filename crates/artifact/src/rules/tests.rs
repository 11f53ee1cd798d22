use super::*;

#[test]
fn ids_are_sorted_unique_and_every_page_has_text() {
    let rules = all();
    let ids: Vec<_> = rules.iter().map(|r| r.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted);
    let mut names: Vec<_> = rules.iter().map(|r| r.name).collect();
    names.sort_unstable();
    let before = names.len();
    names.dedup();
    assert_eq!(names.len(), before, "rule names are unique");
    for rule in rules {
        for text in [rule.summary, rule.why, rule.fix] {
            assert!(text.len() > 10 && text.ends_with('.'), "{}: {text:?}", rule.id);
        }
    }
}
