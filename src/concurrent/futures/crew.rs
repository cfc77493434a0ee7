//! A queue with the threads that serve it: what thread pools and process pools have in common.
//!
//! A crew owns its threads' names, their handles and what a thread does before its first task and after its last. What a
//! task is, and who carries it out, it does not know.

use std::ptr;
use std::time::{Duration, Instant};

use crate::panic_hook::Notes;
use crate::sync::{Arc, Condvar, JoinHandle, Mutex, thread};

use super::cell::{PoolId, TaskCell, Work};
use super::error::{Reason, ShutdownTimeout, SubmitError, SubmitErrorKind, TaskError};
use super::future::{Future, deadline_after};
use super::pool::{self, Admission, Followup, Pool};
use super::thread::{Metrics, Shutdown, WhenFull};
use super::worker::{self, Queue};

/// What surrounds the tasks of one thread.
pub(super) trait Station: Send + Sync {
    /// Gets ready for the first task; an error breaks the whole pool.
    fn open(&self) -> Result<(), String>;
    /// Cleans up after the last task.
    fn close(&self);
    /// Lets a thread that is none of the crew carry out a task, if it can do so at once.
    fn invite(&self) -> bool;
    /// Ends what [`invite`](Self::invite) allowed.
    fn dismiss(&self);
}

/// How the threads of a crew are to be.
pub(super) struct Plan {
    pub(super) max_workers: usize,
    pub(super) bound: Option<(usize, WhenFull)>,
    pub(super) name_prefix: String,
    pub(super) stack_size: Option<usize>,
    pub(super) notes: Notes,
}

/// See the module's text.
pub(super) struct Crew {
    pool: Pool<'static>,
    name_prefix: String,
    stack_size: Option<usize>,
    notes: Notes,
    depth_limit: usize,
    station: Box<dyn Station>,
    handles: Mutex<Vec<JoinHandle<()>>>,
    /// Threads that have not closed their stations.
    present: Mutex<usize>,
    /// Those who wait for the last thread to close.
    closed: Condvar,
}

impl Crew {
    pub(super) fn new(plan: Plan, station: Box<dyn Station>) -> Arc<Self> {
        let crew = Arc::new(Self {
            pool: Pool::new(plan.max_workers, plan.bound),
            name_prefix: plan.name_prefix,
            stack_size: plan.stack_size,
            notes: plan.notes,
            depth_limit: depth_limit(plan.stack_size),
            station,
            handles: Mutex::new(Vec::new()),
            present: Mutex::new(0),
            closed: Condvar::new(),
        });
        let queue: Arc<dyn Queue> = crew.clone();
        worker::list(crew.pool.id, Arc::downgrade(&queue));
        crew
    }

    pub(super) fn id(&self) -> PoolId {
        self.pool.id
    }

    pub(super) fn name_prefix(&self) -> &str {
        &self.name_prefix
    }

    pub(super) fn metrics(&self) -> Metrics {
        let counts = self.pool.counts();
        Metrics {
            queued: counts.queued,
            running: counts.running,
            done: counts.done,
            threads: counts.threads,
            max_workers: self.pool.max_workers,
        }
    }

    /// Hands in a task that nobody else has seen yet.
    #[inline]
    pub(super) fn submit<W, R>(
        self: &Arc<Self>,
        cell: Arc<TaskCell<W, R>>,
    ) -> Result<Future<R>, SubmitError<W>>
    where
        W: Work<R> + 'static,
        R: Send + 'static,
    {
        match self.pool.admit(cell.clone()) {
            Admission::Queued(Followup::Start) => {
                self.start_for(&cell)?;
            }
            Admission::Queued(_) => {}
            Admission::RunHere => {
                pool::run_here(&*cell, self.notes);
                self.pool.count_done();
            }
            Admission::Refused(kind, reason) => return Err(refuse(&cell, kind, reason)),
        }
        Ok(Future::new(cell))
    }

    /// Refuses tasks from now on, and waits for those handed in if `how` says so and this thread is none of the crew.
    pub(super) fn shut_down(&self, how: Shutdown) {
        self.pool.shut_down(how.cancels());
        if how.waits() && !worker::is_own(self.pool.id) {
            // Without a deadline there is nothing to report.
            let _ = self.wait_closed(None);
            self.join();
        }
    }

    /// Refuses tasks from now on, and waits for those handed in for at most `timeout`.
    pub(super) fn shut_down_by(
        &self,
        how: Shutdown,
        timeout: Duration,
    ) -> Result<(), ShutdownTimeout> {
        self.pool.shut_down(how.cancels());
        let timeout = if worker::is_own(self.pool.id) { Duration::ZERO } else { timeout };
        self.wait_closed(deadline_after(timeout)).map_err(|threads| ShutdownTimeout { threads })?;
        self.join();
        Ok(())
    }

