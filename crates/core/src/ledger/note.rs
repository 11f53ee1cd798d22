//! C2SP signed notes with Ed25519 keys (c2sp.org/signed-note): a text, a blank line, and lines that sign it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

mod many;

pub use many::Opener;

/// Longest note that is read, in bytes.
pub const MAX_NOTE: usize = 64 * 1024;
/// Most signature lines that are read.
pub const MAX_SIGNATURES: usize = 100;

/// The algorithm byte of Ed25519.
const ED25519: u8 = 0x01;
/// What a signature line starts with: an em dash and a space.
const LINE: &str = "\u{2014} ";
const PRIVATE: &str = "PRIVATE+KEY+";

/// Why a note or a key is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not the form of a signed note.
    #[error("not a signed note: {0}")]
    Form(&'static str),
    /// No line is signed with the expected key.
    #[error("the note is not signed by `{0}`; check that this is the right public key")]
    NotSigned(String),
    /// A line claims the expected key, but the signature does not fit the text.
    #[error("the signature of `{0}` does not fit the note: text or signature was changed")]
    Signature(String),
    /// Not the form of a key.
    #[error("not a key of a signed note: {0}")]
    Key(&'static str),
}

/// A public key with its name, written `name+hexid+base64`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: Box<str>,
    key: VerifyingKey,
}

impl VerifierKey {
    /// The name that signature lines carry.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of `SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)`.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.as_bytes())
            .finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), tagged(self.key.as_bytes()))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, id, raw) = parse_key(text)?;
        let key =
            VerifyingKey::from_bytes(&raw).map_err(|_| NoteError::Key("the bytes are no Ed25519 key"))?;
        if key.is_weak() {
            return Err(NoteError::Key("the Ed25519 key is of small order, which anybody can sign for"));
        }
        let key = Self { name, key };
        if key.id() == id { Ok(key) } else { Err(NoteError::Key("the id does not belong to name and key")) }
    }
}

/// A private key with its name, written `PRIVATE+KEY+name+hexid+base64`. `Debug` shows only the public half.
#[derive(Clone)]
pub struct SignerKey {
    name: Box<str>,
    key: SigningKey,
}

impl SignerKey {
    /// The key made from 32 bytes of randomness, which the caller gives.
    ///
    /// # Errors
    /// When the name is empty or has white space or a plus sign.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self { name: name.into(), key: SigningKey::from_bytes(seed) })
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// The text form, secret included: for the vault only.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        let id = hex::encode(self.verifier().id());
        format!("{PRIVATE}{}+{id}+{}", self.name, tagged(self.key.as_bytes()))
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({})", self.verifier())
    }
}

impl FromStr for SignerKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let rest =
            text.strip_prefix(PRIVATE).ok_or(NoteError::Key("a private key starts with `PRIVATE+KEY+`"))?;
        let (name, id, raw) = parse_key(rest)?;
        let key = Self { name, key: SigningKey::from_bytes(&raw) };
        if key.verifier().id() == id {
            Ok(key)
        } else {
            Err(NoteError::Key("the id does not belong to name and key"))
        }
    }
}

/// The signed note with this text.
///
/// # Errors
/// When the text does not end with a newline or has other control characters.
pub fn sign(text: &str, key: &SignerKey) -> Result<String, NoteError> {
    check_text(text)?;
    let mut signed = key.verifier().id().to_vec();
    signed.extend_from_slice(&key.key.sign(text.as_bytes()).to_bytes());
    Ok(format!("{text}\n{LINE}{} {}\n", key.name, BASE64.encode(signed)))
}

/// The text of a note, if `key` signed it. Signatures of other keys are left alone.
///
/// # Errors
/// When it is no note, lacks a signature of `key`, or has one that does not fit.
pub fn open<'a>(note: &'a str, key: &VerifierKey) -> Result<&'a str, NoteError> {
    if note.len() > MAX_NOTE {
        return Err(NoteError::Form("it is longer than 64 KiB"));
    }
    let end = note.rfind("\n\n").ok_or(NoteError::Form("there is no blank line before the signatures"))?;
    let (text, lines) = (&note[..=end], &note[end + 2..]);
    check_text(text)?;
    let lines = lines.strip_suffix('\n').ok_or(NoteError::Form("it does not end with a newline"))?;
    let mut signed = false;
    for (count, line) in lines.split('\n').enumerate() {
        if count == MAX_SIGNATURES {
            return Err(NoteError::Form("it has more than 100 signatures"));
        }
        let (name, raw) = parse_line(line)?;
        let (id, signature) = raw.split_at(4);
        if name != &*key.name || id != key.id() {
            continue;
        }
        let bad = || NoteError::Signature(key.name.to_string());
        let signature = Signature::from_slice(signature).map_err(|_| bad())?;
        // Strict: a note has one meaning for every verifier, so no small-order or malleable signature passes.
        key.key.verify_strict(text.as_bytes(), &signature).map_err(|_| bad())?;
        signed = true;
    }
    if signed { Ok(text) } else { Err(NoteError::NotSigned(key.name.to_string())) }
}

fn parse_line(line: &str) -> Result<(&str, Vec<u8>), NoteError> {
    const BAD: NoteError = NoteError::Form("a signature line is not `— name base64`");
    let (name, raw) = line.strip_prefix(LINE).and_then(|l| l.split_once(' ')).ok_or(BAD)?;
    check_name(name).map_err(|_| BAD)?;
    let raw = BASE64.decode(raw).map_err(|_| BAD)?;
    if raw.len() < 5 { Err(BAD) } else { Ok((name, raw)) }
}

/// The parts of a key's text: name, id, 32 bytes.
type Parts = (Box<str>, [u8; 4], [u8; 32]);

fn parse_key(text: &str) -> Result<Parts, NoteError> {
    const FORM: NoteError = NoteError::Key("it is not written `name+hexid+base64`");
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(hash), Some(raw)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(FORM);
    };
    check_name(name)?;
    let mut id = [0; 4];
    if hash.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(FORM);
    }
    hex::decode_to_slice(hash, &mut id).map_err(|_| FORM)?;
    let raw = BASE64.decode(raw).map_err(|_| FORM)?;
    match raw.split_first() {
        Some((&ED25519, key)) => {
            let key = key.try_into().map_err(|_| NoteError::Key("an Ed25519 key has 32 bytes"))?;
            Ok((name.into(), id, key))
        }
        _ => Err(NoteError::Key("its algorithm is not Ed25519 (0x01)")),
    }
}

fn check_name(name: &str) -> Result<(), NoteError> {
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+') {
        return Err(NoteError::Key("a key's name is not empty and has no white space and no plus sign"));
    }
    Ok(())
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if !text.ends_with('\n') {
        return Err(NoteError::Form("its text does not end with a newline"));
    }
    if text.bytes().any(|b| b < 0x20 && b != b'\n') {
        return Err(NoteError::Form("its text has a control character"));
    }
    Ok(())
}

fn tagged(key: &[u8; 32]) -> String {
    let mut raw = vec![ED25519];
    raw.extend_from_slice(key);
    BASE64.encode(raw)
}

#[cfg(test)]
mod tests;
