//! What is measured: a case, its implementations, and what one round of one of them gives.

use std::fmt;

/// A piece of work and the implementations that are measured at it.
pub(crate) struct Case {
    /// `area/case`, as FILTER and the JSON lines name it.
    pub(crate) name: &'static str,
    /// For the reader of the table, in short lines: what exactly is timed.
    pub(crate) about: &'static str,
    /// The unit of every value of this case.
    pub(crate) unit: &'static str,
    pub(crate) better: Better,
    /// Measured rounds at full scale.
    pub(crate) rounds: usize,
    pub(crate) implementations: Vec<Implementation>,
    /// Pairs of ours and another whose ratio is printed as well.
    pub(crate) also: Vec<(&'static str, &'static str)>,
    sizes: Sizes,
}

/// Which of two values is the better one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Better {
    Lower,
    #[cfg_attr(
        not(any(feature = "html", feature = "io", test)),
        expect(dead_code, reason = "for the areas that measure throughput")
    )]
    Higher,
}

/// How large a round is: for figures, or only to see that everything runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scale {
    Full,
    Smoke,
}

/// The number of tasks (items, bytes, ticks) of one round, at both scales.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) full: u64,
    pub(crate) smoke: u64,
}

impl Sizes {
    pub(crate) fn at(self, scale: Scale) -> u64 {
        match scale {
            Scale::Full => self.full,
            Scale::Smoke => self.smoke,
        }
    }
}

/// One way to do the work of a case.
pub(crate) struct Implementation {
    /// `batteries`, the names of the crates used, `cpython` or `floor`.
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) sizes: Sizes,
}

/// Where a round runs.
pub(crate) enum Place {
    /// In this process, in turn with the others.
    Here(Round),
    /// In a child process that lives for one round: for memory, processor time and cold starts.
    #[cfg_attr(
        not(any(feature = "futures", feature = "process")),
        allow(
            dead_code,
            reason = "for the areas that measure memory, processor time and cold starts"
        )
    )]
    Child(Round),
    /// In a CPython process that lives for one round: the script, a file of its own, gets the operation and the size.
    Python { script: &'static str, operation: &'static str },
}

/// Does the work once at the given size, checks the answer, and returns the value in the case's unit.
pub(crate) type Round = fn(u64) -> Result<f64, Failure>;

/// Why a round has no value.
#[derive(Debug)]
pub(crate) enum Failure {
    /// This machine lacks something. The run goes on without the implementation.
    CannotRun(String),
    /// The answer was wrong, or the implementation broke. The run goes on and ends with an error.
    Wrong(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CannotRun(why) => write!(f, "cannot run: {why}"),
            Self::Wrong(why) => write!(f, "wrong: {why}"),
        }
    }
}

/// The fewest rounds a median is taken over.
const ROUNDS: usize = 15;

impl Case {
    pub(crate) fn new(
        name: &'static str,
        about: &'static str,
        unit: &'static str,
        better: Better,
        sizes: Sizes,
    ) -> Self {
        let (implementations, also) = (Vec::new(), Vec::new());
        Self { name, about, unit, better, rounds: ROUNDS, implementations, also, sizes }
    }

    /// Measures over more rounds than the fewest, for a case whose round is short.
    #[cfg_attr(
        not(any(feature = "futures", feature = "process")),
        allow(dead_code, reason = "for the areas whose rounds are short")
    )]
    pub(crate) fn rounds(mut self, rounds: usize) -> Self {
        assert!(rounds >= ROUNDS, "{}: {rounds} rounds are too few for a median", self.name);
        self.rounds = rounds;
        self
    }

    /// Adds an implementation that runs in this process.
    #[cfg_attr(
        not(any(
            feature = "argparse",
            feature = "datetime",
            feature = "futures",
            feature = "html",
            feature = "io",
            feature = "lru",
            test
        )),
        expect(dead_code, reason = "for the areas that need no processes of their own")
    )]
    pub(crate) fn here(self, name: &'static str, round: Round) -> Self {
        let sizes = self.sizes;
        self.with(name, Place::Here(round), sizes)
    }

    /// Adds an implementation that runs in a child process of its own, once a round.
    #[cfg_attr(
        not(any(feature = "futures", feature = "process")),
        allow(
            dead_code,
            reason = "for the areas that measure memory, processor time and cold starts"
        )
    )]
    pub(crate) fn child(self, name: &'static str, round: Round) -> Self {
        let sizes = self.sizes;
        self.with(name, Place::Child(round), sizes)
    }

    /// Adds CPython 3.13, at sizes of its own: values are per task, and it is a hundred times slower.
    #[cfg_attr(
        not(any(
            feature = "argparse",
            feature = "datetime",
            feature = "futures",
            feature = "html",
            feature = "io",
            feature = "lru"
        )),
        expect(dead_code, reason = "for the areas that do their work in CPython in one way")
    )]
    pub(crate) fn python(
        self,
        script: &'static str,
        operation: &'static str,
        sizes: Sizes,
    ) -> Self {
        self.python_named("cpython", script, operation, sizes)
    }

    /// Adds another way to do the work in CPython 3.13.
    pub(crate) fn python_named(
        self,
        name: &'static str,
        script: &'static str,
        operation: &'static str,
        sizes: Sizes,
    ) -> Self {
        self.with(name, Place::Python { script, operation }, sizes)
    }

    /// Prints, besides the ratio to the best peer, the one of `ours` to `other`: to the floor, or to the
    /// peer that works the same way.
    pub(crate) fn also_against(mut self, ours: &'static str, other: &'static str) -> Self {
        for name in [ours, other] {
            let known = self.implementations.iter().any(|one| one.name == name);
            assert!(known, "{}: no implementation is named {name}", self.name);
        }
        self.also.push((ours, other));
        self
    }

    fn with(mut self, name: &'static str, place: Place, sizes: Sizes) -> Self {
        assert!(
            self.implementations.iter().all(|other| other.name != name),
            "{}: two implementations are named {name}",
            self.name
        );
        self.implementations.push(Implementation { name, place, sizes });
        self
    }
}

/// Compares an answer with the one the input asks for.
pub(crate) fn check<T: PartialEq + fmt::Debug>(got: T, expected: T) -> Result<(), Failure> {
    if got == expected {
        return Ok(());
    }
    Err(Failure::Wrong(format!("expected {expected:?}, got {got:?}")))
}
