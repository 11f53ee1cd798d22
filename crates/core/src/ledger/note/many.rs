//! Many notes of one key, opened together.
//!
//! A signature `(R, s)` of the key `A` fits a text if `s·B − k·A − R` is nothing, where `k` is the hash of `R`, `A` and the
//! text. Working that out anew for each note is most of what checking a long ledger costs. Together, one sum is worked
//! out, of all those differences times numbers that nobody can choose: it is nothing if each of them is, and otherwise
//! never in practice (one time in 2^127). If it is not nothing, the notes are opened one by one, so that each is told
//! about as ever.
//!
//! This differs from [`VerifyingKey::verify_strict`](ed25519_dalek::VerifyingKey::verify_strict) for one kind of
//! signature, whose difference is a point of small order: the sum of several may be nothing although none of them is.
//! One alone is always refused, since the numbers are odd, and whatever else strict verification refuses goes to it (an
//! `R` of small order or not in canonical form, an `s` beyond the group's order). Such signatures can be made only by
//! whoever holds the key, and who holds it can as well sign the same text properly: what is accepted is always signed
//! with the key, which is what a checkpoint says. The numbers are hashed from the notes, not drawn, so that
//! a ledger is found to be the same each time.

use std::sync::LazyLock;

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{IsIdentity as _, VartimeMultiscalarMul as _};
use ed25519_dalek::Signature;
use sha2::{Digest as _, Sha256, Sha512};

use super::{LINE, MAX_NOTE, NoteError, VerifierKey, check_text, open, parse_line};

/// Opens notes of one key.
pub struct Opener<'k> {
    key: &'k VerifierKey,
    id: [u8; 4],
}

/// A note whose signature is left to be checked.
struct Candidate<'a> {
    /// Which of the notes.
    index: usize,
    text: &'a str,
    r: EdwardsPoint,
    s: Scalar,
    k: Scalar,
}

/// The written forms of points of small order, without the sign.
static SMALL: LazyLock<[[u8; 32]; 8]> =
    LazyLock::new(|| EIGHT_TORSION.map(|point| without_sign(point.compress().to_bytes())));

fn without_sign(mut written: [u8; 32]) -> [u8; 32] {
    written[31] &= 0x7f;
    written
}

impl<'k> Opener<'k> {
    /// For notes of `key`.
    #[must_use]
    pub fn new(key: &'k VerifierKey) -> Self {
        Self { key, id: key.id() }
    }

    /// The texts of the notes: for each what [`open`] gives.
    pub fn open<'a>(&self, notes: &[&'a str]) -> Vec<Result<&'a str, NoteError>> {
        let candidates: Vec<Candidate<'a>> = match notes {
            // Nothing to share.
            [] | [_] => Vec::new(),
            notes => {
                notes.iter().enumerate().filter_map(|(index, note)| self.candidate(index, note)).collect()
            }
        };
        let mut fitting = vec![None; notes.len()];
        if self.all_fit(&candidates) {
            for candidate in &candidates {
                fitting[candidate.index] = Some(candidate.text);
            }
        }
        notes.iter().zip(fitting).map(|(note, text)| text.map_or_else(|| open(note, self.key), Ok)).collect()
    }

    /// A note of the usual form, with one signature line, which is the key's. Others are opened one by one.
    fn candidate<'a>(&self, index: usize, note: &'a str) -> Option<Candidate<'a>> {
        let (text, line) = one_line(note)?;
        let (name, raw) = parse_line(line).ok()?;
        let (id, signature) = raw.split_at(4);
        if name != &*self.key.name || id != self.id || self.key.key.is_weak() {
            return None;
        }
        let signature = Signature::from_slice(signature).ok()?;
        let s = Option::from(Scalar::from_canonical_bytes(*signature.s_bytes()))?;
        let written = *signature.r_bytes();
        if !is_below_prime(&written) || SMALL.contains(&without_sign(written)) {
            return None;
        }
        let r = CompressedEdwardsY(written).decompress()?;
        let hash = Sha512::new()
            .chain_update(written)
            .chain_update(self.key.key.as_bytes())
            .chain_update(text.as_bytes())
            .finalize();
        let k = Scalar::from_bytes_mod_order_wide(&hash.into());
        Some(Candidate { index, text, r, s, k })
    }

    fn all_fit(&self, candidates: &[Candidate<'_>]) -> bool {
        let mut all = Sha256::new();
        for Candidate { s, k, .. } in candidates {
            // `k` stands for `R`, the key and the text.
            all.update(s.as_bytes());
            all.update(k.as_bytes());
        }
        let all = all.finalize();
        let mut factors = Vec::with_capacity(candidates.len() + 2);
        let (mut of_base, mut of_key) = (Scalar::ZERO, Scalar::ZERO);
        for (candidate, index) in candidates.iter().zip(0_u64..) {
            let hash = Sha256::new().chain_update(all).chain_update(index.to_le_bytes()).finalize();
            let mut factor = [0; 16];
            factor.copy_from_slice(&hash[..16]);
            let factor = Scalar::from(u128::from_le_bytes(factor) | 1);
            of_base -= factor * candidate.s;
            of_key += factor * candidate.k;
            factors.push(factor);
        }
        factors.extend([of_base, of_key]);
        let points =
            candidates.iter().map(|c| c.r).chain([ED25519_BASEPOINT_POINT, self.key.key.to_edwards()]);
        EdwardsPoint::vartime_multiscalar_mul(factors, points.collect::<Vec<_>>()).is_identity()
    }
}

/// Whether a point is written in canonical form: its coordinate is below 2^255 − 19. (Zero with a sign, the other form
/// that is not canonical, belongs to points of small order.)
fn is_below_prime(written: &[u8; 32]) -> bool {
    let largest = written[31] & 0x7f == 0x7f && written[1..31].iter().all(|byte| *byte == 0xff);
    !largest || written[0] < 0xed
}

/// The text of a note that can be read, and its signature line if there is but one.
fn one_line(note: &str) -> Option<(&str, &str)> {
    let end = note.rfind("\n\n").filter(|_| note.len() <= MAX_NOTE)?;
    let (text, line) = (&note[..=end], note[end + 2..].strip_suffix('\n')?);
    check_text(text).ok()?;
    (line.starts_with(LINE) && !line.contains('\n')).then_some((text, line))
}

#[cfg(test)]
mod tests;
