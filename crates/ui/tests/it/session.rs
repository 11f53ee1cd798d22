//! Signing in and out in a browser.

use cuelight_app::session;
use cuelight_core::rights::Role;

use crate::world::{Answer, World};

async fn code(world: &World) -> String {
    session::own_link(&world.test.ctx().await.unwrap()).await.unwrap().code
}

/// The session's cookie that an answer sets, as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    assert!(
        set.contains("; HttpOnly") && set.contains("; SameSite=Lax") && set.contains("; Path=/"),
        "{set}"
    );
    assert!(!set.contains("Max-Age") && !set.contains("Domain"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_link_signs_in_once_and_leads_on() {
    let world = World::new().await;
    let code = code(&world).await;
    let address = format!("/sign-in/{code}?to=/p/acme/library%3Fq=a");
    let answer = world.nobody().get(&address).await;
    assert_eq!((answer.status, answer.location()), (303, "/p/acme/library?q=a"));
    let browser = world.nobody().with_cookie(&cookie(&answer));
    let page = browser.get("/settings").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("first administrator"));
    let again = world.nobody().get(&address).await;
    assert_eq!(again.status, 401);
    assert!(again.text.contains("no longer works") && again.text.contains("cuelight sign-in"));
    assert!(again.header("set-cookie").is_empty());
}

#[tokio::test]
async fn a_link_that_nobody_opened_stays_good() {
    let world = World::new().await;
    let code = code(&world).await;
    let address = format!("/sign-in/{code}");
    let nobody = world.nobody();
    assert!(nobody.send("HEAD", &address, &[], String::new()).await.header("set-cookie").is_empty());
    // What makes a preview of a link sends none of these headers.
    assert!(nobody.send("GET", &address, &[], String::new()).await.header("set-cookie").is_empty());
    for headers in [
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-mode", "cors"),
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("sec-fetch-dest", "image"),
        ("sec-fetch-dest", "iframe"),
        ("sec-fetch-dest", "empty"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let mode = ("sec-fetch-mode", "navigate");
        let sent = [headers, if headers.0 == mode.0 { headers } else { mode }];
        let answer = nobody.send("GET", &address, &sent, String::new()).await;
        assert_eq!(answer.status, 200, "{headers:?}");
        assert!(answer.header("set-cookie").is_empty(), "{headers:?}");
    }
    // Who followed a link on another website gets a button, and it works.
    let asked = nobody.send("GET", &address, &[("sec-fetch-site", "cross-site")], String::new()).await;
    let key = asked.after("name=\"key\" value=\"").to_owned();
    assert_eq!(key, code);
    let answer = nobody.post("/sign-in", &[("key", &key), ("to", "/projects")]).await;
    assert_eq!((answer.status, answer.location()), (303, "/projects"));
}

#[tokio::test]
async fn a_link_a_code_or_a_token_can_be_pasted() {
    let world = World::new().await;
    let nobody = world.nobody();
    let link = format!("http://127.0.0.1:7300/sign-in/{}?to=/p/acme", code(&world).await);
    for key in [link, code(&world).await, world.test.admin.clone()] {
        let answer = nobody.post("/sign-in", &[("key", &format!(" {key} ")), ("to", "//evil.example")]).await;
        assert_eq!((answer.status, answer.location()), (303, "/"));
        assert_eq!(world.nobody().with_cookie(&cookie(&answer)).get("/help").await.status, 200);
    }
    let application = world.test.token(Role::Serve).await.unwrap();
    for (key, status, said) in [
        ("", 422, "Paste a sign-in link"),
        ("nonsense", 401, "unknown, was used before"),
        ("cl_0123456789abcdef_nonsense", 401, "This token is unknown"),
        (application.as_str(), 403, "is for an application"),
    ] {
        let answer = nobody.post("/sign-in", &[("key", key), ("to", "/p/acme")]).await;
        assert_eq!(answer.status, status, "{key}");
        assert!(answer.text.contains(said), "{key}: {}", answer.text);
        assert!(key.is_empty() || !answer.text.contains(key), "what was entered is not sent back");
        assert_eq!(answer.after("name=\"to\" value=\""), "/p/acme");
        assert!(answer.header("set-cookie").is_empty());
    }
}

#[tokio::test]
async fn signing_in_leads_to_our_own_pages_only() {
    let world = World::new().await;
    for (to, goes) in [
        ("/p/acme", "/p/acme"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/%5Cevil.example", "/"),
        ("/sign-in/somebody-elses-code", "/"),
        ("/%0D%0Aset-cookie:%20a=b", "/"),
    ] {
        let answer = world.nobody().get(&format!("/sign-in/{}?to={to}", code(&world).await)).await;
        assert_eq!((answer.status, answer.location()), (303, goes), "{to}");
        let shown = world.nobody().get(&format!("/sign-in?to={to}")).await;
        assert_eq!(shown.after("name=\"to\" value=\""), goes, "{to}");
    }
}

#[tokio::test]
async fn a_browser_has_one_session_and_signing_out_ends_it() {
    let world = World::new().await;
    let first = world.nobody().post("/sign-in", &[("key", &world.test.admin)]).await;
    let old = cookie(&first);
    let second = world.nobody().with_cookie(&old).post("/sign-in", &[("key", &world.test.admin)]).await;
    let new = cookie(&second);
    assert_ne!(old, new);
    assert_eq!(world.nobody().with_cookie(&old).get("/help").await.status, 303, "the old one has ended");
    let browser = world.nobody().with_cookie(&new);
    assert!(browser.get("/sign-in").await.text.contains("You are signed in as"));
    let out = browser.post("/sign-out", &[]).await;
    assert_eq!((out.status, out.location()), (303, "/sign-in?said=out"));
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(out.header("clear-site-data"), "\"cache\"");
    assert_eq!(browser.get("/help").await.status, 303);
    assert_eq!(browser.post("/sign-out", &[]).await.status, 303, "once more does no harm");
    assert!(world.nobody().get("/sign-in?said=out").await.text.contains("You are signed out."));
}

#[tokio::test]
async fn a_session_ends_with_its_token() {
    let world = World::new().await;
    let reader = world.role(Role::Viewer).await;
    assert_eq!(reader.get("/help").await.status, 200);
    let page = reader.get("/settings/access").await;
    assert!(page.text.contains("You may not give and take access."));
    let ctx = world.test.ctx().await.unwrap();
    let tokens = cuelight_app::token::list(&ctx).await.unwrap();
    let id = &tokens.iter().find(|t| t.scope.role == Role::Viewer).unwrap().id;
    let admin = world.admin().await;
    let address = format!("/settings/access/{id}/revoke");
    let sure = admin.get(&address).await;
    assert!(sure.text.contains("One browser that is signed in with it is signed out."));
    let done = admin.post(&address, &[("command", sure.after("name=\"command\" value=\""))]).await;
    assert_eq!((done.status, done.location()), (303, "/settings/access?said=taken"));
    assert_eq!(reader.get("/help").await.status, 303);
    assert_eq!(admin.get(&address).await.status, 409, "it has ended already");
}

#[tokio::test]
async fn over_tls_the_cookie_belongs_to_the_host_alone() {
    let world = World::secure().await;
    let answer = world.nobody().get(&format!("/sign-in/{}", code(&world).await)).await;
    assert!(answer.header("set-cookie").starts_with("__Host-cuelight="), "{}", answer.header("set-cookie"));
    assert!(answer.header("set-cookie").ends_with("; Secure"));
    let browser = world.nobody().with_cookie(&cookie(&answer));
    assert_eq!(browser.get("/help").await.status, 200);
}

#[tokio::test]
async fn whoever_is_not_signed_in_sends_no_files() {
    let world = World::empty().await;
    let nobody = world.nobody();
    let headers = [("sec-fetch-site", "same-origin"), ("content-type", "multipart/form-data; boundary=x")];
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n{}\r\n--x--\r\n",
        "a".repeat(8 * 1024 * 1024)
    );
    for address in ["/sign-in", "/preferences", "/sign-out"] {
        assert_eq!(nobody.send("POST", address, &headers, body.clone()).await.status, 415, "{address}");
    }
}

#[tokio::test]
async fn whoever_signs_in_after_a_form_was_refused_comes_to_a_page() {
    let world = World::new().await;
    let nobody = world.nobody();
    let admin = world.admin().await;
    for route in cuelight_ui::routes() {
        if route.method != cuelight_ui::Method::Post || route.door != cuelight_ui::Door::SignedIn {
            continue;
        }
        let refused = nobody.post(route.sample, &[("command", "x")]).await;
        let sign_in = format!("/sign-in{}", refused.after("href=\"/sign-in"));
        let to = nobody.get(&sign_in).await.after("name=\"to\" value=\"").replace("&amp;", "&");
        assert_ne!(admin.get(&to).await.status, 405, "{route:?} leads to {to}");
    }
}

/// As wrong tokens at the API: what was seen to hold goes on, and everything else waits.
#[tokio::test(start_paused = true)]
async fn cookies_and_codes_are_not_guessed_at_speed() {
    let world = World::new().await;
    let (here, there) = ("203.0.113.7", "203.0.113.8");
    let admin = world.admin().await;
    assert_eq!(admin.get_from(here, "/settings").await.status, 200);
    let guess = async |n: usize, from: &str, address: &str| {
        let browser = world.nobody().with_cookie(&format!("cuelight-7300=wrong-{n}"));
        browser.get_from(from, address).await
    };
    let mut statuses = Vec::new();
    for n in 0..40 {
        statuses.push(guess(n, here, "/settings").await.status);
    }
    assert_eq!(statuses[..30], [303; 30], "they lead to the page that signs in");
    assert_eq!(statuses[30..], [429; 10]);
    let refused = guess(40, here, "/settings").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "2"));
    // A page that is not there says no more, and is no way around.
    assert_eq!(guess(41, here, "/nowhere").await.status, 404);
    // Whoever is signed in goes on, others can sign in, and another address has a budget of its own.
    assert_eq!(admin.get_from(here, "/settings").await.status, 200);
    assert_eq!(guess(42, here, "/sign-in").await.status, 200);
    assert_eq!(guess(43, there, "/settings").await.status, 303);
    let opened = world.nobody().get_from(here, &format!("/sign-in/{}", code(&world).await)).await;
    assert_eq!(opened.status, 303);
    let browser = world.nobody().with_cookie(&cookie(&opened));
    assert_eq!(browser.get_from(here, "/settings").await.status, 200);
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    assert_eq!(guess(44, here, "/settings").await.status, 303);
    // The cookie of a session that has ended is shown again and again, and is one guess.
    for _ in 0..100 {
        assert_eq!(guess(0, "203.0.113.9", "/settings").await.status, 303);
    }

    let good = code(&world).await;
    let mut statuses = Vec::new();
    for n in 0..40 {
        statuses.push(world.nobody().get_from(there, &format!("/sign-in/wrong-{n}")).await.status);
    }
    assert_eq!(statuses[..30], [401; 30]);
    assert_eq!(statuses[30..], [429; 10]);
    let held = world.nobody().get_from(there, &format!("/sign-in/{good}")).await;
    assert_eq!(held.status, 429, "the link was not looked at");
    // Nor used up.
    assert_eq!(world.nobody().get_from(here, &format!("/sign-in/{good}")).await.status, 303);
}
