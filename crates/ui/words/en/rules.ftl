# The rules of an environment.
rules-title = Rules of { $environment }
rules-about = What a release must meet
rules-needs = Before a version may go live here
rules-unsafe = When a live version is withdrawn as unsafe
rules-final = Only final versions
rules-final-about = Versions that are only tried out, such as 2.0.0-rc.1, are turned away.
rules-before = It must have been live in { $name } first
rules-before-about = What was never tried one environment earlier is turned away. So are new fields of variants.
rules-before-first = It must have been live one environment earlier
rules-refuse = Stop giving it to applications
rules-refuse-about = Applications that ask for it get an error in place of the prompt. Without this they get the prompt and a warning.
rules-never-back = Going back is never held up by rules. The rules count from the next release on; what is live stays live.
rules-save = Save the rules
rules-done = The rules are saved. They count from the next release on.
rules-same = Nothing was changed: the rules are like this already.
rules-quicker = Somebody changed the rules since you looked. Nothing of yours was saved. This is how they are now:
rules-today = If all that is live were released again today
rules-today-none = These rules would let everything pass.
rules-today-some = { $count ->
    [one] These rules would turn this away. It stays live; only releasing it again would be refused.
   *[other] These rules would turn { $count } things away. They stay live; only releasing them again would be refused.
}
rules-said-final = Only final versions.
rules-said-before = Each version must have been live in { $name } first.
rules-said-before-none = Each version must have been live one environment earlier; this is the first, so none waits.
rules-said-open = Any version may be released.
rules-said-withdrawn = Withdrawn versions are turned away.
rules-said-warned = A live version that is withdrawn as unsafe is still given to applications, with a warning.
rules-said-refused = A live version that is withdrawn as unsafe is not given to applications any more.