    /// Waits until no thread is left; gives their number if the deadline comes first.
    fn wait_closed(&self, deadline: Option<Instant>) -> Result<(), usize> {
        let mut present = self.present.lock();
        while *present > 0 {
            match deadline {
                None => self.closed.wait(&mut present),
                Some(at) => {
                    if self.closed.wait_until(&mut present, at).timed_out() && *present > 0 {
                        return Err(*present);
                    }
                }
            }
        }
        Ok(())
    }

    /// A thread came, or one went.
    fn count(&self, change: isize) {
        let mut present = self.present.lock();
        *present = present.saturating_add_signed(change);
        if *present == 0 {
            self.closed.notify_all();
        }
    }

    /// Starts a thread for `cell`, which is queued. An error only if nobody is there who could run it.
    #[cold]
    fn start_for<W, R>(self: &Arc<Self>, cell: &TaskCell<W, R>) -> Result<(), SubmitError<W>> {
        let mut own = None;
        while let Err(error) = self.start() {
            let Some(mut stranded) = self.pool.start_failed() else { break };
            let reason = Reason::from(error.to_string());
            if let Some(work) = cell.reclaim() {
                own = Some((work, reason.clone()));
                stranded.retain(|task| !ptr::addr_eq(Arc::as_ptr(task), cell));
            }
            let error = TaskError::Broken(format!("no thread could be started: {reason}").into());
            self.pool.fail_all(stranded, &error);
            if self.pool.rebalance() != Followup::Start {
                break;
            }
        }
        match own {
            Some((work, reason)) => {
                Err(SubmitError::new(SubmitErrorKind::SpawnFailed, work).with_reason(reason))
            }
            None => Ok(()),
        }
    }

    fn start(self: &Arc<Self>) -> std::io::Result<()> {
        let crew = Arc::clone(self);
        // Held while the thread starts, so that whoever sees the thread's end finds its handle.
        let mut handles = self.handles.lock();
        let mut builder =
            thread::Builder::new().name(format!("{}_{}", self.name_prefix, handles.len()));
        if let Some(bytes) = self.stack_size {
            builder = builder.stack_size(bytes);
        }
        self.count(1);
        let handle = builder.spawn(move || crew.run_worker()).inspect_err(|_| self.count(-1))?;
        handles.push(handle);
        Ok(())
    }

    fn run_worker(self: Arc<Self>) {
        let entered = self.pool.enter(self.notes, self.depth_limit);
        if let Err(reason) = self.station.open() {
            self.pool.break_down(reason.into());
            self.pool.quit();
        } else {
            self.pool.work(&entered, &|| {
                if self.start().is_err() {
                    // This worker runs, so no task is stranded.
                    let _ = self.pool.start_failed();
                }
            });
        }
        self.station.close();
        self.count(-1);
    }

    /// Waits until the ended threads are gone from the system as well.
    fn join(&self) {
        let me = thread::current().id();
        for handle in self.handles.lock().drain(..) {
            // A thread-local of a worker may hold the pool, and drop it when the worker has left it.
            if handle.thread().id() != me {
                // A worker catches every panic of its tasks.
                let _ = handle.join();
            }
        }
    }
}

#[cfg(feature = "process")]
impl Crew {
    /// Fails everything that has not started, and everything to come.
    pub(super) fn break_down(&self, reason: Reason) {
        self.pool.break_down(reason);
    }
}

#[cold]
fn refuse<W, R>(
    cell: &TaskCell<W, R>,
    kind: SubmitErrorKind,
    reason: Option<Reason>,
) -> SubmitError<W> {
    // No queue has taken the task and no handle exists, so the work is still in its place.
    let work = cell.reclaim().unwrap_or_else(|| unreachable!("nobody else has seen the task"));
    let error = SubmitError::new(kind, work);
    match reason {
        Some(reason) => error.with_reason(reason),
        None => error,
    }
}

impl Queue for Crew {
    fn one_is_dead(&self, ran: bool) {
        self.pool.one_is_dead(ran);
    }

    fn invite(&self) -> bool {
        self.pool.holds_one() && self.station.invite()
    }

    fn dismiss(&self) {
        self.station.dismiss();
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        worker::unlist(self.pool.id);
    }
}

/// How many tasks may lie on top of each other on one worker's stack.
pub(super) fn depth_limit(stack_size: Option<usize>) -> usize {
    const LEVEL: usize = 8 * 1024;
    // std's default for threads, which this variable changes.
    const DEFAULT_STACK: usize = 2 * 1024 * 1024;
    let bytes = stack_size
        .or_else(|| std::env::var("RUST_MIN_STACK").ok()?.parse().ok())
        .unwrap_or(DEFAULT_STACK);
    bytes / LEVEL
}
