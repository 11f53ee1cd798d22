//! Why goals are missed, as found with a profiler. A goal that is kept needs no line here; a line of a goal that is
//! kept is not printed.

/// The cause by the goal's name.
pub fn of(goal: &str) -> Option<&'static str> {
    CAUSES.iter().find(|(id, _)| *id == goal).map(|(_, cause)| *cause)
}

const CAUSES: &[(&str, &str)] = &[
    (
        "resolve.ratio",
        "The bare handler takes 9 µs for a request and rendering alone 5 µs, so that 60 % would leave about 1 µs for everything else. In a \
         profile: the system's calls and waking up two fifths, rendering a fifth (a third of it turning the inputs into the engine's \
         values), reading the body an eighth, the HTTP library a tenth, writing the answer and checking the inputs a twentieth and less. \
         Inputs read without JSON values in between would mend a part.",
    ),
    (
        "resolve.flat",
        "Every live prompt has compiled templates, an input schema and settings of its own, 22 KiB with the 2 KB prompt, so that \
         many prompts do not fit in the processor's cache.",
    ),
    (
        "bundle.304",
        "The bare handler takes 7 µs, most of it the system's. What comes on top is spread thin, nothing of it a twentieth of the whole: \
         recognising the token (two hashes, a look at what is on record and one at the known hashes), the names in the address, rights and \
         budget, span, time limit and count of the request, and more headers to write.",
    ),
    (
        "bundle.edge",
        "The goal was set for small flags. A bundle of 500 prompts of 2 KB has 2.1 MB, and the bare handler that only sends as many bytes is \
         no faster; Edge's answer for 500 flags is much smaller. Clients ask with their ETag or for gzip and get far less.",
    ),
    (
        "replay.all",
        "Every entry and its event are read from their text (`core::ledger::entry::read`) and folded on one thread, while the store reads \
         the next page on another; then what is live is compiled.",
    ),
    (
        "replay.saved",
        "Two things are done beside each other: every release and span is made in memory from the saved state, which has about 18 bytes \
         for each entry, and the hash of every entry is read from the store for the tree (`app::journal::load_tree`). The tree's blocks \
         saved with the state would mend the second, a state that leaves old releases in the database the first.",
    ),
    (
        "replay.verify",
        "A million signatures are checked together on all processors (`core::ledger::note::many`; half of that is reading their \
         points), every entry is hashed and read, and SQLite's own check of its file runs beside. Reading the rows, the walk in order \
         and the fold are on one thread. More processors would mend it.",
    ),
    (
        "idle.memory",
        "Every live prompt holds 22 KiB with the 2 KB prompt: 9 KiB is room that the engine sets aside for every template, however \
         short (`Instructions::new`), 6 KiB its text for engine and faults with the settings of answers, 4 KiB the artifact's bytes \
         for the bundle, 2 KiB its input schema. Every version in the state takes 0.4 KiB. An engine that gives back what it does \
         not use would mend it.",
    ),
];
