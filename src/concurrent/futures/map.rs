//! One function, many arguments: results in the order of the arguments.

use std::collections::VecDeque;
use std::fmt;
use std::iter::FusedIterator;
use std::time::{Duration, Instant};

use crate::panic_hook;
use crate::sync::Arc;

use super::error::{
    BuildError, BuildErrorKind, Panic, SubmitError, SubmitErrorKind, TaskError, WaitTimeout,
};
use super::future::Future;
use super::thread::ThreadPoolExecutor;

/// The results of a `map`, in the order of the arguments.
///
/// A task that failed is an `Err`, and the next result follows it. Where the executor refused an argument, an `Err` with
/// [`TaskError::Broken`] stands in its place; if it would refuse all others too, being shut down or broken, the results end
/// there.
///
/// Dropping it after results have been asked for cancels what has not started, as dropping a half-used iterator does in
/// Python; dropping it before leaves all tasks running. [`cancel`](Map::cancel) and [`detach`](Map::detach) say it outright.
///
/// # Differences from Python
///
/// Python up to 3.15 loses the results after an exception; 3.16 goes on, and so does this.
#[must_use = "the tasks run, but their results are lost"]
pub struct Map<R> {
    parts: VecDeque<Part<R>>,
    /// What is left of a chunk.
    chunk: std::vec::IntoIter<Result<R, TaskError>>,
    left: usize,
    total: usize,
    started: Instant,
    asked: bool,
}

/// One task of a map.
pub(super) enum Part<R> {
    One(Future<R>),
    Chunk(Future<Vec<Result<R, TaskError>>>, usize),
    Refused(TaskError, usize),
}

impl<R> Part<R> {
    fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Chunk(_, len) | Self::Refused(_, len) => *len,
        }
    }

    fn cancel(&self) {
        match self {
            Self::One(future) => drop(future.cancel()),
            Self::Chunk(future, _) => drop(future.cancel()),
            Self::Refused(..) => {}
        }
    }

    /// The place of `len` refused arguments; one place, and true, if all that follow would be refused.
    pub(super) fn refused<W>(error: SubmitError<W>, len: usize) -> (Self, bool) {
        let last = matches!(error.kind(), SubmitErrorKind::Shutdown | SubmitErrorKind::Broken);
        (Self::Refused(error.into(), if last { 1 } else { len }), last)
    }

    /// The part's outcome; the part itself if `timeout` was too short.
    fn wait(self, timeout: Option<Duration>) -> Result<Outcome<R>, Self> {
        match (self, timeout) {
            (Self::One(future), None) => Ok(Outcome::One(future.result())),
            (Self::One(future), Some(d)) => {
                future.result_timeout(d).map(Outcome::One).map_err(Self::One)
            }
            (Self::Chunk(future, len), None) => Ok(Outcome::chunk(future.result(), len)),
            (Self::Chunk(future, len), Some(d)) => match future.result_timeout(d) {
                Ok(result) => Ok(Outcome::chunk(result, len)),
                Err(future) => Err(Self::Chunk(future, len)),
            },
            (Self::Refused(error, len), _) => Ok(Outcome::chunk(Err(error), len)),
        }
    }
}

enum Outcome<R> {
    One(Result<R, TaskError>),
    Chunk(Vec<Result<R, TaskError>>),
}

impl<R> Outcome<R> {
    /// A chunk that never ran leaves its error to each of its arguments.
    fn chunk(result: Result<Vec<Result<R, TaskError>>, TaskError>, len: usize) -> Self {
        Self::Chunk(result.unwrap_or_else(|e| (0..len).map(|_| Err(e.clone())).collect()))
    }
}

impl<R> Map<R> {
    /// Takes parts until there are no more.
    pub(super) fn of(mut source: impl FnMut() -> Option<Part<R>>) -> Self {
        let started = Instant::now();
        let mut parts = VecDeque::new();
        while let Some(part) = source() {
            parts.push_back(part);
        }
        Self::new(parts, started)
    }

    fn new(parts: VecDeque<Part<R>>, started: Instant) -> Self {
        let total = parts.iter().map(Part::len).sum();
        Self { parts, chunk: Vec::new().into_iter(), left: total, total, started, asked: false }
    }

    /// Takes futures until one could not be had.
    pub(super) fn collect<W>(
        submitted: impl Iterator<Item = Result<Future<R>, SubmitError<W>>>,
    ) -> Self {
        let started = Instant::now();
        let mut parts = VecDeque::with_capacity(submitted.size_hint().0);
        for future in submitted {
            match future {
                Ok(future) => parts.push_back(Part::One(future)),
                Err(error) => {
                    let (part, last) = Part::refused(error, 1);
                    parts.push_back(part);
                    if last {
                        break;
                    }
                }
            }
        }
        Self::new(parts, started)
    }

