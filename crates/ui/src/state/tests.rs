//! Tests of the public address.

use super::PublicAddress;

#[test]
fn addresses_are_origins() {
    let good = PublicAddress::parse("https://Prompts.example.com/").unwrap();
    assert_eq!(good.origin(), "https://prompts.example.com");
    assert!(good.is_secure());
    assert_eq!(good.port(), "443");
    let local = PublicAddress::parse("http://[::1]:7300").unwrap();
    assert!(!local.is_secure());
    assert_eq!(local.port(), "7300");
    for bad in ["", "prompts.example.com", "ftp://x", "https://", "https://a/b", "https://a?b", "https://u@a"]
    {
        assert!(PublicAddress::parse(bad).is_err(), "{bad}");
    }
}
