//! Owners in words.

use super::{all, said};

#[test]
fn an_owner_is_told_without_the_form_of_the_files() {
    assert_eq!(said("team:revenue-ops"), "team revenue-ops");
    assert_eq!(said("user:mara"), "mara");
    for other in ["team:", "user:", "mara", "robot:r2"] {
        assert_eq!(said(other), other);
    }
}

#[test]
fn each_owner_is_told_once() {
    let owners = cuelight_artifact::model::Owners {
        business: Some("team:sales".into()),
        technical: Some("user:mara".into()),
        rollback: Some("team:sales".into()),
    };
    let text = all(&owners).into_string();
    assert_eq!(text.matches("team sales").count(), 1, "{text}");
    assert!(text.contains("mara") && !text.contains("user:"), "{text}");
}
