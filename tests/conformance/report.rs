//! What became of the cases of one vector file.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::{self, Debug, Display};
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};

/// How many failures are printed in full; the others are counted.
const SHOWN: usize = 10;

/// The counts of one run over one vector file, with its first failures.
#[derive(Debug, Default)]
pub(crate) struct Report {
    passed: usize,
    failed: usize,
    deviations: BTreeMap<&'static str, Tally>,
    unsupported: BTreeMap<&'static str, Tally>,
    first: Vec<Failure>,
}

/// What became of one case.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The crate gives what the vector says.
    Passed,
    /// It gives something else.
    Failed { expected: String, got: String },
    /// It gives something else, on purpose.
    Deviation(&'static Rule),
    /// It has no way to say this. The text stands in COMPATIBILITY.md, word for word.
    Unsupported(&'static str),
}

/// Why a whole class of cases differs on purpose.
#[derive(Debug)]
pub(crate) struct Rule {
    /// What the class is called.
    pub(crate) name: &'static str,
    /// Why ours is the better answer.
    pub(crate) reason: &'static str,
}

#[derive(Debug, Default)]
struct Tally {
    count: usize,
    reason: &'static str,
}

#[derive(Debug)]
struct Failure {
    input: String,
    expected: String,
    got: String,
}

impl Outcome {
    /// Passes when both are equal.
    pub(crate) fn compare<T: PartialEq + Debug + ?Sized>(expected: &T, got: &T) -> Self {
        if expected == got {
            Self::Passed
        } else {
            Self::Failed { expected: format!("{expected:?}"), got: format!("{got:?}") }
        }
    }

    /// Takes a failure that `rule` explains as a deviation; anything else stays what it is.
    pub(crate) fn unless(self, explained: bool, rule: &'static Rule) -> Self {
        match self {
            Self::Failed { .. } if explained => Self::Deviation(rule),
            other => other,
        }
    }
}

impl Report {
    /// Runs one case and counts what became of it; a panic inside is a failure of that case.
    pub(crate) fn case(&mut self, input: impl Display, run: impl FnOnce() -> Outcome) {
        let outcome = panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
            Outcome::Failed { expected: "no panic".to_owned(), got: panic_text(&*payload) }
        });
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed { expected, got } => self.fail(input.to_string(), expected, got),
            Outcome::Deviation(rule) => {
                let tally = self.deviations.entry(rule.name).or_default();
                tally.reason = rule.reason;
                tally.count += 1;
            }
            Outcome::Unsupported(what) => self.unsupported.entry(what).or_default().count += 1,
        }
    }

    /// Runs a whole file; a runner that panics, or that ran nothing, has failed.
    pub(crate) fn of(run: impl FnOnce() -> Self) -> Self {
        let mut report = panic::catch_unwind(AssertUnwindSafe(run))
            .unwrap_or_else(|payload| Self::failure("the file", "no panic", panic_text(&*payload)));
        if report.is_empty() {
            report.fail("the file".to_owned(), "cases".to_owned(), "none was run".to_owned());
        }
        report
    }

    /// Makes a report of one failure that is no case's.
    pub(crate) fn failure(input: impl Display, expected: impl Display, got: impl Display) -> Self {
        let mut report = Self::default();
        report.fail(input.to_string(), expected.to_string(), got.to_string());
        report
    }

    /// Fails for each kind of unsupported case that `compatibility` does not name: absence is a promise too.
    pub(crate) fn hold_to(&mut self, compatibility: &str) {
        let unnamed: Vec<_> =
            self.unsupported.keys().copied().filter(|what| !compatibility.contains(what)).collect();
        for what in unnamed {
            let got = "COMPATIBILITY.md does not say that it is absent".to_owned();
            self.fail(
                format!("unsupported cases: {what}"),
                format!("{what:?} in COMPATIBILITY.md"),
                got,
            );
        }
    }

    pub(crate) fn is_success(&self) -> bool {
        self.failed == 0
    }

    /// Prints the first failures in full.
    pub(crate) fn print_failures(&self, out: &mut dyn Write) -> io::Result<()> {
        for Failure { input, expected, got } in &self.first {
            writeln!(out, "  failed")?;
            writeln!(out, "    input:    {input}")?;
            writeln!(out, "    expected: {expected}")?;
            writeln!(out, "    got:      {got}")?;
        }
        let more = self.failed - self.first.len();
        if more > 0 {
            writeln!(out, "  and {more} more")?;
        }
        Ok(())
    }

    /// Prints what differed on purpose and what could not be asked, each with its count.
    pub(crate) fn print_tallies(&self, out: &mut dyn Write) -> io::Result<()> {
        for (name, Tally { count, reason }) in &self.deviations {
            writeln!(out, "  deviation, {count} times: {name}: {reason}")?;
        }
        for (what, Tally { count, .. }) in &self.unsupported {
            writeln!(out, "  unsupported, {count} times: {what}")?;
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.passed == 0
            && self.failed == 0
            && self.deviations.is_empty()
            && self.unsupported.is_empty()
    }

    fn fail(&mut self, input: String, expected: String, got: String) {
        self.failed += 1;
        if self.first.len() < SHOWN {
            self.first.push(Failure { input, expected, got });
        }
    }
}

/// The counts, as they follow the name of the file.
impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = |tallies: &BTreeMap<_, Tally>| tallies.values().map(|t| t.count).sum::<usize>();
        write!(
            f,
            "{} passed, {} failed, {} deviations, {} unsupported",
            self.passed,
            self.failed,
            sum(&self.deviations),
            sum(&self.unsupported)
        )
    }
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    format!("a panic: {}", text.unwrap_or("(not text)"))
}
