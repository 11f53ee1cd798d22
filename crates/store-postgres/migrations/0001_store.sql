-- Everything of Cuelight, in a schema of its own, so that it can share a database. Every name is qualified: nothing
-- relies on search_path. Texts compare by their bytes (COLLATE "C").
--
-- What the ledger says is append-only, and the database itself refuses anything else, whoever asks: triggers fire for
-- every connection, also for one opened by hand. There is nothing to revoke: a new schema is open to its owner only.

CREATE FUNCTION cuelight.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'cuelight: % is never %', TG_ARGV[0],
        CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- `head` is the counter that serialises appends: whoever appends locks this row, so the order of positions is the order
-- of commits, and there is no gap.
CREATE TABLE cuelight.ledgers (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text   COLLATE "C" NOT NULL UNIQUE,
    head bigint NOT NULL CHECK (head >= 0)
);

CREATE TABLE cuelight.entries (
    ledger  bigint NOT NULL REFERENCES cuelight.ledgers (id),
    seq     bigint NOT NULL CHECK (seq > 0),
    at      bigint NOT NULL,
    command text   COLLATE "C" NOT NULL,
    kind    text   COLLATE "C" NOT NULL,
    bytes   bytea  NOT NULL,
    PRIMARY KEY (ledger, seq)
);

-- Apart from the entries, so that a proof over a million of them reads a few dense pages.
CREATE TABLE cuelight.leaves (
    ledger bigint NOT NULL,
    seq    bigint NOT NULL,
    hash   bytea  NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (ledger, seq),
    FOREIGN KEY (ledger, seq) REFERENCES cuelight.entries (ledger, seq)
);

CREATE TABLE cuelight.commands (
    ledger      bigint NOT NULL,
    command     text   COLLATE "C" NOT NULL,
    first       bigint NOT NULL,
    last        bigint NOT NULL CHECK (last >= first),
    fingerprint bytea           CHECK (octet_length(fingerprint) = 32),
    PRIMARY KEY (ledger, command),
    FOREIGN KEY (ledger, first) REFERENCES cuelight.entries (ledger, seq),
    FOREIGN KEY (ledger, last) REFERENCES cuelight.entries (ledger, seq)
);

CREATE TABLE cuelight.checkpoints (
    ledger bigint NOT NULL,
    size   bigint NOT NULL,
    note   text   COLLATE "C" NOT NULL,
    PRIMARY KEY (ledger, size),
    FOREIGN KEY (ledger, size) REFERENCES cuelight.entries (ledger, seq)
);

CREATE TABLE cuelight.blobs (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ledger bigint NOT NULL REFERENCES cuelight.ledgers (id),
    digest bytea  NOT NULL CHECK (octet_length(digest) = 32),
    class  text   COLLATE "C" NOT NULL CHECK (class IN ('artifact', 'text')),
    bytes  bytea, -- NULL: erased
    UNIQUE (ledger, digest),
    CHECK (bytes IS NOT NULL OR class = 'text')
);

-- Derivable, so without a guard.
CREATE TABLE cuelight.saved_states (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ledger bigint NOT NULL REFERENCES cuelight.ledgers (id),
    format bigint NOT NULL,
    seq    bigint NOT NULL,
    bytes  bytea  NOT NULL,
    UNIQUE (ledger, format, seq)
);

-- Production facts. A cursor is never used twice: an identity does not go back.
CREATE TABLE cuelight.observations (
    cursor  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project text   COLLATE "C" NOT NULL,
    id      text   COLLATE "C" NOT NULL,
    at      bigint NOT NULL,
    kind    text   COLLATE "C" NOT NULL,
    body    bytea  NOT NULL,
    UNIQUE (project, id)
);

-- The stream of one project.
CREATE INDEX observations_stream ON cuelight.observations (project, cursor);

-- Sealed values. One counter for all, so that a revision is never used twice, not even after a deletion.
CREATE TABLE cuelight.items (
    kind     text   COLLATE "C" NOT NULL,
    key      text   COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    value    bytea  NOT NULL,
    PRIMARY KEY (kind, key)
);

CREATE TABLE cuelight.counter (
    one      bigint PRIMARY KEY CHECK (one = 1),
    revision bigint NOT NULL
);

INSERT INTO cuelight.counter (one, revision) VALUES (1, 0);

-- Which servers work on this store, as they last said themselves.
CREATE TABLE cuelight.nodes (
    id     text   COLLATE "C" PRIMARY KEY,
    at     bigint NOT NULL,
    report bytea  NOT NULL
);

