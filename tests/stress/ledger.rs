//! The book that every task is entered in: what was done with it, what it did, what its future said.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use batteries::concurrent::futures::{Completed, TaskError};

use crate::verify;

/// What is known of one task.
#[derive(Debug, Default)]
struct Entry {
    /// `ADMITTED`, `REFUSED`, and what may explain that it did not run.
    facts: AtomicU8,
    runs: AtomicU8,
    /// How often what its closure captured was dropped.
    dropped: AtomicU8,
    values_dropped: AtomicU8,
    /// What its future said, as one of the outcomes below.
    said: AtomicU8,
    /// What its callback was told.
    told: AtomicU8,
}

/// An executor took the task.
pub(crate) const ADMITTED: u8 = 1;
/// The executor gave it back.
pub(crate) const REFUSED: u8 = 2;
/// It will panic when it runs.
pub(crate) const PANICS: u8 = 4;
/// Somebody may have cancelled it.
pub(crate) const CANCELLED: u8 = 8;
/// `cancel` said that it is cancelled.
pub(crate) const SURELY_CANCELLED: u8 = 16;
/// A callback was added that must be called.
pub(crate) const CALLBACK: u8 = 32;
/// It went to `map`, which does not tell what the executor said.
pub(crate) const MAPPED: u8 = 64;

// Outcomes.
const NOTHING: u8 = 0;
const VALUE: u8 = 1;
const PANIC: u8 = 2;
const CANCEL: u8 = 3;
const BREAK: u8 = 4;

/// The tasks of one round.
#[derive(Debug)]
pub(crate) struct Ledger {
    entries: Box<[Entry]>,
    opened: AtomicUsize,
}

/// What a task's closure captures: proof that it was dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    ledger: Arc<Ledger>,
    pub(crate) id: usize,
}

/// What a task returns: proof that it ran, and that its value was dropped.
#[derive(Debug)]
pub(crate) struct Value {
    ledger: Arc<Ledger>,
    id: usize,
}

/// What may have kept a whole round's tasks from running.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Excuses {
    pub(crate) cancelling_shutdown: bool,
    pub(crate) broken: bool,
}

impl Ledger {
    pub(crate) fn new(tasks: usize) -> Arc<Self> {
        Arc::new(Self {
            entries: (0..tasks).map(|_| Entry::default()).collect(),
            opened: AtomicUsize::new(0),
        })
    }

    /// Enters one more task; `None` when all of the round's are.
    pub(crate) fn open(self: &Arc<Self>) -> Option<Ticket> {
        let id = self.opened.fetch_add(1, Ordering::Relaxed);
        (id < self.entries.len()).then(|| Ticket { ledger: Arc::clone(self), id })
    }

    pub(crate) fn note(&self, id: usize, facts: u8) {
        self.entries[id].facts.fetch_or(facts, Ordering::Relaxed);
    }

    /// Writes down how a future ended; once.
    pub(crate) fn settle(&self, id: usize, result: &Result<Value, TaskError>) {
        self.say(id, result.as_ref());
    }

    pub(crate) fn say(&self, id: usize, result: Result<&Value, &TaskError>) {
        let said = match result {
            Ok(value) => {
                verify!(value.id == id, "task {id} returned the value of task {}", value.id);
                VALUE
            }
            Err(error) => outcome_of(id, error),
        };
        let before = self.entries[id].said.swap(said, Ordering::Relaxed);
        verify!(before == NOTHING, "task {id} ended twice: {before}, then {said}");
    }

    /// What a callback does.
    pub(crate) fn tell(&self, id: usize, completed: &Completed<'_>) {
        let told = completed.exception().map_or(VALUE, |error| outcome_of(id, error));
        verify!((told == CANCEL) == completed.is_cancelled(), "task {id}: cancelled or not?");
        let before = self.entries[id].told.swap(told, Ordering::Relaxed);
        verify!(before == NOTHING, "the callback of task {id} was called twice");
    }

