//! Pages on data that was restored: they are read as ever, say so, and change nothing.

use cuelight_app::recovery::{Mark, RecoverInput, ends, mark, record};
use cuelight_testkit::TestApp;

use crate::world::World;

async fn restored() -> World {
    let mut test = TestApp::new().await.expect("an application");
    test.publish(crate::world::first_files()).await.expect("versions");
    let ledgers = ends(&*test.store).await.expect("ends");
    let copy = Mark { copy: "copy-1".into(), made_at: test.clock.peek(), ledgers };
    mark(&*test.store, &copy).await.expect("a mark");
    test.app = test.reopened().await.expect("an application");
    World::on(test)
}

#[tokio::test]
async fn every_page_says_that_nothing_can_be_changed_yet() {
    let world = restored().await;
    let admin = world.admin().await;
    let said = "Nothing can be changed here yet";
    for path in ["/p/acme", "/p/acme/library", "/p/acme/ledger", "/settings", "/nowhere"] {
        let page = admin.get(path).await;
        assert_eq!(page.text.matches(said).count(), 1, "{path}: {}", page.text);
        assert!(page.text.contains("cuelight recover --reason"), "{path}");
    }
    let input = RecoverInput { reason: "A drill.".into(), checkpoints: Vec::new() };
    record(&world.test.ctx().await.expect("the administrator"), input).await.expect("a record");
    assert!(!admin.get("/p/acme").await.text.contains(said));
}

#[tokio::test]
async fn a_form_is_refused_with_what_to_do() {
    let world = restored().await;
    let admin = world.admin().await;
    let before = world.test.store.clone();
    let entries = ends(&*before).await.expect("ends");
    let form = [("command", "form-1"), ("name", "globex")];
    let answer = admin.post("/projects", &form).await;
    assert_eq!(answer.status, 409, "{}", answer.text);
    assert!(answer.text.contains("Ask an administrator to put it on record"), "{}", answer.text);
    assert_eq!(ends(&*before).await.expect("ends"), entries);
}
