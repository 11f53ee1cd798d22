//! Why goals are missed, as found with a profiler. A goal that is kept needs no line here; a line of a goal that is
//! kept is not printed.

/// The cause by the goal's name.
pub fn of(goal: &str) -> Option<&'static str> {
    CAUSES.iter().find(|(id, _)| *id == goal).map(|(_, cause)| *cause)
}

const FEEDS: &str = "16 KiB are the two buffers that the HTTP library keeps for every connection, one to read and one to write, 2.3 KiB the \
     connection's task, and the rest the feed with its token and reach. A smaller buffer once the head is read would mend it; the library \
     has no way to ask for one.";

const CAUSES: &[(&str, &str)] = &[
    (
        "resolve.ratio",
        "The bare handler takes 9 µs for a request and rendering alone 5 µs, so that 60 % would leave about 1 µs for everything else. In a profile: the system's calls and waking up a quarter, memory management a fifth, \
         rendering a seventh, reading the body a seventh, for it is read twice, once to be strict (`http::strict::parse`), writing the \
         answer a twelfth, the signed cue and copies of settings a twentieth each. Settings kept as ready JSON, a cue kept for each \
         generation and inputs read without values in between would mend a part.",
    ),
    (
        "resolve.flat",
        "Every live prompt has compiled templates, an input schema and settings of its own, 27 KiB with the 2 KB prompt, so that \
         many prompts do not fit in the processor's cache.",
    ),
    (
        "bundle.304",
        "The bare handler takes 7 µs. What comes on top is recognising the token (a hash, two looks under a lock), its rights, its \
         budget, span, time limit and count of the request, and more headers.",
    ),
    (
        "bundle.edge",
        "The goal was set for small flags. A bundle of 500 prompts of 2 KB has 2.1 MB, and the bare handler that only sends as many bytes is \
         no faster; Edge's answer for 500 flags is much smaller. Clients ask with their ETag or for gzip and get far less.",
    ),
    (
        "client.ratio",
        "Rendering is 1.3 of it. The rest is what MiniJinja alone does not do: the inputs are checked against the schema, the name is \
         parsed and looked up, and the answer owns copies of the name, version and cue.",
    ),
    ("feeds.memory.5000", FEEDS),
    ("feeds.memory.10000", FEEDS),
    (
        "replay.all",
        "Every entry and its event are read from their text (`core::ledger::entry::read`) and folded on one thread, while the store reads \
         the next page on another; then what is live is compiled.",
    ),
    (
        "replay.saved",
        "The saved state is JSON with every version, release and span in it, about 700 bytes for each entry, and all of it is read \
         before the first answer. A binary form, or a state that leaves old spans in the database, would mend it.",
    ),
    (
        "replay.verify",
        "Of the processor time a quarter goes into a million signatures, which are checked together on all processors \
         (`core::ledger::note::many`; half of that is reading their points), a fifth into writing the whole replayed state once more to \
         compare it with the saved one, a sixth into reading the database, a tenth into SQLite's own check of its file, which runs \
         beside. Reading rows, the walk in order and the comparison of states are on one thread; a saved state that is quicker to \
         write, and more processors, would mend it.",
    ),
    (
        "idle.memory",
        "Every live prompt holds 27 KiB with the 2 KB prompt: 9 KiB is room that the engine sets aside for every template, however \
         short (`Instructions::new`), 6 KiB its text for engine and faults with the settings of answers, 4 KiB the artifact's bytes \
         for the bundle, 2 KiB its input schema. Every version in the state takes 0.4 KiB. An engine that gives back what it does \
         not use would mend it.",
    ),
];