    /// Closes the book: everything must add up.
    pub(crate) fn audit(&self, excuses: Excuses) -> Summary {
        let mut summary = Summary::default();
        for (id, entry) in self.entries.iter().enumerate() {
            let look = |number: &AtomicU8| number.load(Ordering::Relaxed);
            let (facts, runs) = (look(&entry.facts), look(&entry.runs));
            let (said, told) = (look(&entry.said), look(&entry.told));
            let fact = |fact: u8| facts & fact != 0;
            let check = |holds: bool, law: &str| verify!(holds, "task {id}: {law}: {entry:?}");

            check(look(&entry.dropped) == 1, "the closure is dropped once");
            check(runs <= 1, "a task runs at most once");
            let values = u8::from(runs == 1 && !fact(PANICS));
            check(look(&entry.values_dropped) == values, "a value is dropped once");
            check(
                (facts & (ADMITTED | REFUSED | MAPPED)).count_ones() == 1,
                "a task is taken or given back",
            );
            let excused =
                fact(CANCELLED) || fact(MAPPED) || excuses.cancelling_shutdown || excuses.broken;
            if fact(REFUSED) {
                check(runs == 0 && said == NOTHING, "what is given back does not run");
            } else {
                check(runs == 1 || excused, "what is taken runs");
            }
            check(!fact(SURELY_CANCELLED) || runs == 0, "what is cancelled does not run");
            for outcome in [said, told] {
                match outcome {
                    NOTHING => {}
                    VALUE => check(runs == 1 && !fact(PANICS), "a value comes from a run"),
                    PANIC => check(runs == 1 && fact(PANICS), "a panic comes from a run"),
                    CANCEL => check(
                        runs == 0
                            && (fact(CANCELLED) || excuses.cancelling_shutdown || fact(MAPPED)),
                        "a cancelled task was cancelled by somebody",
                    ),
                    _ => check(
                        runs == 0 && (excuses.broken || fact(MAPPED)),
                        "only a broken pool breaks",
                    ),
                }
            }
            check(
                !fact(SURELY_CANCELLED) || said == CANCEL || said == NOTHING,
                "cancelled is cancelled",
            );
            check(fact(CALLBACK) == (told != NOTHING), "a callback is called once");
            check(said == NOTHING || told == NOTHING || said == told, "all are told the same");

            summary.ran += usize::from(runs);
            summary.refused += usize::from(fact(REFUSED));
            summary.panicked += usize::from(runs == 1 && fact(PANICS));
            summary.kept_from_running += usize::from(runs == 0 && !fact(REFUSED));
        }
        summary
    }
}

fn outcome_of(id: usize, error: &TaskError) -> u8 {
    match error {
        TaskError::Cancelled => CANCEL,
        TaskError::Broken(_) => BREAK,
        TaskError::Panicked(panic) => {
            verify!(panic.message() == Ticket::message(id), "task {id}: {panic:?}");
            verify!(
                panic.location().is_some_and(|place| place.contains("ledger.rs")),
                "task {id}: {panic:?}"
            );
            PANIC
        }
        other => {
            verify!(false, "task {id} ended with {other:?}");
            NOTHING
        }
    }
}

impl Ticket {
    /// What the task does: returns its value, or panics if that is in the book.
    pub(crate) fn run(&self) -> Value {
        let entry = &self.ledger.entries[self.id];
        entry.runs.fetch_add(1, Ordering::Relaxed);
        if entry.facts.load(Ordering::Relaxed) & PANICS != 0 {
            panic!("{}", Self::message(self.id));
        }
        Value { ledger: Arc::clone(&self.ledger), id: self.id }
    }

    fn message(id: usize) -> String {
        format!("{QUIET}{id}")
    }
}

/// How the message of a panic begins that belongs to the test.
pub(crate) const QUIET: &str = "meant to panic: ";

impl Drop for Ticket {
    fn drop(&mut self) {
        self.ledger.entries[self.id].dropped.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.ledger.entries[self.id].values_dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// What became of some tasks.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Summary {
    pub(crate) ran: usize,
    pub(crate) panicked: usize,
    pub(crate) refused: usize,
    pub(crate) kept_from_running: usize,
}

impl std::ops::AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.ran += other.ran;
        self.panicked += other.panicked;
        self.refused += other.refused;
        self.kept_from_running += other.kept_from_running;
    }
}