    pub(super) fn submit_each<A, F, I>(pool: &ThreadPoolExecutor, f: F, args: I) -> Self
    where
        F: Fn(A) -> R + Send + Sync + 'static,
        I: IntoIterator<Item = A>,
        A: Send + 'static,
        R: Send + 'static,
    {
        let f = Arc::new(f);
        Self::collect(args.into_iter().map(|arg| {
            let f = Arc::clone(&f);
            pool.submit(move || f(arg))
        }))
    }

    /// Yields for at most `timeout` in all, counted from the call of `map`.
    pub fn timeout(self, timeout: Duration) -> MapTimeout<R> {
        let deadline = self.started.checked_add(timeout);
        MapTimeout { map: self, deadline }
    }

    /// Cancels the tasks that have not started and drops the results.
    pub fn cancel(mut self) {
        self.cancel_rest();
    }

    /// Drops the results; all tasks still run.
    pub fn detach(mut self) {
        self.parts.clear();
    }

    fn cancel_rest(&mut self) {
        for part in self.parts.drain(..) {
            part.cancel();
        }
        self.left = 0;
    }

    /// The next result; the number of results still to come if the time is over.
    fn next_by(&mut self, wait: Wait) -> Option<Result<Result<R, TaskError>, WaitTimeout>> {
        self.asked = true;
        loop {
            if let Some(result) = self.chunk.next() {
                self.left -= 1;
                return Some(Ok(result));
            }
            let timeout = wait.timeout();
            match self.parts.pop_front()?.wait(timeout) {
                Ok(Outcome::One(result)) => {
                    self.left -= 1;
                    return Some(Ok(result));
                }
                Ok(Outcome::Chunk(results)) => self.chunk = results.into_iter(),
                Err(part) => {
                    self.parts.push_front(part);
                    return Some(Err(WaitTimeout { unfinished: self.left, total: self.total }));
                }
            }
        }
    }
}

/// How long a map waits for its next result.
#[derive(Debug, Clone, Copy)]
enum Wait {
    Forever,
    /// `None`: a time too far away to be told.
    Until(Option<Instant>),
}

impl Wait {
    fn timeout(self) -> Option<Duration> {
        match self {
            Self::Forever => None,
            Self::Until(None) => Some(Duration::MAX),
            Self::Until(Some(at)) => Some(at.saturating_duration_since(Instant::now())),
        }
    }
}

impl<R> Iterator for Map<R> {
    type Item = Result<R, TaskError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_by(Wait::Forever)?.ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<R> ExactSizeIterator for Map<R> {}
impl<R> FusedIterator for Map<R> {}

impl<R> Drop for Map<R> {
    fn drop(&mut self) {
        if self.asked {
            self.cancel_rest();
        }
    }
}

impl<R> fmt::Debug for Map<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map")
            .field("left", &self.left)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

/// The iterator of [`Map::timeout`].
///
/// The outer `Err` is the map's own timeout: it ends the results and cancels the tasks that have not started. An inner `Err`
/// is one task's, whatever it is.
#[must_use = "the tasks run, but their results are lost"]
#[derive(Debug)]
pub struct MapTimeout<R> {
    map: Map<R>,
    deadline: Option<Instant>,
}

impl<R> Iterator for MapTimeout<R> {
    type Item = Result<Result<R, TaskError>, WaitTimeout>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.map.next_by(Wait::Until(self.deadline));
        if let Some(Err(_)) = next {
            self.map.cancel_rest();
        }
        next
    }
}

impl<R> FusedIterator for MapTimeout<R> {}

/// How many arguments of a `map` go into one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChunkSize {
    /// So many, at least 1.
    Fixed(usize),
    /// As many as give each worker about four tasks; where the number of arguments is not known, more and more.
    ///
    /// Four: few enough that a task's own cost does not count, many enough that no worker is left with one long one.
    Auto,
}

impl From<usize> for ChunkSize {
    fn from(n: usize) -> Self {
        Self::Fixed(n)
    }
}

impl ChunkSize {
    pub(super) fn sizes<I: Iterator>(
        self,
        max_workers: usize,
        args: &I,
    ) -> Result<Sizes, BuildError> {
        let known = match args.size_hint() {
            (least, Some(most)) if least == most => Some(least),
            _ => None,
        };
        match (self, known) {
            (Self::Fixed(0), _) => Err(BuildError::new(BuildErrorKind::ChunkSize)),
            (Self::Fixed(n), _) => Ok(Sizes { next: n, grows: None }),
            (Self::Auto, Some(len)) => {
                let tasks = max_workers.saturating_mul(Sizes::TASKS_A_WORKER);
                Ok(Sizes { next: len.div_ceil(tasks).max(1), grows: None })
            }
            (Self::Auto, None) => {
                let before = max_workers.saturating_mul(Sizes::TASKS_A_WORKER);
                Ok(Sizes { next: 1, grows: Some(Growth { before, left: before }) })
            }
        }
    }
}

