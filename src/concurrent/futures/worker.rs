//! Who this thread is: whose worker, how deep in tasks within tasks, and what it waits for.
//!
//! A worker that asks for the result of a task of its own pool that has not started runs that task itself, on top of the
//! one it is running: with all workers waiting nobody else would (PEP 3148's second documented deadlock). It runs only
//! what it waits for, never a task that merely is next: a stranger's task could wait for a lock that this thread holds
//! (rayon #592).
//!
//! What is left are true cycles: a task waits for one that waits, through any number of others, for the first. Every
//! worker publishes the cell it runs and the cell it waits for; the thread whose wait would close the circle sees it,
//! since edges are added one at a time under one lock.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Instant;

use crate::sync::global::{AtomicU32, AtomicUsize, Mutex, MutexGuard, Ordering, PoisonError};
use crate::sync::{Arc, SPIN, Weak, spin_loop, thread, thread_local};

use super::cell::{NoTurn, Observer, PoolId, Registration, State, Turn, Watch};

/// A number no other living pool has.
pub(super) fn next_pool_id() -> PoolId {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    loop {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        if id != 0 {
            return id;
        }
    }
}

/// A pool that wants to hear of tasks in its queue that need no worker any more.
pub(super) trait Queue: Send + Sync {
    /// One more queued task was cancelled, or `ran` in place.
    fn one_is_dead(&self, ran: bool);
    /// Lets this thread carry out the one task in the queue, if that can be done at once.
    fn invite(&self) -> bool;
    /// Ends what [`invite`](Self::invite) allowed.
    fn dismiss(&self);
}

static QUEUES: Mutex<Option<HashMap<PoolId, Weak<dyn Queue>>>> = Mutex::new(None);

/// Makes `queue` hear of its dead tasks, until `unlist`.
pub(super) fn list(pool: PoolId, queue: Weak<dyn Queue>) {
    let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
    queues.get_or_insert_default().insert(pool, queue);
}

pub(super) fn unlist(pool: PoolId) {
    let mut queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(queues) = queues.as_mut() {
        queues.remove(&pool);
    }
}

fn queue(pool: PoolId) -> Option<Arc<dyn Queue>> {
    let queues = QUEUES.lock().unwrap_or_else(PoisonError::into_inner);
    queues.as_ref().and_then(|q| q.get(&pool)).and_then(Weak::upgrade)
}

fn tell_queue(pool: PoolId, ran: bool) {
    if let Some(queue) = queue(pool) {
        queue.one_is_dead(ran);
    }
}

/// Cancels a pending task and tells its pool; sets the tokens of a running one. True if it is cancelled now.
///
/// What a future is made from is cancelled with it.
pub(super) fn cancel(cell: &dyn Watch) -> bool {
    let mut source = cell.source();
    let cancelled = cancel_one(cell);
    while cancelled && let Some(cell) = source {
        source = cell.source();
        cancel_one(&*cell);
    }
    cancelled
}

/// Cancels a pending task, and stops a running one where that can be done. True if it will give no value.
///
/// What a future is made from is stopped with it.
pub(super) fn kill(cell: &dyn Watch) -> bool {
    let mut source = cell.source();
    let mut stopped = cancel_one(cell) || cell.stop();
    while let Some(cell) = source {
        source = cell.source();
        stopped |= cancel_one(&*cell) || cell.stop();
    }
    stopped
}

fn cancel_one(cell: &dyn Watch) -> bool {
    match cell.state() {
        State::Pending => {
            if cell.cancel_pending() {
                tell_queue(cell.pool(), false);
                return true;
            }
            // It started, or somebody else was faster.
            cell.request_cancel();
            cell.state() == State::Cancelled
        }
        State::Running => {
            cell.request_cancel();
            false
        }
        State::Cancelled => true,
        State::Finished => false,
    }
}

