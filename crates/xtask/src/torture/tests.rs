use super::*;

fn read(arguments: &[&str]) -> Result<u32> {
    dose(&arguments.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>())
}

#[test]
fn a_dose_is_named_or_usual() {
    assert_eq!(read(&[]).unwrap(), USUAL);
    assert_eq!(read(&["--dose", "25"]).unwrap(), 25);
    for bad in [&["--dose"][..], &["--dose", "0"], &["--dose", "much"], &["7"], &["--dose", "1", "2"]] {
        assert!(read(bad).is_err(), "{bad:?}");
    }
}