-- For copying a ledger elsewhere: commands in the order of their entries, blobs in the order in which they came.
CREATE INDEX commands_order ON cuelight.commands (ledger, first);
CREATE INDEX blobs_order ON cuelight.blobs (ledger, id);

-- A ledger's row changes in one way only: its head moves forward to the last entry.
CREATE FUNCTION cuelight.move_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.name <> OLD.name OR NEW.head <= OLD.head
        OR NEW.head <> (SELECT max(seq) FROM cuelight.entries WHERE ledger = NEW.id)
    THEN
        RAISE EXCEPTION 'cuelight: a ledger is never changed; its head only moves to its last entry'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- The guards of insertion look at all rows of a statement at once, so that many rows cost little more than one.
CREATE FUNCTION cuelight.follow_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT ledger, min(seq) AS low, max(seq) AS high, count(*) AS n FROM added GROUP BY ledger) a
        WHERE a.high - a.low + 1 <> a.n
            OR (SELECT count(*) FROM cuelight.entries e WHERE e.ledger = a.ledger AND e.seq >= a.low) <> a.n
            OR (a.low > 1 AND NOT EXISTS (
                SELECT 1 FROM cuelight.entries e WHERE e.ledger = a.ledger AND e.seq = a.low - 1))
    ) THEN
        RAISE EXCEPTION 'cuelight: an entry is added only after the last one'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION cuelight.follow_leaves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT ledger, min(seq) AS low, max(seq) AS high, count(*) AS n FROM added GROUP BY ledger) a
        WHERE a.high - a.low + 1 <> a.n
            OR (SELECT count(*) FROM cuelight.leaves l WHERE l.ledger = a.ledger AND l.seq >= a.low) <> a.n
            OR (a.low > 1 AND NOT EXISTS (
                SELECT 1 FROM cuelight.leaves l WHERE l.ledger = a.ledger AND l.seq = a.low - 1))
    ) THEN
        RAISE EXCEPTION 'cuelight: a leaf hash is added only after the last one'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION cuelight.follow_checkpoints() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT ledger, min(size) AS low, count(*) AS n FROM added GROUP BY ledger) a
        WHERE (SELECT count(*) FROM cuelight.checkpoints c WHERE c.ledger = a.ledger AND c.size >= a.low) <> a.n
    ) THEN
        RAISE EXCEPTION 'cuelight: a checkpoint is added only after the last one'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION cuelight.erase_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.class = 'text' AND OLD.bytes IS NOT NULL AND NEW.bytes IS NULL AND NEW.id = OLD.id
        AND NEW.ledger = OLD.ledger AND NEW.digest = OLD.digest AND NEW.class = OLD.class
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'cuelight: a blob is never changed; only a text can be erased'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER ledgers_update BEFORE UPDATE ON cuelight.ledgers
    FOR EACH ROW EXECUTE FUNCTION cuelight.move_head();
CREATE TRIGGER ledgers_keep BEFORE DELETE OR TRUNCATE ON cuelight.ledgers
    FOR EACH STATEMENT EXECUTE FUNCTION cuelight.refuse('a ledger');

CREATE TRIGGER entries_insert AFTER INSERT ON cuelight.entries REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION cuelight.follow_entries();
CREATE TRIGGER entries_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON cuelight.entries
    FOR EACH STATEMENT EXECUTE FUNCTION cuelight.refuse('an entry');

CREATE TRIGGER leaves_insert AFTER INSERT ON cuelight.leaves REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION cuelight.follow_leaves();
CREATE TRIGGER leaves_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON cuelight.leaves
    FOR EACH STATEMENT EXECUTE FUNCTION cuelight.refuse('a leaf hash');

-- The primary key lets a command apply once.
CREATE TRIGGER commands_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON cuelight.commands
    FOR EACH STATEMENT EXECUTE FUNCTION cuelight.refuse('a command record');

CREATE TRIGGER checkpoints_insert AFTER INSERT ON cuelight.checkpoints REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION cuelight.follow_checkpoints();
CREATE TRIGGER checkpoints_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON cuelight.checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION cuelight.refuse('a checkpoint');

CREATE TRIGGER blobs_update BEFORE UPDATE ON cuelight.blobs
    FOR EACH ROW EXECUTE FUNCTION cuelight.erase_only();
CREATE TRIGGER blobs_keep BEFORE DELETE OR TRUNCATE ON cuelight.blobs
    FOR EACH STATEMENT EXECUTE FUNCTION cuelight.refuse('a blob');
