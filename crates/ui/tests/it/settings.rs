//! Settings, access, and projects.

use cuelight_core::rights::Role;

use crate::world::{Browser, World};

/// A form's own key, from the page that has the form.
async fn command(browser: &Browser<'_>, address: &str) -> String {
    browser.get(address).await.after("name=\"command\" value=\"").to_owned()
}

#[tokio::test]
async fn preferences_are_kept_and_lead_back() {
    let world = World::new().await;
    let admin = world.admin().await;
    let fields = [("theme", "dark"), ("zone", "Europe/Berlin"), ("to", "/p/acme/library")];
    let answer = admin.post("/preferences", &fields).await;
    assert_eq!((answer.status, answer.location()), (303, "/p/acme/library"));
    let set: Vec<&str> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|v| v.to_str().unwrap().split(';').next().unwrap())
        .collect();
    assert_eq!(set, ["theme=dark", "zone=Europe/Berlin", "zone-chosen=yes"]);
    let page = admin.with_cookie(&set.join("; ")).get("/settings").await;
    assert!(page.text.contains("data-zone-fixed") && page.text.contains("data-theme=\"dark\""));
    assert!(page.text.contains("value=\"Europe/Berlin\""));
    let admin = world.admin().await;
    for (zone, status) in
        [("", 303), ("Europe/Nowhere", 400), ("x\r\nset-cookie: a=b", 400), ("<script>", 400)]
    {
        let answer = admin.post("/preferences", &[("zone", zone), ("theme", "\"><script>")]).await;
        assert_eq!(answer.status, status, "{zone}");
        assert!(!answer.header("set-cookie").contains("script"), "{}", answer.header("set-cookie"));
        assert!(!answer.text.contains("<script>"), "{}", answer.text);
    }
    let away = admin.post("/preferences", &[("theme", "light"), ("to", "//evil.example")]).await;
    assert_eq!(away.location(), "/settings");
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let world = World::new().await;
    let (reader, admin) = (world.role(Role::Viewer).await, world.admin().await);
    let own = reader.get("/settings").await;
    assert_eq!(own.text.matches("/settings/sessions/").count(), 1, "only the reader's own");
    assert!(own.text.contains("this browser"));
    let all = admin.get("/settings").await;
    assert_eq!(all.text.matches("/settings/sessions/").count(), 2);
    let address = own.after("action=\"/settings/sessions/").to_owned();
    let address = format!("/settings/sessions/{address}");
    let done = admin.post(&address, &[]).await;
    assert_eq!((done.status, done.location()), (303, "/settings?said=ended"));
    assert_eq!(reader.get("/settings").await.status, 303);
    assert_eq!(admin.post(&address, &[]).await.status, 404);
}

#[tokio::test]
async fn a_token_is_shown_once_and_works() {
    let world = World::new().await;
    let admin = world.admin().await;
    let key = command(&admin, "/settings/access").await;
    let fields = [
        ("command", key.as_str()),
        ("label", "Mara, <marketing>"),
        ("role", "author"),
        ("project", "acme"),
        ("environment", "development"),
        ("days", "7"),
    ];
    let made = admin.post("/settings/access", &fields).await;
    assert_eq!(made.status, 200);
    let token = made.text.split("id=\"new-token\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(token.starts_with("cl_"));
    assert!(made.text.contains("Mara, &lt;marketing&gt;") && !made.text.contains("<marketing>"));
    let mara = world.test.ctx_of(&token).await.unwrap();
    assert_eq!(mara.principal.scope.role, Role::Author);
    assert_eq!(mara.principal.scope.projects, Some(["acme".parse().unwrap()].into()));
    assert_eq!(mara.principal.scope.environments, Some(["development".parse().unwrap()].into()));
    let again = admin.post("/settings/access", &fields).await;
    assert!(again.text.contains("cannot be shown again") && !again.text.contains(&token));
    let list = admin.get("/settings/access").await;
    assert!(list.text.contains("Mara, &lt;marketing&gt;") && !list.text.contains(&token));
    let tokens = cuelight_app::token::list(&world.test.ctx().await.unwrap()).await.unwrap();
    assert_eq!(tokens.iter().filter(|t| t.label.starts_with("Mara")).count(), 1);
}

#[tokio::test]
async fn what_is_missing_in_the_form_is_said_beside_it() {
    let world = World::new().await;
    let admin = world.admin().await;
    let wrong = admin.post("/settings/access", &[("command", "a"), ("days", "0"), ("project", "acme")]).await;
    assert_eq!(wrong.status, 422);
    for said in ["Say whom it is for.", "Choose a role.", "Write a whole number of days"] {
        assert!(wrong.text.contains(said), "{said}");
    }
    assert!(wrong.text.contains("value=\"acme\" checked"), "what was entered stays");
    let long = "x".repeat(300);
    let wrong =
        admin.post("/settings/access", &[("command", "b"), ("label", &long), ("role", "viewer")]).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text.contains("aria-describedby=\"f-role-viewer-may\" checked"));
}

#[tokio::test]
async fn nobody_takes_or_gives_access_without_the_right() {
    let world = World::new().await;
    let reader = world.role(Role::Viewer).await;
    let page = reader.get("/settings/access").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Who can: administrators.") && !page.text.contains("name=\"role\""));
    let fields = [("command", "c"), ("label", "x"), ("role", "admin")];
    assert_eq!(reader.post("/settings/access", &fields).await.status, 403);
    let id = world.test.admin.split('_').nth(1).unwrap().to_owned();
    let address = format!("/settings/access/{id}/revoke");
    assert_eq!(reader.get(&address).await.status, 403);
    assert_eq!(reader.post(&address, &[("command", "d")]).await.status, 403);
    let admin = world.admin().await;
    assert_eq!(admin.get("/settings/access/0123456789abcdef/revoke").await.status, 404);
    let own = admin.get(&address).await;
    assert!(own.text.contains("This is your own access"));
}

#[tokio::test]
async fn projects_are_listed_and_made() {
    let world = World::new().await;
    let admin = world.admin().await;
    let page = admin.get("/projects").await;
    assert!(page.text.contains("href=\"/p/acme\""));
    for (name, status, said) in [
        ("Two Words", 422, "This cannot be a name"),
        ("", 422, "This cannot be a name"),
        ("acme", 409, "with this name already"),
    ] {
        let answer = admin.post("/projects", &[("command", "e"), ("name", name)]).await;
        assert_eq!(answer.status, status, "{name}");
        assert!(answer.text.contains(said), "{name}: {}", answer.text);
    }
    for _ in 0..2 {
        let made = admin.post("/projects", &[("command", "f"), ("name", "globex")]).await;
        assert_eq!((made.status, made.location()), (303, "/p/globex"), "sent twice it is made once");
    }
    let reader = world.role(Role::Viewer).await;
    let page = reader.get("/projects").await;
    assert!(
        page.text.contains("You may not create projects.") && !page.text.contains("action=\"/projects\"")
    );
    assert_eq!(reader.post("/projects", &[("command", "g"), ("name", "x")]).await.status, 403);
    let stranger = world.token(Role::Viewer, |t| t.projects = Some(["other".parse().unwrap()].into())).await;
    let page = stranger.get("/projects").await;
    assert!(page.text.contains("Your access reaches no project.") && !page.text.contains("acme"));
}
