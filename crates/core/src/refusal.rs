//! Why a command was not carried out. Faces map each variant to one code; the text says what to do.

use cuelight_artifact::{ArtifactRef, EnvironmentName};
use semver::Version;

use crate::release::Slot;

/// A decision against a command. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The ledger has no first entry yet.
    #[error("the project is not open yet: its ledger has no first entry; open the project first")]
    ProjectNotOpen,
    /// It has one already.
    #[error("the project is open already: its ledger has begun, and begins only once")]
    ProjectAlreadyOpen,
    /// No such environment.
    #[error("there is no environment `{0}` in this project; `cuelight env list` shows those there are")]
    UnknownEnvironment(EnvironmentName),
    /// The name is taken.
    #[error("there is an environment `{0}` already; choose another name")]
    EnvironmentExists(EnvironmentName),
    /// No such prompt or fragment.
    #[error("there is no {} `{}` in this project; check the spelling, or publish it first", .0.kind, .0.name)]
    UnknownArtifact(ArtifactRef),
    /// No such version.
    #[error(
        "{artifact} has no version {version}; {}",
        newest.as_ref().map_or_else(|| "it has none at all".into(), |v| format!("the newest is {v}"))
    )]
    UnknownVersion {
        /// The artifact.
        artifact: ArtifactRef,
        /// The number asked for.
        version: Version,
        /// The newest there is.
        newest: Option<Version>,
    },
    /// No such generation in the environment.
    #[error("`{environment}` has no generation {generation}; {}", generations(*current))]
    UnknownGeneration {
        /// The environment.
        environment: EnvironmentName,
        /// The generation asked for.
        generation: u64,
        /// The newest generation.
        current: u64,
    },
    /// No such release.
    #[error(
        "there is no release {0} in this project; `cuelight log --env <environment>` shows those there are"
    )]
    UnknownRelease(u64),
    /// The plan was made against other versions than those there are now.
    #[error("the plan is stale: it saw {artifact} {}, but now it is {}; make a new plan", at(planned.as_ref()), at(found.as_ref()))]
    StalePlan {
        /// The first artifact that moved.
        artifact: ArtifactRef,
        /// What the plan saw.
        planned: Option<Version>,
        /// What is there.
        found: Option<Version>,
    },
    /// The environment moved since the caller looked.
    #[error("`{environment}` is at generation {found}, not {expected}: look again and repeat")]
    StaleGeneration {
        /// The environment.
        environment: EnvironmentName,
        /// What the caller saw.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// The settings moved since the caller looked.
    #[error("the policy of `{environment}` is at revision {found}, not {expected}: look again and repeat")]
    StalePolicy {
        /// The environment.
        environment: EnvironmentName,
        /// What the caller saw.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// The command would change nothing.
    #[error("nothing to do: {0}")]
    NothingToChange(String),
    /// A version number that does not follow.
    #[error("{artifact} cannot get version {version}: {because}")]
    BadVersion {
        /// The artifact.
        artifact: ArtifactRef,
        /// The number.
        version: Version,
        /// Why it does not follow.
        because: String,
    },
    /// The environment's policy is not satisfied. Each line says what is missing and who can provide it.
    #[error("the policy of `{environment}` is not satisfied: {}", missing.join("; "))]
    PolicyUnsatisfied {
        /// The environment.
        environment: EnvironmentName,
        /// What is missing.
        missing: Vec<String>,
    },
    /// The release asks for something the registry does not have or that contradicts itself.
    #[error("`{slot}` cannot be released: {because}")]
    BadSlot {
        /// The place in the environment.
        slot: Slot,
        /// Why.
        because: String,
    },
    /// A release that is not the environment's newest was to be taken back without saying to where.
    #[error(
        "release {release} is not what `{environment}` serves now: going back before it takes back release {current} too; say which generation to go back to"
    )]
    ReleaseNotCurrent {
        /// The environment.
        environment: EnvironmentName,
        /// The release asked for.
        release: u64,
        /// The newest release there.
        current: u64,
    },
    /// There is nothing before it to return to.
    #[error("`{environment}` served nothing before its first release; there is nothing to go back to")]
    NothingBefore {
        /// The environment.
        environment: EnvironmentName,
    },
    /// Already so.
    #[error("nothing to do: {artifact} {version} is {state}")]
    AlreadySo {
        /// The artifact.
        artifact: ArtifactRef,
        /// The version.
        version: Version,
        /// How it is: `yanked with that severity` or `not yanked`.
        state: &'static str,
    },
}

fn at(version: Option<&Version>) -> String {
    version.map_or_else(|| "without a version".into(), |v| format!("at {v}"))
}

fn generations(current: u64) -> String {
    match current {
        0 => "nothing was ever released there".into(),
        1 => "it has only generation 1".into(),
        _ => format!("it has 1 to {current}"),
    }
}
