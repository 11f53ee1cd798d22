//! What the arguments mean.

use super::parse;

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_profile_is_ours_and_the_rest_is_passed_on() {
    let request = parse(&words("--only render --profile trial --quick")).unwrap();
    assert_eq!(request.profile, "trial");
    assert_eq!(request.arguments, words("--only render --quick"));
    assert_eq!(parse(&[]).unwrap().profile, "release");
}

#[test]
fn a_profile_that_is_not_optimised_is_refused() {
    assert!(parse(&words("--profile dev")).is_err());
    assert!(parse(&words("--profile")).is_err());
}