/// What a worker shows to the others.
#[derive(Debug, Default)]
pub(super) struct Board {
    /// The cell it runs, 0 between tasks.
    running: AtomicUsize,
    /// The cells below it, which run it in place.
    below: Mutex<Vec<usize>>,
    /// The cells it sleeps for: one, and those that this one is made from.
    waiting: Mutex<Vec<usize>>,
}

impl Board {
    /// Relaxed: only read under `BOARDS`, by a thread that learnt of the cell through a lock this thread held later.
    pub(super) fn set_running(&self, cell: usize) {
        self.running.store(cell, Ordering::Relaxed);
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<usize>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn runs(&self, cell: usize) -> bool {
        self.running.load(Ordering::Relaxed) == cell
            || self.below.lock().unwrap_or_else(PoisonError::into_inner).contains(&cell)
    }
}

static BOARDS: Mutex<Vec<Arc<Board>>> = Mutex::new(Vec::new());

struct Current {
    pool: PoolId,
    board: Arc<Board>,
    depth: usize,
    depth_limit: usize,
}

thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
    static LUCK: Cell<Luck> = const { Cell::new(Luck::new()) };
}

/// Makes this thread a worker of `pool` until the returned value is dropped.
pub(super) fn enter(pool: PoolId, depth_limit: usize) -> Entered {
    let board = Arc::new(Board::default());
    BOARDS.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&board));
    CURRENT.with(|current| {
        *current.borrow_mut() =
            Some(Current { pool, board: Arc::clone(&board), depth: 0, depth_limit });
    });
    Entered { board }
}

pub(super) struct Entered {
    pub(super) board: Arc<Board>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.with(|current| current.borrow_mut().take());
        let mut boards = BOARDS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = boards.iter().position(|b| Arc::ptr_eq(b, &self.board)) {
            boards.swap_remove(at);
        }
    }
}

/// Tells whether the calling thread is a worker of `pool`.
pub(super) fn is_own(pool: PoolId) -> bool {
    // `try_with`: a destructor of a thread-local may ask when ours is gone, and no worker gets that far.
    CURRENT
        .try_with(|current| current.borrow().as_ref().is_some_and(|c| c.pool == pool))
        .unwrap_or(false)
}

/// Tells whether the calling thread is a worker of any pool.
pub(super) fn is_worker() -> bool {
    CURRENT.try_with(|current| current.borrow().is_some()).unwrap_or(false)
}

/// How many tasks may lie on top of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// As many as the stack is reckoned to hold; for waits that can say that it was too many.
    Limited,
    /// Any number, as with functions that call themselves.
    Any,
}

/// What came of an attempt to run an awaited task in place.
pub(super) enum InPlace {
    /// It was run, and is done.
    Ran,
    /// This thread is no worker of the task's pool, or the task has started elsewhere.
    No,
    /// There are too many tasks below this one on the stack.
    TooDeep,
}

/// Runs a pending task here if this thread is a worker of its pool.
///
/// What is made from another future is completed by the thread that completes that one.
pub(super) fn run_in_place(cell: &dyn Watch, depth: Depth) -> InPlace {
    if !is_worker() {
        return InPlace::No;
    }
    match sources(cell).last() {
        Some(first) => run_one_in_place(&**first, depth),
        None => run_one_in_place(cell, depth),
    }
}

fn run_one_in_place(cell: &dyn Watch, depth: Depth) -> InPlace {
    if cell.state() != State::Pending || !is_own(cell.pool()) {
        return InPlace::No;
    }
    let Some(mut level) = Level::enter(depth) else { return InPlace::TooDeep };
    if cell.run_here(&mut level) {
        tell_queue(cell.pool(), true);
        InPlace::Ran
    } else {
        InPlace::No
    }
}

