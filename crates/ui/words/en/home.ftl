# The first page of a project.
home-title = Home
home-about = { $prompts ->
    [one] 1 prompt
   *[other] { $prompts } prompts
} · { $shared ->
    [one] 1 shared text
   *[other] { $shared } shared texts
} · { $releases ->
    [one] 1 release
   *[other] { $releases } releases
}
home-changed = There is a new release
home-release = Release…
home-live = Live
home-nothing-live = Nothing live yet
home-nothing-live-about = Nothing was released here yet. Applications that ask get no prompt.
home-prompts-live = { $count ->
    [one] prompt live
   *[other] prompts live
}
home-since = since
home-same = Nothing is newer in { $from }.
home-ahead = { $count ->
    [one] 1 prompt is newer in { $from }
   *[other] { $count } prompts are newer in { $from }
}
home-ahead-do = Release…
home-ahead-to = to { $environment }
home-latest = Latest releases
home-all-releases = All releases
home-no-release = Nothing was released yet
home-no-release-about = Choose versions and make them live in the first environment.
home-waiting = { $count ->
    [one] 1 prompt has a newer version than { $environment }
   *[other] { $count } prompts have a newer version than { $environment }
}
home-waiting-all = Release…
home-waiting-live = { $version } is live, { $newer } is newest
home-waiting-new = not live there, { $newer } is newest
home-chart = Releases per day
home-chart-said = { $count ->
    [0] No release in { $days } days
    [one] 1 release in { $days } days
   *[other] { $count } releases in { $days } days
}{ $backs ->
    [0] .
    [one] ; 1 of them went back.
   *[other] ; { $backs } of them went back.
}
home-chart-day = Day
home-chart-releases = Releases
home-drafts = Your drafts
home-draft-saved = saved
home-ways = Look up
home-way-library = Find a prompt in the library
home-way-time-machine = What was live at a certain time?
home-way-ledger = Who decided what?
home-empty = Nothing is here yet
home-empty-about = This project has no prompts. Bring a folder of prompts, or begin with the sample project.
home-empty-then = After that: release versions to the first environment, look at them there, and release them to the next.
home-empty-do = Get started
home-empty-environments = Environments
home-empty-words = What the words mean
