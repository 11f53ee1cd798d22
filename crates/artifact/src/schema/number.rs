//! Sets of numbers: a range of doubles, or the multiples of a whole number within a range. Intersection, emptiness
//! and coverage by a union are exact, because every double has a next one.

use serde_json::Value;

use super::value;

/// One end of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bound {
    /// The number written.
    pub at: f64,
    /// Whether that number itself is out.
    pub exclusive: bool,
}

/// The numbers between two bounds that are multiples of `step`, or all of them without one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Numbers {
    /// Multiples of this only; 1 for `integer`.
    pub step: Option<u64>,
    /// Lower end.
    pub low: Option<Bound>,
    /// Upper end.
    pub high: Option<Bound>,
}

/// How a [`Numbers`] relates to a union.
pub(super) enum Cover {
    /// Every number is in the union.
    All,
    /// Numbers that may lie outside, to be tried.
    Try(Vec<f64>),
}

impl Numbers {
    /// The smallest number in the set; `None` when there is no lower end.
    pub fn first(&self) -> Option<f64> {
        let bound = self.low?;
        let closed = if bound.exclusive { bound.at.next_up() } else { bound.at };
        Some(self.step.map_or(closed, |step| multiple_from(closed, step)))
    }

    /// The largest number in the set; `None` when there is no upper end.
    pub fn last(&self) -> Option<f64> {
        let bound = self.high?;
        let closed = if bound.exclusive { bound.at.next_down() } else { bound.at };
        Some(self.step.map_or(closed, |step| -multiple_from(-closed, step)))
    }

    pub fn is_empty(&self) -> bool {
        matches!((self.first(), self.last()), (Some(first), Some(last)) if first > last)
    }

    /// Compares with the bounds as they are written: a multiple is beyond the first one exactly if it is beyond the bound.
    pub fn contains(&self, number: f64) -> bool {
        let above = |low: Bound| number > low.at || (number == low.at && !low.exclusive);
        let below = |high: Bound| number < high.at || (number == high.at && !high.exclusive);
        self.step.is_none_or(|step| is_multiple(number, step))
            && self.low.is_none_or(above)
            && self.high.is_none_or(below)
    }

    /// The numbers in both. `None` when the common step is too large to keep.
    pub fn and(&self, other: &Self) -> Option<Self> {
        let step = match (self.step, other.step) {
            (Some(a), Some(b)) => Some(common_multiple(a, b)?),
            (a, b) => a.or(b),
        };
        let tighter = |a: Option<Bound>, b: Option<Bound>, a_wins: fn(f64, f64) -> bool| match (a, b) {
            (Some(a), Some(b)) => {
                Some(if a_wins(a.at, b.at) || (a.at == b.at && a.exclusive) { a } else { b })
            }
            (a, b) => a.or(b),
        };
        Some(Self {
            step,
            low: tighter(self.low, other.low, |a, b| a > b),
            high: tighter(self.high, other.high, |a, b| a < b),
        })
    }

    /// Some number of the set: zero if it can be, else one that people can read. The number next to an exclusive
    /// bound, such as 5e-324, only if there is no other.
    pub fn sample(&self) -> f64 {
        let near = [self.low, self.high]
            .into_iter()
            .flatten()
            .flat_map(|b| [b.at, b.at + 1.0, b.at - 1.0, b.at + 0.5, b.at - 0.5]);
        let plain = std::iter::once(0.0).chain(near).find(|n| self.contains(*n));
        plain.or_else(|| self.first()).or_else(|| self.last()).unwrap_or(0.0)
    }

