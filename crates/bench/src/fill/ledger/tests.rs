//! What a long ledger says was live.

use semver::Version;

use super::Long;

#[test]
fn what_is_live_is_what_the_newest_release_of_the_prompt_set() {
    let long = Long {
        admin: String::new(),
        prompts: ["a/a", "a/b", "a/c"].map(str::to_owned).to_vec(),
        versions: (0..2).map(|n| Version::new(1, n, 0)).collect(),
        entries: 0,
        releases: 10,
        start: 0,
    };
    let mut live = [None; 3];
    for n in 0..long.releases {
        let prompt = usize::try_from(n % 3).unwrap();
        live[prompt] = Some(n / 3 % 2);
        for (prompt, expected) in live.iter().enumerate() {
            let expected = expected.map(|minor| Version::new(1, minor, 0));
            assert_eq!(long.live(prompt, n), expected.as_ref(), "prompt {prompt} after release {n}");
        }
    }
}
