use super::*;

#[test]
fn every_code_is_distinct_and_says_what_to_do() {
    let mut texts: Vec<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
    texts.sort_unstable();
    let all = texts.len();
    texts.dedup();
    assert_eq!(texts.len(), all);
    for code in Code::ALL {
        assert!((400..=599).contains(&code.status()), "{code:?}");
        assert!(matches!(code.exit(), 1 | 3 | 4 | 5), "{code:?}");
        assert!(code.advice().ends_with('.') && !code.title().ends_with('.'), "{code:?}");
        let json = serde_json::to_value(code).unwrap();
        assert_eq!(json, code.as_str());
    }
}
