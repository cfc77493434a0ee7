//! What can end a worker, or its task: one at a time, each in the middle of others' work.

use std::time::Duration;

use batteries::concurrent::futures::{
    Future, ProcessPoolBuilder, ProcessPoolExecutor, TaskError, WorkerDeath,
};

use super::desk::{self, Desk};
use super::trap::{Mishap, Moment, Trap, leave_there, there_and_back};

pub(super) const CASES: &[super::Case] = &[
    ("abort_fails_its_own_task", || ends_with(abort, Ended::Signal(libc::SIGABRT))),
    ("segfault_fails_its_own_task", || ends_with(segfault, Ended::Signal(libc::SIGSEGV))),
    ("exit_fails_its_own_task", || ends_with(exit_3, Ended::Code(3))),
    ("exit_with_success_is_no_success", || ends_with(exit_0, Ended::Code(0))),
    ("sigkill_fails_its_own_task", || ends_with(sigkill, Ended::Signal(libc::SIGKILL))),
    ("stack_overflow_fails_its_own_task", || ends_with(overflow, Ended::Signal(libc::SIGABRT))),
    ("memory_limit_fails_its_own_task", memory_limit_fails_its_own_task),
    ("memory_limit_leaves_room_for_an_error", memory_limit_leaves_room_for_an_error),
    ("panic_is_an_error_and_the_worker_lives", panic_is_an_error_and_the_worker_lives),
    ("value_that_panics_when_dropped_arrives", value_that_panics_when_dropped_arrives),
    ("argument_that_panics_when_dropped_is_a_panic", argument_that_panics_when_dropped),
    ("panic_while_decoding_is_a_panic_on_either_side", panic_while_decoding),
    ("panic_while_encoding_is_a_panic_of_the_task", panic_while_encoding),
    ("death_while_decoding_fails_its_own_task", || dies_at(Moment::DecodedAway)),
    ("death_while_encoding_fails_its_own_task", || dies_at(Moment::EncodedAway)),
    ("death_while_dropping_fails_its_own_task", || dies_at(Moment::DroppedAway)),
    ("value_unwanted_after_a_kill_may_panic_when_dropped", kill_while_decoding_at_home),
    ("worker_killed_while_idle_costs_nothing", worker_killed_while_idle_costs_nothing),
    ("worker_killed_while_it_starts_costs_nothing", worker_killed_while_it_starts),
    ("deadline_leaves_nothing", deadline_leaves_nothing),
    ("descendant_that_holds_the_socket_hides_no_death", descendant_hides_no_death),
];

fn abort(_: ()) {
    Mishap::Abort.happen();
}

fn segfault(_: ()) {
    Mishap::Segfault.happen();
}

fn exit_3(_: ()) {
    Mishap::Exit3.happen();
}

fn exit_0(_: ()) {
    std::process::exit(0);
}

fn sigkill(_: ()) {
    Mishap::SigKill.happen();
}

fn overflow(_: ()) {
    Mishap::StackOverflow.happen();
}

/// More than any limit of these tests.
fn devour(bytes: usize) -> usize {
    std::hint::black_box(vec![1_u8; bytes]).len()
}

#[derive(Debug, Clone, Copy)]
enum Ended {
    Code(i32),
    Signal(i32),
}

/// A pool with a worker that runs a task, which must come to no harm, and one that is still to be had.
struct Neighbours {
    // In front of the pool, so that a failing assertion leaves nobody waiting.
    visitor: desk::Visitor,
    desk: Desk,
    neighbour: Future<u32>,
    pool: ProcessPoolExecutor,
}

impl Neighbours {
    fn new(described: ProcessPoolBuilder) -> Self {
        let pool = described.max_workers(2).build().unwrap();
        let desk = Desk::new();
        let neighbour = pool.submit(desk::wait_at, desk.address()).unwrap();
        let visitor = desk.next();
        Self { visitor, desk, neighbour, pool }
    }

    /// The process of the worker that is not busy.
    fn free_worker(&self) -> u32 {
        self.pool.submit(desk::pid, ()).unwrap().result().unwrap()
    }

    /// The next task runs, and so does the one that ran all the time.
    fn part(self) {
        let Self { pool, desk, neighbour, visitor } = self;
        assert_ne!(pool.submit(desk::pid, ()).unwrap().result().unwrap(), visitor.pid());
        let pid = visitor.pid();
        drop(visitor);
        assert_eq!(neighbour.result().unwrap(), pid);
        drop(pool);
        super::books::assert_no_children();
        drop(desk);
    }
}

