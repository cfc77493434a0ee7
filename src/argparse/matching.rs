//! Which positional arguments the words that come next are for.
//!
//! Python joins a regular expression of the arguments and tries it against the pattern of the words, with one argument less
//! each time. All of them are greedy runs of words, and at most one word is the `--` that any of them may swallow: counting is
//! enough. Only where something follows an argument that takes options as well is there anything to search.

use super::arg::Nargs;

/// How many words an argument needs, and how many it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Between {
        least: usize,
        most: usize,
    },
    /// Everything to the end, options and all, behind `least` words.
    Rest {
        least: usize,
    },
}

impl Need {
    pub(super) const fn of(nargs: Option<Nargs>) -> Self {
        let (least, most) = match nargs {
            None => (1, 1),
            Some(Nargs::Exactly(count)) => (count, count),
            Some(Nargs::Optional) => (0, 1),
            Some(Nargs::ZeroOrMore) => (0, usize::MAX),
            Some(Nargs::OneOrMore) => (1, usize::MAX),
            Some(Nargs::Suppress) => (0, 0),
            Some(Nargs::Remainder) => return Self::Rest { least: 0 },
            Some(Nargs::Parser) => return Self::Rest { least: 1 },
        };
        Self::Between { least, most }
    }

    const fn least(self) -> usize {
        match self {
            Self::Between { least, .. } | Self::Rest { least } => least,
        }
    }
}

/// How many places of the pattern from `start` on each of the first arguments takes: of as many as can be satisfied.
pub(super) fn partial(
    needs: impl ExactSizeIterator<Item = Need> + Clone,
    pattern: &[u8],
    start: usize,
) -> Vec<usize> {
    let ahead = &pattern[start..];
    let before_rest = needs.clone().position(|need| matches!(need, Need::Rest { .. }));
    let mut counts = None;
    if let Some(rest) = before_rest
        && rest + 1 < needs.len()
    {
        let all: Vec<Need> = needs.clone().collect();
        counts = (rest + 2..=all.len()).rev().find_map(|count| Search::run(&all[..count], ahead));
    }
    let simple = before_rest.map_or_else(|| needs.len(), |rest| rest + 1);
    let mut counts = counts.unwrap_or_else(|| count(needs.take(simple), ahead));

    // What took nothing at the end may yet take something behind the option that comes next.
    let end: usize = counts.iter().sum();
    if ahead.get(end) == Some(&b'O') {
        while counts.last() == Some(&0) {
            counts.pop();
        }
    }
    counts
}

/// For arguments of which only the last may take everything.
fn count(needs: impl Iterator<Item = Need> + Clone, ahead: &[u8]) -> Vec<usize> {
    // The words before the `--`, and all that may be taken.
    let first = ahead.iter().take_while(|c| **c == b'A').count();
    let dash = ahead.get(first) == Some(&b'-');
    let total = if dash { ahead.len() - 1 } else { first };

    let mut required = 0;
    let mut satisfied = 0;
    for need in needs.clone() {
        let sum = required + need.least();
        if sum > total {
            break;
        }
        (required, satisfied) = (sum, satisfied + 1);
    }
    let mut counts = Vec::with_capacity(satisfied);
    let (mut taken, mut end, mut dash) = (0, 0, dash);
    for need in needs.take(satisfied) {
        required -= need.least();
        let places = match need {
            Need::Rest { .. } => ahead.len() - end,
            Need::Between { most, .. } => {
                let words = most.min(total - taken - required);
                taken += words;
                // Whoever comes to the `--` first swallows it.
                let swallow = dash && taken >= first;
                dash &= !swallow;
                words + usize::from(swallow)
            }
        };
        end += places;
        counts.push(places);
    }
    counts
}

/// A search with memory for what is known to fail.
struct Search<'a> {
    needs: &'a [Need],
    ahead: &'a [u8],
    failed: std::collections::HashSet<(usize, usize)>,
    counts: Vec<usize>,
}

impl<'a> Search<'a> {
    fn run(needs: &'a [Need], ahead: &'a [u8]) -> Option<Vec<usize>> {
        let mut search = Self { needs, ahead, failed: Default::default(), counts: Vec::new() };
        search.matches(0, 0).then_some(search.counts)
    }

