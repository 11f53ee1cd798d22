-- Which servers work on this store, as they last said themselves.

CREATE TABLE nodes (
    id     TEXT    PRIMARY KEY NOT NULL,
    at     INTEGER NOT NULL,
    report BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
