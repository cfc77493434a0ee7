//! One pool's life: tasks of every kind come from several threads, their futures are treated in every way there is, and
//! the pool is shut down in one of the ways there are, sometimes early.

use std::future::Future as _;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, OnceLock, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use batteries::concurrent::futures::{
    Future, Promise, ReturnWhen, Shutdown, SubmitError, SubmitErrorKind, TaskError,
    ThreadPoolExecutor, WaitTimeout, Waitable, Waited, WhenFull, as_completed, scope, wait,
    wait_timeout,
};

use crate::ledger::{
    ADMITTED, CALLBACK, CANCELLED, Excuses, Ledger, MAPPED, PANICS, QUIET, REFUSED,
    SURELY_CANCELLED, Summary, Ticket, Value,
};
use crate::random::Random;
use crate::verify;

/// How deep tasks submit tasks that submit tasks.
const DEPTH: usize = 3;

/// What the seed decides about a round.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    seed: u64,
    tasks: usize,
    workers: usize,
    bound: Option<(usize, WhenFull)>,
    submitters: usize,
    consumers: usize,
    /// Whoever submits waits for the end of it before the next: nothing else could make up for a wake-up that is lost.
    lockstep: bool,
    /// Shut down by whoever enters this task, while others submit.
    early: Option<(usize, Shutdown)>,
    /// The initializer of this thread, counted from 0, fails.
    breaks: Option<usize>,
    end: End,
}

/// How the pool ends once all tasks have been submitted.
#[derive(Debug, Clone, Copy)]
enum End {
    Shutdown(Shutdown),
    /// `shutdown_timeout`, until it is in time.
    Timeouts(Shutdown),
    Drop,
    Detach,
}

const SHUTDOWNS: [Shutdown; 4] =
    [Shutdown::Wait, Shutdown::NoWait, Shutdown::CancelPending, Shutdown::CancelPendingNoWait];

fn cancels(how: Shutdown) -> bool {
    matches!(how, Shutdown::CancelPending | Shutdown::CancelPendingNoWait)
}

