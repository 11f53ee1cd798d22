# The page of a prompt or shared text.
prompt-shared-text = Shared text
prompt-tag = Tag: { $tag }
prompt-owned-by = Owned by
prompt-nobody = Nobody owns it
prompt-change = Change the wording
prompt-release = Release…
prompt-try = Try it
prompt-back = Go back…
prompt-back-in = Go back in { $environment }…
prompt-back-nothing = Nothing of this is live, so there is nothing to go back from.
prompt-back-nothing-do = Release it first.
prompt-withdrawn = Withdrawn
prompt-withdrawn-avoid = Version { $version } is withdrawn: nothing new should use it. Where it is live it stays live.
prompt-withdrawn-block = Version { $version } is withdrawn as unsafe. Where it is live, replace it now.
prompt-withdrawn-reason = Reason:

# What is live now.
prompt-live = Live now
prompt-live-unseen = Your access does not include what is live.
prompt-environment = Environment
prompt-for = For whom
prompt-version = Version
prompt-since = Since
prompt-differs = What differs
prompt-everybody = Everyone
prompt-everybody-else = Everyone else
prompt-variant = Variant
prompt-and = and
prompt-not-live = Not live
prompt-older = (older)
prompt-follows = follows the version for everyone else
prompt-pinned = stays at this version
prompt-by-release = Release { $number }
prompt-differs-version = Only the version
prompt-in-place-of = in place of
prompt-versions-in-use = Versions in use
prompt-shared-live-about = A shared text is live where a prompt that uses it is live.

# The text.
prompt-wording = Wording
prompt-wording-of = Version { $version }, the newest
prompt-shared-here = Shared text
prompt-shared-again = (the same text as above)
prompt-role-system = Instructions
prompt-role-user = Request
prompt-role-assistant = Example answer
prompt-earlier = Earlier messages
prompt-earlier-required = The application puts the conversation so far here.
prompt-earlier-optional = The application may put the conversation so far here.

# What it is.
prompt-about = About this prompt
prompt-about-shared = About this shared text
prompt-intent = Purpose
prompt-technical = Inputs, output and settings, for engineers
prompt-inputs = Inputs
prompt-inputs-none = None.
prompt-output = Output
prompt-output-text = Free text.
prompt-output-json = Data in fixed fields (JSON).
prompt-limits = Known limits
prompt-limits-none = None noted.
prompt-authority = What it may lead to
prompt-allowed = Allowed
prompt-approval = Only with approval
prompt-forbidden = Never
prompt-nothing = Nothing listed
prompt-escalation = It hands over to a person when:
prompt-constants = Fixed values
prompt-may-differ = May differ per audience
prompt-value = Value
prompt-meaning = Meaning
prompt-model = Model
prompt-family = Family
prompt-models = Allowed models
prompt-models-any = Any of the family
prompt-tools = Tools
prompt-done-by = Carried out by
prompt-done-by-caller = The application
prompt-done-by-platform = The platform
prompt-retrieval = What is looked up first
prompt-index = Index
prompt-query = Query
prompt-most = Passages at most
prompt-least-score = Lowest score
prompt-owners = Owners
prompt-owner-business = What it says
prompt-owner-technical = How it works
prompt-owner-back = Going back
prompt-uses = Shared texts it uses
prompt-uses-none = None.
prompt-cases = Test cases
prompt-cases-none = None yet.
prompt-type = Type
prompt-required = Required
prompt-allowed-values = Allowed values
prompt-yes = Yes
prompt-no = No
prompt-true = yes
prompt-false = no
prompt-no-value = none
prompt-type-text = Text
prompt-type-whole = Whole number
prompt-type-number = Number
prompt-type-yes-no = Yes or no
prompt-type-list = List
prompt-type-fields = Fields
prompt-type-any = Anything
prompt-at-least = at least
prompt-more-than = more than
prompt-at-most = at most
prompt-less-than = less than
prompt-least-letters = characters, at least
prompt-most-letters = characters, at most
prompt-least-items = items, at least
prompt-most-items = items, at most
prompt-pattern = pattern
prompt-format = format
prompt-always = always
prompt-usually = if absent

# Who uses a shared text.
prompt-used-by = Used by
prompt-used-by-count = { $count ->
    [one] 1 prompt or shared text
   *[other] { $count } prompts and shared texts
}
prompt-used-by-nobody = Nothing uses it yet.
prompt-used-by-more = And { $count } more.
prompt-uses-version = Uses version
prompt-indirect = Through another shared text

# Versions.
prompt-versions = Versions
prompt-all-versions = All versions
prompt-compare = Compare with { $version }
prompt-live-in = Live in { $environment }
prompt-lets-more = Lets it do more
prompt-no-words = No words about it.
prompt-class-patch = Fix
prompt-class-minor = Addition
prompt-class-major = Breaking change
prompt-class-first = First version

# A name that is not there.
prompt-missing = There is no such prompt
prompt-missing-about = Nothing here is called
prompt-did-you-mean = Did you mean:
prompt-search-for-it = Search for it