/// Carries out an errand that is next in its queue, on this thread, which would only wait for the thread that does.
fn run_errand(cell: &dyn Watch) -> bool {
    if !cell.is_errand() {
        return false;
    }
    let Some(queue) = queue(cell.pool()).filter(|queue| queue.invite()) else { return false };
    let ran = match &mut Level::enter(Depth::Any) {
        Some(level) => cell.run_here(level),
        None => cell.run_here(&mut NoTurn),
    };
    queue.dismiss();
    if ran {
        queue.one_is_dead(true);
    }
    ran
}

/// Shows that this thread makes the future `cell` from another one, on top of what it runs, until the value is dropped.
pub(super) fn on_top(cell: usize) -> Option<Level> {
    let mut level = Level::enter(Depth::Any)?;
    level.started(cell);
    Some(level)
}

/// One task on top of another on this thread's stack.
pub(super) struct Level {
    board: Arc<Board>,
    below: usize,
}

impl Level {
    /// `None` on a thread that is no worker, and beyond the limit.
    fn enter(depth: Depth) -> Option<Self> {
        let board = CURRENT.with(|current| {
            let mut current = current.borrow_mut();
            let current = current.as_mut()?;
            if depth == Depth::Limited && current.depth >= current.depth_limit {
                return None;
            }
            current.depth += 1;
            Some(Arc::clone(&current.board))
        })?;
        let below = board.running.load(Ordering::Relaxed);
        board.below.lock().unwrap_or_else(PoisonError::into_inner).push(below);
        Some(Self { board, below })
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        self.board.set_running(self.below);
        self.board.below.lock().unwrap_or_else(PoisonError::into_inner).pop();
        CURRENT.with(|current| {
            if let Some(current) = current.borrow_mut().as_mut() {
                current.depth -= 1;
            }
        });
    }
}

/// Wipes the board as soon as the task has ended: what its callbacks wait for, it does not.
impl Turn for Level {
    fn started(&mut self, cell: usize) {
        self.board.set_running(cell);
    }
    fn ended(&mut self, _: bool) {
        self.board.set_running(0);
    }
    fn calls_out(&mut self) {}
}

/// How a wait for one future ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waited {
    Done,
    TimedOut,
    WouldDeadlock,
}

/// Waits for one future: runs it here if that is right, looks for a moment, then sleeps.
#[inline]
pub(super) fn wait_for(cell: &dyn Watch, deadline: Option<Instant>) -> Waited {
    if cell.state().is_done() { Waited::Done } else { wait_slowly(cell, deadline) }
}

#[cold]
fn wait_slowly(cell: &dyn Watch, deadline: Option<Instant>) -> Waited {
    // Only a wait without end may turn into a run of unknown length.
    if deadline.is_none() {
        if run_errand(cell) {
            return Waited::Done;
        }
        match run_in_place(cell, Depth::Limited) {
            InPlace::Ran => return Waited::Done,
            InPlace::TooDeep => return Waited::WouldDeadlock,
            InPlace::No => {}
        }
    }
    let mut luck = LUCK.with(Cell::get);
    let done = luck.look(|| cell.state().is_done(), deadline);
    LUCK.with(|l| l.set(luck));
    if done {
        return Waited::Done;
    }
    let me = thread::current();
    if cell.observe(Observer::Thread(me.clone())).is_err() {
        return Waited::Done;
    }
    // Registered first: if the task ends meanwhile, its worker has nothing left to wait for, and no circle is seen. A wait
    // with an end closes no circle and is part of none.
    let edge = match deadline {
        Some(_) => None,
        None => match Edge::add(cell) {
            Ok(edge) => edge,
            Err(Circle) => {
                cell.unobserve(&Registration::Thread(&me));
                return if cell.state().is_done() { Waited::Done } else { Waited::WouldDeadlock };
            }
        },
    };
    let outcome = loop {
        if cell.state().is_done() {
            break Waited::Done;
        }
        match deadline {
            None => thread::park(),
            Some(at) => {
                let now = Instant::now();
                if now >= at {
                    cell.unobserve(&Registration::Thread(&me));
                    break if cell.state().is_done() { Waited::Done } else { Waited::TimedOut };
                }
                thread::park_timeout(at - now);
            }
        }
    };
    drop(edge);
    outcome
}