impl Plan {
    pub(crate) fn new(seed: u64, at_most: usize) -> Self {
        let mut random = Random::new(seed);
        let lockstep = random.one_in(3);
        let sizes: &[usize] = if lockstep { &[100, 1000] } else { &[100, 1000, 10_000] };
        let size = random.pick(sizes);
        let tasks = random.between(1, size).min(at_most);
        let bound = random.pick(&[1, 2, 10, 100]);
        let bound = match random.below(6) {
            0 => Some((bound, WhenFull::Block)),
            1 => Some((bound, WhenFull::Reject)),
            2 => Some((bound, WhenFull::CallerRuns)),
            _ => None,
        };
        let shutdown = random.pick(&SHUTDOWNS);
        Self {
            seed,
            tasks,
            workers: random.between(1, 16),
            bound,
            submitters: random.between(1, if lockstep { 2 } else { 4 }),
            consumers: random.between(1, 3),
            lockstep,
            early: random
                .one_in(3)
                .then(|| (random.between(tasks / 2, tasks - 1), random.pick(&SHUTDOWNS))),
            breaks: random.one_in(10).then(|| random.below(4)),
            end: match random.below(6) {
                0 => End::Timeouts(shutdown),
                1 => End::Drop,
                2 => End::Detach,
                _ => End::Shutdown(shutdown),
            },
        }
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn tasks(&self) -> usize {
        self.tasks
    }

    fn excuses(&self) -> Excuses {
        let end = match self.end {
            End::Shutdown(how) | End::Timeouts(how) => cancels(how),
            End::Drop | End::Detach => false,
        };
        Excuses {
            cancelling_shutdown: end || self.early.is_some_and(|(_, how)| cancels(how)),
            broken: self.breaks.is_some(),
        }
    }

    fn build(&self) -> ThreadPoolExecutor {
        let mut builder = ThreadPoolExecutor::builder().max_workers(self.workers);
        if let Some((bound, when_full)) = self.bound {
            builder = builder.queue_bound(bound, when_full);
        }
        if let Some(breaks) = self.breaks {
            let threads = AtomicUsize::new(0);
            builder = builder.initializer(move || {
                if threads.fetch_add(1, Ordering::Relaxed) == breaks {
                    return Err("meant to fail");
                }
                Ok(())
            });
        }
        builder.build().expect("every plan is in range")
    }

    /// Lives through the round and returns what became of its tasks.
    pub(crate) fn run(&self) -> Summary {
        let threads_before = crate::threads();
        let round = Arc::new(Round {
            plan: self.clone(),
            ledger: Ledger::new(self.tasks),
            pool: OnceLock::new(),
            runs: AtomicU64::new(0),
        });
        let pool = Arc::new(self.build());
        round.pool.set(Arc::downgrade(&pool)).expect("set once");

        let mut random = Random::new(self.seed ^ 1);
        thread::scope(|threads| {
            let (round, pool) = (&round, &*pool);
            let mut senders = Vec::new();
            for _ in 0..self.consumers {
                let (sender, receiver) = mpsc::channel();
                senders.push(sender);
                let random = Random::new(random.next());
                threads.spawn(move || Hand { round, pool, random, depth: 0 }.consume(receiver));
            }
            for _ in 0..self.submitters {
                let senders = senders.clone();
                let random = Random::new(random.next());
                threads.spawn(move || Hand { round, pool, random, depth: 0 }.submit(&senders));
            }
        });

        let pool = self.end(&round, pool);
        // Nobody waits for the threads of a pool that was not waited for.
        crate::settle(|| match crate::threads() {
            now @ Some(_) => now == threads_before,
            // All that a task can leave behind holds one of these.
            None => Arc::strong_count(&round) == 1 && Arc::strong_count(&round.ledger) == 1,
        });
        if let Some(pool) = pool {
            round.check_metrics(&pool);
        }
        round.ledger.audit(self.excuses())
    }

    /// Ends the pool; returns it if it is still there to be asked.
    fn end(&self, round: &Round, pool: Arc<ThreadPoolExecutor>) -> Option<Arc<ThreadPoolExecutor>> {
        match self.end {
            End::Shutdown(how) => {
                pool.shutdown(how);
                if matches!(how, Shutdown::Wait | Shutdown::CancelPending) {
                    round.check_metrics(&pool);
                }
                Some(pool)
            }
            End::Timeouts(how) => {
                while let Err(late) = pool.shutdown_timeout(how, Duration::from_micros(100)) {
                    verify!(late.threads > 0, "{late}");
                }
                round.check_metrics(&pool);
                Some(pool)
            }
            End::Drop => None,
            End::Detach => {
                // A task that holds the pool for a moment drops it instead, on a worker.
                if let Some(pool) = Arc::into_inner(pool) {
                    pool.detach();
                }
                None
            }
        }
    }
}

/// What all threads and tasks of a round share.
struct Round {
    plan: Plan,
    ledger: Arc<Ledger>,
    /// Weak: tasks hold the round.
    pool: OnceLock<Weak<ThreadPoolExecutor>>,
    /// How many tasks the pool has run.
    runs: AtomicU64,
}

impl Round {
    fn pool(&self) -> Option<Arc<ThreadPoolExecutor>> {
        self.pool.get()?.upgrade()
    }

    /// Every task says this first.
    fn task_runs(&self) {
        self.runs.fetch_add(1, Ordering::Relaxed);
    }

    /// All threads have ended.
    fn check_metrics(&self, pool: &ThreadPoolExecutor) {
        let metrics = pool.metrics();
        let idle = metrics.queued == 0 && metrics.running == 0 && metrics.threads == 0;
        verify!(idle, "after the end: {metrics:?}");
        verify!(
            metrics.done == self.runs.load(Ordering::Relaxed),
            "{metrics:?}, not {:?}",
            self.runs
        );
    }

