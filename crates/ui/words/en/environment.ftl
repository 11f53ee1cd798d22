# Environments.
environment-path = Environments
environment-path-about = Versions go along this path: what is good in one environment is released to the next.
environment-changed = There is a new release
environment-rules = Rules
environment-add = Add an environment
environment-add-do = Add the environment
environment-name = Name
environment-name-hint = Small letters, digits and hyphens, such as canary. The name stays for good.
environment-name-bad = A name has small letters, digits and single hyphens, such as canary.
environment-name-taken = There is an environment { $name } already. Choose another name.
environment-where = Place in the path
environment-first = First
environment-after = After { $name }
environment-rules-strict = Strict: first live one environment earlier
environment-rules-open = Open: any version
environment-nothing = Nothing live yet
environment-live-release = Live: release { $release }
environment-since = since
environment-release = Release to here…
environment-go-back = Go back
environment-go-back-not-yet = There is nothing to go back to yet. After the second release here, this leads back to the first.
environment-go-back-none = Nothing was live here before what is live now. Whatever came later can be chosen in the history below.
environment-go-back-to = { $count ->
    [one] Go back to what was live before: release { $release } (1 prompt changes).
   *[other] Go back to what was live before: release { $release } ({ $count } prompts change).
}
environment-go-back-since = That was released
environment-go-back-do = Go back to release { $release }…
environment-back-done = { $environment } is back to release { $release }.
environment-back-done-far = { $environment } is back to something earlier.
environment-back-since = Live since
environment-back-release = This is recorded as release { $release }
environment-live = { $count ->
    [one] 1 prompt is live
   *[other] { $count } prompts are live
}
environment-version = Version
environment-since-release = Since
environment-since-long = longer than the recent history
environment-empty = Nothing is live here yet
environment-empty-about = Applications that ask this environment get no prompt.
environment-filter = Filter by name
environment-filter-do = Filter
environment-none-found = No prompt that is live here has that in its name.
environment-more = { $count } more are live. Filter by name to see them.
environment-history = History
environment-now = Live now
environment-was = What was live then
environment-was-after = after release { $release }
environment-back-here = Go back to this…
environment-rules-change = Change the rules
environment-rules-back = Going back never needs any of this.
environment-was-title = { $environment } after release { $release }
environment-was-since = Since this release
environment-was-now = Live now
environment-was-live = { $count ->
    [one] 1 prompt was live
   *[other] { $count } prompts were live
}
environment-was-nothing = Nothing was live.
environment-was-changes = What release { $release } changed
environment-was-time-machine = Time machine
