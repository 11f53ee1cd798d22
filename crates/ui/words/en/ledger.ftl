# The ledger: list, entry, check, files.
ledger-title = Ledger
ledger-about = Everything that was decided in this project, in order. Nothing here can be changed or removed without leaving a trace.
ledger-entries = Entries, newest first
ledger-count = { $count ->
    [one] 1 entry
   *[other] { $count } entries
}
ledger-what = What happened
ledger-when = When
ledger-who = Who
ledger-entry = Entry
ledger-who-system = Cuelight itself
ledger-who-all = Anyone

# What happened.
ledger-said-opened = { $who } opened the project { $project }.
ledger-said-environment = { $who } added the environment { $environment }.
ledger-said-rules = { $who } set the rules of { $environment }.
ledger-said-published = { $who } published { $what }.
ledger-said-published-first = { $who } published { $what }, the first version.
ledger-said-withdrawn = { $who } withdrew { $what }.
ledger-said-withdrawn-unsafe = { $who } withdrew { $what } as unsafe.
ledger-said-reinstated = { $who } took back the withdrawal of { $what }.
ledger-said-released = { $who } released { $what } to { $environment } (release { $release }).
ledger-said-removed = { $who } took { $what } out of { $environment } (release { $release }).
ledger-said-went-back = { $who } went back in { $environment }, taking back release { $of } (release { $release }).
ledger-said-urgent = It went past the rules, with a reason on record.
ledger-said-variant = { $what } for the variant { $variant }
ledger-said-and-more = { $what } and { $count } more
ledger-shared-text = the shared text

# Filter.
ledger-filter = Find entries
ledger-filter-kind = What
ledger-filter-who = Who
ledger-filter-about = About
ledger-filter-about-hint = A prompt, shared text or environment
ledger-filter-show = Show
ledger-kind-all = Everything
ledger-kind-released = Releases and going back
ledger-kind-published = Published versions
ledger-kind-withdrawn = Withdrawn versions
ledger-kind-reinstated = Withdrawals taken back
ledger-kind-rules = Rules of environments
ledger-kind-environments = New environments
ledger-kind-opened = The start of the project
ledger-kind-unknown = There is no such kind of entry. Choose one from the list.
ledger-pages = Pages of entries
ledger-older = Older entries
ledger-newest = Newest entries
ledger-none = Nothing found
ledger-none-fits = No entry fits what you asked for.
ledger-none-older = There is no older entry.
ledger-none-yet = { $count ->
    [one] None of the one entry looked at so far fits. There are older ones.
   *[other] None of the { $count } entries looked at so far fits. There are older ones.
}
ledger-further = Look further back
ledger-all = Show all entries

# One entry.
ledger-entry-title = Entry { $seq }
ledger-record = The record
ledger-by-them = everything by them
ledger-key = Key of its signatures
ledger-environment = Environment
ledger-position = Place in the path
ledger-version = Version
ledger-change = Kind of change
ledger-class-patch = Fix
ledger-class-minor = Addition
ledger-class-major = Breaking change
ledger-class-first = First version
ledger-class-reason = Why that kind of change
ledger-previous = Version before
ledger-compare = what changed
ledger-shared = Shared texts in it
ledger-notes = Notes
ledger-why = Reason
ledger-erased = This text was erased. The record stays valid.
ledger-release-label = Release
ledger-release = Release { $number }
ledger-took-back = Took back
ledger-label = Label
ledger-urgent-why = Why it could not wait
ledger-passed-over = Rules it went past
ledger-rules = Rules
ledger-rule-before-required = A version must have been live in the environment before this one.
ledger-rule-before-optional = A version need not have been live elsewhere before.
ledger-rule-trial-allowed = Trial versions may be released.
ledger-rule-trial-refused = Trial versions may not be released.
ledger-rule-unsafe-warned = A version withdrawn as unsafe is still given to applications, with a warning.
ledger-rule-unsafe-refused = A version withdrawn as unsafe is no longer given to applications.
ledger-changes = What changed
ledger-prompt = Prompt
ledger-for = For
ledger-before = Before
ledger-after = After
ledger-everyone = Everyone
ledger-nothing = Nothing
ledger-adjusted = with adjusted fields
ledger-neighbours = Entries before and after
ledger-entry-before = Entry before
ledger-entry-after = Entry after

