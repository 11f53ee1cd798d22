//! Why goals are missed, as found with a profiler. A goal that is kept needs no line here; a line of a goal that is
//! kept is not printed.

/// The cause by the goal's name.
pub fn of(goal: &str) -> Option<&'static str> {
    CAUSES.iter().find(|(id, _)| *id == goal).map(|(_, cause)| *cause)
}

const CAUSES: &[(&str, &str)] = &[
    (
        "resolve.ratio",
        "Work that the bare handler does not do, spread over many places. In a profile, with the input schema read once per \
         version: rendering about a fifth (`Program::render`, half of it in the engine), reading the body a sixth, for it is read \
         twice, once to be strict (`http::strict::parse`), memory management about a sixth, mostly of JSON values and of the \
         settings that are copied into the answer (`app::serve::resolve::one`); the rest is HTTP itself.",
    ),
    (
        "resolve.flat",
        "Every live prompt has compiled templates, an input schema and settings of its own, 27 KiB with the 2 KB prompt, so that \
         many prompts do not fit in the processor's cache.",
    ),
    (
        "bundle.304",
        "What is done around every request (`http::request::around`, 18 % of the server's time in a profile: two routers, one \
         within the other, compression, span, time limit, count, four headers) and the recognition of the token.",
    ),
    (
        "replay.all",
        "Every entry is parsed into a JSON value and the event is made from that (`app::journal::decode`), and the tree is hashed.",
    ),
    (
        "replay.saved",
        "The saved state is JSON with every version, release and span in it, about 700 bytes for each entry, and all of it is read \
         before the first answer. A binary form, or a state that leaves old spans in the database, would mend it.",
    ),
    (
        "replay.verify",
        "Every command has a signed checkpoint, and every signature is checked (`core::ledger::verify::checkpoints`), one after the \
         other on one processor. Checking them in batches, or on all processors, would mend it.",
    ),
    (
        "idle.memory",
        "Every live prompt holds 27 KiB with the 2 KB prompt: 9 KiB is room that the engine sets aside for every template, however \
         short (`Instructions::new`), 6 KiB its text for engine and faults with the settings of answers, 4 KiB the artifact's bytes \
         for the bundle, 2 KiB its input schema. Every version in the state takes 0.4 KiB. An engine that gives back what it does \
         not use would mend it.",
    ),
];
