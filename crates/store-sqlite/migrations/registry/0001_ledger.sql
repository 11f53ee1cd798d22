-- Control facts. What the ledger says is append-only, and the database itself refuses anything else: triggers fire for
-- every connection, also for one opened by hand. REPLACE deletes without a delete trigger, so inserts are guarded too.

CREATE TABLE ledgers (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE entries (
    ledger  INTEGER NOT NULL REFERENCES ledgers (id),
    seq     INTEGER NOT NULL CHECK (seq > 0),
    at      INTEGER NOT NULL,
    command TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    bytes   BLOB    NOT NULL,
    PRIMARY KEY (ledger, seq)
) STRICT, WITHOUT ROWID;

-- Apart from the entries, so that a proof over a million of them reads a few dense pages.
CREATE TABLE leaves (
    ledger INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    hash   BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (ledger, seq),
    FOREIGN KEY (ledger, seq) REFERENCES entries (ledger, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE commands (
    ledger      INTEGER NOT NULL,
    command     TEXT    NOT NULL,
    first       INTEGER NOT NULL,
    last        INTEGER NOT NULL CHECK (last >= first),
    fingerprint BLOB             CHECK (length(fingerprint) = 32),
    PRIMARY KEY (ledger, command),
    FOREIGN KEY (ledger, first) REFERENCES entries (ledger, seq),
    FOREIGN KEY (ledger, last) REFERENCES entries (ledger, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
    ledger INTEGER NOT NULL,
    size   INTEGER NOT NULL,
    note   TEXT    NOT NULL,
    PRIMARY KEY (ledger, size),
    FOREIGN KEY (ledger, size) REFERENCES entries (ledger, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE blobs (
    id     INTEGER PRIMARY KEY,
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    digest BLOB    NOT NULL CHECK (length(digest) = 32),
    class  TEXT    NOT NULL CHECK (class IN ('artifact', 'text')),
    bytes  BLOB, -- NULL: erased
    UNIQUE (ledger, digest),
    CHECK (bytes IS NOT NULL OR class = 'text')
) STRICT;

-- Derivable, so without a guard.
CREATE TABLE saved_states (
    id     INTEGER PRIMARY KEY,
    ledger INTEGER NOT NULL REFERENCES ledgers (id),
    format INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    bytes  BLOB    NOT NULL,
    UNIQUE (ledger, format, seq)
) STRICT;

CREATE TRIGGER ledgers_insert BEFORE INSERT ON ledgers
WHEN EXISTS (SELECT 1 FROM ledgers WHERE id = NEW.id OR name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'cuelight: a ledger is never replaced'); END;
CREATE TRIGGER ledgers_update BEFORE UPDATE ON ledgers
BEGIN SELECT RAISE(ABORT, 'cuelight: a ledger is never changed'); END;
CREATE TRIGGER ledgers_delete BEFORE DELETE ON ledgers
BEGIN SELECT RAISE(ABORT, 'cuelight: a ledger is never deleted'); END;

CREATE TRIGGER entries_insert BEFORE INSERT ON entries
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM entries WHERE ledger = NEW.ledger)
BEGIN SELECT RAISE(ABORT, 'cuelight: an entry is added only after the last one'); END;
CREATE TRIGGER entries_update BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'cuelight: an entry is never changed'); END;
CREATE TRIGGER entries_delete BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'cuelight: an entry is never deleted'); END;

CREATE TRIGGER leaves_insert BEFORE INSERT ON leaves
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM leaves WHERE ledger = NEW.ledger)
BEGIN SELECT RAISE(ABORT, 'cuelight: a leaf hash is added only after the last one'); END;
CREATE TRIGGER leaves_update BEFORE UPDATE ON leaves
BEGIN SELECT RAISE(ABORT, 'cuelight: a leaf hash is never changed'); END;
CREATE TRIGGER leaves_delete BEFORE DELETE ON leaves
BEGIN SELECT RAISE(ABORT, 'cuelight: a leaf hash is never deleted'); END;

CREATE TRIGGER commands_insert BEFORE INSERT ON commands
WHEN EXISTS (SELECT 1 FROM commands WHERE ledger = NEW.ledger AND command = NEW.command)
BEGIN SELECT RAISE(ABORT, 'cuelight: a command applies once'); END;
CREATE TRIGGER commands_update BEFORE UPDATE ON commands
BEGIN SELECT RAISE(ABORT, 'cuelight: a command record is never changed'); END;
CREATE TRIGGER commands_delete BEFORE DELETE ON commands
BEGIN SELECT RAISE(ABORT, 'cuelight: a command record is never deleted'); END;

CREATE TRIGGER checkpoints_insert BEFORE INSERT ON checkpoints
WHEN NEW.size <= (SELECT coalesce(max(size), 0) FROM checkpoints WHERE ledger = NEW.ledger)
BEGIN SELECT RAISE(ABORT, 'cuelight: a checkpoint is added only after the last one'); END;
CREATE TRIGGER checkpoints_update BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'cuelight: a checkpoint is never changed'); END;
CREATE TRIGGER checkpoints_delete BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'cuelight: a checkpoint is never deleted'); END;

CREATE TRIGGER blobs_insert BEFORE INSERT ON blobs
WHEN EXISTS (SELECT 1 FROM blobs WHERE id = NEW.id OR (ledger = NEW.ledger AND digest = NEW.digest))
BEGIN SELECT RAISE(ABORT, 'cuelight: a blob is never replaced'); END;
CREATE TRIGGER blobs_update BEFORE UPDATE ON blobs
WHEN NOT (OLD.class = 'text' AND OLD.bytes IS NOT NULL AND NEW.bytes IS NULL AND NEW.id = OLD.id
    AND NEW.ledger = OLD.ledger AND NEW.digest = OLD.digest AND NEW.class = OLD.class)
BEGIN SELECT RAISE(ABORT, 'cuelight: a blob is never changed; only a text can be erased'); END;
CREATE TRIGGER blobs_delete BEFORE DELETE ON blobs
BEGIN SELECT RAISE(ABORT, 'cuelight: a blob is never deleted'); END;