# Proof and files.
ledger-proof = Proof
ledger-proof-about = The proof shows that entry { $seq }, word for word, is part of the ledger that this server signed.
ledger-download-proof = Download proof
ledger-proof-check = To check it, on any computer and without this server:
ledger-keep = Keep a copy
ledger-keep-about = The file has every entry with its content. Anybody can check it without this server.
ledger-keep-parts = The ledger is large, so it comes in { $count } files. Put them together in order before you check them.
ledger-download-all = Download everything
ledger-download-part = Entries { $first } to { $last }
ledger-checkpoint-about = A signed statement of the ledger’s size and content, in three lines. Keep one elsewhere now and then: it shows if newest entries were cut off.
ledger-download-checkpoint = Download signed statement

# The check.
ledger-check = Check the whole ledger
ledger-check-about = Reads everything that is stored and checks it anew: order, content and signatures.
ledger-check-do = Check the whole ledger
ledger-check-again = Check again
ledger-check-again-do = Check again
ledger-check-title = Check of the ledger
ledger-sound = Nothing was changed.
ledger-sound-about = { $count ->
    [one] The one entry is as it was written.
   *[other] All { $count } entries are as they were written, in the order they were written.
}
ledger-unsound = Something was changed.
ledger-unsound-from = Entry { $seq } is the first in doubt. Every entry before it is as it was written.
ledger-unsound-somewhere = The entries are as they were written, but something beside them is not.
ledger-unsound-do = Keep a copy of the data as it is, tell whoever runs the server, and compare with a backup.
ledger-findings = What does not fit
ledger-findings-more = { $count ->
    [one] And 1 more.
   *[other] And { $count } more.
}
ledger-finding-sequence = an entry is missing, out of order or there twice.
ledger-finding-changed = what is stored is not what was written.
ledger-finding-history = it was written after other entries than those that now stand before it, or signed over others.
ledger-finding-time = it is earlier than the entry before it.
ledger-finding-command = one request is recorded in two places.
ledger-finding-signature = a signature does not fit.
ledger-finding-unsigned = it is not covered by a signature.
ledger-finding-cut = entries from here on were there, and are gone.
ledger-finding-missing = content that it speaks of is missing.
ledger-finding-content = content that it speaks of was changed.
ledger-finding-unknown = it says something that this version of Cuelight does not know.
ledger-finding-summary = the stored summary does not fit the entries.
ledger-finding-unreadable = it cannot be read.
ledger-checked = What was checked
ledger-checked-at = When
ledger-checked-entries = Entries
ledger-checked-entries-are = { $count } read, { $signed } of them covered by a good signature
ledger-checked-signatures = Signatures
ledger-checked-signatures-are = { $count } checked
ledger-checked-contents = Contents
ledger-checked-contents-are = { $count ->
    [one] 1 read
   *[other] { $count } read
}{ $erased ->
    [0] {""}
    [one] , 1 of them an erased text
   *[other] , { $erased } of them erased texts
}
ledger-limits = What this check cannot see
ledger-limits-about = A server that checks itself can miss some things, and says so:
ledger-limit-self = Whether this server tells the truth. Whoever controls it controls this check too.
ledger-limit-cut = The newest entries cut off together with their signatures, before the server was last started.
ledger-limit-rewritten = A ledger written anew by somebody who has the signing key, if no signed statement was kept elsewhere.
ledger-limit-unrecorded = Something that was done and never recorded.
ledger-limit-clock = Whether the clock was right. Only that time never went backwards.
ledger-limit-erased = Whether an erased text was erased by somebody who may.
ledger-limits-do = To be sure, download everything and check it on another computer, with a signed statement that was kept elsewhere:
