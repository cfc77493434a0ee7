//! The worker processes of a pool: who has one, who waits for one, what happens when one is lost.
//!
//! The pool's threads take tasks from its queue as those of a thread pool do; to carry one out, a thread takes a worker from
//! here and gives it back. A worker is started when none is idle and there are fewer than there may be.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use crate::panic_hook;
use crate::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, Weak};

use super::super::cell::Brake;
use super::super::crew::{Crew, Station};
use super::super::error::{Reason, TaskError, WorkerDeath};
use super::platform::{Leash, Link};
use super::remote::{TaskName, Terms};
use super::wire::Kind;

/// What a pool does when a worker process ends by itself while it runs a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CrashPolicy {
    /// Fails that one task with [`TaskError::WorkerDied`] and replaces the worker.
    #[default]
    Replace,
    /// Fails everything that runs or waits with [`TaskError::Broken`], ends all workers, and refuses what comes:
    /// `BrokenProcessPool`.
    #[doc(alias = "BrokenProcessPool")]
    Break,
}

/// How a pool treats its workers.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) executable: Option<PathBuf>,
    /// The test of libtest that workers are started in.
    pub(super) test: Option<String>,
    /// The first frame a worker gets.
    pub(super) setup: Vec<u8>,
    pub(super) startup_timeout: Duration,
    pub(super) max_tasks_per_child: Option<usize>,
    /// Bytes.
    pub(super) max_rss_per_child: Option<u64>,
    pub(super) crash_policy: CrashPolicy,
    pub(super) crash_budget: usize,
}

/// Why there is no new worker.
#[derive(Debug)]
pub(super) enum StartError {
    /// The system would not start one now; later it may.
    System(io::Error),
    /// It was killed before it was ready; the next one may live.
    Died(String),
    /// No worker will ever come up.
    Hopeless(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(e) => write!(f, "a worker process could not be started: {e}"),
            Self::Died(text) | Self::Hopeless(text) => f.write_str(text),
        }
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Silence {
    /// The worker ended before it had read the request: the task has not run.
    Unread,
    /// The worker ended.
    Ended,
    /// The deadline came first.
    Overran,
}

/// What is left of a worker.
#[derive(Debug, Default)]
pub(super) struct Remains {
    /// Unknown if somebody else has reaped it, as a program may that reaps all its children.
    pub(super) status: Option<ExitStatus>,
    pub(super) progress: Option<Progress>,
}

/// How far a dead worker had come with a chunk.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) pid: u32,
    /// Arguments that it had begun to work on.
    pub(super) started: usize,
    /// The answers to those that it was through with, as far as they were kept.
    pub(super) answers: Vec<u8>,
}

/// Why a job gave no answer.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: TaskError,
    /// Of a chunk whose worker died, or was stopped, in its midst.
    pub(super) progress: Option<Progress>,
}

impl From<TaskError> for Failure {
    fn from(error: TaskError) -> Self {
        Self { error, progress: None }
    }
}

/// How a worker is ended from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It may still clean up: SIGTERM.
    Terminate,
    /// It may not: SIGKILL.
    Kill,
}

/// See the module's text.
pub(super) struct Office {
    settings: Settings,
    max_workers: usize,
    state: Mutex<State>,
    /// Those who wait for a worker, or for the last one to be gone.
    changed: Condvar,
    crew: OnceLock<Weak<Crew>>,
}

#[derive(Default)]
struct State {
    idle: Vec<Link>,
    /// Told to end, not reaped.
    retiring: Vec<Link>,
    /// Started and not reaped, whoever has them.
    count: usize,
    leashes: Vec<Arc<Leash>>,
    /// Threads of the pool.
    threads: usize,
    /// Other threads, which carry out what they would wait for.
    guests: usize,
    /// Workers that died since one gave an answer.
    crashes: usize,
    /// No task will come any more.
    closing: bool,
    /// Nothing may be started any more.
    ended: bool,
    broken: Option<Reason>,
}

/// A task on its way to a worker.
#[derive(Debug)]
pub(super) struct Job {
    /// The frame.
    pub(super) request: Vec<u8>,
    pub(super) task: TaskName,
    pub(super) deadline: Option<Duration>,
    pub(super) retries: usize,
    /// How many calls it is, whose progress is wanted; `None` if it is a single one.
    pub(super) chunk: Option<u32>,
    pub(super) switch: Arc<Switch>,
}

impl Job {
    pub(super) fn new(request: Vec<u8>, task: TaskName, terms: Terms) -> Self {
        let Terms { deadline, retries } = terms;
        Self { request, task, deadline, retries, chunk: None, switch: Arc::new(Switch::default()) }
    }
}

impl Office {
    pub(super) fn new(settings: Settings, max_workers: usize) -> Self {
        Self {
            settings,
            max_workers,
            state: Mutex::new(State::default()),
            changed: Condvar::new(),
            crew: OnceLock::new(),
        }
    }

    /// Says whose office this is.
    pub(super) fn serve(&self, crew: &Arc<Crew>) {
        // Called once, by the builder.
        let _ = self.crew.set(Arc::downgrade(crew));
    }

    /// The process ids of the workers.
    pub(super) fn pids(&self) -> Vec<u32> {
        self.state.lock().leashes.iter().map(|leash| leash.pid()).collect()
    }

    /// Ends all workers and lets no more be started.
    pub(super) fn end(&self, end: End) {
        let mut state = self.state.lock();
        state.ended = true;
        for leash in &state.leashes {
            leash.end(end);
        }
        self.changed.notify_all();
    }

    /// Has a worker carry out `job`, and reads its answer with `read`.
    pub(super) fn carry_out<T>(
        &self,
        job: &Job,
        read: impl Fn(Kind, &[u8], u32) -> Result<T, TaskError>,
    ) -> Result<T, Failure> {
        let mut retries = job.retries;
        // A worker that died idle is found out by the next request, which it has not read.
        let mut unread = 1;
        loop {
            let mut link = self.take()?;
            let pid = link.pid();
            if !job.switch.hold(link.leash()) {
                self.give_back(link);
                return Err(TaskError::Cancelled.into());
            }
            let started = Instant::now();
            let mut deadline = job.deadline;
            if let Some(calls) = job.chunk {
                link.note_progress();
                if !link.notes_progress() {
                    // How long each call takes cannot be told.
                    deadline = deadline.map(|each| each.saturating_mul(calls));
                }
            }
            let answer = link.call(&job.request, deadline);
            let answer = answer.map(|(kind, payload)| read(kind, payload, pid));
            let killed = job.switch.release();
            let died = |status: Option<ExitStatus>| {
                let death = WorkerDeath::new(pid)
                    .with_task(&job.task.to_text())
                    .with_running_time(started.elapsed());
                TaskError::WorkerDied(status.into_iter().fold(death, WorkerDeath::with_status))
            };
            if killed {
                // A value that came all the same has a destructor, and that is a stranger here.
                panic_hook::shield(|| drop(answer));
                return Err(died(self.lose(link).status).into());
            }
            let silence = match answer {
                Ok(result) => {
                    self.give_back(link);
                    return result.map_err(Failure::from);
                }
                Err(Silence::Overran) => {
                    link.leash().end(End::Kill);
                    let progress = self.lose(link).progress;
                    return Err(Failure { error: TaskError::TimedOut, progress });
                }
                Err(silence) => silence,
            };
            let Remains { status, progress } = self.lose(link);
            let error = died(status);
            let again = match silence {
                Silence::Unread if unread > 0 => {
                    unread -= 1;
                    true
                }
                // What is left of a chunk is for its owner to decide.
                _ if progress.is_some() || retries == 0 => false,
                _ => {
                    retries -= 1;
                    true
                }
            };
            let came_far = progress.as_ref().is_some_and(|p| !p.answers.is_empty());
            if let Some(reason) = self.crashed(&error, !again, came_far) {
                return Err(TaskError::Broken(reason).into());
            }
            if !again {
                return Err(Failure { error, progress });
            }
            job.switch.again();
        }
    }

