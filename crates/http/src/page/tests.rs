use super::{Named, limit, page, slice};

#[test]
fn limits_outside_the_range_are_refused() {
    assert_eq!(limit(None).expect("usual"), 50);
    assert_eq!(limit(Some(200)).expect("most"), 200);
    assert_eq!(limit(Some(0)).expect_err("refused").detail, "`limit` is between 1 and 200; this is 0");
    assert!(limit(Some(201)).is_err());
}

#[test]
fn pages_join_to_the_whole_list() {
    let all: Vec<u64> = (1..=7).collect();
    for size in 1..=8_u16 {
        let (mut joined, mut after) = (Vec::new(), 0);
        loop {
            let read: Vec<u64> =
                all.iter().copied().filter(|n| *n > after).take(usize::from(size) + 1).collect();
            let found = page(read, size, |n| *n);
            joined.extend(found.items);
            match found.next {
                Some(next) => after = next,
                None => break,
            }
        }
        assert_eq!(joined, all);
    }
}

#[test]
fn slices_join_to_the_whole_list() {
    let all: Vec<String> = ["a", "b", "c", "d", "e"].map(String::from).to_vec();
    for size in 1..=6 {
        let (mut joined, mut asked) = (Vec::new(), Named { after: None, limit: Some(size) });
        loop {
            let found = slice(all.clone(), &asked, Clone::clone).expect("a slice");
            joined.extend(found.items);
            asked.after = found.next;
            if asked.after.is_none() {
                break;
            }
        }
        assert_eq!(joined, all);
    }
    assert!(slice(all, &Named { after: Some("x".into()), limit: None }, Clone::clone).is_err());
}
