//! Keys and tokens, recognised by the prefixes their issuers publish.

use std::ops::Range;

/// A likely secret.
pub(super) struct Secret {
    pub(super) what: &'static str,
    pub(super) range: Range<usize>,
}

struct Pattern {
    what: &'static str,
    prefix: &'static str,
    /// Characters after the prefix, at least.
    least: usize,
    alphabet: fn(u8) -> bool,
}

const PATTERNS: &[Pattern] = &[
    Pattern { what: "an AWS access key", prefix: "AKIA", least: 16, alphabet: upper },
    Pattern { what: "an AWS access key", prefix: "ASIA", least: 16, alphabet: upper },
    Pattern { what: "an API key of a model provider", prefix: "sk-", least: 20, alphabet: word },
    Pattern { what: "a GitHub token", prefix: "ghp_", least: 30, alphabet: word },
    Pattern { what: "a GitHub token", prefix: "gho_", least: 30, alphabet: word },
    Pattern { what: "a GitHub token", prefix: "ghu_", least: 30, alphabet: word },
    Pattern { what: "a GitHub token", prefix: "ghs_", least: 30, alphabet: word },
    Pattern { what: "a GitHub token", prefix: "ghr_", least: 30, alphabet: word },
    Pattern { what: "a GitHub token", prefix: "github_pat_", least: 22, alphabet: word },
    Pattern { what: "a GitLab token", prefix: "glpat-", least: 20, alphabet: word },
    Pattern { what: "a Google API key", prefix: "AIza", least: 35, alphabet: word },
    Pattern { what: "a Hugging Face token", prefix: "hf_", least: 30, alphabet: word },
    Pattern { what: "an npm token", prefix: "npm_", least: 36, alphabet: word },
    Pattern { what: "a Slack token", prefix: "xoxa-", least: 10, alphabet: word },
    Pattern { what: "a Slack token", prefix: "xoxb-", least: 10, alphabet: word },
    Pattern { what: "a Slack token", prefix: "xoxp-", least: 10, alphabet: word },
    Pattern { what: "a Slack token", prefix: "xoxr-", least: 10, alphabet: word },
    Pattern { what: "a Slack token", prefix: "xoxs-", least: 10, alphabet: word },
    Pattern { what: "a Stripe key", prefix: "sk_live_", least: 16, alphabet: word },
    Pattern { what: "a Stripe key", prefix: "rk_live_", least: 16, alphabet: word },
];

/// Every likely secret, in the order of place.
pub(super) fn find(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for pattern in PATTERNS {
        for (start, _) in text.match_indices(pattern.prefix) {
            // First, because it keeps the work linear: a run never starts within another one.
            if !at_word_start(text, start) {
                continue;
            }
            let body = start + pattern.prefix.len();
            let end = run(text, body, pattern.alphabet);
            if end - body >= pattern.least && varied(&text[body..end]) {
                found.push(Secret { what: pattern.what, range: start..end });
            }
        }
    }
    found.extend(private_keys(text));
    found.extend(json_web_tokens(text));
    found.sort_by_key(|s| s.range.start);
    found
}

/// The first four characters and the length; never more, for a report is read by more people than the file.
pub(super) fn masked(secret: &str) -> String {
    if secret.starts_with("-----") {
        return secret.to_owned();
    }
    let shown: String = secret.chars().take(4).collect();
    format!("{shown}… ({} characters)", secret.chars().count())
}

fn upper(b: u8) -> bool {
    b.is_ascii_uppercase() || b.is_ascii_digit()
}

fn word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
}

fn run(text: &str, from: usize, alphabet: fn(u8) -> bool) -> usize {
    from + text.as_bytes()[from..].iter().take_while(|b| alphabet(**b)).count()
}

fn at_word_start(text: &str, at: usize) -> bool {
    at == 0 || !word(text.as_bytes()[at - 1])
}

/// Random text has a digit and many different characters; `sk-your-key-goes-here-please` and `xxxxxxxx` do not.
fn varied(body: &str) -> bool {
    let mut different: Vec<u8> = body.bytes().collect();
    different.sort_unstable();
    different.dedup();
    different.len() >= 8 && body.bytes().any(|b| b.is_ascii_digit())
}

/// The header line of a PEM private key (RFC 7468). The header itself is no secret and is shown.
fn private_keys(text: &str) -> impl Iterator<Item = Secret> + '_ {
    const TAIL: &str = "PRIVATE KEY-----";
    text.match_indices("-----BEGIN ").filter_map(|(start, head)| {
        let body = start + head.len();
        let label = &text.as_bytes()[body..text.len().min(body + 64)];
        let tail = label.windows(TAIL.len()).position(|w| w == TAIL.as_bytes())?;
        let end = body + tail + TAIL.len();
        let plain =
            text.as_bytes()[body..end].iter().all(|b| b.is_ascii_uppercase() || b" -0123456789".contains(b));
        if !plain {
            return None;
        }
        Some(Secret { what: "a private key", range: start..end })
    })
}

/// Three base64url parts, the first two of which are JSON objects (RFC 7519).
fn json_web_tokens(text: &str) -> impl Iterator<Item = Secret> + '_ {
    text.match_indices("eyJ").filter_map(|(start, _)| {
        if !at_word_start(text, start) {
            return None;
        }
        let header = run(text, start, word);
        let claims = text[header..].strip_prefix('.').filter(|rest| rest.starts_with("eyJ"))?;
        let claims_at = text.len() - claims.len();
        let claims_end = run(text, claims_at, word);
        text[claims_end..].strip_prefix('.')?;
        let end = run(text, claims_end + 1, word);
        let long = header - start >= 10 && claims_end - claims_at >= 10 && end - claims_end > 10;
        long.then_some(Secret { what: "a bearer token (JWT)", range: start..end })
    })
}