    /// A worker for one task.
    fn take(&self) -> Result<Link, TaskError> {
        let mut state = self.state.lock();
        loop {
            if let Some(reason) = &state.broken {
                return Err(TaskError::Broken(reason.clone()));
            }
            if state.ended {
                return Err(TaskError::Broken("the executor's workers were ended".into()));
            }
            if let Some(link) = state.idle.pop() {
                return Ok(link);
            }
            if !state.retiring.is_empty() {
                state = self.reap_retiring(state);
            } else if state.count < self.max_workers {
                state.count += 1;
                drop(state);
                match self.start() {
                    Ok(link) => return Ok(link),
                    Err(error) => state = self.not_started(error)?,
                }
            } else {
                self.changed.wait(&mut state);
            }
        }
    }

    fn start(&self) -> Result<Link, StartError> {
        let link = Link::start(&self.settings)?;
        let mut state = self.state.lock();
        state.leashes.push(Arc::clone(link.leash()));
        if state.ended {
            // Whoever ended the others did not know this one.
            link.leash().end(End::Kill);
        }
        drop(state);
        let leash = Arc::clone(link.leash());
        link.get_ready(&self.settings).inspect_err(|_| self.unlist(&leash))
    }

    /// What there is to do when no worker could be started: wait for one that somebody else has, if there is any.
    fn not_started(&self, error: StartError) -> Result<MutexGuard<'_, State>, TaskError> {
        let mut state = self.state.lock();
        state.count -= 1;
        self.changed.notify_all();
        if state.ended {
            return Ok(state);
        }
        if let (StartError::Died(_), CrashPolicy::Replace) = (&error, self.settings.crash_policy) {
            state.crashes += 1;
            if state.crashes < self.settings.crash_budget {
                return Ok(state);
            }
        }
        if let (StartError::System(_), true) = (&error, state.count > 0) {
            if state.idle.is_empty() && state.retiring.is_empty() {
                self.changed.wait(&mut state);
            }
            return Ok(state);
        }
        drop(state);
        Err(TaskError::Broken(self.break_down(error.to_string().into())))
    }

    fn reap_retiring<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let retiring = std::mem::take(&mut state.retiring);
        drop(state);
        for link in retiring {
            let leash = Arc::clone(link.leash());
            link.reap();
            self.unlist(&leash);
            self.state.lock().count -= 1;
        }
        self.changed.notify_all();
        self.state.lock()
    }

    fn give_back(&self, link: Link) {
        let used_up = link.is_used_up(&self.settings);
        let mut state = self.state.lock();
        state.crashes = 0;
        if used_up || state.closing {
            link.stop();
            state.retiring.push(link);
        } else {
            state.idle.push(link);
        }
        self.changed.notify_all();
    }

    /// Buries a worker that has ended, or is ending.
    fn lose(&self, link: Link) -> Remains {
        let leash = Arc::clone(link.leash());
        let remains = link.reap_all();
        self.unlist(&leash);
        self.state.lock().count -= 1;
        self.changed.notify_all();
        remains
    }

    fn unlist(&self, leash: &Arc<Leash>) {
        self.state.lock().leashes.retain(|other| !Arc::ptr_eq(other, leash));
    }

    /// A worker has died. Counts it if it `counts`, from the start if the worker `came_far` before. Gives the reason if that broke
    /// the pool, or if it was broken before, for the task that failed by it.
    fn crashed(&self, error: &TaskError, counts: bool, came_far: bool) -> Option<Reason> {
        let mut state = self.state.lock();
        if state.broken.is_some() || state.ended {
            // Killed with all the others.
            return state.broken.clone();
        }
        if came_far {
            state.crashes = 0;
        }
        state.crashes += usize::from(counts);
        let crashes = state.crashes;
        drop(state);
        if self.settings.crash_policy == CrashPolicy::Break {
            // CPython's words, and what it leaves out.
            let reason = format!(
                "a process in the process pool was terminated abruptly while the future was \
                 running or pending: {error}"
            );
            let reason = self.break_down(reason.into());
            for leash in &self.state.lock().leashes {
                leash.end(End::Kill);
            }
            return Some(reason);
        }
        if crashes >= self.settings.crash_budget {
            self.break_down(
                format!(
                    "{crashes} tasks in a row have cost a worker its life (crash_budget): {error}"
                )
                .into(),
            );
        }
        // The task that was the last straw learns of its own worker.
        None
    }

    /// Breaks the pool; gives the reason of the first time.
    fn break_down(&self, reason: Reason) -> Reason {
        let mut state = self.state.lock();
        let reason = state.broken.get_or_insert(reason).clone();
        drop(state);
        self.changed.notify_all();
        if let Some(crew) = self.crew.get().and_then(Weak::upgrade) {
            crew.break_down(reason.clone());
        }
        reason
    }
}

