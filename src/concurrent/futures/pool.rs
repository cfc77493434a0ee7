//! The queue and its workers: who sleeps, who is woken, when a thread is started.
//!
//! One lock holds the queue and every count, so that they never disagree; counts kept apart from the queue are where pools
//! lose wake-ups (tokio #8056) or start too few threads (cpython #133957).
//!
//! # The one rule
//!
//! `idle` counts the workers that will take one task each before they do anything else: those just started, those that
//! look for work, those that sleep and those that have announced that they are through. `parked` is the part of them that
//! sleeps and has not been woken. After every change
//!
//! > live tasks <= idle - parked, or nobody is parked, and then as many threads run as may
//!
//! holds again: a new task wakes a sleeper only if nobody awake will come for it, and starts a thread only if nobody at
//! all will.
//!
//! # When a worker is through
//!
//! A worker announces itself, or takes its next task, *before* it publishes its result: whoever sees the result and submits
//! again finds the worker free, so one thread serves one caller after the other, exactly. The exception are tasks with
//! foreign code to run at the end (callbacks, a detached value's destructor): such code may wait for anything, so the worker
//! publishes first, and a task that it had taken goes back to the front of the queue.
//!
//! # Dead tasks
//!
//! A cancelled task, or one that was run in place, stays in the queue as a tombstone until it reaches the front, or until
//! tombstones are the larger part and are swept out. `dead` counts them; the number is put right a moment later where a
//! worker pops a tombstone before its death is reported, so it may be negative for that moment.

use std::collections::VecDeque;

use crate::panic_hook::{self, Notes};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Arc, Condvar, Mutex, MutexGuard};

use super::cell::{NoTurn, PoolId, Run, Turn};
use super::error::{Reason, SubmitErrorKind, TaskError};
use super::thread::WhenFull;
use super::worker::{self, Board, Entered, Luck};

/// A task in a queue; `'s` is what it may borrow.
pub(super) type Queued<'s> = Arc<dyn Run + 's>;

/// One queue and those who serve it.
pub(super) struct Pool<'s> {
    pub(super) id: PoolId,
    pub(super) max_workers: usize,
    bound: Option<(usize, WhenFull)>,
    state: Mutex<Inner<'s>>,
    /// Parked workers.
    work: Condvar,
    /// Submitters that wait for room.
    room: Condvar,
    /// Those who wait for the last worker to end.
    ended: Condvar,
    /// Tells the one worker that looks for work that there is some. On its own so that looking disturbs no lock.
    hint: Hint,
}

/// A cache line of its own: the worker that looks at it must not slow down those who take the lock.
#[repr(align(128))]
struct Hint(AtomicBool);

struct Inner<'s> {
    queue: VecDeque<Queued<'s>>,
    dead: isize,
    threads: usize,
    idle: usize,
    parked: usize,
    /// Wake-ups that were sent and not yet consumed.
    wakes: usize,
    /// Whether a worker looks for work instead of sleeping; one at most does.
    looking: bool,
    /// Submitters in `room`.
    blocked: usize,
    done: u64,
    /// Whether somebody waits for all workers to be idle.
    awaited: bool,
    shutdown: bool,
    broken: Option<Reason>,
}

/// What has to follow a change, once the lock is free.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Followup {
    Nothing,
    Wake,
    /// A thread has been counted as started: start it.
    Start,
}

/// What became of a submitted task.
pub(super) enum Admission {
    Queued(Followup),
    /// The queue is full: run it here.
    RunHere,
    Refused(SubmitErrorKind, Option<Reason>),
}

/// What `metrics` shows.
pub(super) struct Counts {
    pub(super) queued: usize,
    pub(super) running: usize,
    pub(super) done: u64,
    pub(super) threads: usize,
}

impl<'s> Inner<'s> {
    /// Tasks in the queue that a worker has yet to run.
    fn live(&self) -> usize {
        self.queue.len().saturating_sub(usize::try_from(self.dead).unwrap_or(0))
    }

