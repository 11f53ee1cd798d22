//! Addresses that are read, and those that are refused.

use super::Address;

#[test]
fn addresses_are_read() {
    for (text, shown, host, port, target) in [
        ("http://127.0.0.1:7300", "http://127.0.0.1:7300", "127.0.0.1", 7300, "/x"),
        (" https://prompts.example.com/ ", "https://prompts.example.com", "prompts.example.com", 443, "/x"),
        ("http://[::1]:80/cue/light/", "http://[::1]:80/cue/light", "::1", 80, "/cue/light/x"),
    ] {
        let address = Address::parse(text).expect(text);
        assert_eq!(address.to_string(), shown);
        assert_eq!((address.host.as_str(), address.port), (host, port));
        assert_eq!(address.target("/x"), target);
        assert_eq!(address.encrypted, text.contains("https"));
        assert_eq!(address.is_loopback(), !text.contains("example"));
    }
}

#[test]
fn bad_addresses_are_refused_without_being_shown() {
    for text in
        ["", "prompts.example.com", "ftp://prompts", "http://ada:secret@prompts/", "http://prompts/?secret=1"]
    {
        let error = Address::parse(text).expect_err(text);
        assert!(!error.contains("secret"), "{error}");
    }
}