/// The pool's threads need no preparation. As each ends, so do the workers that nobody uses; the last one waits for those that
/// guests still use.
impl Station for Arc<Office> {
    fn open(&self) -> Result<(), String> {
        self.state.lock().threads += 1;
        Ok(())
    }

    fn close(&self) {
        let mut state = self.state.lock();
        state.closing = true;
        state.threads -= 1;
        for link in std::mem::take(&mut state.idle) {
            link.stop();
            state.retiring.push(link);
        }
        loop {
            state = self.reap_retiring(state);
            let left = state.guests > 0 || state.count > 0;
            if state.threads > 0 || !left {
                break;
            }
            if state.retiring.is_empty() {
                self.changed.wait(&mut state);
            }
        }
    }

    fn invite(&self) -> bool {
        let mut state = self.state.lock();
        let invited = !state.idle.is_empty() && !state.closing;
        state.guests += usize::from(invited);
        invited
    }

    fn dismiss(&self) {
        self.state.lock().guests -= 1;
        self.changed.notify_all();
    }
}

impl fmt::Debug for Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Office").field("pids", &self.pids()).finish_non_exhaustive()
    }
}

/// Ends the worker that runs one task.
///
/// Whether a kill came before the answer is decided under this lock, by the thread that has the worker: a task that
/// `stop` says it has stopped never gives a value.
#[derive(Debug, Default)]
pub(super) struct Switch(Mutex<Hold>);

#[derive(Debug, Default)]
enum Hold {
    /// No worker runs the task yet.
    #[default]
    Waiting,
    On(Arc<Leash>),
    Killed,
    /// It is decided how the task ends.
    Done,
}

impl Switch {
    /// A worker is about to run the task; false if it must not.
    fn hold(&self, leash: &Arc<Leash>) -> bool {
        let mut hold = self.0.lock();
        if let Hold::Killed = *hold {
            return false;
        }
        *hold = Hold::On(Arc::clone(leash));
        true
    }

    /// The worker does not run it any more; true if it was killed.
    fn release(&self) -> bool {
        let mut hold = self.0.lock();
        if let Hold::Killed = *hold {
            return true;
        }
        *hold = Hold::Done;
        false
    }

    /// The task goes to another worker after all.
    pub(super) fn again(&self) {
        *self.0.lock() = Hold::Waiting;
    }
}

impl Brake for Switch {
    /// What runs in another process cannot be asked.
    fn ask(&self) {}

    fn stop(&self) -> bool {
        let mut hold = self.0.lock();
        match &*hold {
            Hold::Done => return false,
            Hold::On(leash) => leash.end(End::Kill),
            Hold::Waiting | Hold::Killed => {}
        }
        *hold = Hold::Killed;
        true
    }
}
