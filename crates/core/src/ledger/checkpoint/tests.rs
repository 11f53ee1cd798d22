use proptest::prelude::*;

use super::*;

fn key() -> SignerKey {
    SignerKey::from_seed("cuelight/0b5e", &[3; 32]).unwrap()
}

fn sample() -> Checkpoint {
    Checkpoint { origin: "cuelight/0b5e/project/sales".into(), size: 42, root: Digest::of_bytes(b"root") }
}

/// A checkpoint of Go's public checksum database, which has the same form; made and signed by others.
#[test]
fn a_published_checkpoint_opens() {
    let key: VerifierKey =
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8".parse().unwrap();
    let note = "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— sum.golang.org \
                Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
    let found = Checkpoint::open(note, &key).unwrap();
    assert_eq!(found.origin, "go.sum database tree");
    assert_eq!(found.size, 20_852_163);
    assert_eq!(
        found.root.to_string(),
        "sha256:0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    );
}

#[test]
fn a_checkpoint_is_written_as_specified() {
    let note = sample().sign(&key()).unwrap();
    let (body, signature) = note.split_once("\n\n").unwrap();
    assert_eq!(body, "cuelight/0b5e/project/sales\n42\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=");
    assert!(signature.starts_with("— cuelight/0b5e "));
    assert_eq!(Checkpoint::open(&note, &key().verifier()).unwrap(), sample());
}

#[test]
fn the_origin_names_installation_and_ledger() {
    assert_eq!(origin("0b5e", &LedgerId::Installation), "cuelight/0b5e/installation");
    assert_eq!(origin("0b5e", &"project/sales".parse().unwrap()), "cuelight/0b5e/project/sales");
}

#[test]
fn bodies_that_are_no_checkpoint_are_refused_by_name() {
    let root = "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=";
    let lines = "not a checkpoint: it has not exactly the three lines origin, size, root";
    let size = "not a checkpoint: its size is not a plain decimal number";
    let hash = "not a checkpoint: its root is not the base64 of 32 bytes";
    let table = [
        (format!("o\n1\n{root}\nextension\n"), lines),
        ("o\n1\n".to_owned(), lines),
        ("\n".to_owned(), lines),
        (format!("\n1\n{root}\n"), "not a checkpoint: its origin is empty"),
        (format!("o\n01\n{root}\n"), size),
        (format!("o\n+1\n{root}\n"), size),
        (format!("o\n-1\n{root}\n"), size),
        (format!("o\n\n{root}\n"), size),
        (format!("o\n1 \n{root}\n"), size),
        (format!("o\n18446744073709551616\n{root}\n"), size),
        ("o\n1\nAAAA\n".to_owned(), hash),
        (format!("o\n1\n{}\n", root.trim_end_matches('=')), hash),
        ("o\n1\n!\n".to_owned(), hash),
    ];
    for (text, expected) in table {
        let note = note::sign(&text, &key()).unwrap();
        assert_eq!(Checkpoint::open(&note, &key().verifier()).unwrap_err().to_string(), expected, "{text:?}");
    }
}

#[test]
fn an_origin_is_one_line() {
    for bad in ["", "a\nb", "a\tb"] {
        let checkpoint = Checkpoint { origin: bad.into(), ..sample() };
        assert!(checkpoint.sign(&key()).is_err(), "signed {bad:?}");
    }
}

proptest! {
    #[test]
    fn what_is_signed_reads_back(origin in "[!-~]{1,40}", size in any::<u64>(), root in any::<[u8; 32]>()) {
        let checkpoint = Checkpoint { origin, size, root: Digest::from_raw(root) };
        let note = checkpoint.sign(&key()).unwrap();
        prop_assert_eq!(Checkpoint::open(&note, &key().verifier()).unwrap(), checkpoint);
    }
}
