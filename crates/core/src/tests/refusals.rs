//! Refusals: every variant by name, what its text must name, and all texts to read.

mod texts;

use crate::refusal::Refusal;

/// All variants.
pub const KINDS: &[&str] = &[
    "ProjectNotOpen",
    "ProjectAlreadyOpen",
    "UnknownEnvironment",
    "EnvironmentExists",
    "UnknownArtifact",
    "UnknownVersion",
    "UnknownGeneration",
    "UnknownRelease",
    "StalePlan",
    "StaleGeneration",
    "StalePolicy",
    "NothingToChange",
    "BadVersion",
    "PolicyUnsatisfied",
    "BadSlot",
    "ReleaseNotCurrent",
    "NothingBefore",
    "AlreadySo",
];

/// The variant's name.
pub fn kind(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::ProjectNotOpen => "ProjectNotOpen",
        Refusal::ProjectAlreadyOpen => "ProjectAlreadyOpen",
        Refusal::UnknownEnvironment(_) => "UnknownEnvironment",
        Refusal::EnvironmentExists(_) => "EnvironmentExists",
        Refusal::UnknownArtifact(_) => "UnknownArtifact",
        Refusal::UnknownVersion { .. } => "UnknownVersion",
        Refusal::UnknownGeneration { .. } => "UnknownGeneration",
        Refusal::UnknownRelease(_) => "UnknownRelease",
        Refusal::StalePlan { .. } => "StalePlan",
        Refusal::StaleGeneration { .. } => "StaleGeneration",
        Refusal::StalePolicy { .. } => "StalePolicy",
        Refusal::NothingToChange(_) => "NothingToChange",
        Refusal::BadVersion { .. } => "BadVersion",
        Refusal::PolicyUnsatisfied { .. } => "PolicyUnsatisfied",
        Refusal::BadSlot { .. } => "BadSlot",
        Refusal::ReleaseNotCurrent { .. } => "ReleaseNotCurrent",
        Refusal::NothingBefore { .. } => "NothingBefore",
        Refusal::AlreadySo { .. } => "AlreadySo",
    }
}

/// The text names the place, the thing, and the numbers that disagree, and never calls something unknown that
/// its own numbers say exists.
pub fn names_the_thing(refusal: &Refusal) {
    let text = refusal.to_string();
    let says =
        |what: &dyn ToString| assert!(text.contains(&what.to_string()), "{} in: {text}", what.to_string());
    assert!(text.len() > 10, "{text}");
    match refusal {
        Refusal::ProjectNotOpen | Refusal::ProjectAlreadyOpen | Refusal::NothingToChange(_) => {}
        Refusal::UnknownEnvironment(e) | Refusal::EnvironmentExists(e) => says(e),
        Refusal::UnknownArtifact(a) => says(&a.name),
        Refusal::UnknownVersion { artifact, version, newest } => {
            says(&artifact.name);
            says(version);
            says(newest.as_ref().expect("an artifact has a version"));
        }
        Refusal::UnknownGeneration { environment, generation, current } => {
            says(environment);
            says(generation);
            assert!(*generation == 0 || generation > current, "that generation exists: {text}");
        }
        Refusal::UnknownRelease(number) => says(number),
        Refusal::StalePlan { artifact, planned, found } => {
            says(&artifact.name);
            planned.iter().chain(found).for_each(|v| says(v));
            assert_ne!(planned, found);
        }
        Refusal::StaleGeneration { environment, expected, found }
        | Refusal::StalePolicy { environment, expected, found } => {
            says(environment);
            says(expected);
            says(found);
            assert_ne!(expected, found);
        }
        Refusal::BadVersion { artifact, version, because } => {
            says(&artifact.name);
            says(version);
            says(because);
        }
        Refusal::PolicyUnsatisfied { environment, missing } => {
            says(environment);
            assert!(!missing.is_empty());
            for (i, line) in missing.iter().enumerate() {
                says(line);
                assert!(!missing[..i].contains(line), "said twice: {text}");
            }
        }
        Refusal::BadSlot { slot, because } => {
            says(slot);
            says(because);
        }
        Refusal::ReleaseNotCurrent { environment, release, current } => {
            says(environment);
            says(release);
            says(current);
            assert_ne!(release, current);
        }
        Refusal::NothingBefore { environment } => says(environment),
        Refusal::AlreadySo { artifact, version, state } => {
            says(&artifact.name);
            says(version);
            says(state);
        }
    }
}