#[track_caller]
fn assert_died(
    result: Result<impl std::fmt::Debug, TaskError>,
    pid: u32,
    ended: Ended,
) -> WorkerDeath {
    let Err(TaskError::WorkerDied(death)) = result else { panic!("{result:?}") };
    assert_eq!(death.pid(), pid, "{death}");
    match ended {
        Ended::Code(code) => assert_eq!((death.exit_code(), death.signal()), (Some(code), None)),
        Ended::Signal(signal) => {
            assert_eq!((death.exit_code(), death.signal()), (None, Some(signal)), "{death}");
        }
    }
    assert!(death.running_time().is_some(), "{death}");
    death
}

fn ends_with(task: fn(()), ended: Ended) {
    let neighbours = Neighbours::new(ProcessPoolExecutor::builder());
    let pid = neighbours.free_worker();
    let death = assert_died(neighbours.pool.submit(task, ()).unwrap().result(), pid, ended);
    // Its own path, as the compiler has it.
    assert!(death.task().unwrap().starts_with("processes::suite::crash::"), "{death}");
    assert_ne!(neighbours.free_worker(), pid, "the dead one was replaced");
    neighbours.part();
}

fn memory_limit_fails_its_own_task() {
    let neighbours = Neighbours::new(ProcessPoolExecutor::builder().memory_limit(1 << 30));
    let pid = neighbours.free_worker();
    let task = neighbours.pool.submit(devour, 2 << 30).unwrap();
    assert_died(task.result(), pid, Ended::Signal(libc::SIGABRT));
    assert_eq!(neighbours.pool.submit(devour, 1 << 20).unwrap().result().unwrap(), 1 << 20);
    neighbours.part();
}

/// An argument for which there is no memory fails its task, and not even the worker.
fn memory_limit_leaves_room_for_an_error() {
    let pool =
        ProcessPoolExecutor::builder().max_workers(1).memory_limit(256 << 20).build().unwrap();
    let pid = pool.submit(desk::pid, ()).unwrap().result().unwrap();
    let large = batteries::concurrent::futures::Bytes::from(vec![7; 300 << 20]);
    let error = pool.submit(|bytes: batteries::concurrent::futures::Bytes| bytes.len(), large);
    let error = error.unwrap().result().unwrap_err();
    assert!(matches!(&error, TaskError::Decode(text) if text.contains("no memory")), "{error}");
    assert_eq!(pool.submit(desk::pid, ()).unwrap().result().unwrap(), pid);
}

#[track_caller]
fn assert_panicked(result: Result<impl std::fmt::Debug, TaskError>, pid: Option<u32>) {
    let Err(TaskError::Panicked(panic)) = result else { panic!("{result:?}") };
    assert_eq!((panic.message(), panic.pid()), ("a trap", pid));
    assert!(panic.location().is_some_and(|place| place.contains("trap.rs:")), "{panic}");
}

fn panic_is_an_error_and_the_worker_lives() {
    let neighbours = Neighbours::new(ProcessPoolExecutor::builder());
    let pid = neighbours.free_worker();
    let task = neighbours.pool.submit(|()| Mishap::Panic.happen(), ()).unwrap();
    assert_panicked(task.result(), Some(pid));
    assert_eq!(neighbours.free_worker(), pid);
    neighbours.part();
}

/// The value's copy in the worker panics when it is dropped there; the value is whole.
fn value_that_panics_when_dropped_arrives() {
    let neighbours = Neighbours::new(ProcessPoolExecutor::builder());
    let pid = neighbours.free_worker();
    let trap = Trap::new(Moment::DroppedAway, Mishap::Panic);
    let value = neighbours.pool.submit(there_and_back, trap).unwrap().result();
    assert!(value.is_ok(), "{value:?}");
    assert_eq!(neighbours.free_worker(), pid);
    neighbours.part();
}

fn argument_that_panics_when_dropped() {
    let neighbours = Neighbours::new(ProcessPoolExecutor::builder());
    let pid = neighbours.free_worker();
    let trap = Trap::new(Moment::DroppedAway, Mishap::Panic);
    assert_panicked(neighbours.pool.submit(leave_there, trap).unwrap().result(), Some(pid));
    assert_eq!(neighbours.free_worker(), pid);
    neighbours.part();
}

fn panic_while_decoding() {
    let neighbours = Neighbours::new(ProcessPoolExecutor::builder());
    let pid = neighbours.free_worker();
    for (moment, where_it_was) in [(Moment::DecodedAway, Some(pid)), (Moment::DecodedAtHome, None)]
    {
        let trap = Trap::new(moment, Mishap::Panic);
        let result = neighbours.pool.submit(there_and_back, trap).unwrap().result();
        assert_panicked(result, where_it_was);
        assert_eq!(neighbours.free_worker(), pid);
    }
    neighbours.part();
}