    /// Takes the oldest task.
    fn pop(&mut self) -> Option<Queued<'s>> {
        // Whether a task is dead is written in its own cell, which is another core's cache line: only look where there
        // is reason to. The cell's own lock decides in the end.
        while let Some(task) = self.queue.pop_front() {
            if self.dead <= 0 || task.is_pending() {
                return Some(task);
            }
            self.dead -= 1;
        }
        None
    }

    /// Restores the rule after a task came or a worker went.
    fn balance(&mut self, max_workers: usize) -> Followup {
        if self.live() <= self.idle - self.parked {
            return Followup::Nothing;
        }
        if self.parked > 0 {
            self.parked -= 1;
            self.wakes += 1;
            return Followup::Wake;
        }
        if self.threads < max_workers {
            self.threads += 1;
            self.idle += 1;
            return Followup::Start;
        }
        Followup::Nothing
    }

    /// More than the free workers will take and the bound allows for.
    fn is_full(&self, bound: usize, max_workers: usize) -> bool {
        let free = self.idle.saturating_add(max_workers - self.threads);
        self.live() >= bound.saturating_add(free)
    }
}

impl<'s> Pool<'s> {
    pub(super) fn new(max_workers: usize, bound: Option<(usize, WhenFull)>) -> Self {
        Self {
            id: worker::next_pool_id(),
            max_workers,
            bound,
            state: Mutex::new(Inner {
                queue: VecDeque::new(),
                dead: 0,
                threads: 0,
                idle: 0,
                parked: 0,
                wakes: 0,
                looking: false,
                blocked: 0,
                done: 0,
                awaited: false,
                shutdown: false,
                broken: None,
            }),
            work: Condvar::new(),
            room: Condvar::new(),
            ended: Condvar::new(),
            hint: Hint(AtomicBool::new(false)),
        }
    }

    /// Puts a task into the queue, or says why not.
    pub(super) fn admit(&self, task: Queued<'s>) -> Admission {
        let mut state = self.state.lock();
        loop {
            if let Some(reason) = &state.broken {
                return Admission::Refused(SubmitErrorKind::Broken, Some(reason.clone()));
            }
            if state.shutdown {
                return Admission::Refused(SubmitErrorKind::Shutdown, None);
            }
            let Some((bound, when_full)) = self.bound else { break };
            if !state.is_full(bound, self.max_workers) {
                break;
            }
            match when_full {
                WhenFull::Reject => return Admission::Refused(SubmitErrorKind::QueueFull, None),
                WhenFull::CallerRuns => return Admission::RunHere,
                // All workers could be asleep here, and nobody left to make room.
                WhenFull::Block if worker::is_own(self.id) => return Admission::RunHere,
                WhenFull::Block => {
                    state.blocked += 1;
                    self.room.wait(&mut state);
                    state.blocked -= 1;
                }
            }
        }
        state.queue.push_back(task);
        let followup = state.balance(self.max_workers);
        let looking = state.looking;
        drop(state);
        self.stir(looking, followup);
        Admission::Queued(followup)
    }

    /// Wakes whom a change was for.
    #[inline]
    fn stir(&self, looking: bool, followup: Followup) {
        if looking {
            self.hint.0.store(true, Ordering::Release);
        }
        if followup == Followup::Wake {
            self.work.notify_one();
        }
    }

