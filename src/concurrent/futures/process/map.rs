//! `map` over worker processes.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::error::{BuildError, SubmitError, TaskError};
use super::super::map::{BufferedMap, ChunkSize, Map, Part};
use super::super::task::Task;
use super::executor::ProcessPoolExecutor;
use super::remote::{RemoteChunk, Terms};

/// What a chunk of calls gives.
pub(super) type ChunkOf<R> = Vec<Result<R, TaskError>>;

/// Describes a `map`; made by [`ProcessPoolExecutor::map_builder`].
///
/// # Examples
///
/// ```
/// use batteries::concurrent::futures::{ChunkSize, ProcessPoolExecutor};
///
/// fn triangular(n: u64) -> u64 {
///     n * (n + 1) / 2
/// }
///
/// batteries::init();
/// let pool = ProcessPoolExecutor::new(2)?;
/// let numbers = pool.map_builder().chunk_size(ChunkSize::Auto).map(triangular, 1..=100)?;
/// assert_eq!(numbers.sum::<Result<u64, _>>()?, 171_700);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct ProcessMapBuilder<'p> {
    pool: &'p ProcessPoolExecutor,
    chunk_size: ChunkSize,
    terms: Terms,
}

impl<'p> ProcessMapBuilder<'p> {
    pub(super) fn new(pool: &'p ProcessPoolExecutor, terms: Terms) -> Self {
        Self { pool, chunk_size: ChunkSize::Fixed(1), terms }
    }

    /// Puts several arguments into one task: a number, at least 1, or [`ChunkSize::Auto`].
    ///
    /// An argument whose call fails costs only its own result, however it fails. A chunk is cancelled as a whole.
    #[doc(alias = "chunksize")]
    pub fn chunk_size(mut self, size: impl Into<ChunkSize>) -> Self {
        self.chunk_size = size.into();
        self
    }

    /// Lets each call run for at most `deadline`.
    ///
    /// See [`TaskBuilder::deadline`](super::TaskBuilder::deadline). In a chunk a call that takes too long is noticed up to a
    /// quarter of the time later, and the calls behind it go on in another worker. (Where the progress of a chunk is not known,
    /// on Unixes other than Linux, a chunk may run for as long as all its calls may.)
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.terms.deadline = Some(deadline);
        self
    }

    /// Runs a task again, at most `n` times, if its worker dies.
    ///
    /// See [`TaskBuilder::retry`](super::TaskBuilder::retry).
    pub fn retry(mut self, n: usize) -> Self {
        self.terms.retries = n;
        self
    }

    /// Takes arguments only as results are asked for, at most `n` tasks ahead, at least 1.
    #[doc(alias = "buffersize")]
    pub fn buffer(self, n: usize) -> BufferedProcessMapBuilder<'p> {
        BufferedProcessMapBuilder { map: self, buffer: n }
    }

    /// Runs `f` on every argument; all are handed in before this returns.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if `chunk_size` is 0.
    pub fn map<A, R, I>(self, f: fn(A) -> R, args: I) -> Result<Map<R>, BuildError>
    where
        I: IntoIterator<Item = A>,
        A: Serialize + DeserializeOwned + 'static,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        Ok(Map::of(self.source(f, args)?))
    }

    /// Submits the next part each time it is called; `None` after the last, or after one that was refused.
    fn source<A, R, I>(
        self,
        f: fn(A) -> R,
        args: I,
    ) -> Result<impl FnMut() -> Option<Part<R>> + use<'p, A, R, I>, BuildError>
    where
        I: IntoIterator<Item = A>,
        A: Serialize + DeserializeOwned + 'static,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        let mut args = args.into_iter();
        let mut sizes = self.chunk_size.sizes(self.pool.metrics().max_workers, &args)?;
        let mut ended = false;
        let task = Task::from_fn(f);
        Ok(move || {
            if ended {
                return None;
            }
            let submitted = match sizes.next_size() {
                1 => {
                    let submitted = self.pool.submit_on(self.terms, task, args.next()?);
                    submitted.map(Part::One).map_err(|e| Part::refused(e, 1))
                }
                size => {
                    let chunk: Vec<A> = args.by_ref().take(size).collect();
                    if chunk.is_empty() {
                        return None;
                    }
                    RemoteChunk::new(self.pool.office(), self.terms, task, &chunk)
                        .map_err(|kind| SubmitError::new(kind, ()))
                        .and_then(|remote| self.pool.submit_chunk(remote))
                        .map(|future| Part::Chunk(future, chunk.len()))
                        .map_err(|e| Part::refused(e, chunk.len()))
                }
            };
            Some(submitted.unwrap_or_else(|(part, last)| {
                ended = last;
                part
            }))
        })
    }
}

/// Describes a `map` that looks only so far ahead; made by [`ProcessMapBuilder::buffer`].
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct BufferedProcessMapBuilder<'p> {
    map: ProcessMapBuilder<'p>,
    buffer: usize,
}

impl<'p> BufferedProcessMapBuilder<'p> {
    /// Puts several arguments into one task, as [`ProcessMapBuilder::chunk_size`]; the buffer then counts chunks.
    pub fn chunk_size(mut self, size: impl Into<ChunkSize>) -> Self {
        self.map = self.map.chunk_size(size);
        self
    }

    /// Takes and hands in the first arguments, as many as the buffer holds, and the others as results are asked for.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if `buffer` or `chunk_size` is 0.
    pub fn map<'a, A, R, I>(self, f: fn(A) -> R, args: I) -> Result<BufferedMap<'a, R>, BuildError>
    where
        'p: 'a,
        I: IntoIterator<Item = A> + 'a,
        I::IntoIter: 'a,
        A: Serialize + DeserializeOwned + 'static,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        BufferedMap::of(self.map.source(f, args)?, self.buffer)
    }
}
