-- For copying a ledger elsewhere: commands in the order of their entries, blobs in the order in which they came. An
-- index ends with the row's id, so the second one is that order within a ledger.

CREATE INDEX commands_order ON commands (ledger, first);
CREATE INDEX blobs_order ON blobs (ledger);
