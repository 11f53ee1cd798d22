use super::local;

#[test]
fn only_our_own_pages_are_followed() {
    for ours in ["/", "/p/acme", "/p/acme/library?q=a%20b&tag=x#top", "/settings"] {
        assert_eq!(local(ours), Some(ours));
    }
    let foreign = [
        "",
        "p/acme",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/p/acme\r\nset-cookie: a=b",
        "/sign-in",
        "/sign-in/code",
        "/sign-in?to=/",
        "/p/../sign-in/code",
        "/./sign-in/code",
        "/%2e/sign-in/code",
        "/p/%2E%2E/sign-in/code",
        "/p/%2e./sign-in/code",
        "/p/é",
    ];
    for foreign in foreign {
        assert_eq!(local(foreign), None, "{foreign}");
    }
    assert_eq!(local(&format!("/{}", "x".repeat(2_000))), None);
}
