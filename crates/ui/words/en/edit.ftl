edit-title = Edit { $name }
edit-from = Based on version { $version }
edit-look-only = You can look and try, but nothing is saved.
edit-no-draft = Nothing is saved yet.
edit-saved = Draft saved
edit-not-saved = The draft was not saved.
edit-other-tab = This draft was saved or discarded in another tab or window since you opened it. What you wrote is still in this form: copy what you need, then load the page again.
edit-other-tab-form = It was saved or discarded in another tab or window since you opened it. What you wrote is in this form. Save again to keep this text in its place, or load the page again to see the other one.
edit-too-large = It is larger than a draft may be. Shorten it, or publish in smaller steps.
edit-too-many = You have as many drafts as can be kept. Publish or discard one first. What you wrote is still in this form.
edit-not-yet = It cannot be published yet.
edit-not-yet-problems = Correct what is listed under “What to look at”. Your draft is saved.
edit-not-yet-same = Nothing differs from the newest version.
edit-add-message = Add a message
edit-up = Move up
edit-remove = Remove
edit-speaker = Kind of message
edit-text = Text
edit-plain = Plain text field
edit-rich = Coloured text field
edit-place = line { $line }, character { $column }
edit-variables = Values to insert:
edit-shared = Shared texts in it:
edit-shared-readonly = to read; it is changed on its own page
edit-why = Why this change?
edit-why-card = Why
edit-why-hint = One sentence. It becomes the release note of the new version.
edit-why-missing = Say why you change it, in a sentence.
edit-constants = Fixed values
edit-constant-contract = Applications rely on it.
edit-constant-higher = Higher is stricter.
edit-constant-lower = Lower is stricter.
edit-about = About this text
edit-summary-hint = What it does, in a sentence or two.
edit-intent-hint = The purpose that stays while versions come and go.
edit-tags = Tags, separated by commas
edit-limitations-hint = One per line.
edit-owner-hint = Such as team:marketing or user:mara
edit-sample = Preview with
edit-check = Check and preview
edit-preview = What the model reads
edit-problems = What to look at
edit-fine = All fine
edit-fine-about = The checks found nothing to correct.
edit-say-fine = Nothing to correct
edit-say-problems = { $count ->
    [one] 1 thing to look at
   *[other] { $count } things to look at
}
edit-error = Must be corrected:
edit-warning = Worth a look:
edit-fix = What to do:
edit-than-live = what is live in { $environment } ({ $version })
edit-than-version = version { $version }
edit-tokens-more = About { $count } tokens more than { $than }.
edit-tokens-fewer = About { $count } tokens fewer than { $than }.
edit-tokens-same = About as many tokens as { $than }.
edit-means = What publishing would mean
edit-next = The next version would be { $version }.
edit-same = Nothing differs from the version it is based on.
edit-mend-first = Correct what must be corrected. Then this says which kind of change it is.
edit-cases = { $count ->
    [one] One test case reads differently:
   *[other] { $count } test cases read differently:
}
edit-affected = { $count ->
    [one] One text includes it. It changes only when it is published anew:
   *[other] { $count } texts include it. They change only when they are published anew:
}
edit-review = Review and publish…
edit-save = Save draft
edit-back = Leave
edit-discard = Discard the draft
edit-discard-about = Discarding forgets what you wrote here. Published versions stay as they are.
edit-carried = Version { $version } was published while you were writing.
edit-carried-clean = Your changes were carried over to it. Nothing of yours was lost. Look it over before you publish.
edit-carried-conflicts = { $count ->
    [one] Your changes were carried over to it. One field was changed on both sides: decide which text it gets.
   *[other] Your changes were carried over to it. { $count } fields were changed on both sides: decide which text each of them gets.
}
edit-conflict = Changed on both sides: { $field }
edit-conflict-theirs = Published meanwhile
edit-conflict-mine = Yours
edit-conflict-base = How it was when you began
edit-conflict-about = The form below has your text. Keep it, change it there and keep that, or take the published one.
edit-conflict-take = Take the published text
edit-conflict-keep = Keep the text of the form
edit-unreadable = The draft that was kept for you cannot be read.
edit-unreadable-about = It may come from another edition of Cuelight, or have been damaged. Published versions are not touched. Throw the draft away to begin anew from the newest version.
edit-unreadable-discard = Throw the draft away
