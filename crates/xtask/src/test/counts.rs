//! How many tests passed, failed, or were left out, read from what a test runner printed.

/// The counts of one run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Ran and passed.
    pub passed: u64,
    /// Ran and did not pass: failed, could not start, timed out.
    pub failed: u64,
    /// Left out: ignored in the source, or filtered out.
    pub ignored: u64,
    /// Should have run, but the run was cut short.
    pub not_run: u64,
}

impl std::ops::Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            ignored: self.ignored + other.ignored,
            not_run: self.not_run + other.not_run,
        }
    }
}

/// Whether a line is the summary of the browser tests.
pub fn is_browser_result(line: &str) -> bool {
    line.starts_with("browser result: ")
}

/// Reads the browser tests' summary: `browser result: ok. 512 passed; 0 failed; 0 skipped`. `None` if it is not understood.
pub fn of_browser(line: &str) -> Option<Counts> {
    let mut counts = Counts::default();
    for part in line.split_once(". ")?.1.split(';') {
        let (number, word) = part.trim().split_once(' ')?;
        let number: u64 = number.parse().ok()?;
        match word {
            "passed" => counts.passed = number,
            "failed" => counts.failed = number,
            "skipped" => counts.ignored = number,
            _ => return None,
        }
    }
    Some(counts)
}

/// Whether a line of nextest is its summary.
pub fn is_nextest_summary(line: &str) -> bool {
    line.trim_start().starts_with("Summary [")
}

/// Whether a line of libtest is the result of one test binary.
pub fn is_libtest_result(line: &str) -> bool {
    line.starts_with("test result: ")
}

/// Reads nextest's summary: `Summary [   0.1s] 8/10 tests run: 5 passed (1 slow), 2 failed, 1 timed out, 2 skipped`.
/// `None` if a part of it is not understood, so that a new form is noticed and not counted as success.
pub fn of_nextest(line: &str) -> Option<Counts> {
    let (run, results) = line.split_once(']')?.1.split_once(": ")?;
    let run = run.trim().strip_suffix(" tests run").or_else(|| run.trim().strip_suffix(" test run"))?;
    let (finished, planned) = run.split_once('/').unwrap_or((run, run));
    let (finished, planned): (u64, u64) = (finished.parse().ok()?, planned.parse().ok()?);
    let mut counts = Counts { not_run: planned.checked_sub(finished)?, ..Counts::default() };
    for part in without_parentheses(results).split(',') {
        let (number, word) = part.trim().split_once(' ')?;
        let number: u64 = number.parse().ok()?;
        match word.trim() {
            "passed" => counts.passed += number,
            "failed" | "exec failed" | "timed out" => counts.failed += number,
            "skipped" => counts.ignored += number,
            _ => return None,
        }
    }
    Some(counts)
}

/// Adds up libtest's results: `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; …`.
/// `None` if there is none or one is not understood.
pub fn of_libtest(lines: &[String]) -> Option<Counts> {
    let mut counts = Counts::default();
    for line in lines {
        for part in line.split_once(". ")?.1.split(';') {
            let Some((number, word)) = part.trim().split_once(' ') else { continue };
            match word {
                "passed" => counts.passed += number.parse::<u64>().ok()?,
                "failed" => counts.failed += number.parse::<u64>().ok()?,
                "ignored" | "filtered out" => counts.ignored += number.parse::<u64>().ok()?,
                _ => {}
            }
        }
    }
    (!lines.is_empty()).then_some(counts)
}

/// `5 passed (1 slow, 1 flaky), 2 failed` → `5 passed , 2 failed`.
fn without_parentheses(text: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests;