/// Whether it pays for a thread to look before it sleeps.
///
/// Where hand-overs follow each other closely it saves two wake-ups each; where a task comes every millisecond it is wasted,
/// so after some looks in vain only every sixteenth is taken, until one succeeds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Luck {
    left: u8,
    skipped: u8,
}

impl Luck {
    const TRIES: u8 = 4;
    const SKIPS: u8 = 15;

    pub(super) const fn new() -> Self {
        Self { left: Self::TRIES, skipped: 0 }
    }

    /// Looks at `done` for a moment, or once.
    pub(super) fn look(&mut self, done: impl Fn() -> bool, deadline: Option<Instant>) -> bool {
        if self.left == 0 && self.skipped < Self::SKIPS {
            self.skipped += 1;
            return done();
        }
        self.skipped = 0;
        let found = look(done, deadline);
        self.left = if found { Self::TRIES } else { self.left.saturating_sub(1) };
        found
    }
}

/// Looks at `done` for a moment, letting others run in between: on a busy machine whoever is waited for may need this very
/// processor. With one processor it always does, so nobody looks there.
fn look(done: impl Fn() -> bool, deadline: Option<Instant>) -> bool {
    if SPIN.is_zero() || !has_processors_to_spare() {
        return done();
    }
    let start = Instant::now();
    if deadline.is_some_and(|at| at <= start) {
        return done();
    }
    loop {
        // Reading the clock and yielding cost as much as some dozen looks.
        for _ in 0..16 {
            if done() {
                return true;
            }
            spin_loop();
        }
        thread::yield_now();
        if start.elapsed() >= SPIN {
            return done();
        }
    }
}

fn has_processors_to_spare() -> bool {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let mut count = COUNT.load(Ordering::Relaxed);
    if count == 0 {
        count = num_cpus::get();
        COUNT.store(count, Ordering::Relaxed);
    }
    count > 1
}

/// What `cell` is made from, what that is made from, and so on.
fn sources(cell: &dyn Watch) -> Vec<Arc<dyn Watch>> {
    let mut sources = Vec::new();
    let mut next = cell.source();
    while let Some(source) = next {
        next = source.source();
        sources.push(source);
    }
    sources
}

/// A worker waits for a cell.
struct Edge {
    board: Arc<Board>,
    /// Keeps the addresses on the board from naming others.
    _sources: Vec<Arc<dyn Watch>>,
}

struct Circle;

impl Edge {
    /// `None` on a thread that is no worker: nothing can wait for it.
    fn add(cell: &dyn Watch) -> Result<Option<Self>, Circle> {
        let board = CURRENT
            .try_with(|current| current.borrow().as_ref().map(|c| Arc::clone(&c.board)))
            .ok()
            .flatten();
        let Some(board) = board else { return Ok(None) };
        let sources = sources(cell);
        let mut ids = vec![cell.id()];
        ids.extend(sources.iter().map(|source| source.id()));

        let boards = BOARDS.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wanted = ids.clone();
        // As many steps as there are workers: a longer way would pass one twice.
        for _ in 0..boards.len() {
            let runs_it = |b: &&Arc<Board>| wanted.iter().any(|&cell| b.runs(cell));
            let Some(runner) = boards.iter().find(runs_it) else { break };
            if Arc::ptr_eq(runner, &board) {
                return Err(Circle);
            }
            wanted.clone_from(&runner.waiting());
        }
        *board.waiting() = ids;
        drop(boards);
        Ok(Some(Self { board, _sources: sources }))
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        // A reader that still sees the edge finds that nobody runs the cell: its worker wiped its board before it published
        // the result.
        self.board.waiting().clear();
    }
}
