//! Passwords leave addresses, and nothing else does.

use super::*;

#[test]
fn a_password_is_taken_out_and_decoded() {
    let cases = [
        (
            "postgres://u:p%40ss@h:5432/db?sslmode=require",
            "postgres://u@h:5432/db?sslmode=require",
            Some("p@ss"),
        ),
        ("postgresql://u@h/db", "postgresql://u@h/db", None),
        ("postgres:///db?host=/run&password=x%2Fy&port=1", "postgres:///db?host=/run&port=1", Some("x/y")),
        ("postgres://u:@h", "postgres://u@h/", None),
        ("postgres://u:a@b@h/db", "postgres://u@h/db", Some("a@b")),
    ];
    for (url, shown, password) in cases {
        let found = Address::parse(url).unwrap();
        assert_eq!((found.shown.as_str(), found.password.as_deref()), (shown, password), "{url}");
    }
    for bad in ["db", "postgres://u:%ff@h/db"] {
        let error = Address::parse(bad).err().unwrap();
        assert!(!error.detail.contains("%ff"), "{}", error.detail);
    }
}

#[test]
fn another_database_of_the_same_server() {
    assert_eq!(with_database("postgres://u:p@h:1/db?a=b", "x"), "postgres://u:p@h:1/x?a=b");
    assert_eq!(with_database("postgres://h", "x"), "postgres://h/x");
    assert_eq!(with_database("postgres:///db?host=/run", "x"), "postgres:///x?host=/run");
}
