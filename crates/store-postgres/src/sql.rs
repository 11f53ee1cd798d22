//! Every statement that is sent with parameters, in one list, so that a test can have the server read them all.

use tokio_postgres::types::Type;

/// A statement and the types of its parameters.
#[derive(Debug)]
pub(crate) struct Statement {
    /// What it is called, for tests.
    pub(crate) name: &'static str,
    /// Its text. Names are qualified: the search path is not relied upon.
    pub(crate) sql: &'static str,
    /// The types of `$1`, `$2`, …
    pub(crate) types: &'static [Type],
}

macro_rules! statements {
    ($($(#[$doc:meta])+ $name:ident($($type:ident),*) = $sql:expr;)+) => {
        $($(#[$doc])+ pub(crate) const $name: Statement =
            Statement { name: stringify!($name), sql: $sql, types: &[$(Type::$type),*] };)+

        /// All of them.
        pub(crate) const ALL: &[Statement] = &[$($name),+];
    };
}

statements! {
    /// What kind of server this is.
    SERVER() = "SELECT current_setting('server_version_num')::bigint, current_setting('server_version'), \
        current_setting('server_encoding'), current_setting('fsync')";
    /// Whether the schema is there, and what is in it.
    SCHEMA() = "SELECT to_regnamespace('cuelight') IS NOT NULL, to_regclass('cuelight.migrations') IS NOT NULL, \
        (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'cuelight')";
    /// What another program needs to see the same moment, and what there is then.
    MOMENT() = "SELECT pg_export_snapshot(), (SELECT max(number) FROM cuelight.migrations), \
        current_setting('server_version_num')::bigint";
    /// Waits until nobody else migrates.
    MIGRATION_LOCK(INT8) = "SELECT pg_advisory_xact_lock($1)";
    /// The migrations that have run.
    MIGRATIONS() = "SELECT number, name, digest FROM cuelight.migrations ORDER BY number";
    /// Records a migration.
    ADD_MIGRATION(INT8, TEXT, TEXT) = "INSERT INTO cuelight.migrations (number, name, digest) VALUES ($1, $2, $3)";
    /// Tables, columns, keys, triggers and functions of the schema, one line each, in words that do not change with the
    /// version of the server. Triggers of others on our tables are among them.
    OBJECTS() = "\
        SELECT concat('table ', c.relname) FROM pg_class c \
        WHERE c.relnamespace = to_regnamespace('cuelight') AND c.relkind = 'r' \
        UNION ALL SELECT concat('column ', c.relname, '.', a.attname, ' ', t.typname, ' ' || l.collname, \
            CASE WHEN a.attnotnull THEN ' not null' END, CASE WHEN a.attidentity <> '' THEN ' identity' END) \
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid \
        LEFT JOIN pg_collation l ON l.oid = a.attcollation \
        WHERE c.relnamespace = to_regnamespace('cuelight') AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped \
        UNION ALL SELECT concat('key ', c.relname, '.', k.conname, ' ', k.contype, ' (', (\
            SELECT string_agg(a.attname, ', ' ORDER BY u.place) FROM unnest(k.conkey) WITH ORDINALITY u(number, place) \
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number), ')', \
            CASE WHEN NOT k.convalidated THEN ' not validated' END) \
        FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid \
        WHERE c.relnamespace = to_regnamespace('cuelight') AND c.relkind = 'r' AND k.contype IN ('p', 'u', 'f', 'c') \
        UNION ALL SELECT concat('index ', c.relname, '.', x.relname, CASE WHEN NOT i.indisvalid THEN ' invalid' END) \
        FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid \
        WHERE c.relnamespace = to_regnamespace('cuelight') AND c.relkind = 'r' \
        UNION ALL SELECT concat('trigger ', c.relname, '.', g.tgname, ' ', g.tgtype, ' ', g.tgenabled, ' ', f.proname, \
            nullif(' ' || replace(encode(g.tgargs, 'escape'), '\\000', ''), ' ')) \
        FROM pg_class c JOIN pg_trigger g ON g.tgrelid = c.oid JOIN pg_proc f ON f.oid = g.tgfoid \
        WHERE c.relnamespace = to_regnamespace('cuelight') AND NOT g.tgisinternal \
        UNION ALL SELECT concat('function ', f.proname, ' ', encode(sha256(convert_to(f.prosrc, 'UTF8')), 'hex')) \
        FROM pg_proc f WHERE f.pronamespace = to_regnamespace('cuelight')";

    /// Takes a ledger for an append. `NO KEY UPDATE` is what an update of `head` takes: it lets foreign keys look.
    LOCK_LEDGER(TEXT) = "SELECT id, head FROM cuelight.ledgers WHERE name = $1 FOR NO KEY UPDATE";
    /// Makes a ledger, and takes it. Waits for another who makes it; gives nothing if that one did.
    ADD_LEDGER(TEXT) = "INSERT INTO cuelight.ledgers (name, head) VALUES ($1, 0) ON CONFLICT (name) DO NOTHING \
        RETURNING id, head";
    /// One command's record.
    COMMAND(TEXT, TEXT) = "SELECT c.command, c.first, c.last, c.fingerprint FROM cuelight.commands c \
        JOIN cuelight.ledgers l ON l.id = c.ledger WHERE l.name = $1 AND c.command = $2";
    /// Command records after a position.
    COMMANDS(TEXT, INT8, INT8) = "SELECT command, first, last, fingerprint FROM cuelight.commands \
        WHERE ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND first > $2 ORDER BY first LIMIT $3";
    /// The classes of the blobs that are stored already.
    BLOB_CLASSES(INT8, BYTEA_ARRAY) = "SELECT digest, class FROM cuelight.blobs WHERE ledger = $1 AND digest = ANY ($2)";
    /// Adds entries.
    ADD_ENTRIES(INT8, INT8_ARRAY, INT8_ARRAY, TEXT_ARRAY, TEXT_ARRAY, BYTEA_ARRAY) = "\
        INSERT INTO cuelight.entries (ledger, seq, at, command, kind, bytes) \
        SELECT $1, e.seq, e.at, e.command, e.kind, e.bytes \
        FROM unnest($2, $3, $4, $5, $6) AS e (seq, at, command, kind, bytes)";
    /// Adds their hashes.
    ADD_LEAVES(INT8, INT8_ARRAY, BYTEA_ARRAY) = "INSERT INTO cuelight.leaves (ledger, seq, hash) \
        SELECT $1, e.seq, e.hash FROM unnest($2, $3) AS e (seq, hash)";
    /// Adds command records.
    ADD_COMMANDS(INT8, TEXT_ARRAY, INT8_ARRAY, INT8_ARRAY, BYTEA_ARRAY) = "\
        INSERT INTO cuelight.commands (ledger, command, first, last, fingerprint) \
        SELECT $1, e.command, e.first, e.last, e.fingerprint \
        FROM unnest($2, $3, $4, $5) AS e (command, first, last, fingerprint)";
    /// Adds checkpoints.
    ADD_CHECKPOINTS(INT8, INT8_ARRAY, TEXT_ARRAY) = "INSERT INTO cuelight.checkpoints (ledger, size, note) \
        SELECT $1, e.size, e.note FROM unnest($2, $3) AS e (size, note)";
    /// Adds blobs in their order; those stored already stay as they are, erased ones erased.
    ADD_BLOBS(INT8, BYTEA_ARRAY, TEXT_ARRAY, BYTEA_ARRAY) = "\
        INSERT INTO cuelight.blobs (ledger, digest, class, bytes) SELECT $1, e.digest, e.class, e.bytes \
        FROM unnest($2, $3, $4) WITH ORDINALITY AS e (digest, class, bytes, place) ORDER BY e.place \
        ON CONFLICT (ledger, digest) DO NOTHING";
    /// Moves the head.
    MOVE_HEAD(INT8, INT8) = "UPDATE cuelight.ledgers SET head = $2 WHERE id = $1";
    /// Tells listeners, when the transaction commits, that a ledger has grown.
    NOTIFY(TEXT) = "SELECT pg_notify('cuelight', $1)";
    /// The end of a ledger.
    HEAD(TEXT) = "SELECT e.seq, e.at FROM cuelight.entries e JOIN cuelight.ledgers l ON l.id = e.ledger \
        WHERE l.name = $1 ORDER BY e.seq DESC LIMIT 1";
    /// Entries after a position.
    ENTRIES(TEXT, INT8, INT8) = "SELECT e.seq, e.at, e.command, e.kind, e.bytes, f.hash FROM cuelight.entries e \
        JOIN cuelight.leaves f ON f.ledger = e.ledger AND f.seq = e.seq \
        WHERE e.ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND e.seq > $2 ORDER BY e.seq LIMIT $3";
    /// Hashes of a range, both ends included.
    LEAVES(TEXT, INT8, INT8) = "SELECT seq, hash FROM cuelight.leaves \
        WHERE ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND seq BETWEEN $2 AND $3 ORDER BY seq";
    /// The newest checkpoint of at most a size.
    CHECKPOINT(TEXT, INT8) = "SELECT size, note FROM cuelight.checkpoints \
        WHERE ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND size <= $2 ORDER BY size DESC LIMIT 1";
    /// Checkpoints after a size.
    CHECKPOINTS(TEXT, INT8, INT8) = "SELECT size, note FROM cuelight.checkpoints \
        WHERE ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND size > $2 ORDER BY size LIMIT $3";
    /// All ledgers and where they end.
    LEDGERS() = "SELECT name, head FROM cuelight.ledgers";
    /// Keeps a state, if the ledger reaches that far.
    SAVE_STATE(TEXT, INT8, INT8, BYTEA) = "INSERT INTO cuelight.saved_states (ledger, format, seq, bytes) \
        SELECT id, $2, $3, $4 FROM cuelight.ledgers WHERE name = $1 AND head >= $3 \
        ON CONFLICT (ledger, format, seq) DO UPDATE SET bytes = excluded.bytes";
    /// The newest saved state of a format up to a position.
    SAVED_STATE(TEXT, INT8, INT8) = "SELECT seq, bytes FROM cuelight.saved_states \
        WHERE ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND format = $2 AND seq <= $3 \
        ORDER BY seq DESC LIMIT 1";
    /// Drops saved states before a position.
    DROP_STATES(TEXT, INT8) = "DELETE FROM cuelight.saved_states \
        WHERE ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND seq < $2";

    /// Some blobs.
    BLOBS(TEXT, BYTEA_ARRAY) = "SELECT digest, class, bytes FROM cuelight.blobs \
        WHERE ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND digest = ANY ($2)";
    /// Blobs in the order of their digests. Every digest is larger than no bytes at all.
    BLOB_LIST(TEXT, BYTEA, INT8) = "SELECT digest, class, bytes FROM cuelight.blobs \
        WHERE ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND digest > $2 ORDER BY digest LIMIT $3";
    /// The blob that came last.
    NEWEST_BLOB(TEXT) = "SELECT digest FROM cuelight.blobs \
        WHERE ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) ORDER BY id DESC LIMIT 1";
    /// Where a blob stands in the order in which blobs came.
    BLOB_PLACE(TEXT, BYTEA) = "SELECT id FROM cuelight.blobs \
        WHERE ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND digest = $2";
    /// Blobs in the order in which they came.
    BLOBS_SINCE(TEXT, INT8, INT8) = "SELECT digest, class, bytes FROM cuelight.blobs \
        WHERE ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND id > $2 ORDER BY id LIMIT $3";
    /// Erases those of some blobs that are not erased yet.
    ERASE_MANY(INT8, BYTEA_ARRAY) = "UPDATE cuelight.blobs SET bytes = NULL \
        WHERE ledger = $1 AND digest = ANY ($2) AND bytes IS NOT NULL";
    /// Takes a blob for erasure.
    LOCK_BLOB(TEXT, BYTEA) = "SELECT id, class, bytes IS NULL FROM cuelight.blobs \
        WHERE ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND digest = $2 FOR NO KEY UPDATE";
    /// Erases a blob.
    ERASE(INT8) = "UPDATE cuelight.blobs SET bytes = NULL WHERE id = $1";

    /// Takes the streams of some projects, in one order for all who do.
    LOCK_STREAMS(INT8_ARRAY) = "SELECT pg_advisory_xact_lock(k.key) FROM (SELECT key FROM unnest($1) AS u (key) ORDER BY key) k";
    /// Adds observations in their order; of several with one id the first stays.
    OBSERVE(TEXT_ARRAY, TEXT_ARRAY, INT8_ARRAY, TEXT_ARRAY, BYTEA_ARRAY) = "\
        INSERT INTO cuelight.observations (project, id, at, kind, body) SELECT e.project, e.id, e.at, e.kind, e.body \
        FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS e (project, id, at, kind, body, place) ORDER BY e.place \
        ON CONFLICT (project, id) DO NOTHING";
    /// The stream of a project.
    OBSERVATIONS(TEXT, INT8, INT8) = "SELECT cursor, id, at, kind, body FROM cuelight.observations \
        WHERE project = $1 AND cursor > $2 ORDER BY cursor LIMIT $3";
    /// Deletes old observations.
    PRUNE(TEXT, INT8) = "DELETE FROM cuelight.observations WHERE project = $1 AND at < $2";

    /// Takes the vault's counter.
    LOCK_COUNTER() = "SELECT revision FROM cuelight.counter FOR NO KEY UPDATE";
    /// Moves the vault's counter.
    COUNT() = "UPDATE cuelight.counter SET revision = revision + 1 RETURNING revision";
    /// One sealed value.
    ITEM(TEXT, TEXT) = "SELECT key, revision, value FROM cuelight.items WHERE kind = $1 AND key = $2";
    /// Its version.
    REVISION(TEXT, TEXT) = "SELECT revision FROM cuelight.items WHERE kind = $1 AND key = $2";
    /// Keeps a sealed value.
    PUT_ITEM(TEXT, TEXT, INT8, BYTEA) = "INSERT INTO cuelight.items (kind, key, revision, value) \
        VALUES ($1, $2, $3, $4) \
        ON CONFLICT (kind, key) DO UPDATE SET revision = excluded.revision, value = excluded.value";
    /// Deletes a sealed value.
    DELETE_ITEM(TEXT, TEXT) = "DELETE FROM cuelight.items WHERE kind = $1 AND key = $2";
    /// Sealed values in the order of their keys.
    ITEMS(TEXT, TEXT, INT8) = "SELECT key, revision, value FROM cuelight.items WHERE kind = $1 AND key > $2 \
        ORDER BY key LIMIT $3";

    /// Keeps a server's record.
    BEAT(TEXT, INT8, BYTEA) = "INSERT INTO cuelight.nodes (id, at, report) VALUES ($1, $2, $3) \
        ON CONFLICT (id) DO UPDATE SET at = excluded.at, report = excluded.report";
    /// All servers.
    NODES() = "SELECT id, at, report FROM cuelight.nodes ORDER BY id";
    /// Drops old records of servers.
    FORGET(INT8) = "DELETE FROM cuelight.nodes WHERE at < $1";

    /// Entries as they are, with gaps and without hashes, for the offline check.
    DUMP_ENTRIES(TEXT, INT8, INT8) = "SELECT e.seq, e.at, e.command, e.kind, e.bytes, f.hash FROM cuelight.entries e \
        LEFT JOIN cuelight.leaves f ON f.ledger = e.ledger AND f.seq = e.seq \
        WHERE e.ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND e.seq > $2 ORDER BY e.seq LIMIT $3";
    /// Command records as they are.
    DUMP_COMMANDS(TEXT, TEXT, INT8) = "SELECT command, first, last FROM cuelight.commands \
        WHERE ledger = (SELECT id FROM cuelight.ledgers WHERE name = $1) AND command > $2 ORDER BY command LIMIT $3";
    /// Rows that refer to rows that are not there, and heads that are elsewhere than the last entry.
    BROKEN() = "\
        SELECT 'a row of `' || b.place || '` refers to a row that is not there' FROM (\
            SELECT 'entries' AS place FROM cuelight.entries e WHERE NOT EXISTS (\
                SELECT 1 FROM cuelight.ledgers l WHERE l.id = e.ledger) \
            UNION ALL SELECT 'leaves' FROM cuelight.leaves f WHERE NOT EXISTS (\
                SELECT 1 FROM cuelight.entries e WHERE e.ledger = f.ledger AND e.seq = f.seq) \
            UNION ALL SELECT 'commands' FROM cuelight.commands c WHERE \
                NOT EXISTS (SELECT 1 FROM cuelight.entries e WHERE e.ledger = c.ledger AND e.seq = c.first) \
                OR NOT EXISTS (SELECT 1 FROM cuelight.entries e WHERE e.ledger = c.ledger AND e.seq = c.last) \
            UNION ALL SELECT 'checkpoints' FROM cuelight.checkpoints p WHERE NOT EXISTS (\
                SELECT 1 FROM cuelight.entries e WHERE e.ledger = p.ledger AND e.seq = p.size) \
            UNION ALL SELECT 'blobs' FROM cuelight.blobs b WHERE NOT EXISTS (\
                SELECT 1 FROM cuelight.ledgers l WHERE l.id = b.ledger) \
            UNION ALL SELECT 'saved_states' FROM cuelight.saved_states s WHERE NOT EXISTS (\
                SELECT 1 FROM cuelight.ledgers l WHERE l.id = s.ledger)) b \
        UNION ALL SELECT 'ledger ' || l.name || ' says that it ends at entry ' || l.head || ', and does not' \
        FROM cuelight.ledgers l WHERE l.head <> (SELECT coalesce(max(e.seq), 0) FROM cuelight.entries e WHERE e.ledger = l.id)";
}
