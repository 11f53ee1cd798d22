//! The schema: every statement fits it, and SQLite's has the same meaning.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_store_sqlite::{OpenOptions, SqliteStore};
use rusqlite::Connection;

use crate::support::Place;

#[tokio::test]
async fn every_statement_is_one_the_server_understands() {
    let place = Place::new();
    let store = place.store().await.unwrap();
    assert!(store.check_statements().await.unwrap() > 40);
}

/// What a table is, in words both databases share.
#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    /// Name, meaning, and whether it may be missing.
    columns: BTreeSet<String>,
    /// The columns of the primary key and of what is unique.
    keys: BTreeSet<String>,
    /// Where its rows point.
    references: BTreeSet<String>,
}

/// What PostgreSQL has and SQLite need not have.
const ONLY_POSTGRES: &[(&str, &str)] = &[
    // The counter that serialises appends; SQLite has one writer.
    ("ledgers", "head: number, always"),
];

/// What SQLite has and PostgreSQL need not have.
const ONLY_SQLITE: &[(&str, &str)] = &[];

fn sqlite() -> BTreeMap<String, Table> {
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteStore::open(&OpenOptions::new(folder.path())).unwrap());
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for file in ["registry.db", "observations.db", "vault.db"] {
        let conn = Connection::open(folder.path().join(file)).unwrap();
        let rows = |sql: &str| -> Vec<Vec<String>> {
            let mut statement = conn.prepare(sql).unwrap();
            let count = statement.column_count();
            let rows = statement.query_map([], |r| (0..count).map(|n| r.get(n)).collect());
            rows.unwrap().collect::<Result<_, _>>().unwrap()
        };
        for row in rows(
            "SELECT t.name, c.name, c.type, CASE WHEN c.\"notnull\" OR c.pk > 0 THEN 'always' ELSE 'perhaps' END \
             FROM pragma_table_list t JOIN pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
        ) {
            let [table, column, kind, presence] = row.try_into().unwrap();
            let kind = match kind.as_str() {
                "INTEGER" => "number",
                "TEXT" => "text",
                "BLOB" => "bytes",
                other => panic!("{other}"),
            };
            let table = tables.entry(table).or_default();
            table.columns.insert(format!("{column}: {kind}, {presence}"));
        }
        for row in rows(
            "SELECT t.name, group_concat(c.name, ', ' ORDER BY c.pk) FROM pragma_table_list t \
             JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.pk > 0 \
             GROUP BY t.name \
             UNION SELECT t.name, (SELECT group_concat(c.name, ', ' ORDER BY c.seqno) FROM pragma_index_info(i.name) c) \
             FROM pragma_table_list t JOIN pragma_index_list(t.name) i \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND i.\"unique\"",
        ) {
            let [table, key] = row.try_into().unwrap();
            tables.get_mut(&table).unwrap().keys.insert(key);
        }
        for row in rows(
            "SELECT t.name, group_concat(f.\"from\", ', ' ORDER BY f.seq) || ' -> ' || f.\"table\" \
             FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f GROUP BY t.name, f.id",
        ) {
            let [table, reference] = row.try_into().unwrap();
            tables.get_mut(&table).unwrap().references.insert(reference);
        }
    }
    tables
}

fn postgres(place: &Place) -> BTreeMap<String, Table> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let rows = |sql: &str| -> Vec<Vec<String>> {
        place.0.sql(sql).lines().map(|line| line.split('|').map(str::to_owned).collect()).collect()
    };
    for row in rows(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns \
         WHERE table_schema = 'cuelight'",
    ) {
        let [table, column, kind, nullable] = row.try_into().unwrap();
        let kind = match kind.as_str() {
            "bigint" => "number",
            "text" => "text",
            "bytea" => "bytes",
            other => panic!("{other}"),
        };
        let presence = if nullable == "NO" { "always" } else { "perhaps" };
        let table = tables.entry(table).or_default();
        table.columns.insert(format!("{column}: {kind}, {presence}"));
    }
    for row in rows(
        "SELECT c.relname, k.contype, (SELECT string_agg(a.attname, ', ' ORDER BY u.place) \
             FROM unnest(k.conkey) WITH ORDINALITY u(number, place) \
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number), r.relname \
         FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class r ON r.oid = k.confrelid \
         WHERE c.relnamespace = 'cuelight'::regnamespace AND k.contype IN ('p', 'u', 'f')",
    ) {
        let [table, kind, columns, target] = row.try_into().unwrap();
        let table = tables.get_mut(&table).unwrap();
        if kind == "f" {
            table.references.insert(format!("{columns} -> {target}"));
        } else {
            table.keys.insert(columns);
        }
    }
    tables
}

#[tokio::test]
async fn both_databases_mean_the_same() {
    let place = Place::new();
    drop(place.store().await.unwrap());
    let (mut expected, mut found) = (sqlite(), postgres(&place));
    for (tables, allowed) in [(&mut found, ONLY_POSTGRES), (&mut expected, ONLY_SQLITE)] {
        for (table, column) in allowed {
            assert!(tables.get_mut(*table).unwrap().columns.remove(*column), "{table}.{column} is not there");
        }
    }
    let names = |tables: &BTreeMap<String, Table>| tables.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected));
    for (name, table) in &expected {
        assert_eq!(&found[name], table, "table {name}");
    }
}
