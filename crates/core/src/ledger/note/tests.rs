use proptest::prelude::*;

use super::*;

/// The example of the signed-note format, as published with its first implementation.
const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const SKEY: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const SIGNATURE: &str = "— PeterNeumann \
     x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn vkey() -> VerifierKey {
    VKEY.parse().unwrap()
}

fn published() -> String {
    format!("{TEXT}\n{SIGNATURE}")
}

#[test]
fn the_published_note_opens() {
    assert_eq!(open(&published(), &vkey()).unwrap(), TEXT);
}

#[test]
fn signing_gives_the_published_bytes() {
    let key: SignerKey = SKEY.parse().unwrap();
    assert_eq!(sign(TEXT, &key).unwrap(), published());
    assert_eq!(key.verifier(), vkey());
}

#[test]
fn keys_print_as_they_were_read() {
    assert_eq!(vkey().to_string(), VKEY);
    assert_eq!(vkey().name(), "PeterNeumann");
    assert_eq!(hex::encode(vkey().id()), "c74f20a3");
    let key: SignerKey = SKEY.parse().unwrap();
    assert_eq!(key.to_secret_text(), SKEY);
}

#[test]
fn debug_never_shows_the_secret() {
    let key: SignerKey = SKEY.parse().unwrap();
    assert_eq!(format!("{key:?}"), format!("SignerKey({VKEY})"));
}

#[test]
fn mangled_keys_are_refused() {
    let bytes = VKEY.as_bytes();
    for i in 0..bytes.len() {
        for j in i + 1..=bytes.len() {
            if j - i < bytes.len() {
                assert!(VKEY[i..j].parse::<VerifierKey>().is_err(), "accepted {}", &VKEY[i..j]);
            }
        }
        let mut changed = bytes.to_vec();
        changed[i] += 1;
        let changed = String::from_utf8(changed).unwrap();
        assert!(changed.parse::<VerifierKey>().is_err(), "accepted {changed}");
    }
    let mut long = [VKEY.split('+').nth(2).unwrap(), "AA=="].concat();
    long.insert_str(0, "PeterNeumann+c74f20a3+");
    assert!(long.parse::<VerifierKey>().is_err());
    let raw = [&[ED25519][..], &[9; 33]].concat();
    let long = format!("PeterNeumann+c74f20a3+{}", BASE64.encode(raw));
    assert_eq!(long.parse::<VerifierKey>(), Err(NoteError::Key("an Ed25519 key has 32 bytes")));
    let other = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(other.parse::<VerifierKey>(), Err(NoteError::Key("its algorithm is not Ed25519 (0x01)")));
    assert!(VKEY.replace("c74f20a3", "C74F20A3").parse::<VerifierKey>().is_err());
    let wrong = SKEY.replace("c74f20a3", "c74f20a4").parse::<SignerKey>().unwrap_err();
    assert_eq!(wrong, NoteError::Key("the id does not belong to name and key"));
    assert!(VKEY.parse::<SignerKey>().is_err());
}

#[test]
fn a_key_that_anybody_can_sign_for_is_refused() {
    // The neutral element of the curve: a signature made without any secret fits it.
    let mut raw = [0; 32];
    raw[0] = 1;
    let weak = VerifierKey { name: "weak".into(), key: VerifyingKey::from_bytes(&raw).unwrap() };
    let error = weak.to_string().parse::<VerifierKey>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "not a key of a signed note: the Ed25519 key is of small order, which anybody can sign for"
    );
}

#[test]
fn other_signatures_are_left_alone() {
    let other = SignerKey::from_seed("witness.example/w1", &[7; 32]).unwrap();
    let line = sign(TEXT, &other).unwrap().split_once("\n\n").unwrap().1.to_owned();
    let both = format!("{TEXT}\n{line}{SIGNATURE}");
    assert_eq!(open(&both, &vkey()).unwrap(), TEXT);
    assert_eq!(open(&both, &other.verifier()).unwrap(), TEXT);
    let stranger = SignerKey::from_seed("PeterNeumann", &[8; 32]).unwrap();
    assert_eq!(open(&both, &stranger.verifier()), Err(NoteError::NotSigned("PeterNeumann".into())));
}

