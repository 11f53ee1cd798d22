//! How values are written: one rule for printing and for JSON, so that values that are equal in RFC 8785 form
//! also print the same.
//!
//! Whole numbers are printed by their digits. Other numbers are printed as ECMAScript's `Number::toString` does
//! (ECMA-262, Number::toString; RFC 8785 section 3.2.2.3): the shortest digits that read back as the same double,
//! without a fraction if there is none (`2`, not `2.0`), with an exponent from `1e+21` and below `0.000001`.
//! True and false are `true` and `false`. None prints nothing.

use std::cmp::Ordering;
use std::fmt::{self, Write};

use cuelight_artifact::canonical::canonical_bytes;

/// Writes a double. The canonical form's own writer does it: among equally short digits RFC 8785 takes the even ones,
/// the standard library does not (`101287454628955.62`).
pub(crate) fn write_number(out: &mut impl Write, number: f64) -> fmt::Result {
    let bytes = canonical_bytes(&number).map_err(|_| fmt::Error)?;
    out.write_str(std::str::from_utf8(&bytes).map_err(|_| fmt::Error)?)
}

/// Writes a JSON string as RFC 8785 section 3.2.2.2 demands.
pub(crate) fn write_json_string(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0x00..=0x1f => "",
            _ => continue,
        };
        out.write_str(&text[from..at])?;
        if short.is_empty() {
            write!(out, "\\u{byte:04x}")?;
        } else {
            out.write_str(short)?;
        }
        from = at + 1;
    }
    out.write_str(&text[from..])?;
    out.write_char('"')
}

/// The order of keys in RFC 8785: by UTF-16 code units.
pub(crate) fn key_order(a: &str, b: &str) -> Ordering {
    // UTF-8 has the order of code points. UTF-16 has another only where a pair of surrogates (from U+10000: bytes from
    // 0xF0) meets what stands above the surrogates (from U+E000: 0xEE and 0xEF); continuation bytes are below both.
    match a.bytes().zip(b.bytes()).find(|(a, b)| a != b) {
        None => a.len().cmp(&b.len()),
        Some((a, b)) if a >= 0xee && b >= 0xee => (a < 0xf0, a).cmp(&(b < 0xf0, b)),
        Some((a, b)) => a.cmp(&b),
    }
}

/// Compares two numbers exactly, whole or not: no whole number is rounded to a double.
pub(crate) fn compare_numbers(a: Number, b: Number) -> Ordering {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a.cmp(&b),
        (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (Number::Int(a), Number::Float(b)) => int_to_float(a, b),
        (Number::Float(a), Number::Int(b)) => int_to_float(b, a).reverse(),
    }
}

/// A number of a template value. Doubles from JSON are never NaN or infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    /// A whole number of an integer type.
    Int(i128),
    /// A double.
    Float(f64),
}

fn int_to_float(a: i128, b: f64) -> Ordering {
    // 2^100 is above every integer a JSON value holds, and within i128.
    const BIG: f64 = 1_267_650_600_228_229_401_496_703_205_376.0;
    if b >= BIG {
        return Ordering::Less;
    }
    if b <= -BIG {
        return Ordering::Greater;
    }
    let whole = b.trunc();
    // Exact: `whole` is an integer below 2^100 in size.
    a.cmp(&(whole as i128)).then_with(|| whole.partial_cmp(&b).unwrap_or(Ordering::Equal))
}

/// About how many tokens a model reads in `text`: one per four bytes, rounded up. A rule of thumb for Latin text;
/// real tokenisers differ by model, and other scripts take more. Good enough to compare two versions of a prompt,
/// not to fill a context window to the brim.
#[must_use]
pub fn token_estimate(text: &str) -> usize {
    text.len().div_ceil(4)
}

#[cfg(test)]
mod tests;
