# Releasing, releases, and what every page says about them.
release-title = Release
release-no-environment = There is no environment here
release-number = Release { $release }
release-by-system = Cuelight itself
release-mark-back = Went back
release-mark-past = Past the rules
release-said-one = { $prompt } { $version } went live in { $environment }
release-said-variant = A variant of { $prompt } changed in { $environment }
release-said-removed = { $prompt } is no longer live in { $environment }
release-said-many = { $count ->
    [one] 1 prompt changed in { $environment }
   *[other] { $count } prompts changed in { $environment }
}
release-said-back = { $environment } went back to release { $release }
release-said-back-far = { $environment } went back to something earlier
release-for-all = everyone
release-for-variant = variant { $name }
release-short-variant = { $prompt } (variant { $name })
release-short-moved = { $name } { $from } → { $to }
release-short-same = { $name } { $version }, fields changed
release-short-new = { $name } { $version } is new
release-short-gone = { $name } no longer live
release-more = and { $count } more
release-rows-more = { $count } more are not shown here.
release-changes = What changes
release-column-prompt = Prompt
release-column-whom = For whom
release-column-now = Live now
release-column-then = After this release
release-column-before = Before
release-column-after = After
release-column-know = Good to know
release-own-fields = with fields of its own
release-nothing = nothing
release-new = New here
release-gone = No longer live
release-fields = Fields changed
release-withdrawn = Withdrawn version
release-withdrawn-unsafe = Withdrawn as unsafe
release-boundary = Lets it do more
release-compare = See the words
release-class-none = No difference
release-class-fix = Fix
release-class-addition = Addition
release-class-breaking = Breaking change

release-where = Release to
release-promote = Everything that is live in { $from }
release-promote-none = { $to } has everything that is live in { $from }, at the same or a newer version.
release-promote-about = { $count ->
    [one] 1 prompt is newer in { $from } than in { $to }. It goes live in { $to } as it is in { $from }, with its variants.
   *[other] { $count } prompts are newer in { $from } than in { $to }. They go live in { $to } as they are in { $from }, with their variants, all together or not at all.
}
release-promote-look = Look at what changes from { $from }
release-promote-look-anyway = Look for other differences
release-choose = Choose prompts
release-show-waiting = Newer versions
release-show-all = All prompts
release-filter = Find prompts
release-filter-do = Find
release-none-found = No prompt was found. Try fewer words.
release-none-waiting = { $environment } has the newest version of every prompt.
release-next-prompts = Next prompts
release-end-variants = Variants to end
release-look = Look at what changes
release-live-now = live: { $version }
release-not-live = not live here
release-version-of = Version of { $prompt }
release-remove = Stop serving it here
release-option-withdrawn = { $version } (withdrawn)
release-option-live = { $version } (live now)

release-look-title = What changes in { $environment }
release-look-may-not = You can look at prompts and versions, but not release to this environment.
release-changes-of = { $count ->
    [one] 1 prompt changes in { $environment }
   *[other] { $count } prompts change in { $environment }
}
release-stay = { $count ->
    [0] No other prompt is live here
    [one] 1 other prompt stays as it is
   *[other] { $count } other prompts stay as they are
}
release-warnings = Look at this before you release:
release-confirm = Release
release-notes = Notes
release-notes-hint = Why this release, for whoever reads the history. You may leave it empty.
release-label = Label
release-label-hint = A short name such as spring-campaign: small letters, digits and hyphens. You may leave it empty.
release-label-bad = A label has small letters, digits and single hyphens, such as spring-campaign.
release-way-back = Going back from this release returns to what is live now: release { $release }.
release-way-back-none = Nothing was live in { $environment } before, so there is nothing to go back to until the release after this one.
release-do-one = Release { $prompt } { $version } to { $environment }
release-do-remove = Stop serving { $prompt } in { $environment }
release-do-many = { $count ->
    [one] Release 1 prompt to { $environment }
   *[other] Release { $count } prompts to { $environment }
}
release-choose-else = Choose something else
release-to-environment = Look at { $environment }
release-same = { $environment } has exactly that already
release-same-about = There is nothing to release. Choose other prompts or another environment.
release-cannot = This cannot be released like this
release-missing = The rules of { $environment } are not met, so this cannot be released yet. This is missing:
release-missing-rules = Rules of { $environment }
release-quicker = Somebody was quicker
release-quicker-about = There was another release since you looked. Nothing of yours was done. Look at the changes below as they are now, and decide again.
release-past = Release past the rules
release-past-about = For emergencies only, when waiting does more harm than the missing rule.
release-past-record = Your reason and every rule that was not met stay in the ledger for good.
release-past-mark = The release is marked “Past the rules” wherever { $environment } is shown.
release-past-back = Going back stays possible, as always.
release-past-reason = Why it cannot wait
release-past-reason-hint = Say what happens if nothing is done now. Everybody who reads the history will see it.
release-past-reason-missing = Say why it cannot wait. Without a reason it is not released.
release-past-do = { $count ->
    [one] Release 1 prompt to { $environment } past the rules
   *[other] Release { $count } prompts to { $environment } past the rules
}

release-list-title = Releases
release-list = Newest first
release-list-changed = There is a new release
release-list-empty = There is no release yet
release-list-empty-about = A release makes chosen versions live in one environment, all together or not at all.
release-new-release = Release…
release-filter-where = Show
release-all-environments = All environments
release-newest = Newest
release-older = Older
release-live = Live now
release-not-live-any-more = No longer the newest
release-done = Live in { $environment } since
release-done-about = Applications get it from now on. If it does harm, go back: two presses, no questions asked.
release-to-next = Release to { $environment }…
release-go-back = Go back…
release-about = About this release
release-changed = { $count ->
    [one] 1 prompt changed
   *[other] { $count } prompts changed
}
release-fact-environment = Environment
release-fact-when = When
release-fact-who = Who
release-fact-took-back = Took back
release-fact-way-back = Going back returns to
release-fact-way-back-none = nothing, it was the first
release-fact-notes = Notes
release-fact-reached = Reached
release-reached-servers = { $applied } of { $all } servers, the last of them after { $time }
release-reached-applications = { $applied } of { $all } applications, the last of them after { $time }
release-fact-all = Everything
release-was = What was live then
release-was-past = This release went past the rules
release-was-past-reason = Reason:
release-was-past-nothing = In the end, every rule was met.
