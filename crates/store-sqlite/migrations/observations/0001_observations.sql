-- Production facts. AUTOINCREMENT: a cursor is never used twice, not even after pruning the newest.

CREATE TABLE observations (
    cursor  INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    body    BLOB    NOT NULL,
    UNIQUE (project, id)
) STRICT;

-- An index ends with the row's cursor, so this is the stream of one project.
CREATE INDEX observations_stream ON observations (project);