    /// Numbers at the edges of the set.
    pub fn edges(&self) -> Vec<f64> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "steps are at most 10^9 (or a common multiple below 10^12)"
        )]
        let step = self.step.unwrap_or(1) as f64;
        let (first, last) = (self.first(), self.last());
        let mut edges = vec![self.sample()];
        edges.extend(first.into_iter().flat_map(|f| [f, f + step]));
        edges.extend(last.into_iter().flat_map(|l| [l, l - step]));
        edges.extend([step, -step, step * 1000.0]);
        if self.step.is_none() {
            edges.extend([0.5, first.unwrap_or(0.0) + 0.25]);
        }
        edges.retain(|n| self.contains(*n));
        edges
    }

    /// Whether `union` and the single numbers `points` hold every number of the set.
    pub fn covered_by(&self, union: &[Self], points: &[f64]) -> Cover {
        if let (Some(step), Some(first), Some(last)) = (self.step, self.first(), self.last()) {
            #[expect(clippy::cast_precision_loss, reason = "as above")]
            let step = step as f64;
            if (last - first) / step <= 4096.0 {
                return self.covered_one_by_one(first, step, last, union, points);
            }
        }
        let fits = |n: &&Self| match (n.step, self.step) {
            (None, _) => true,
            (Some(theirs), Some(ours)) => ours % theirs == 0,
            (Some(_), None) => false,
        };
        let mut ranges: Vec<(f64, f64)> = union
            .iter()
            .filter(fits)
            .map(|n| (n.first().unwrap_or(f64::NEG_INFINITY), n.last().unwrap_or(f64::INFINITY)))
            .chain(points.iter().map(|p| (*p, *p)))
            .collect();
        ranges.sort_by(|a, b| a.0.total_cmp(&b.0));
        let end = self.last().unwrap_or(f64::INFINITY);
        let mut cursor = self.first().unwrap_or(f64::NEG_INFINITY);
        for (low, high) in ranges {
            if cursor > end {
                break;
            }
            if low <= cursor && high >= cursor {
                if high == f64::INFINITY {
                    return Cover::All;
                }
                cursor = self.after(high);
            }
        }
        if cursor > end {
            return Cover::All;
        }
        Cover::Try(self.suspects(cursor, union, points))
    }

    fn covered_one_by_one(&self, first: f64, step: f64, last: f64, union: &[Self], points: &[f64]) -> Cover {
        let mut at = first;
        while at <= last {
            if !points.contains(&at) && !union.iter().any(|n| n.contains(at)) {
                return Cover::Try(vec![at]);
            }
            at += step;
        }
        Cover::All
    }

    /// The next number of the set after `number`.
    fn after(&self, number: f64) -> f64 {
        match self.step {
            None => number.next_up(),
            Some(step) => multiple_from(number.next_up(), step),
        }
    }

    /// Numbers of the set at and around the first one not known to be covered.
    fn suspects(&self, cursor: f64, union: &[Self], points: &[f64]) -> Vec<f64> {
        let mut found = Vec::new();
        let ends = union.iter().flat_map(|n| [n.first(), n.last()]).flatten().chain(points.iter().copied());
        for end in ends.clone() {
            #[expect(clippy::cast_precision_loss, reason = "as above")]
            let step = self.step.unwrap_or(1) as f64;
            found.extend([end - step, end + step, end - 0.5, end + 0.5, end.next_up(), end.next_down()]);
        }
        if cursor.is_finite() {
            let mut at = cursor;
            for _ in 0..64 {
                found.push(at);
                at = self.after(at);
            }
            found.extend(ends.filter(|e| *e > cursor).map(|e| cursor + (e - cursor) / 2.0));
        }
        found.extend([0.5, 1.5, -0.5]);
        // people read 1.5 more easily than the double after 1
        found.retain(|n| n.is_finite() && self.contains(*n));
        found.sort_by_key(|n| value::number(*n).to_string().len());
        found
    }
}

impl Bound {
    /// A bound from a JSON number.
    pub fn new(at: f64, exclusive: bool) -> Self {
        Self { at, exclusive }
    }
}

/// Whether `number` is a whole multiple of `step`. The remainder of doubles is exact.
#[expect(clippy::cast_precision_loss, reason = "steps are below 10^12, exact as doubles")]
fn is_multiple(number: f64, step: u64) -> bool {
    if step == 1 {
        // A remainder takes much longer.
        return number.trunc() == number;
    }
    number % step as f64 == 0.0
}

/// The smallest multiple of `step` that is at least `number`. Exact for numbers up to about 10^15.
#[expect(clippy::cast_precision_loss, reason = "steps are below 10^12, exact as doubles")]
fn multiple_from(number: f64, step: u64) -> f64 {
    let up = number.ceil();
    let rest = up.rem_euclid(step as f64);
    if rest == 0.0 { up + 0.0 } else { up + (step as f64 - rest) }
}

fn common_multiple(a: u64, b: u64) -> Option<u64> {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x).checked_mul(b).filter(|m| *m < 1_000_000_000_000)
}

/// The number a JSON value holds.
pub(super) fn of(value: &Value) -> Option<f64> {
    value.as_f64()
}