/// The sizes of one chunk after the other.
pub(super) struct Sizes {
    next: usize,
    grows: Option<Growth>,
}

/// The size is doubled after so many chunks.
struct Growth {
    before: usize,
    left: usize,
}

impl Sizes {
    const TASKS_A_WORKER: usize = 4;
    /// A larger chunk saves nothing any more.
    const LARGEST: usize = 1024;

    pub(super) fn next_size(&mut self) -> usize {
        let size = self.next;
        if let Some(growth) = &mut self.grows {
            growth.left -= 1;
            if growth.left == 0 {
                growth.left = growth.before;
                self.next = (size * 2).min(Self::LARGEST);
            }
        }
        size
    }
}

/// Describes a `map`; made by [`ThreadPoolExecutor::map_builder`].
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::ThreadPoolExecutor;
///
/// let pool = ThreadPoolExecutor::new(2)?;
/// // A thousand arguments a task: what a task costs is shared by all of them.
/// let sum: u64 = pool.map_builder().chunk_size(1000).map(|n: u64| n * 2, 0..10_000)?.sum::<Result<_, _>>()?;
/// assert_eq!(sum, 99_990_000);
/// // Endless arguments, eight ahead of the results.
/// let squares = pool.map_builder().buffer(8).map(|n: u64| n * n, 0..)?;
/// assert_eq!(squares.take(4).collect::<Result<Vec<_>, _>>()?, [0, 1, 4, 9]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct MapBuilder<'p> {
    pool: &'p ThreadPoolExecutor,
    chunk_size: ChunkSize,
}

impl<'p> MapBuilder<'p> {
    pub(super) fn new(pool: &'p ThreadPoolExecutor) -> Self {
        Self { pool, chunk_size: ChunkSize::Fixed(1) }
    }

    /// Puts several arguments into one task: a number, at least 1, or [`ChunkSize::Auto`].
    ///
    /// An argument whose call panics costs only its own result. A chunk is cancelled as a whole.
    #[doc(alias = "chunksize")]
    pub fn chunk_size(mut self, size: impl Into<ChunkSize>) -> Self {
        self.chunk_size = size.into();
        self
    }

    /// Takes arguments only as results are asked for, at most `n` tasks ahead, at least 1.
    #[doc(alias = "buffersize")]
    pub fn buffer(self, n: usize) -> BufferedMapBuilder<'p> {
        BufferedMapBuilder { map: self, buffer: n }
    }

    /// Runs `f` on every argument; all are handed in before this returns.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if `chunk_size` is 0.
    pub fn map<A, R, F, I>(self, f: F, args: I) -> Result<Map<R>, BuildError>
    where
        F: Fn(A) -> R + Send + Sync + 'static,
        I: IntoIterator<Item = A>,
        A: Send + 'static,
        R: Send + 'static,
    {
        Ok(Map::of(self.source(f, args)?))
    }

    /// Submits the next part each time it is called; `None` after the last, or after one that was refused.
    fn source<A, R, F, I>(
        self,
        f: F,
        args: I,
    ) -> Result<impl FnMut() -> Option<Part<R>> + use<'p, A, R, F, I>, BuildError>
    where
        F: Fn(A) -> R + Send + Sync + 'static,
        I: IntoIterator<Item = A>,
        A: Send + 'static,
        R: Send + 'static,
    {
        let f = Arc::new(f);
        let mut args = args.into_iter();
        let mut sizes = self.chunk_size.sizes(self.pool.metrics().max_workers, &args)?;
        let mut ended = false;
        Ok(move || {
            if ended {
                return None;
            }
            let f = Arc::clone(&f);
            let size = sizes.next_size();
            let submitted = if size == 1 {
                let arg = args.next()?;
                self.pool.submit(move || f(arg)).map(Part::One).map_err(|e| Part::refused(e, 1))
            } else {
                let chunk: Vec<A> = args.by_ref().take(size).collect();
                if chunk.is_empty() {
                    return None;
                }
                let len = chunk.len();
                self.pool
                    .submit(move || run_chunk(&*f, chunk))
                    .map(|future| Part::Chunk(future, len))
                    .map_err(|e| Part::refused(e, len))
            };
            Some(submitted.unwrap_or_else(|(part, last)| {
                ended = last;
                part
            }))
        })
    }
}

