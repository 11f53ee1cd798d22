publish-title = Publish { $name }
publish-edit = Edit
publish-becomes = Becomes version { $version }
publish-words = What changes, word by word
publish-now = Publish version { $version }?
publish-about = Publishing makes a version that never changes. Nothing becomes live by it: releasing is the next step.
publish-do = Publish version { $version }
publish-back = Go on editing
publish-facts = In short
publish-notes = Why it is made
publish-live = Live now
publish-live-nowhere = nowhere
publish-live-stays = This stays as it is until somebody releases the new version.
publish-cases = Test cases
publish-no-cases = There are none, so nothing shows what the new wording does.
publish-cases-same = { $count ->
    [one] The only one reads the same.
   *[other] All { $count } read the same.
}
publish-cases-differ = { $count ->
    [one] One reads differently:
   *[other] { $count } read differently:
}
publish-affected = { $count ->
    [one] One text includes it
   *[other] { $count } texts include it
}
publish-affected-about = They keep the version they have until they are published anew. You can publish them together with it, each as a new version of its own.
publish-also = Publish these with it
publish-also-show = Show with the chosen ones
publish-also-who = Who
publish-also-version = New version
publish-uses = has version { $version } now
publish-stale = It has changed since you looked.
publish-stale-about = Nothing was published. Look at what it would be now, and decide again.
publish-kind = It is a greater change than this
publish-kind-which = What kind of change is it?
publish-kind-about = The kind decides the next number, and tells others what to expect. It may be greater than what was worked out, never smaller.
publish-kind-patch = Small fix: nobody notices
publish-kind-minor = Improvement: answers may differ
publish-kind-major = Changes what others rely on
publish-kind-computed = (worked out from what differs)
publish-kind-show = Show with this kind
