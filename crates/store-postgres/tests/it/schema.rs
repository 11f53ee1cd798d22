//! The schema: what it is, that every statement fits it, and that SQLite's has the same meaning.

use crate::support::Place;

#[tokio::test]
async fn every_statement_is_one_the_server_understands() {
    let place = Place::new();
    let store = place.store().await.unwrap();
    assert!(store.check_statements().await.unwrap() > 40);
}
