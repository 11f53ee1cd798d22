//! The one table of error codes. Every face maps from it: HTTP status, exit code of the command line, title, and
//! the anchor of its paragraph in `docs/errors.md`, which is generated from this table.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $status:literal, $exit:literal, $title:literal, $advice:literal;)+) => {
        /// What went wrong, as one of a closed list. Texts may be reworded; a code never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum Code {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $name,)+
        }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code as text, such as `stale_plan`; also the anchor of its documentation.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// Exit code of the command line (design.md, section 8).
            #[must_use]
            pub const fn exit(self) -> u8 {
                match self { $(Self::$name => $exit,)+ }
            }

            /// A title that does not depend on the occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// What to do about it.
            #[must_use]
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)+ }
            }
        }
    };
}

codes! {
    /// The request is not of the documented form.
    InvalidRequest = "invalid_request", 400, 5, "The request is not of the documented form", "The detail says what is wrong; the API description and `cuelight help <command>` show the form.";
    /// A write without an idempotency key.
    IdempotencyKeyMissing = "idempotency_key_missing", 400, 5, "A write needs an Idempotency-Key", "Send a header `Idempotency-Key` with a value of your own that is new for each intent and the same for each retry.";
    /// No or unknown token.
    Unauthenticated = "unauthenticated", 401, 1, "No valid token", "Send `Authorization: Bearer <token>`; for the command line set CUELIGHT_TOKEN. A revoked or expired token must be replaced.";
    /// A known token that may not do this.
    Forbidden = "forbidden", 403, 1, "The token may not do that", "Use a token whose role and scope include the action named in the detail, or ask an administrator for one.";
    /// No such route.
    UnknownRoute = "unknown_route", 404, 1, "There is no such address", "See /api/v1/openapi.json for all addresses. A prompt's name travels as one segment: write `/` as %2F.";
    /// No such project, or not for this token.
    UnknownProject = "unknown_project", 404, 1, "There is no such project", "`cuelight project list` shows the projects this token reaches.";
    /// No such artifact.
    UnknownArtifact = "unknown_artifact", 404, 1, "There is no such prompt or fragment", "Search with `cuelight log` or `GET …/prompts?q=`; a fragment is written `fragment:area/name`.";
    /// No such version.
    UnknownVersion = "unknown_version", 404, 1, "There is no such version", "List the versions with `cuelight log <name>`.";
    /// No such environment.
    UnknownEnvironment = "unknown_environment", 404, 1, "There is no such environment", "`cuelight env list` shows the environments in path order.";
    /// No such generation.
    UnknownGeneration = "unknown_generation", 404, 1, "There is no such generation", "`cuelight log --env <environment>` shows the generations.";
    /// No such release.
    UnknownRelease = "unknown_release", 404, 1, "There is no such release", "`cuelight log --env <environment>` shows the releases.";
    /// No such token.
    UnknownToken = "unknown_token", 404, 1, "There is no such token", "`cuelight token list` shows the ids.";
    /// No such browser session.
    UnknownSession = "unknown_session", 404, 1, "There is no such browser session", "The list of open sessions in the settings shows the ids; a session that ended is not in it.";
    /// No such ledger entry.
    UnknownEntry = "unknown_entry", 404, 1, "There is no such ledger entry", "Entries are numbered from 1 without gaps; `cuelight log --ledger` shows the newest.";
    /// The prompt is not live in the environment.
    NotReleased = "not_released", 404, 1, "The prompt is not live in this environment", "Release a version of it there first: `cuelight release <name>@<version> --env <environment>`.";
    /// Nothing was live at that time.
    NothingLive = "nothing_live", 404, 1, "Nothing was live then", "Ask for a later time if the detail names one; `cuelight log --env <environment>` shows what was ever live.";
    /// The route exists for other methods.
    MethodNotAllowed = "method_not_allowed", 405, 5, "The address exists, but not for this method", "See /api/v1/openapi.json.";
    /// The name is taken.
    Exists = "exists", 409, 4, "The name is taken", "Choose another name, or use what is there.";
    /// The plan is not what it was.
    StalePlan = "stale_plan", 409, 4, "The plan is stale", "Make a new plan and look at it again: somebody published in between.";
    /// The command would change nothing.
    NothingToChange = "nothing_to_change", 409, 4, "There is nothing to change", "Nothing to do; what you ask for is so already.";
    /// The environment's policy is not satisfied.
    PolicyUnsatisfied = "policy_unsatisfied", 409, 3, "The environment's policy is not satisfied", "Each entry of `missing` says what is lacking and who can provide it.";
    /// The release is not the newest there.
    ReleaseNotCurrent = "release_not_current", 409, 4, "That release is not what the environment serves now", "Say which generation to go back to with `to` (`--to`): everything that came after it is taken back too.";
    /// Nothing to go back to.
    NothingBefore = "nothing_before", 409, 4, "There is nothing to go back to", "The environment served nothing before. Release something else instead.";
    /// Yanked for safety, and the policy refuses to serve it.
    VersionBlocked = "version_blocked", 409, 1, "The version was yanked as unsafe, and this environment refuses to serve it", "Go back, or release another version.";
    /// Restored, and not on record.
    RecoveryNeeded = "recovery_needed", 409, 1, "The data was restored from a backup, and nothing can be written until that is on record", "Reads go on. An administrator runs `cuelight recover --reason TEXT` once, with `--checkpoint FILE` for each newer checkpoint that was kept; then repeat what you did.";
    /// The object moved since the caller looked.
    Stale = "stale", 412, 4, "It changed since you looked", "Read it again, decide again, and repeat with the new ETag or generation.";
    /// The body trickled in.
    TooSlow = "too_slow", 408, 1, "The request came too slowly", "Send the body faster: at least as many bytes a second as the detail says. A repeated write with the same Idempotency-Key applies once.";
    /// Too large.
    TooLarge = "too_large", 413, 1, "The request is too large", "The detail names the limit; send less, or in parts.";
    /// Not JSON.
    UnsupportedMedia = "unsupported_media", 415, 5, "The body must be JSON", "Send `Content-Type: application/json`.";
    /// The files have errors.
    FilesInvalid = "files_invalid", 422, 3, "The files have errors", "Each entry of `diagnostics` names file, line, rule and fix; `cuelight lint` shows the same without a server.";
    /// A version number below what the differences demand.
    BumpTooLow = "bump_too_low", 422, 3, "The version number asked for is too low", "Ask for the computed class or higher, or go below it with `--accept-bump <name>=<class> --reason <text>`.";
    /// The inputs do not fit the prompt's schema.
    InputsInvalid = "inputs_invalid", 422, 1, "The inputs do not fit the prompt", "Each entry of `missing` names a field and what is wrong with it.";
    /// Rendering failed.
    RenderFailed = "render_failed", 422, 1, "The prompt cannot be rendered with these inputs", "The detail says what stopped it and, where it is known, the message and the place; give other inputs, or release a corrected version.";
    /// The release contradicts itself or the registry.
    BadRelease = "bad_release", 422, 1, "The release cannot be made like this", "Change the item that the detail names; a preview shows the release without opening it.";
    /// A key was used for something else.
    IdempotencyKeyReused = "idempotency_key_reused", 422, 4, "The Idempotency-Key was used for another request", "Use a new key for a new intent.";
    /// `If-Match` is missing.
    PreconditionRequired = "precondition_required", 428, 5, "The request must say what it saw", "Send `If-Match` with the ETag of what you read.";
    /// Too many requests.
    TooManyRequests = "too_many_requests", 429, 1, "Too many requests", "Wait as long as `Retry-After` says, then repeat; the detail names the rule. `cuelight serve --help` says how to set it.";
    /// A bug.
    Internal = "internal", 500, 1, "Something failed that should not", "Report it with the request id; the server's log has the cause under that id.";
    /// The stored ledger contradicts itself.
    Corrupt = "corrupt", 500, 1, "The stored data contradicts itself", "Stop the server, keep a copy of the data folder, and run `cuelight verify DIR`.";
    /// Storage is away.
    Unavailable = "unavailable", 503, 1, "The storage cannot be reached", "Reads of released prompts go on; repeat the write with the same Idempotency-Key later.";
    /// No room for more at the moment.
    Overloaded = "overloaded", 503, 1, "The server is at its limit", "Wait as long as `Retry-After` says, then repeat; a write with the same Idempotency-Key.";
    /// It took too long.
    Timeout = "timeout", 504, 1, "It took too long", "Repeat with the same Idempotency-Key; it applies once.";
    /// The disk is full.
    Full = "full", 507, 1, "There is no room to write", "Make room on the server's disk; nothing was half-written.";
}

#[cfg(test)]
mod tests;