    /// The executor has answered a submission.
    fn answered<R, W>(
        &self,
        id: usize,
        answer: Result<Future<R>, SubmitError<W>>,
    ) -> Option<Future<R>> {
        match answer {
            Ok(future) => {
                self.ledger.note(id, ADMITTED);
                Some(future)
            }
            Err(refused) => {
                let expected = match refused.kind() {
                    SubmitErrorKind::Shutdown => self.plan.early.is_some(),
                    SubmitErrorKind::QueueFull => {
                        matches!(self.plan.bound, Some((_, WhenFull::Reject)))
                    }
                    SubmitErrorKind::Broken => self.plan.breaks.is_some(),
                    _ => false,
                };
                verify!(expected, "task {id} was refused: {refused}");
                self.ledger.note(id, REFUSED);
                drop(refused.into_work());
                None
            }
        }
    }
}

/// A task that an executor has taken.
struct Job {
    id: usize,
    future: Future<Value>,
}

/// Whoever submits and consumes: a thread of the test, or a task.
struct Hand<'a> {
    round: &'a Arc<Round>,
    pool: &'a ThreadPoolExecutor,
    random: Random,
    /// How many tasks are below; 0 on a thread of the test.
    depth: usize,
}

impl Hand<'_> {
    /// Submits until the ledger is full.
    fn submit(mut self, consumers: &[Sender<Job>]) {
        while let Some(ticket) = self.open() {
            match self.submit_one(ticket) {
                Some(job) if self.round.plan.lockstep => self.consume_one(job),
                Some(job) => {
                    let consumer = self.random.below(consumers.len());
                    consumers[consumer]
                        .send(job)
                        .expect("consumers stay until the last sender is gone");
                }
                None => {}
            }
            if self.random.one_in(100) {
                match self.random.below(3) {
                    0 => self.map(),
                    1 => self.promise(),
                    _ => self.scope(),
                }
            }
        }
    }

    /// Treats each future in some way; some wait until there are enough of them to be treated together.
    fn consume(mut self, jobs: Receiver<Job>) {
        let mut batch = Vec::new();
        let mut size = 1;
        for job in jobs {
            if self.random.one_in(3) {
                batch.push((job.id, job.future));
                if batch.len() >= size {
                    self.consume_batch(mem::take(&mut batch));
                    size = self.random.between(1, 64);
                }
            } else if self.random.one_in(50) && !batch.is_empty() {
                self.cancel_from_callback(&job, batch.swap_remove(0));
                self.consume_one(job);
            } else {
                self.consume_one(job);
            }
        }
        self.consume_batch(batch);
    }

    /// Enters a task, and shuts the pool down if this is the one.
    fn open(&mut self) -> Option<Ticket> {
        let ticket = self.round.ledger.open()?;
        if let Some((id, how)) = self.round.plan.early
            && ticket.id == id
        {
            self.pool.shutdown(how);
        }
        Some(ticket)
    }

    fn submit_one(&mut self, ticket: Ticket) -> Option<Job> {
        let (round, id) = (Arc::clone(self.round), ticket.id);
        let (pool, seed, depth) = (self.pool, self.random.next(), self.depth + 1);
        let future = match self.random.below(20) {
            0 | 1 => {
                round.ledger.note(id, PANICS);
                self.round.answered(
                    id,
                    pool.submit(move || {
                        round.task_runs();
                        ticket.run()
                    }),
                )
            }
            2 => self.round.answered(
                id,
                pool.submit(move || {
                    round.task_runs();
                    for _ in 0..seed % 10 {
                        thread::yield_now();
                    }
                    ticket.run()
                }),
            ),
            3 => self.round.answered(
                id,
                pool.submit_with_token(move |token| {
                    round.task_runs();
                    // Not all of them are cancelled.
                    for _ in 0..100 {
                        if token.is_cancelled() {
                            break;
                        }
                        thread::yield_now();
                    }
                    ticket.run()
                }),
            ),
            4 | 5 if depth <= DEPTH => self.round.answered(
                id,
                pool.submit(move || {
                    round.task_runs();
                    if let Some(pool) = round.pool() {
                        let random = Random::new(seed);
                        Hand { round: &round, pool: &pool, random, depth }.nest();
                    }
                    ticket.run()
                }),
            ),
            _ => self.round.answered(
                id,
                pool.submit(move || {
                    round.task_runs();
                    ticket.run()
                }),
            ),
        };
        future.map(|future| Job { id, future })
    }

    /// What a task does that submits tasks.
    fn nest(mut self) {
        if self.random.one_in(8) {
            return self.map();
        }
        let mut batch = Vec::new();
        for _ in 0..self.random.between(1, 3) {
            let Some(ticket) = self.open() else { break };
            let Some(job) = self.submit_one(ticket) else { continue };
            if self.random.one_in(3) {
                batch.push((job.id, job.future));
            } else {
                self.consume_one(job);
            }
        }
        self.consume_batch(batch);
    }

    fn consume_one(&mut self, Job { id, future }: Job) {
        let ledger = &self.round.ledger;
        if self.random.one_in(8) {
            self.call_back(id, &future);
        }
        match self.random.below(12) {
            0 => drop(future),
            1 => {
                self.cancel(id, &future);
                ledger.settle(id, &future.result());
            }
            2 => match future.result_timeout(self.random.moment()) {
                Ok(result) => ledger.settle(id, &result),
                Err(future) if self.random.one_in(2) => self.cancel(id, &future),
                Err(future) => ledger.settle(id, &future.result()),
            },
            3 => {
                let error = future.exception();
                let result = future.result();
                verify!(error.is_some() == result.is_err(), "task {id}: {error:?} and {result:?}");
                ledger.settle(id, &result);
            }
            4 => self.chain(id, future),
            5 => self.share(id, future),
            6 => {
                // The future is dropped with the waker in it.
                let mut future = future;
                let waker = Waker::from(Arc::new(Unpark(thread::current())));
                let polled = Pin::new(&mut future).poll(&mut Context::from_waker(&waker));
                if let Poll::Ready(result) = polled {
                    ledger.settle(id, &result);
                }
            }
            // A task may not await a task of its own pool: nobody may be left to run it.
            7 if self.depth == 0 => ledger.settle(id, &block_on(future)),
            _ => ledger.settle(id, &future.result()),
        }
    }

    fn cancel(&self, id: usize, future: &Future<Value>) {
        // First, as whoever sees it cancelled must find the reason.
        self.round.ledger.note(id, CANCELLED);
        if future.cancel() {
            verify!(future.is_cancelled() && future.is_done(), "task {id}: {future:?}");
            self.round.ledger.note(id, SURELY_CANCELLED);
        }
    }

    /// Adds a callback, which does what callbacks may.
    fn call_back(&mut self, id: usize, future: &Future<Value>) {
        let (round, kind) = (Arc::clone(self.round), self.random.below(6));
        let random = Random::new(self.random.next());
        round.ledger.note(id, CALLBACK);
        future.add_done_callback(move |completed| {
            round.ledger.tell(id, completed);
            match kind {
                0 => panic!("{QUIET}a callback"),
                1 => {
                    if let Some(pool) = round.pool() {
                        let mut hand = Hand { round: &round, pool: &pool, random, depth: DEPTH };
                        if let Some(ticket) = hand.open() {
                            drop(hand.submit_one(ticket));
                        }
                    }
                }
                _ => {}
            }
        });
    }

    /// Has the end of one task cancel another.
    fn cancel_from_callback(&mut self, job: &Job, (id, victim): (usize, Future<Value>)) {
        let ledger = Arc::clone(&self.round.ledger);
        ledger.note(id, CANCELLED);
        job.future.add_done_callback(move |_| {
            if victim.cancel() {
                ledger.note(id, SURELY_CANCELLED);
            }
        });
    }

    fn chain(&mut self, id: usize, future: Future<Value>) {
        let ledger = Arc::clone(&self.round.ledger);
        let panics = self.random.one_in(4);
        let chained = future.then(move |result| {
            ledger.settle(id, &result);
            assert!(!panics, "{QUIET}a chained function");
            result.is_ok()
        });
        match self.random.below(3) {
            // A task may not wait for it: it belongs to no pool, and nobody may be left to run what comes before it.
            0 => drop(chained),
            _ if self.depth > 0 => drop(chained),
            1 => {
                // Reaches the first task only if neither has started.
                self.round.ledger.note(id, CANCELLED);
                if !chained.cancel() {
                    verify!(chained.is_done() || chained.is_running(), "{chained:?}");
                }
            }
            _ => match chained.result() {
                Ok(_) => verify!(!panics, "the chained function of task {id} did not panic"),
                Err(TaskError::Panicked(_)) => {
                    verify!(panics, "the chained function of task {id} panicked");
                }
                Err(error) => verify!(false, "the chained function of task {id}: {error:?}"),
            },
        }
    }

    /// Shares a future with a task that waits for it.
    fn share(&mut self, id: usize, future: Future<Value>) {
        let shared = future.shared();
        if let Some(ticket) = self.open() {
            let (round, shared) = (Arc::clone(self.round), shared.clone());
            let other = ticket.id;
            let waiter = self.round.answered(
                other,
                self.pool.submit(move || {
                    round.task_runs();
                    verify!(shared.result().is_ok() == shared.result().is_ok(), "one outcome");
                    ticket.run()
                }),
            );
            if let Some(waiter) = waiter
                && self.random.one_in(2)
            {
                self.round.ledger.settle(other, &waiter.result());
            }
        }
        if self.random.one_in(4) {
            let _ = shared.result_timeout(self.random.moment());
        }
        self.round.ledger.say(id, shared.result());
    }

    /// Completes a promise from a task.
    fn promise(&mut self) {
        let (mut promise, future) = Promise::<Value>::new();
        let Some(ticket) = self.open() else {
            drop(promise);
            let broken = matches!(future.result(), Err(TaskError::Broken(_)));
            return verify!(broken, "a promise that is dropped breaks");
        };
        let (round, id, starts) = (Arc::clone(self.round), ticket.id, self.random.one_in(2));
        let setter = self.round.answered(
            id,
            self.pool.submit(move || {
                round.task_runs();
                if starts && !promise.set_running() {
                    // It was cancelled; the task has run all the same.
                    drop(ticket.run());
                } else {
                    promise.set(Ok(ticket.run()));
                }
            }),
        );
        let cancelled = self.random.one_in(3) && future.cancel();
        match future.result() {
            Ok(value) => verify!(!cancelled && setter.is_some(), "{value:?}"),
            Err(TaskError::Cancelled) => verify!(cancelled, "nobody has cancelled this promise"),
            Err(TaskError::Broken(_)) => {
                let excuses = self.round.plan.excuses();
                let dropped = setter.is_none() || excuses.cancelling_shutdown || excuses.broken;
                verify!(dropped && !cancelled, "the promise of task {id} was dropped");
            }
            Err(error) => verify!(false, "the promise of task {id}: {error:?}"),
        }
    }

    fn map(&mut self) {
        let mut tickets = Vec::new();
        for _ in 0..self.random.between(1, 30) {
            let Some(ticket) = self.open() else { break };
            let panics = if self.random.one_in(10) { PANICS } else { 0 };
            self.round.ledger.note(ticket.id, MAPPED | panics);
            tickets.push(ticket);
        }
        let ids: Vec<usize> = tickets.iter().map(|ticket| ticket.id).collect();
        let chunk = self.random.pick(&[1, 1, 2, 7]);
        let round = Arc::clone(self.round);
        let run = move |(n, ticket): (usize, Ticket)| {
            // A chunk is one task of the pool.
            if n.is_multiple_of(chunk) {
                round.task_runs();
            }
            ticket.run()
        };
        let arguments = tickets.into_iter().enumerate();
        let ledger = &self.round.ledger;
        let settle = |results: &mut dyn Iterator<Item = Result<Value, TaskError>>| {
            for (id, result) in ids.iter().zip(results) {
                ledger.settle(*id, &result);
            }
        };
        let map = self.pool.map_builder().chunk_size(chunk);
        if self.random.one_in(3) {
            let buffer = self.random.between(1, 10);
            let mut results = map.buffer(buffer).map(run, arguments).expect("all in range");
            return match self.random.below(3) {
                0 => settle(&mut results.by_ref().take(3)),
                1 => results.cancel(),
                _ => settle(&mut results),
            };
        }
        let mut results = map.map(run, arguments).expect("all in range");
        match self.random.below(6) {
            0 => drop(results),
            1 => results.cancel(),
            2 => results.detach(),
            3 => settle(&mut results.by_ref().take(3)),
            4 => settle(&mut results.timeout(self.random.moment()).map_while(Result::ok)),
            _ => settle(&mut results),
        }
    }

    /// Borrows the tickets instead of giving them away.
    fn scope(&mut self) {
        let tickets: Vec<Ticket> =
            (0..self.random.between(1, 10)).map_while(|_| self.open()).collect();
        let ledger = &self.round.ledger;
        for ticket in &tickets {
            let panics = if self.random.one_in(10) { PANICS } else { 0 };
            ledger.note(ticket.id, ADMITTED | panics);
        }
        let ran = AtomicUsize::new(0);
        let mut cancelled = 0;
        scope(self.random.between(1, 2), |pool| {
            let mut jobs = Vec::new();
            for ticket in &tickets {
                let job = pool.submit(|| {
                    ran.fetch_add(1, Ordering::Relaxed);
                    ticket.run()
                });
                match self.random.below(4) {
                    0 => drop(job),
                    1 => {
                        ledger.note(ticket.id, CANCELLED);
                        cancelled += usize::from(job.cancel());
                    }
                    _ => jobs.push((ticket.id, job)),
                }
            }
            for (id, job) in as_completed(jobs) {
                ledger.settle(id, &job.result());
            }
        });
        let ran = ran.into_inner();
        verify!(ran + cancelled == tickets.len(), "{ran} ran and {cancelled} were cancelled");
    }

    fn consume_batch(&mut self, jobs: Vec<(usize, Future<Value>)>) {
        let ledger = &self.round.ledger;
        let settle_all = |jobs: Vec<(usize, Future<Value>)>| {
            for (id, future) in jobs {
                verify!(future.is_done(), "task {id}: {future:?}");
                ledger.settle(id, &future.result());
            }
        };
        let count = jobs.len();
        match self.random.below(8) {
            0 => {
                for (id, future) in as_completed(jobs) {
                    verify!(future.is_done(), "task {id}: {future:?}");
                    ledger.settle(id, &future.result());
                }
            }
            1 => {
                let mut completed = as_completed(jobs).timeout(self.random.moment());
                let (mut yielded, mut left) = (0, 0);
                for next in completed.by_ref() {
                    match next {
                        Ok((id, future)) => {
                            yielded += 1;
                            ledger.settle(id, &future.result());
                        }
                        Err(WaitTimeout { unfinished, total, .. }) => {
                            verify!(total == count, "{total} of {count}");
                            left = unfinished;
                        }
                    }
                }
                verify!(yielded + left == count, "{yielded} and {left} of {count}");
                let unfinished = completed.into_unfinished();
                verify!(unfinished.len() == left, "{} of {left}", unfinished.len());
                for (id, future) in unfinished {
                    self.cancel(id, &future);
                }
            }
            2 => {
                let half = jobs.len() / 2;
                for (id, future) in as_completed(jobs).take(half) {
                    ledger.settle(id, &future.result());
                }
            }
            3 => {
                let mut waiting = jobs;
                while !waiting.is_empty() {
                    let Waited { done, not_done } = wait(waiting, ReturnWhen::FirstCompleted);
                    verify!(!done.is_empty(), "wait returned before anything was done");
                    settle_all(done);
                    waiting = not_done;
                }
            }
            4 => {
                let Waited { done, not_done } = wait(jobs, ReturnWhen::AllCompleted);
                verify!(not_done.is_empty() && done.len() == count, "not all are done");
                settle_all(done);
            }
            5 => {
                let Waited { done, not_done } = wait(jobs, ReturnWhen::FirstException);
                verify!(done.len() + not_done.len() == count, "some are lost");
                let failed = done.iter().any(|(_, future)| {
                    future.exception().is_some_and(|error| !matches!(error, TaskError::Cancelled))
                });
                verify!(failed || not_done.is_empty(), "wait returned for no reason");
                settle_all(done);
            }
            6 => {
                let moment = self.random.moment();
                let Waited { done, not_done } =
                    wait_timeout(jobs, ReturnWhen::AllCompleted, moment);
                verify!(done.len() + not_done.len() == count, "some are lost");
                settle_all(done);
            }
            _ => {
                let mut all: Vec<&dyn Waitable> = Vec::new();
                for (_, future) in &jobs {
                    all.extend([future as &dyn Waitable, future]);
                }
                verify!(as_completed(all).count() == count, "each is yielded once");
                settle_all(jobs);
            }
        }
    }
}

/// Awaits a future on this thread.
fn block_on<T>(mut future: Future<T>) -> Result<T, TaskError> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match Pin::new(&mut future).poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => return result,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
