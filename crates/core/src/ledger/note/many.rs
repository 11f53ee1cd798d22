//! Many notes of one key, opened together.
//!
//! A signature `(R, s)` of the key `A` fits a text if `R = s·B − k·A`, where `k` is the hash of `R`, `A` and the text.
//! [`VerifyingKey::verify_strict`](ed25519_dalek::VerifyingKey::verify_strict) works that out anew for each note. Where
//! there are thousands of one key, a table of the multiples of `A` and one of `B` make 64 additions of it, and points are
//! brought into their written form together, which shares the one costly inversion.
//!
//! The usual batch verification (a random sum of all equations) was left aside: it reads every `R` as a point, which
//! costs as much as all that is done here, and it accepts with some luck what strict verification refuses (an `R` with a
//! part of small order, which only the holder of the key can make). Here the equation itself is checked, so the answer
//! is the same for every note, always: what fits is what strict verification accepts, and of whatever does not fit it is
//! asked and has the last word.

use std::sync::OnceLock;

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::Signature;
use sha2::{Digest as _, Sha512};

use super::{LINE, MAX_NOTE, NoteError, VerifierKey, check_text, open, parse_line};

/// From how many notes at once the tables are worth making: they cost as much as some twenty signatures.
const WORTH: usize = 64;
/// Bytes of a scalar, and so rows of a table.
const ROWS: usize = 32;
/// Multiples in a row.
const MULTIPLES: usize = 128;

/// Opens notes of one key.
pub struct Opener<'k> {
    key: &'k VerifierKey,
    id: [u8; 4],
    tables: OnceLock<Tables>,
}

/// Tables for one key; 1.3 MB.
struct Tables {
    base: Multiples,
    /// Of `−A`.
    minus_key: Multiples,
}

/// The multiples 1 to 128 of 256^n times a point, for each n.
struct Multiples(Box<[EdwardsPoint]>);

/// A note whose signature is left to be checked.
struct Candidate<'a> {
    /// Which of the notes.
    index: usize,
    text: &'a str,
    /// The signature's `R` as written.
    written: [u8; 32],
    /// What `R` has to be.
    point: EdwardsPoint,
}

impl<'k> Opener<'k> {
    /// For notes of `key`.
    #[must_use]
    pub fn new(key: &'k VerifierKey) -> Self {
        Self { key, id: key.id(), tables: OnceLock::new() }
    }

    /// The texts of the notes: for each exactly what [`open`] gives.
    pub fn open<'a>(&self, notes: &[&'a str]) -> Vec<Result<&'a str, NoteError>> {
        if notes.len() < WORTH {
            return notes.iter().map(|note| open(note, self.key)).collect();
        }
        self.open_together(notes)
    }

    fn open_together<'a>(&self, notes: &[&'a str]) -> Vec<Result<&'a str, NoteError>> {
        let tables = self.tables.get_or_init(|| Tables::new(self.key));
        let mut candidates = Vec::with_capacity(notes.len());
        for (index, note) in notes.iter().enumerate() {
            candidates.extend(self.candidate(index, note, tables));
        }
        let points: Vec<EdwardsPoint> = candidates.iter().map(|c| c.point).collect();
        let mut fitting = vec![None; notes.len()];
        for (candidate, point) in candidates.iter().zip(EdwardsPoint::compress_batch_alloc(&points)) {
            if point.to_bytes() == candidate.written {
                fitting[candidate.index] = Some(candidate.text);
            }
        }
        notes.iter().zip(fitting).map(|(note, text)| text.map_or_else(|| open(note, self.key), Ok)).collect()
    }

    /// A note of the usual form, with one signature line, which is the key's. Others are opened one by one.
    fn candidate<'a>(&self, index: usize, note: &'a str, tables: &Tables) -> Option<Candidate<'a>> {
        let (text, line) = one_line(note)?;
        let (name, raw) = parse_line(line).ok()?;
        let (id, signature) = raw.split_at(4);
        if name != &*self.key.name || id != self.id || self.key.key.is_weak() {
            return None;
        }
        let signature = Signature::from_slice(signature).ok()?;
        let s: Scalar = Option::from(Scalar::from_canonical_bytes(*signature.s_bytes()))?;
        let hash = Sha512::new()
            .chain_update(signature.r_bytes())
            .chain_update(self.key.key.as_bytes())
            .chain_update(text.as_bytes())
            .finalize();
        let k = Scalar::from_bytes_mod_order_wide(&hash.into());
        let point = tables.minus_key.add(tables.base.add(EdwardsPoint::default(), &s), &k);
        let written = *signature.r_bytes();
        (!point.is_small_order()).then_some(Candidate { index, text, written, point })
    }
}

/// The text of a note that can be read, and its signature line if there is but one.
fn one_line(note: &str) -> Option<(&str, &str)> {
    let end = note.rfind("\n\n").filter(|_| note.len() <= MAX_NOTE)?;
    let (text, line) = (&note[..=end], note[end + 2..].strip_suffix('\n')?);
    check_text(text).ok()?;
    (line.starts_with(LINE) && !line.contains('\n')).then_some((text, line))
}

impl Tables {
    fn new(key: &VerifierKey) -> Self {
        Self { base: Multiples::of(ED25519_BASEPOINT_POINT), minus_key: Multiples::of(-key.key.to_edwards()) }
    }
}

impl Multiples {
    fn of(point: EdwardsPoint) -> Self {
        let mut table = Vec::with_capacity(ROWS * MULTIPLES);
        let mut step = point;
        for _ in 0..ROWS {
            let mut multiple = step;
            let mut last = step;
            for _ in 0..MULTIPLES {
                table.push(multiple);
                last = multiple;
                multiple += step;
            }
            step = last + last;
        }
        Self(table.into())
    }

    /// `sum` and `scalar` times the point. Takes a time that depends on the scalar, which is no secret here.
    fn add(&self, mut sum: EdwardsPoint, scalar: &Scalar) -> EdwardsPoint {
        let mut carry = 0;
        for (row, byte) in self.0.chunks_exact(MULTIPLES).zip(scalar.to_bytes()) {
            // From −127 to 128. Nothing is carried out of the last byte: a scalar is below 2^253.
            let mut digit = i16::from(byte) + carry;
            carry = i16::from(digit > 128);
            digit -= carry << 8;
            // There is none for 0.
            let Some(multiple) = row.get(usize::from(digit.unsigned_abs()).wrapping_sub(1)) else { continue };
            if digit < 0 {
                sum -= multiple;
            } else {
                sum += multiple;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests;