fn panic_while_encoding() {
    let neighbours = Neighbours::new(ProcessPoolExecutor::builder());
    let pid = neighbours.free_worker();
    let trap = Trap::new(Moment::EncodedAway, Mishap::Panic);
    assert_panicked(neighbours.pool.submit(there_and_back, trap).unwrap().result(), Some(pid));
    assert_eq!(neighbours.free_worker(), pid);
    neighbours.part();
}

fn dies_at(moment: Moment) {
    let neighbours = Neighbours::new(ProcessPoolExecutor::builder());
    for (mishap, ended) in [
        (Mishap::Exit3, Ended::Code(3)),
        (Mishap::Abort, Ended::Signal(libc::SIGABRT)),
        (Mishap::Segfault, Ended::Signal(libc::SIGSEGV)),
        (Mishap::StackOverflow, Ended::Signal(libc::SIGABRT)),
        (Mishap::SigKill, Ended::Signal(libc::SIGKILL)),
    ] {
        let pid = neighbours.free_worker();
        let task = neighbours.pool.submit(there_and_back, Trap::new(moment, mishap)).unwrap();
        assert_died(task.result(), pid, ended);
    }
    neighbours.part();
}

/// A result that waits at a desk while it is decoded at home, and panics when it is dropped.
struct Unwanted(String);

impl serde::Serialize for Unwanted {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Unwanted {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let address = String::deserialize(deserializer)?;
        desk::wait_at(address.clone());
        Ok(Self(address))
    }
}

impl Drop for Unwanted {
    fn drop(&mut self) {
        panic!("nobody wants {}", self.0);
    }
}

/// The kill comes when the answer is there and not yet looked at, so the value has to go.
fn kill_while_decoding_at_home() {
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let desk = Desk::new();
    // The worker's own copy panics as well when it goes, which is no news.
    let future = pool.submit(Unwanted, desk.address()).unwrap();
    let visitor = desk.next();
    assert_eq!(visitor.pid(), std::process::id());
    assert!(future.kill(), "it has given no value yet");
    drop(visitor);
    assert!(matches!(future.result(), Err(TaskError::WorkerDied(_))));
    assert!(pool.submit(desk::pid, ()).unwrap().result().is_ok());
}

fn worker_killed_while_idle_costs_nothing() {
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let first = pool.submit(desk::pid, ()).unwrap().result().unwrap();
    super::books::kill(first);
    super::books::soon("the worker's end", || !super::books::is_alive(first));
    assert_ne!(pool.submit(desk::pid, ()).unwrap().result().unwrap(), first);
}

fn stop_at(address: String) -> Result<(), std::io::Error> {
    desk::wait_at(address);
    Ok(())
}

/// A worker may be killed at any time, also before it is ready: the system does so when memory is short.
fn worker_killed_while_it_starts() {
    let desk = Desk::new();
    let pool = ProcessPoolExecutor::builder()
        .max_workers(1)
        .initializer(stop_at, desk.address())
        .build()
        .unwrap();
    let task = pool.submit(desk::pid, ()).unwrap();
    let starting = desk.next();
    super::books::kill(starting.pid());
    let second = desk.next();
    assert_ne!(second.pid(), starting.pid());
    let pid = second.pid();
    drop(second);
    assert_eq!(task.result().unwrap(), pid);
}

fn deadline_leaves_nothing() {
    let neighbours = Neighbours::new(ProcessPoolExecutor::builder());
    let builder = neighbours.pool.task_builder().deadline(Duration::from_millis(20));
    let task = builder
        .submit(
            |()| loop {
                std::hint::spin_loop();
            },
            (),
        )
        .unwrap();
    assert_eq!(task.result(), Err::<(), _>(TaskError::TimedOut));
    neighbours.part();
}

/// Leaves a process behind that has all that this one has, the socket too, and dies.
#[expect(unsafe_code, reason = "nothing safe forks")]
fn fork_and_abort(_: ()) {
    // SAFETY: the child calls nothing but what may be called after a fork, and never returns.
    unsafe {
        if libc::fork() == 0 {
            loop {
                libc::pause();
            }
        }
    }
    std::process::abort();
}

/// The socket has no end as long as anybody holds it; the worker has.
fn descendant_hides_no_death() {
    ends_with(fork_and_abort, Ended::Signal(libc::SIGABRT));
}
