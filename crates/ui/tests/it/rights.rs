//! A narrow session sees nothing beyond its reach, on any page.

use cuelight_app::environment::{CreateEnvironmentInput, create};
use cuelight_core::environment::Policy;
use cuelight_core::rights::Role;
use cuelight_ui::{Answers, Method, routes};

use crate::world::{LEAD, World};

#[tokio::test]
async fn of_an_environment_out_of_reach_no_page_tells_anything() {
    let world = World::new().await;
    let input = CreateEnvironmentInput {
        name: "hidden".parse().unwrap(),
        after: Some("development".parse().unwrap()),
        policy: Some(Policy::open()),
    };
    create(&world.test.ctx().await.unwrap(), &world.test.project, input).await.expect("an environment");
    world.test.release("hidden", &[LEAD]).await.expect("a release");
    let further = [
        "/p/acme/find?q=hid",
        "/p/acme/find?q=release",
        "/p/acme/library?status=live",
        "/p/acme/releases/5",
        "/p/acme/release?env=development&show=all",
        "/p/acme/history/prompt/sales/qualify-lead",
        "/p/acme/version/1.1.0/prompt/sales/qualify-lead",
        "/p/acme/time-machine?env=development&date=2036-01-01",
    ];
    let reads = |r: &cuelight_ui::Route| r.method == Method::Get && r.answers != Answers::Stream;
    let all = routes();
    let addresses: Vec<&str> = all.iter().filter(|r| reads(r)).map(|r| r.sample).chain(further).collect();
    let told = ["/env/hidden", ">hidden<", "in hidden", "to hidden", "value=\"hidden\""];
    let tells = |text: &str| told.iter().any(|t| text.contains(t));
    let admin = world.admin().await;
    assert!(tells(&admin.get("/p/acme").await.text), "whoever reaches it is told");
    for role in [Role::Viewer, Role::Releaser, Role::Admin] {
        let narrow = |t: &mut cuelight_app::token::IssueInput| {
            t.environments = Some(["development".parse().unwrap()].into());
        };
        let browser = world.token(role, narrow).await;
        for address in &addresses {
            let page = browser.get(address).await;
            assert!(page.status < 500, "{role:?} {address}");
            assert!(!tells(&page.text), "{role:?} is told at {address}:\n{}", page.text);
        }
    }
}
