//! The pools, behind the one thing they have in common: a function and its argument go in, a handle gives the value back.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use batteries::concurrent::futures::{Future, ProcessPoolExecutor};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::WORKERS;
use crate::case::Failure;
use crate::machine;

/// What goes to a worker and back.
pub(super) trait Data: Serialize + DeserializeOwned + Send + 'static {}

impl<T: Serialize + DeserializeOwned + Send + 'static> Data for T {}

/// A pool of [`WORKERS`] processes whose tasks return a value through a handle.
pub(super) trait Pool: Sized {
    /// The name in the tables.
    const NAME: &'static str;

    /// Descriptors of this process that a call holds from `submit` to its end.
    const DESCRIPTORS: u64;

    type Handle<R: Data>;

    /// Builds the pool. Its processes may start later: see [`start`].
    fn new() -> Result<Self, Failure>;

    fn submit<A: Data, R: Data>(&self, task: fn(A) -> R, argument: A) -> Self::Handle<R>;

    /// Waits for one result.
    fn result<R: Data>(&self, handle: Self::Handle<R>) -> R;
}

/// Builds a pool and brings all its workers up, so that no round pays for starting a process. It can be given `queued`
/// calls before the first result is taken.
pub(super) fn start<P: Pool>(queued: u64) -> Result<P, Failure> {
    // A few dozen for the workers and for what is open anyway.
    machine::allow_descriptors(P::DESCRIPTORS * queued + 64)?;
    let pool = P::new()?;
    Hold::on(&pool)?.release(&pool)?;
    Ok(pool)
}

/// All workers of a pool, each kept in a task until it is released.
///
/// The task connects to this process and waits for a byte: what works between any two processes.
pub(super) struct Hold<P: Pool> {
    workers: Vec<TcpStream>,
    tasks: Vec<P::Handle<()>>,
}

impl<P: Pool> Hold<P> {
    /// Returns once every worker is in such a task.
    pub(super) fn on(pool: &P) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
            .map_err(|error| Failure::CannotRun(format!("a port on this machine: {error}")))?;
        let port = listener.local_addr().map_err(broken)?.port();
        let tasks = (0..WORKERS).map(|_| pool.submit(wait_for_release, port)).collect();
        let deadline = Instant::now() + Duration::from_secs(30);
        let workers = (0..WORKERS)
            .map(|_| accept(&listener, deadline))
            .collect::<io::Result<_>>()
            .map_err(broken)?;
        Ok(Self { workers, tasks })
    }

    /// Lets the workers go on, and returns once they have.
    pub(super) fn release(self, pool: &P) -> Result<(), Failure> {
        for mut worker in self.workers {
            worker.write_all(&[1]).map_err(broken)?;
        }
        self.tasks.into_iter().for_each(|task| pool.result(task));
        Ok(())
    }
}

fn broken(error: io::Error) -> Failure {
    Failure::Wrong(format!("the workers were not all in a task: {error}"))
}

/// The task that keeps a worker.
fn wait_for_release(port: u16) {
    let mut to_parent =
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the parent listens at this port");
    to_parent.read_exact(&mut [0]).expect("the parent sends one byte");
}

/// A worker that never comes up is an error and no endless wait.
fn accept(listener: &TcpListener, deadline: Instant) -> io::Result<TcpStream> {
    loop {
        match listener.accept() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            accepted => return accepted.map(|(worker, _)| worker),
        }
        if Instant::now() > deadline {
            return Err(ErrorKind::TimedOut.into());
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Ours.
pub(super) struct Batteries(pub(super) ProcessPoolExecutor);

impl Pool for Batteries {
    const NAME: &'static str = "batteries";

    const DESCRIPTORS: u64 = 0;

    type Handle<R: Data> = Future<R>;

    fn new() -> Result<Self, Failure> {
        ProcessPoolExecutor::new(WORKERS)
            .map(Self)
            .map_err(|error| Failure::Wrong(error.to_string()))
    }

    #[inline]
    fn submit<A: Data, R: Data>(&self, task: fn(A) -> R, argument: A) -> Future<R> {
        self.0.submit(task, argument).expect("the pool takes work until it is dropped")
    }

    #[inline]
    fn result<R: Data>(&self, handle: Future<R>) -> R {
        handle.result().expect("the task returns")
    }
}

/// procspawn's pool. A program with a thousand calls in its queue has to be allowed thousands of descriptors, and panics
/// where it is not.
pub(super) struct Procspawn(procspawn::Pool);

impl Pool for Procspawn {
    const NAME: &'static str = "procspawn";

    const DESCRIPTORS: u64 = 3;

    type Handle<R: Data> = procspawn::JoinHandle<R>;

    fn new() -> Result<Self, Failure> {
        procspawn::Pool::new(WORKERS)
            .map(Self)
            .map_err(|error| Failure::CannotRun(error.to_string()))
    }

    #[inline]
    fn submit<A: Data, R: Data>(&self, task: fn(A) -> R, argument: A) -> Self::Handle<R> {
        self.0.spawn(argument, task)
    }

    #[inline]
    fn result<R: Data>(&self, handle: Self::Handle<R>) -> R {
        handle.join().expect("the task returns")
    }
}