    fn matches(&mut self, at: usize, start: usize) -> bool {
        let Some(need) = self.needs.get(at) else { return true };
        if self.failed.contains(&(at, start)) {
            return false;
        }
        for end in self.ends(*need, start) {
            self.counts.push(end - start);
            if self.matches(at + 1, end) {
                return true;
            }
            self.counts.pop();
        }
        self.failed.insert((at, start));
        false
    }

    /// Where a match of `need` from `start` on may end, the preferred first.
    fn ends(&self, need: Need, start: usize) -> Vec<usize> {
        let is = |at: usize, c: u8| self.ahead.get(at) == Some(&c);
        let (least, most) = match need {
            Need::Rest { least: 0 } => return (start..=self.ahead.len()).rev().collect(),
            Need::Rest { .. } => {
                let first = start + usize::from(is(start, b'-'));
                return if is(first, b'A') {
                    (first + 1..=self.ahead.len()).rev().collect()
                } else {
                    Vec::new()
                };
            }
            Need::Between { least, most } => (least, most),
        };
        // Behind each number of words, with and without the `--` that follows.
        let mut ends = vec![start];
        let (mut words, mut at) = (0, start);
        let mut behind = Vec::new();
        loop {
            if words >= least {
                behind.push(at);
                if is(at, b'-') {
                    behind.push(at + 1);
                }
            }
            let next = at + usize::from(is(at, b'-'));
            if words == most || !is(next, b'A') {
                break;
            }
            (words, at) = (words + 1, next + 1);
        }
        ends.clear();
        ends.extend(behind);
        ends.sort_unstable_by(|a, b| b.cmp(a));
        ends.dedup();
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(nargs: &[Option<Nargs>], pattern: &str, counts: &[usize]) {
        let needs = nargs.iter().map(|nargs| Need::of(*nargs));
        assert_eq!(partial(needs, pattern.as_bytes(), 0), counts);
    }

    const ONE: Option<Nargs> = None;
    const MAYBE: Option<Nargs> = Some(Nargs::Optional);
    const ANY: Option<Nargs> = Some(Nargs::ZeroOrMore);
    const SOME: Option<Nargs> = Some(Nargs::OneOrMore);
    const REST: Option<Nargs> = Some(Nargs::Remainder);
    const PARSER: Option<Nargs> = Some(Nargs::Parser);

    // What `re.match` of Python's patterns gives.
    #[test]
    fn as_many_as_can_be_satisfied() {
        check(&[ONE, ONE], "A", &[1]);
        check(&[ONE, ANY, ONE], "AAAA", &[1, 2, 1]);
        check(&[MAYBE, ANY], "AO", &[1]);
        check(&[MAYBE, ANY], "A", &[1, 0]);
        check(&[SOME, Some(Nargs::Exactly(2))], "AA", &[2]);
        check(&[SOME, Some(Nargs::Exactly(2))], "AAA", &[1, 2]);
        check(&[ANY], "O", &[]);
        check(&[ANY], "", &[0]);
    }

    #[test]
    fn the_first_to_come_to_the_dashes_takes_them() {
        check(&[ONE, ONE], "A-A", &[2, 1]);
        check(&[ONE, ONE], "-AA", &[2, 1]);
        check(&[MAYBE, ONE], "-A", &[1, 1]);
        check(&[SOME], "A-AA", &[4]);
        check(&[ANY, ONE], "AA-", &[1, 2]);
        check(&[REST], "-AA", &[3]);
        check(&[ONE, PARSER], "A-AA", &[2, 2]);
    }

    #[test]
    fn the_rest_leaves_what_follows_it() {
        check(&[ANY, REST], "AAOA", &[2, 2]);
        check(&[REST, ONE], "AOA", &[2, 1]);
        check(&[REST, ONE], "AAO", &[1, 1]);
        check(&[REST, ONE], "OO", &[2]);
        check(&[PARSER, ONE], "AOA", &[2, 1]);
        check(&[PARSER, ONE], "AO", &[2]);
    }
}