/// One argument's panic is not its neighbours'.
fn run_chunk<A, R>(f: &impl Fn(A) -> R, chunk: Vec<A>) -> Vec<Result<R, TaskError>> {
    let one = |arg| panic_hook::catch(|| f(arg)).map_err(|c| TaskError::Panicked(Panic::caught(c)));
    chunk.into_iter().map(one).collect()
}

/// Describes a `map` that looks only so far ahead; made by [`MapBuilder::buffer`].
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct BufferedMapBuilder<'p> {
    map: MapBuilder<'p>,
    buffer: usize,
}

impl<'p> BufferedMapBuilder<'p> {
    /// Puts several arguments into one task, as [`MapBuilder::chunk_size`]; the buffer then counts chunks.
    pub fn chunk_size(mut self, size: impl Into<ChunkSize>) -> Self {
        self.map = self.map.chunk_size(size);
        self
    }

    /// Takes and hands in the first arguments, as many as the buffer holds, and the others as results are asked for.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if `buffer` or `chunk_size` is 0.
    pub fn map<'a, A, R, F, I>(self, f: F, args: I) -> Result<BufferedMap<'a, R>, BuildError>
    where
        'p: 'a,
        F: Fn(A) -> R + Send + Sync + 'static,
        I: IntoIterator<Item = A>,
        I::IntoIter: 'a,
        I: 'a,
        A: Send + 'static,
        R: Send + 'static,
    {
        BufferedMap::of(self.map.source(f, args)?, self.buffer)
    }
}

/// The results of a `map` that looks only so far ahead, in the order of the arguments.
///
/// After the executor is shut down it yields what was handed in, then one `Err`.
#[must_use = "the tasks run, but their results are lost"]
pub struct BufferedMap<'a, R> {
    map: Map<R>,
    source: Box<dyn FnMut() -> Option<Part<R>> + 'a>,
}

impl<'a, R> BufferedMap<'a, R> {
    /// Takes the first `buffer` parts, and the others as results are asked for.
    pub(super) fn of(
        mut source: impl FnMut() -> Option<Part<R>> + 'a,
        buffer: usize,
    ) -> Result<Self, BuildError> {
        if buffer == 0 {
            return Err(BuildError::new(BuildErrorKind::Buffer));
        }
        let started = Instant::now();
        let mut parts = VecDeque::new();
        while parts.len() < buffer
            && let Some(part) = source()
        {
            parts.push_back(part);
        }
        Ok(Self { map: Map::new(parts, started), source: Box::new(source) })
    }

    /// Yields for at most `timeout` in all, counted from the call of `map`.
    pub fn timeout(self, timeout: Duration) -> BufferedMapTimeout<'a, R> {
        let deadline = self.map.started.checked_add(timeout);
        BufferedMapTimeout { map: self, deadline }
    }

    /// Cancels the tasks that have not started and drops the results.
    pub fn cancel(self) {
        self.map.cancel();
    }

    /// Drops the results; the tasks handed in so far still run.
    pub fn detach(self) {
        self.map.detach();
    }

    /// Hands in one more task in the place of the one that is about to be asked for.
    fn refill(&mut self) {
        // Before the wait, so that the workers are as far ahead as they may be.
        if self.map.chunk.as_slice().is_empty()
            && !self.map.parts.is_empty()
            && let Some(part) = (self.source)()
        {
            self.map.left += part.len();
            self.map.total += part.len();
            self.map.parts.push_back(part);
        }
    }
}

impl<R> Iterator for BufferedMap<'_, R> {
    type Item = Result<R, TaskError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.refill();
        self.map.next()
    }
}

/// The iterator of [`BufferedMap::timeout`].
///
/// Errors are as in [`MapTimeout`]; after its own timeout no more arguments are taken. What is unfinished then counts the
/// arguments that were taken.
#[must_use = "the tasks run, but their results are lost"]
#[derive(Debug)]
pub struct BufferedMapTimeout<'a, R> {
    map: BufferedMap<'a, R>,
    deadline: Option<Instant>,
}

impl<R> Iterator for BufferedMapTimeout<'_, R> {
    type Item = Result<Result<R, TaskError>, WaitTimeout>;

    fn next(&mut self) -> Option<Self::Item> {
        self.map.refill();
        let next = self.map.map.next_by(Wait::Until(self.deadline));
        if let Some(Err(_)) = next {
            self.map.map.cancel_rest();
        }
        next
    }
}

impl<R> fmt::Debug for BufferedMap<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferedMap").field("ahead", &self.map.left).finish_non_exhaustive()
    }
}
