# Going back.
go-back-title = Go back in { $environment }
go-back-title-to = Go back in { $environment } to release { $release }
go-back-what = All of { $environment } gets back what was live after release { $release },
go-back-not-declared = This goes further back than the last release. Everything that was released after it is taken back too.
go-back-confirm = Go back now
go-back-reason = Reason
go-back-reason-hint = For whoever reads the history. You may leave it empty.
go-back-do-one = Go back to { $prompt } { $version } for all of { $environment }
go-back-do = { $count ->
    [one] Go back to release { $release } for all of { $environment } (1 prompt)
   *[other] Go back to release { $release } for all of { $environment } ({ $count } prompts)
}
go-back-changes = { $count ->
    [one] 1 prompt changes
   *[other] { $count } prompts change
}
go-back-column-then = After going back
go-back-rules = Going back needs no tests and nobody’s consent. You can release again at any time.
go-back-quicker = There was another release since you looked. Nothing was done. Look at what going back changes now, and decide again.
go-back-nothing = There is nothing to go back to in { $environment }
go-back-nothing-about = Nothing was live here before. Release something else in its place.
go-back-same = { $environment } is exactly as it was after release { $release }
