# Access for people and programs.
access-title = Access
access-about = Whoever works here, person or program, has a token: a long secret that says who they are. You choose its role, and how far it reaches.
access-list = Who has access
access-past = Access that has ended
access-own = Your own access
access-give = Give access
access-give-do = Make the token
access-label = For whom
access-label-hint = A person or a program, such as “Mara, marketing” or “web shop”. The record names it.
access-label-missing = Say whom it is for.
access-role = Role
access-role-missing = Choose a role.
access-role-serve = Application
access-role-viewer = Reader
access-role-auditor = Auditor
access-role-author = Author
access-role-releaser = Release manager
access-role-on-call = On call
access-role-admin = Administrator
access-may-serve = A program: fetches what is live and reports how it went. Cannot sign in here.
access-may-viewer = Reads everything except what applications report. Changes nothing.
access-may-auditor = Reads everything, also what applications report. Changes nothing.
access-may-author = Reads, and publishes new versions. Makes nothing live.
access-may-releaser = Publishes, releases, goes back, withdraws versions, and may release past the rules with a reason.
access-may-on-call = Reads, and goes back when something is wrong. Nothing else.
access-may-admin = May do everything, and gives and takes access.
access-reach = Reaches
access-all-projects = all projects
access-only-in = only in
access-some-actions = { $count ->
    [one] only one of the things the role may do
   *[other] only { $count } of the things the role may do
}
access-projects = Only these projects
access-projects-hint = Choose none for all projects, also later ones.
access-environments = Only these environments
access-environments-hint = Choose none for all environments.
access-until = Ends
access-for-ever = no end
access-by = Given by
access-by-server = the server
access-yours = yours
access-days = Ends after how many days
access-days-hint = 1 to 3,650 days.
access-days-wrong = Write a whole number of days from 1 to 3650.
access-revoked = taken away
access-expired = ended
access-take = Take away
access-take-title = Take access away
access-take-sure = Are you sure?
access-take-what = This ends the access of
access-take-programs = Programs that use this token are refused from now on. What they have fetched before stays with them.
access-take-sessions = { $count ->
    [0] No browser is signed in with it now.
    [one] One browser that is signed in with it is signed out.
   *[other] { $count } browsers that are signed in with it are signed out.
}
access-take-record = What was done with it stays in the record, under its name.
access-take-own = This is your own access: you will be signed out, and need somebody else to let you in again.
access-take-for-good = It cannot be given back. A new token can be made.
access-take-do = Take access away from { $label }
access-taken-before = The access of { $label } was taken away before.
access-taken = Access was taken away. It stopped working at once.
access-given = This is the token for
access-given-once = Copy it now and keep it safe: it is shown only this once. To get in here with it, paste it into the sign-in page.
access-shown-before = This token was made and shown before, and cannot be shown again. If it was not kept, take it away below and make a new one.
access-copy = Copy the token
