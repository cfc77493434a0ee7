//! Where a task's panic happened: only the panic hook is told, so one is put in front of the program's own.
//!
//! The hook notes the place (and, when asked for, the backtrace) of a panic on a thread that runs tasks, then calls the
//! hook that was there before: nothing is silenced. It is put in place once, by the first pool that is built; a program
//! that later sets a hook without chaining to ours loses locations, nothing else.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};

/// What is noted about panics on this thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notes {
    /// Nothing: this thread runs no tasks.
    Off,
    /// The place; the backtrace too if `RUST_BACKTRACE` asks for it.
    Place,
    /// The place and the backtrace.
    Backtrace,
}

/// A panic that was caught.
#[derive(Debug)]
pub(crate) struct Caught {
    /// What was panicked with.
    pub(crate) payload: Box<dyn Any + Send>,
    /// `file:line:column`; unknown when the program replaced the hook, or the panic was resumed.
    pub(crate) location: Option<String>,
    /// When it was asked for. Not rendered yet, which takes far longer than to capture it.
    pub(crate) backtrace: Option<Backtrace>,
}

#[derive(Debug, Default)]
struct Noted {
    location: Option<String>,
    backtrace: Option<Backtrace>,
}

thread_local! {
    static NOTES: Cell<Notes> = const { Cell::new(Notes::Off) };
    /// Whether `NOTED` holds something: one byte to look at before each task instead of a cell with a destructor.
    static FRESH: Cell<bool> = const { Cell::new(false) };
    static NOTED: RefCell<Option<Noted>> = const { RefCell::new(None) };
}

static INSTALLED: AtomicBool = AtomicBool::new(false);

/// Puts the hook in front of the program's, the first time it is called.
pub(crate) fn install() {
    // A panicking thread may not touch the hook: the next pool will.
    if std::thread::panicking() || INSTALLED.swap(true, Ordering::AcqRel) {
        return;
    }
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        note(info);
        previous(info);
    }));
}

/// Says what is to be noted on the calling thread from now on, and returns what was before. Whatever runs in [`catch`] is noted
/// with its place at least.
pub(crate) fn set_notes(notes: Notes) -> Notes {
    NOTES.with(|n| n.replace(notes))
}

fn note(info: &PanicHookInfo<'_>) {
    let backtrace = match NOTES.with(Cell::get) {
        Notes::Off => return,
        Notes::Place => Backtrace::capture(),
        Notes::Backtrace => Backtrace::force_capture(),
    };
    let noted = Noted {
        location: info.location().map(ToString::to_string),
        backtrace: (backtrace.status() == BacktraceStatus::Captured).then_some(backtrace),
    };
    keep(Some(noted));
}

/// Runs `f`; a panic becomes a value with what the hook noted about it.
#[inline]
pub(crate) fn catch<T>(f: impl FnOnce() -> T) -> Result<T, Caught> {
    let outer = if FRESH.with(Cell::get) { set_note_aside() } else { None };
    let noted = NOTES.with(Cell::get) != Notes::Off;
    if !noted {
        set_notes(Notes::Place);
    }
    let result = panic::catch_unwind(AssertUnwindSafe(f)).map_err(describe);
    if !noted {
        set_notes(Notes::Off);
    }
    if outer.is_some() {
        keep(outer);
    }
    result
}

/// Takes the note there is, and returns it if it is still wanted: that of a panic on its way up, which ran us from a
/// destructor. One that a task caught by itself is not: `resume_unwind` would pass for it, since it does not call the hook.
#[cold]
fn set_note_aside() -> Option<Noted> {
    FRESH.with(|f| f.set(false));
    let note = NOTED.with(|n| n.borrow_mut().take());
    note.filter(|_| std::thread::panicking())
}

fn keep(note: Option<Noted>) {
    // `try_with`: a thread-local's destructor may panic after `NOTED` is gone, and then nobody is left to read it.
    if NOTED.try_with(|n| *n.borrow_mut() = note).is_ok() {
        FRESH.with(|f| f.set(true));
    }
}

#[cold]
fn describe(payload: Box<dyn Any + Send>) -> Caught {
    let noted = NOTED.with(|n| n.borrow_mut().take()).unwrap_or_default();
    FRESH.with(|f| f.set(false));
    Caught { payload, location: noted.location, backtrace: noted.backtrace }
}

/// Runs `f` and swallows its panic, which the hook has reported: for destructors and callbacks on a worker.
pub(crate) fn shield(f: impl FnOnce()) {
    let Err(payload) = panic::catch_unwind(AssertUnwindSafe(f)) else { return };
    // The payload's destructor may panic as well, with a payload whose destructor may panic: there it ends.
    if let Err(second) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}