    /// A thread that was counted as started could not be.
    ///
    /// With other workers alive their queue goes on. Without, nobody is left to run it: the caller gets it all, to fail it.
    pub(super) fn start_failed(&self) -> Option<VecDeque<Queued<'s>>> {
        let mut state = self.state.lock();
        state.threads -= 1;
        state.idle -= 1;
        self.ended.notify_all();
        (state.threads == 0).then(|| self.drain(&mut state))
    }

    /// Completes tasks taken out of the queue with `error`, and settles the deaths among them.
    pub(super) fn fail_all(&self, tasks: VecDeque<Queued<'s>>, error: &TaskError) {
        let mut already_dead = 0;
        for task in tasks {
            already_dead += isize::from(!task.fail(error.clone()));
        }
        if already_dead > 0 {
            self.state.lock().dead -= already_dead;
        }
    }

    /// Restores the rule after `start_failed` and `fail_all`: what came into the queue meanwhile may need a thread that it did
    /// not ask for, since the deaths among those taken out were not known to be theirs.
    pub(super) fn rebalance(&self) -> Followup {
        self.state.lock().balance(self.max_workers)
    }

    /// Counts threads that are started all at once.
    pub(super) fn start_all(&self) {
        let mut state = self.state.lock();
        state.threads = self.max_workers;
        state.idle = self.max_workers;
    }

    /// Takes the whole queue.
    fn drain(&self, state: &mut MutexGuard<'_, Inner<'s>>) -> VecDeque<Queued<'s>> {
        if state.blocked > 0 {
            self.room.notify_all();
        }
        std::mem::take(&mut state.queue)
    }

    /// Lets no more tasks in; workers end when the queue is empty.
    pub(super) fn shut_down(&self, cancel_pending: bool) {
        let mut state = self.state.lock();
        state.shutdown = true;
        let cancelled = if cancel_pending { self.drain(&mut state) } else { VecDeque::new() };
        self.wake_all(&mut state);
        drop(state);
        self.fail_all(cancelled, &TaskError::Cancelled);
    }

    /// Fails everything that has not started, and everything to come.
    pub(super) fn break_down(&self, reason: Reason) {
        let mut state = self.state.lock();
        let reason = state.broken.get_or_insert(reason).clone();
        let failed = self.drain(&mut state);
        self.wake_all(&mut state);
        drop(state);
        let error = TaskError::Broken(format!("the executor is broken: {reason}").into());
        self.fail_all(failed, &error);
    }

    fn wake_all(&self, state: &mut MutexGuard<'_, Inner<'s>>) {
        state.wakes += state.parked;
        state.parked = 0;
        self.hint.0.store(true, Ordering::Release);
        self.work.notify_all();
        self.room.notify_all();
    }

    /// Waits until no task is queued and no worker runs one.
    pub(super) fn wait_idle(&self) {
        let mut state = self.state.lock();
        state.awaited = true;
        while state.idle < state.threads || state.live() > 0 {
            self.ended.wait(&mut state);
        }
    }

    /// Frees the queue's memory, once its workers have ended.
    pub(super) fn free(&self) {
        let queue = std::mem::take(&mut self.state.lock().queue);
        drop(queue);
    }

    pub(super) fn counts(&self) -> Counts {
        let state = self.state.lock();
        Counts {
            queued: state.live(),
            running: state.threads - state.idle,
            done: state.done,
            threads: state.threads,
        }
    }

    /// Tells whether there is one task in the queue, and room for it.
    pub(super) fn holds_one(&self) -> bool {
        let state = self.state.lock();
        state.live() == 1 && state.broken.is_none()
    }

    /// A task ended in the thread that submitted it.
    pub(super) fn count_done(&self) {
        self.state.lock().done += 1;
    }

    /// One more queued task needs no worker: it was cancelled, or `ran` in place.
    pub(super) fn one_is_dead(&self, ran: bool) {
        let mut state = self.state.lock();
        state.done += u64::from(ran);
        state.dead += 1;
        let mut swept = Vec::new();
        if state.dead > 64 && state.dead.unsigned_abs() * 2 > state.queue.len() {
            let (live, tombstones): (Vec<_>, Vec<_>) =
                state.queue.drain(..).partition(|task| task.is_pending());
            state.queue = live.into();
            // Deaths that have not been reported were swept as well; their reports will set this right.
            state.dead -= isize::try_from(tombstones.len()).unwrap_or(isize::MAX);
            swept = tombstones;
        }
        let blocked = state.blocked > 0;
        drop(state);
        drop(swept);
        if blocked {
            self.room.notify_one();
        }
    }

    /// Makes this thread a worker, to the end of the returned value.
    pub(super) fn enter(&self, notes: Notes, depth_limit: usize) -> Entered {
        panic_hook::set_notes(notes);
        worker::enter(self.id, depth_limit)
    }

    /// A worker's life, from its first task to its last. `start` starts one more thread, for which it is counted already.
    pub(super) fn work(&self, entered: &Entered, start: &dyn Fn()) {
        let mut shift = Shift {
            pool: self,
            board: &entered.board,
            start,
            standing: Standing::Announced,
            next: None,
            luck: Luck::new(),
            stillborn: 0,
        };
        while let Some(task) = shift.next_task() {
            if !task.run(&mut shift) {
                shift.stillborn += 1;
            }
        }
    }

    /// A worker that will not work: its initializer failed.
    pub(super) fn quit(&self) {
        let mut state = self.state.lock();
        state.idle -= 1;
        state.threads -= 1;
        self.ended.notify_all();
    }
}

/// Runs a task in the thread that submits it, on behalf of a full queue.
pub(super) fn run_here(task: &dyn Run, notes: Notes) {
    let before = panic_hook::set_notes(notes);
    task.run(&mut NoTurn);
    panic_hook::set_notes(before);
}

