use super::*;
use proptest::prelude::*;

type Over = (BTreeMap<String, String>, Word);

fn map(text: &str) -> BTreeMap<String, String> {
    text.split(' ').filter_map(|kv| kv.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

fn sorted(mut overrides: Vec<Over>) -> Vec<Over> {
    overrides.sort_by(|a, b| precedence((&a.0, &a.1), (&b.0, &b.1)));
    overrides
}

fn chosen(overrides: &[Over], attributes: &BTreeMap<String, String>) -> Option<String> {
    match choose(overrides, |o| &o.0, attributes) {
        Choice::Stable => None,
        Choice::Override(o) => Some(o.1.to_string()),
    }
}

#[test]
fn more_attributes_win_then_stronger_ones() {
    let over = |when: &str, id: &str| (map(when), id.parse().unwrap());
    let all = sorted(vec![
        over("region=eu", "eu"),
        over("tenant=acme", "acme"),
        over("tenant=acme region=eu", "acme-eu"),
        over("brand=lux", "lux"),
    ]);
    assert_eq!(chosen(&all, &map("tenant=acme region=eu")).as_deref(), Some("acme-eu"));
    assert_eq!(chosen(&all, &map("tenant=acme region=us brand=lux")).as_deref(), Some("acme"));
    assert_eq!(chosen(&all, &map("brand=lux region=eu")).as_deref(), Some("lux"));
    assert_eq!(chosen(&all, &map("tenant=other")), None);
    assert_eq!(chosen(&all, &BTreeMap::new()), None);
}

fn arb_when() -> impl Strategy<Value = BTreeMap<String, String>> {
    let key = prop_oneof![Just("tenant"), Just("brand"), Just("region"), Just("channel"), Just("zone")];
    proptest::collection::btree_map(key.prop_map(String::from), "[ab]", 1..4)
}

proptest! {
    /// The order in which overrides were written never decides.
    #[test]
    fn choice_does_not_depend_on_order(
        whens in proptest::collection::vec(arb_when(), 0..8),
        attributes in arb_when(),
        seed in any::<u64>(),
    ) {
        let overrides: Vec<Over> =
            whens.into_iter().enumerate().map(|(i, w)| (w, format!("o{i}").parse().unwrap())).collect();
        let mut shuffled = overrides.clone();
        let n = shuffled.len().max(1) as u64;
        shuffled.rotate_left(usize::try_from(seed % n).unwrap());
        shuffled.reverse();
        let first = chosen(&sorted(overrides.clone()), &attributes);
        prop_assert_eq!(&first, &chosen(&sorted(shuffled), &attributes));
        // And what is chosen matches, and nothing with more attributes does.
        let matching = |o: &&Over| o.0.iter().all(|(k, v)| attributes.get(k) == Some(v));
        let most = overrides.iter().filter(matching).map(|o| o.0.len()).max();
        let got = first.map(|id| overrides.iter().find(|o| o.1.as_str() == id).unwrap().0.len());
        prop_assert_eq!(most, got);
    }
}
