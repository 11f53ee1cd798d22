//! Something between store and server that cuts the connection in the worst moments, and what the store says then.

use cuelight_store::laws::sample::{Writer, ledger, text};
use cuelight_store::{Appended, Ledger, StoreError};
use cuelight_store_postgres::{PostgresOptions, PostgresStore};
use cuelight_testkit::proxy::{Cut, Proxy};

use crate::support::{Place, check};

fn proxy_of(place: &Place) -> Proxy {
    Proxy::before(place.0.port())
}

async fn through(proxy: &Proxy, place: &Place) -> PostgresStore {
    let url = format!("{}?sslmode=disable", place.0.url_through(proxy.port()));
    PostgresStore::open(&PostgresOptions::new(url)).await.unwrap()
}

#[tokio::test]
async fn a_commit_without_an_answer_is_looked_into() {
    for cut in [Cut::Before, Cut::After] {
        for before in [0, 2] {
            let place = Place::new();
            let proxy = proxy_of(&place);
            let store = through(&proxy, &place).await;
            let mut writer = Writer::new(&ledger("sales"));
            for n in 0..before {
                writer.write(&store, &format!("c-{n}"), 1).await;
            }
            proxy.cut_at(cut);
            let append = writer.next_with("cut", vec![serde_json::json!({})], vec![text("once")]);
            assert_eq!(Ledger::append(&store, append.clone()).await.unwrap(), Appended::Stored, "{cut:?}");
            assert_eq!(proxy.cuts(), 1, "it was not cut");
            let Appended::Duplicate(record) = Ledger::append(&store, append).await.unwrap() else {
                panic!("applied twice");
            };
            assert_eq!((record.first, record.last), (before + 1, before + 1));
            writer.write(&store, "later", 1).await;
            let report = check(&place.options(), &writer.ledger);
            assert!(report.is_sound() && report.entries == before + 2, "{:?}", report.findings);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_known_is_said_and_asking_again_tells() {
    let place = Place::new();
    let proxy = proxy_of(&place);
    let store = through(&proxy, &place).await;
    let mut writer = Writer::new(&ledger("sales"));
    writer.write(&store, "c-1", 1).await;
    proxy.cut_at(Cut::AfterAndClose);
    let append = writer.next("cut", 2);
    let error = Ledger::append(&store, append.clone()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    let expected = "the store cannot be used: the connection was lost during a commit, and whether command cut was \
                    stored is not known; ask for it again under the same id (";
    assert!(error.to_string().starts_with(expected), "{error}");
    assert!(matches!(store.head(&writer.ledger).await, Err(StoreError::Unavailable { .. })));
    proxy.open();
    let Appended::Duplicate(record) = Ledger::append(&store, append).await.unwrap() else {
        panic!("applied twice")
    };
    assert_eq!((record.first, record.last), (2, 3));
}

/// Another server that decided the same command differently stays the one that did.
#[tokio::test]
async fn a_lost_append_is_not_taken_for_anothers() {
    let place = Place::new();
    let proxy = proxy_of(&place);
    let (cut, other) = (through(&proxy, &place).await, place.store().await.unwrap());
    let mut writer = Writer::new(&ledger("sales"));
    writer.write(&other, "c-1", 1).await;
    let (mut mine, mut theirs) = (writer.clone(), writer.clone());
    let theirs = theirs.next_with("same", vec![serde_json::json!({ "who": "they" })], vec![]);
    let mine = mine.next_with("same", vec![serde_json::json!({ "who": "I" })], vec![]);
    // The other's append holds the row while mine waits to find out.
    proxy.cut_at(Cut::Before);
    let (found, stored) = tokio::join!(Ledger::append(&cut, mine), async {
        while proxy.cuts() == 0 {
            tokio::task::yield_now().await;
        }
        Ledger::append(&other, theirs).await
    });
    match (found.unwrap(), stored.unwrap()) {
        (Appended::Duplicate(_), Appended::Stored) | (Appended::Stored, Appended::Duplicate(_)) => {}
        both => panic!("{both:?}"),
    }
    assert_eq!(other.head(&writer.ledger).await.unwrap().unwrap().seq, 2);
}
