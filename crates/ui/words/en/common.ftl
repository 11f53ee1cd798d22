# Used by many pages.
common-cancel = Cancel
common-required = (required)
common-as-table = As a table
common-ago-now = just now
common-ago-minutes = { $count ->
    [one] 1 minute ago
   *[other] { $count } minutes ago
}
common-ago-hours = { $count ->
    [one] 1 hour ago
   *[other] { $count } hours ago
}
common-ago-days = { $count ->
    [one] 1 day ago
   *[other] { $count } days ago
}
common-say-copied = Copied
common-say-failed = That did not work. Try again.
common-say-none = Nothing found
common-say-found = {"{"}n{"}"} found
common-say-offline = Not connected. This page may be old.

# Roles, as in "who can do it".
role-serve = applications
role-viewer = readers
role-auditor = auditors
role-author = authors
role-releaser = release managers
role-rollback_owner = people on call
role-admin = administrators

# What an action is, as in "You may not …".
action-read_library = read prompts
action-publish = publish versions
action-yank = withdraw versions
action-read_releases = see what is live
action-configure_environments = change environments and their rules
action-release = release here
action-roll_back = go back here
action-break_glass = release past the rules
action-serve = fetch what is live
action-observe = send observations
action-read_observations = read observations
action-read_ledger = read the ledger
action-create_projects = create projects
action-read_projects = see this project
action-manage_tokens = give and take access
action-recover = put on record that the data was restored
may-not = You may not { $doing }.
may-who = Who can: { $roles }.

# Invisible characters, read out in their place.
invisible-direction = (hidden sign that changes the direction of writing)
invisible-zero-width = (hidden sign without width)
invisible-hyphen = (hidden hyphen)
invisible-format = (hidden formatting sign)
invisible-tag = (hidden tag sign)
invisible-filler = (hidden filler sign)
invisible-separator = (hidden line separator)
invisible-control = (hidden control sign)
common-same-lines = { $count } lines the same
common-team = team { $name }
