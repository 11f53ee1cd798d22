//! Patterns of model ids, where `*` stands for any text.

/// Whether some text matches both patterns.
pub(crate) fn overlap(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // reach[j]: the first i characters of `a` and the first j of `b` have a text in common
    let mut reach = vec![false; b.len() + 1];
    for i in 0..=a.len() {
        let mut row = vec![false; b.len() + 1];
        for j in 0..=b.len() {
            row[j] = if i == 0 && j == 0 {
                true
            } else {
                let from_above = i > 0 && reach[j] && (a[i - 1] == '*' || (j > 0 && b[j - 1] == '*'));
                let from_left = j > 0 && row[j - 1] && (b[j - 1] == '*' || (i > 0 && a[i - 1] == '*'));
                let both = i > 0
                    && j > 0
                    && reach[j - 1]
                    && (a[i - 1] == b[j - 1] || a[i - 1] == '*' || b[j - 1] == '*');
                from_above || from_left || both
            };
        }
        reach = row;
    }
    reach[b.len()]
}

/// Whether every text that matches `inner` matches `outer`.
pub(crate) fn covers(outer: &str, inner: &str) -> bool {
    let (outer, inner): (Vec<char>, Vec<char>) = (outer.chars().collect(), inner.chars().collect());
    // `*` of `inner` can be any text, so only a `*` of `outer` takes it
    let mut reach = vec![false; inner.len() + 1];
    reach[0] = true;
    for o in outer {
        let mut row = vec![false; inner.len() + 1];
        for j in 0..=inner.len() {
            row[j] = if o == '*' {
                reach[j] || (j > 0 && row[j - 1])
            } else {
                j > 0 && reach[j - 1] && inner[j - 1] == o
            };
        }
        reach = row;
    }
    reach[inner.len()]
}
