use super::*;

fn parsed(text: &str) -> Address {
    Address::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

#[test]
fn the_place_names_host_and_database() {
    for (text, place) in [
        ("postgres://u:secret@db.example:6432/cue", "PostgreSQL database `cue` at db.example:6432"),
        ("postgresql://u@db.example", "PostgreSQL database `u` at db.example:5432"),
        ("postgres://u@a,b:6000/cue", "PostgreSQL database `cue` at a:5432, b:6000"),
        ("postgres://u:s%40%2F@[::1]:6000/cue", "PostgreSQL database `cue` at ::1:6000"),
        ("postgres:///cue?host=/run/postgresql&user=u", "PostgreSQL database `cue` at /run/postgresql:5432"),
        ("postgres://u:secret@%2Frun%2Fpg:6000/cue", "PostgreSQL database `cue` at /run/pg:6000"),
        ("postgres://", "PostgreSQL database `of the user's name` at localhost:5432"),
    ] {
        assert_eq!(parsed(text).place, place, "{text}");
    }
    assert_eq!(parsed("postgres://u:s%40%2F@h/d").config.get_password(), Some(b"s@/".as_slice()));
    let odd = parsed("postgres://u:a?b=/c@h/d?sslmode=verify-full");
    assert_eq!(odd.config.get_password(), Some(b"a?b=/c".as_slice()));
    assert_eq!((odd.config.get_ssl_mode(), odd.trust), (SslMode::Require, Trust::Host));
}

#[test]
fn modes_mean_what_they_mean_to_libpq() {
    use SslMode::{Disable, Prefer, Require};
    for (query, mode, trust) in [
        ("", Prefer, Trust::Anything),
        ("?sslmode=disable", Disable, Trust::Anything),
        ("?sslmode=prefer", Prefer, Trust::Anything),
        ("?sslmode=require", Require, Trust::Anything),
        ("?sslmode=require&sslrootcert=/a.pem", Require, Trust::Authority),
        ("?sslmode=verify-ca", Require, Trust::Authority),
        ("?connect_timeout=5&sslmode=verify-full&application_name=x", Require, Trust::Host),
    ] {
        let address = parsed(&format!("postgres://u@h/d{query}"));
        assert_eq!((address.config.get_ssl_mode(), address.trust), (mode, trust), "{query}");
    }
    let address = parsed("postgres://u@h/d?sslrootcert=%2Fa%20b.pem");
    assert_eq!(address.authorities, Some(PathBuf::from("/a b.pem")));
    assert_eq!(parsed("postgres:///d?host=/run&sslmode=require").config.get_ssl_mode(), Disable);
}

#[test]
fn who_is_not_checked_is_known() {
    for (text, unchecked) in [
        ("postgres://u@db.example/d", true),
        ("postgres://u@db.example/d?sslmode=require", true),
        ("postgres://u@db.example/d?sslmode=verify-ca", false),
        ("postgres://u@db.example/d?sslmode=verify-full", false),
        ("postgres://u@localhost/d", false),
        ("postgres://u@127.0.0.2/d", false),
        ("postgres://u@[::1]/d", false),
        ("postgres://u@localhost,db.example/d", true),
        ("postgres:///d?host=/run", false),
    ] {
        assert_eq!(parsed(text).is_unchecked(), unchecked, "{text}");
    }
}

/// A password that was not encoded falls into any part of the address; no part of any address is shown.
#[test]
fn what_cannot_be_read_is_not_shown() {
    for text in [
        "hunter2",
        "mysql://u:hunter2@h/d",
        "postgres://u:hunt@er2@h/d",
        "postgres://u:hunter2",
        "postgres://u:x@h:hunter2/d",
        "postgres://u@h/d?hunter2=1",
        "postgres://u@h/d?sslmode=hunter2",
        "postgres://u@h/d?sslrootcert=%ffhunter2",
        "postgres://u@[h/d?password=hunter2",
        "host=h password=hunter2",
    ] {
        let error = Address::parse(text).err().unwrap_or_else(|| panic!("{text}: it can be read"));
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("postgres://USER:PASSWORD@HOST:PORT/DATABASE"), "{text}: {shown}");
        assert!(!shown.contains("hunt") && !shown.contains("er2"), "{text}: {shown}");
    }
}

#[test]
fn options_do_not_show_the_password() {
    let options = crate::PostgresOptions::new("postgres://u:hunter2@h/d");
    assert!(!format!("{options:?} {options:#?}").contains("hunter2"));
    assert!(!format!("{:?}", parsed("postgres://u:hunter2@h/d").config).contains("hunter2"));
}