/// How a worker stands in the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Runs a task, and has a next one in hand or none.
    Busy,
    /// Counted in `idle`.
    Announced,
}

struct Shift<'p, 's> {
    pool: &'p Pool<'s>,
    board: &'p Board,
    start: &'p dyn Fn(),
    standing: Standing,
    next: Option<Queued<'s>>,
    luck: Luck,
    /// Popped tasks that were dead already: to be taken off `dead`.
    stillborn: isize,
}

impl<'s> Shift<'_, 's> {
    /// The next task; `None` when the pool is shut down and nothing is left.
    fn next_task(&mut self) -> Option<Queued<'s>> {
        if let Some(task) = self.next.take() {
            return Some(task);
        }
        let pool = self.pool;
        let mut state = pool.state.lock();
        state.dead -= std::mem::take(&mut self.stillborn);
        if self.standing == Standing::Busy {
            self.announce(&mut state);
        }
        let mut looked = false;
        loop {
            if let Some(task) = state.pop() {
                state.idle -= 1;
                self.standing = Standing::Busy;
                self.make_room(state);
                return Some(task);
            }
            if state.shutdown || state.broken.is_some() {
                state.idle -= 1;
                state.threads -= 1;
                pool.ended.notify_all();
                return None;
            }
            if !looked && !state.looking {
                looked = true;
                state.looking = true;
                pool.hint.0.store(false, Ordering::Relaxed);
                drop(state);
                self.luck.look(|| pool.hint.0.load(Ordering::Acquire), None);
                state = pool.state.lock();
                state.looking = false;
                continue;
            }
            state.parked += 1;
            while state.wakes == 0 {
                pool.work.wait(&mut state);
            }
            state.wakes -= 1;
            // Where there was work, more may follow at once.
            looked = false;
        }
    }

    fn announce(&mut self, state: &mut MutexGuard<'_, Inner<'s>>) {
        state.idle += 1;
        self.standing = Standing::Announced;
        if state.awaited && state.idle == state.threads {
            self.pool.ended.notify_all();
        }
    }

    /// Lets a blocked submitter into the place that has become free.
    fn make_room(&self, state: MutexGuard<'_, Inner<'s>>) {
        let blocked = state.blocked > 0;
        drop(state);
        if blocked {
            self.pool.room.notify_one();
        }
    }
}

impl Turn for Shift<'_, '_> {
    fn started(&mut self, cell: usize) {
        self.board.set_running(cell);
    }

    fn ended(&mut self, calls_out: bool) {
        self.board.set_running(0);
        let mut state = self.pool.state.lock();
        state.done += 1;
        state.dead -= std::mem::take(&mut self.stillborn);
        if calls_out {
            return;
        }
        self.next = state.pop();
        if self.next.is_none() {
            self.announce(&mut state);
        }
        self.make_room(state);
    }

    fn calls_out(&mut self) {
        if self.next.is_none() && self.standing == Standing::Busy {
            return;
        }
        let mut state = self.pool.state.lock();
        match self.next.take() {
            Some(task) => state.queue.push_front(task),
            None => {
                state.idle -= 1;
                self.standing = Standing::Busy;
            }
        }
        let followup = state.balance(self.pool.max_workers);
        let looking = state.looking;
        drop(state);
        self.pool.stir(looking, followup);
        if followup == Followup::Start {
            (self.start)();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cell::TaskCell;
    use super::*;

    #[test]
    fn a_shutdown_counts_no_thread_that_nobody_starts() {
        let pool = Pool::new(2, None);
        let admit = || match pool.admit(Arc::new(TaskCell::new(pool.id, || ()))) {
            Admission::Queued(followup) => followup,
            _ => unreachable!("the pool is open and has no bound"),
        };
        assert_eq!(admit(), Followup::Start);
        // The second thread cannot be had, so its task waits for the first.
        assert_eq!(admit(), Followup::Start);
        assert!(pool.start_failed().is_none());
        assert_eq!((pool.counts().threads, pool.counts().queued), (1, 2));
        pool.shut_down(false);
        assert_eq!(pool.counts().threads, 1);
        pool.shut_down(true);
        assert_eq!((pool.counts().threads, pool.counts().queued), (1, 0));
    }
}
