# The time machine: question, answer, proof.
time-machine-title = Time machine
time-machine-about = Ask what was live at any moment, to the second. The answer can be printed, and it comes with a proof.
time-machine-ask = What do you want to know?
time-machine-ask-again = Ask something else
time-machine-date = Date
time-machine-time = Time
time-machine-zone = Time zone
time-machine-zone-hint = Such as Europe/Berlin. Yours is { $zone }.
time-machine-environment = Environment
time-machine-prompt = Prompt
time-machine-prompt-hint = Leave it empty for all of them.
time-machine-whom = For whom
time-machine-whom-hint = Leave these empty for what everyone got. Some get a variant of their own.
time-machine-other = Another attribute
time-machine-other-value = Its value
time-machine-show = Show what was live
time-machine-print = Print
time-machine-no-environment = There is nothing to ask about yet
time-machine-no-environment-about = You can see no environment of this project.

# What is wrong with a question.
time-machine-wrong = The question cannot be answered like this. See below what to change.
time-machine-bad-date = Write a date as year-month-day, such as 2026-03-15.
time-machine-bad-time = Write a time of day, such as 14:47 or 14:47:30.
time-machine-bad-zone = There is no such time zone. Write one like Europe/Berlin, or UTC.
time-machine-bad-environment = There is no such environment. Choose one from the list.
time-machine-bad-prompt = Write a prompt as its area and name, such as sales/qualify-lead.
time-machine-unknown-prompt = There is no prompt with this name. Choose one from the list, or look in the library.
time-machine-bad-other = Write both the attribute and its value, or neither.
time-machine-gap = This time never existed there: clocks were put forward over it. Ask for { $earlier } or { $later }.
time-machine-twice = This time occurred twice there, because clocks were put back. Here are both answers.

# The answer.
time-machine-second = { $title } (the second time)
time-machine-answer = Answer
time-machine-said = On { $date } at { $time } ({ $zone }), { $environment } served { $prompt } { $version } { $whom }.
time-machine-said-all = { $count ->
    [0] On { $date } at { $time } ({ $zone }), { $environment } served no prompt { $whom }.
    [one] On { $date } at { $time } ({ $zone }), { $environment } served 1 prompt { $whom }.
   *[other] On { $date } at { $time } ({ $zone }), { $environment } served { $count } prompts { $whom }.
}
time-machine-to-everyone = to everyone
time-machine-to-common = to everyone without a variant of their own
time-machine-to-whom = to everyone with { $who }
time-machine-lived-until = It was live from { $since } until { $until }.
time-machine-lived-still = It has been live since { $since }, and still is.
time-machine-came = It came with release { $release }, by { $who }.
time-machine-came-because = It came with release { $release }, by { $who }, for this reason: { $reason }
time-machine-came-back = It came back with release { $release }, when { $who } went back.
time-machine-future = This moment is still to come. The answer is what is decided so far.
time-machine-decided = This is what was decided. An application that was offline at that moment may have followed later.
time-machine-fact-version = Version
time-machine-fact-variant = Variant
time-machine-common = Common
time-machine-fact-from = Live from
time-machine-fact-until = Live until
time-machine-still = Still live
time-machine-fact-release = Release
time-machine-release = Release { $number }
time-machine-by = by
time-machine-fact-reason = Reason
time-machine-fact-published = Published
time-machine-fact-state = Newest release then
time-machine-words = The exact instructions
time-machine-values = Values in them
time-machine-value-name = Name
time-machine-value = Value
time-machine-no-library = You may see what was live, but not its words.
time-machine-all = Everything that was live
time-machine-more = { $count ->
    [one] And 1 more. Name a prompt to ask about it.
   *[other] And { $count } more. Name a prompt to ask about it.
}
time-machine-empty = On { $date } at { $time } ({ $zone }), nothing was live in { $environment } yet.
time-machine-empty-since = The first release there was on { $since }:
time-machine-empty-still = Nothing has been released there to this day.
time-machine-not-live = On { $date } at { $time } ({ $zone }), { $prompt } was not live in { $environment }.
time-machine-first-live = It was live there first on { $since }.
time-machine-never-live = It has never been live there.
time-machine-proof = Proof
time-machine-proof-about = Entry { $seq } of the ledger says so. The ledger, with its { $size } entries, is signed by this server.
time-machine-proof-entry = Read entry { $seq }
time-machine-proof-download = Download proof
time-machine-proof-check = To check it, on any computer and without this server:
time-machine-proof-none = The proof is in the ledger.
time-machine-address = Address of this answer:
