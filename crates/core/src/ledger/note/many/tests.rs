//! Together or one by one, a note is the same.

use curve25519_dalek::constants::EIGHT_TORSION;
use ed25519_dalek::SigningKey;
use proptest::prelude::*;

use super::*;
use crate::ledger::note::{BASE64, SignerKey, sign};
use base64::Engine as _;

fn signer(seed: u8) -> SignerKey {
    SignerKey::from_seed("cuelight/test", &[seed; 32]).unwrap()
}

/// What was done to a note after it was signed.
#[derive(Debug, Clone)]
enum Harm {
    None,
    Bit(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    /// Signed by another key, whose line claims to be the key's.
    Forged,
    Stranger,
    /// The signature line is there once more, or one of another key.
    Twice,
    Witnessed,
    /// `s` with the group's order added, which is the same number but not the same signature.
    Malleable,
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        4 => Just(Harm::None),
        2 => (any::<prop::sample::Index>(), 0_u8..7).prop_map(|(at, bit)| Harm::Bit(at, bit)),
        1 => any::<prop::sample::Index>().prop_map(Harm::Cut),
        1 => Just(Harm::Forged),
        1 => Just(Harm::Stranger),
        1 => Just(Harm::Twice),
        1 => Just(Harm::Witnessed),
        1 => Just(Harm::Malleable),
    ]
}

fn with_signature(text: &str, key: &VerifierKey, signature: &[u8]) -> String {
    let raw = [&key.id()[..], signature].concat();
    format!("{text}\n{LINE}{} {}\n", key.name(), BASE64.encode(raw))
}

fn signature(note: &str) -> [u8; 64] {
    let (_, raw) = parse_line(note.rsplit_once("\n\n").unwrap().1.trim_end_matches('\n')).unwrap();
    raw[4..].try_into().unwrap()
}

/// The group's order.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn harmed(text: &str, harm: &Harm) -> String {
    let key = signer(1);
    let note = sign(text, &key).unwrap();
    match harm {
        Harm::None => note,
        Harm::Bit(at, bit) => {
            let mut bytes = note.clone().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            String::from_utf8(bytes).unwrap_or(note)
        }
        Harm::Cut(at) => note.chars().take(at.index(note.chars().count())).collect(),
        Harm::Forged => with_signature(text, &key.verifier(), &signature(&sign(text, &signer(2)).unwrap())),
        Harm::Stranger => sign(text, &SignerKey::from_seed("cuelight/other", &[9; 32]).unwrap()).unwrap(),
        Harm::Twice => format!("{note}{}", note.rsplit_once("\n\n").unwrap().1),
        Harm::Witnessed => {
            let witness = SignerKey::from_seed("witness", &[7; 32]).unwrap();
            format!("{note}{}", sign(text, &witness).unwrap().rsplit_once("\n\n").unwrap().1)
        }
        Harm::Malleable => {
            let mut raw = signature(&note);
            let mut carry = 0;
            for (byte, more) in raw[32..].iter_mut().zip(ORDER) {
                let sum = u16::from(*byte) + u16::from(more) + carry;
                *byte = sum.to_le_bytes()[0];
                carry = sum >> 8;
            }
            with_signature(text, &key.verifier(), &raw)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn together_is_as_one_by_one(
        cases in prop::collection::vec(("[ -~é\n]{0,60}", harm()), 1..24),
    ) {
        let notes: Vec<String> = cases.iter().map(|(text, harm)| harmed(&format!("{text}\n"), harm)).collect();
        let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
        let key = signer(1).verifier();
        let opener = Opener::new(&key);
        let single: Vec<_> = notes.iter().map(|note| open(note, &key)).collect();
        prop_assert_eq!(opener.open(&notes), single);
    }

    /// One that does not fit among many that do is told apart from them.
    #[test]
    fn one_among_many(count in 2_usize..300, bad in any::<prop::sample::Index>(), harm in harm()) {
        let texts: Vec<String> = (0..count).map(|n| format!("{n}\n")).collect();
        let mut notes: Vec<String> = texts.iter().map(|text| harmed(text, &Harm::None)).collect();
        let bad = bad.index(count);
        notes[bad] = harmed(&texts[bad], &harm);
        let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
        let key = signer(1).verifier();
        let mut expected: Vec<_> = texts.iter().map(|text| Ok(text.as_str())).collect();
        expected[bad] = open(notes[bad], &key);
        prop_assert_eq!(Opener::new(&key).open(&notes), expected);
    }
}

/// The holder of a key can make signatures whose equation fits but for a part of small order. Strict verification
/// refuses them, and so does this for each by itself.
#[test]
fn signatures_with_a_part_of_small_order_are_refused() {
    let key = signer(1);
    let verifier = key.verifier();
    let secret = SigningKey::from_bytes(&[1; 32]);
    let a = Scalar::from_bytes_mod_order(secret.to_scalar_bytes());
    let text = "crafted\n";
    for torsion in &EIGHT_TORSION[1..] {
        for r in [Scalar::from(77_u64), Scalar::ZERO] {
            let point = (ED25519_BASEPOINT_POINT * r + torsion).compress();
            let hash = Sha512::new()
                .chain_update(point.as_bytes())
                .chain_update(verifier.key.as_bytes())
                .chain_update(text.as_bytes())
                .finalize();
            let s = r + Scalar::from_bytes_mod_order_wide(&hash.into()) * a;
            let signature = [point.to_bytes(), s.to_bytes()].concat();
            let note = with_signature(text, &verifier, &signature);
            let good = sign(text, &key).unwrap();
            let both = Opener::new(&verifier).open(&[&note, &good]);
            assert_eq!(both, [Err(NoteError::Signature("cuelight/test".into())), Ok(text)]);
            assert_eq!(both[0], open(&note, &verifier));
        }
    }
    // R itself the neutral element: the equation fits, and strict verification refuses it all the same.
    let point = EdwardsPoint::default().compress();
    let hash = Sha512::new()
        .chain_update(point.as_bytes())
        .chain_update(verifier.key.as_bytes())
        .chain_update(text.as_bytes())
        .finalize();
    let s = Scalar::from_bytes_mod_order_wide(&hash.into()) * a;
    let note = with_signature(text, &verifier, &[point.to_bytes(), s.to_bytes()].concat());
    let good = sign(text, &key).unwrap();
    let opened = Opener::new(&verifier).open(&[&note, &good]);
    assert_eq!(opened, [Err(NoteError::Signature("cuelight/test".into())), Ok(text)]);
    assert_eq!(opened[0], open(&note, &verifier));
}

#[test]
fn what_is_below_the_prime() {
    let mut prime = [0xff; 32];
    (prime[0], prime[31]) = (0xed, 0x7f);
    assert!(!is_below_prime(&prime));
    prime[31] = 0xff;
    assert!(!is_below_prime(&prime), "the sign is no part of the number");
    prime[0] = 0xec;
    assert!(is_below_prime(&prime));
    prime[0] = 0xff;
    assert!(!is_below_prime(&prime));
    prime[15] = 0xfe;
    assert!(is_below_prime(&prime));
}