#[test]
fn one_bad_signature_of_the_key_spoils_the_note() {
    let key: SignerKey = SKEY.parse().unwrap();
    let foreign = sign("something else\n", &key).unwrap().split_once("\n\n").unwrap().1.to_owned();
    let note = format!("{TEXT}\n{SIGNATURE}{foreign}");
    assert_eq!(open(&note, &vkey()), Err(NoteError::Signature("PeterNeumann".into())));
}

#[test]
fn malformed_notes_are_refused_by_name() {
    let key = vkey();
    let refused = |note: &str| open(note, &key).unwrap_err().to_string();
    let table = [
        (String::new(), "not a signed note: there is no blank line before the signatures"),
        (TEXT.to_owned(), "not a signed note: there is no blank line before the signatures"),
        (format!("{TEXT}\n"), "not a signed note: it does not end with a newline"),
        (published().trim_end().to_owned(), "not a signed note: it does not end with a newline"),
        (format!("{TEXT}\n{SIGNATURE}\n"), "not a signed note: it does not end with a newline"),
        (published().replace("— ", "- "), "not a signed note: a signature line is not `— name base64`"),
        (published().replace("AM=", "AN="), "not a signed note: a signature line is not `— name base64`"),
        (published().replace("AM=", "AM"), "not a signed note: a signature line is not `— name base64`"),
        (published().replace("If you", "If\tyou"), "not a signed note: its text has a control character"),
        (
            published().replace("If you", "If u"),
            "the signature of `PeterNeumann` does not fit the note: text or signature was changed",
        ),
        (
            published().replace("x08go/ZJ", "x08go/ZK"),
            "the signature of `PeterNeumann` does not fit the note: text or signature was changed",
        ),
        (
            published().replace("x08g", "x08h"),
            "the note is not signed by `PeterNeumann`; check that this is the right public key",
        ),
        (format!("{TEXT}\n{}", SIGNATURE.repeat(101)), "not a signed note: it has more than 100 signatures"),
        (format!("{}{}", "a\n".repeat(40_000), published()), "not a signed note: it is longer than 64 KiB"),
    ];
    for (note, expected) in table {
        assert_eq!(refused(&note), expected, "note: {note:?}");
    }
}

#[test]
fn names_have_no_space_and_no_plus() {
    for name in ["", "a b", "a+b", "a\u{a0}b", "a\nb", "a\0b"] {
        assert!(SignerKey::from_seed(name, &[1; 32]).is_err(), "accepted {name:?}");
    }
}

#[test]
fn text_to_sign_ends_with_a_newline() {
    let key: SignerKey = SKEY.parse().unwrap();
    assert_eq!(sign("no end", &key), Err(NoteError::Form("its text does not end with a newline")));
    assert_eq!(sign("bell\u{7}\n", &key), Err(NoteError::Form("its text has a control character")));
}

proptest! {
    #[test]
    fn what_is_signed_opens_to_the_same_text(text in "[ -~é\n]{0,200}", seed in any::<[u8; 32]>()) {
        let text = format!("{text}\n");
        let key = SignerKey::from_seed("cuelight/test", &seed).unwrap();
        let note = sign(&text, &key).unwrap();
        prop_assert_eq!(open(&note, &key.verifier()).unwrap(), text.as_str());
        let back: SignerKey = key.to_secret_text().parse().unwrap();
        prop_assert_eq!(back.verifier(), key.verifier());
    }

    #[test]
    fn any_changed_byte_is_refused(at in 0_usize..220, bit in 0_u8..7) {
        let mut bytes = published().into_bytes();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        if let Ok(note) = String::from_utf8(bytes) {
            prop_assert!(open(&note, &vkey()).is_err());
        }
    }

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,300}", lines in "(— [a-z]{0,3} [A-Za-z0-9+/=]{0,9}\n){0,3}") {
        let note = format!("{text}\n\n{lines}");
        prop_assert!(open(&note, &vkey()).is_err());
        prop_assert!(text.parse::<VerifierKey>().is_err());
    }
}
