//! How long source files may be: none over 800 lines; the median and the ninth decile are told.

use crate::finding::Finding;
use crate::tidy::File;

/// No file may be longer, in lines.
const MOST: usize = 800;
/// Nine files in ten should be no longer, in lines.
const NINE_IN_TEN: usize = 400;
/// Half of the files should be no longer, in lines.
const MEDIAN: usize = 150;

/// The files that are too long.
pub fn check(files: &[File]) -> Vec<Finding> {
    sources(files)
        .filter(|(_, lines)| *lines > MOST)
        .map(|(file, lines)| Finding {
            rule: "tidy/length",
            place: file.path.clone(),
            what: format!("{lines} lines; a source file has at most {MOST}"),
            fix: "split it by noun or verb".to_owned(),
        })
        .collect()
}

/// The long files, and the aims that are missed.
pub fn notes(files: &[File]) -> Vec<String> {
    let mut notes: Vec<String> = sources(files)
        .filter(|(_, lines)| (NINE_IN_TEN + 1..=MOST).contains(lines))
        .map(|(file, lines)| format!("{} has {lines} lines", file.path))
        .collect();
    let lengths = sorted(files);
    for (name, share, aim) in [("median", 50, MEDIAN), ("ninth decile", 90, NINE_IN_TEN)] {
        let is = percentile(&lengths, share);
        if is > aim {
            notes.push(format!("the {name} of source files is {is} lines; the aim is {aim}"));
        }
    }
    notes
}

/// `41 source files, median 120 lines, ninth decile 390, longest 512`.
pub fn summary(files: &[File]) -> String {
    let lengths = sorted(files);
    format!(
        "{} source files, median {} lines, ninth decile {}, longest {}",
        lengths.len(),
        percentile(&lengths, 50),
        percentile(&lengths, 90),
        lengths.last().copied().unwrap_or(0)
    )
}

/// The smallest length that at least `share` percent of the files do not exceed (nearest rank).
fn percentile(sorted: &[usize], share: usize) -> usize {
    let rank = (sorted.len() * share).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

fn sorted(files: &[File]) -> Vec<usize> {
    let mut lengths: Vec<usize> = sources(files).map(|(_, lines)| lines).collect();
    lengths.sort_unstable();
    lengths
}

fn sources(files: &[File]) -> impl Iterator<Item = (&File, usize)> {
    files.iter().filter(|f| f.is_rust() && !f.is_test()).map(|f| (f, f.text.lines().count()))
}
