//! A task that a worker process carries out, as the queue sees it.

use std::any::type_name;
use std::marker::PhantomData;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sync::Arc;

use super::super::cell::Work;
use super::super::error::{SubmitErrorKind, TaskError};
use super::super::task::Task;
use super::entry;
use super::office::{Job, Office, Switch};
use super::platform;
use super::raw::Callee;
use super::wire::{self, Kind};

/// How a task is to be carried out.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Terms {
    pub(super) deadline: Option<Duration>,
    pub(super) retries: usize,
}

/// What a task is called when its worker has died of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct TaskName {
    given: Option<&'static str>,
    function: usize,
    types: &'static str,
}

impl TaskName {
    fn of<A, R>(task: Task<A, R>) -> Self {
        Self {
            given: task.name(),
            function: task.function() as usize,
            types: type_name::<fn(A) -> R>(),
        }
    }

    /// The task's own name, or what the program's file calls the function, or its types.
    pub(super) fn to_text(self) -> String {
        let own = self.given.map(str::to_owned);
        own.or_else(|| platform::name_of(self.function)).unwrap_or_else(|| self.types.to_owned())
    }
}

/// One call.
pub(super) struct Remote<R> {
    office: Arc<Office>,
    job: Job,
    result: PhantomData<fn() -> R>,
}

impl<R: Serialize + DeserializeOwned> Remote<R> {
    /// Encodes the call.
    pub(super) fn new<A: Serialize + DeserializeOwned>(
        office: &Arc<Office>,
        terms: Terms,
        task: Task<A, R>,
        argument: &A,
    ) -> Result<Self, (SubmitErrorKind, Option<String>)> {
        let Some(callee) = Callee::new(task.function(), entry::one::<A, R>) else {
            return Err((SubmitErrorKind::NotInMainImage, None));
        };
        let mut request = wire::open(size_of::<A>());
        wire::encode(argument, &mut request).map_err(|e| (SubmitErrorKind::Encode, Some(e)))?;
        wire::close(&mut request, Kind::Call, callee.to_words());
        let job = Job::new(request, TaskName::of(task), terms);
        Ok(Self { office: Arc::clone(office), job, result: PhantomData })
    }

    pub(super) fn switch(&self) -> &Arc<Switch> {
        &self.job.switch
    }
}

impl<R: DeserializeOwned> Work<R> for Remote<R> {
    const IS_ERRAND: bool = true;

    fn run(self) -> Result<R, TaskError> {
        self.office.carry_out(&self.job, entry::result).map_err(|failure| failure.error)
    }
}

/// Calls of one function with many arguments, in one task.
pub(super) struct RemoteChunk<R> {
    office: Arc<Office>,
    job: Job,
    words: [u64; 3],
    /// How many arguments there are, those in `refused` among them.
    len: usize,
    /// Arguments that could not be encoded, by their places.
    refused: Vec<(usize, TaskError)>,
    result: PhantomData<fn() -> R>,
}

impl<R: Serialize + DeserializeOwned> RemoteChunk<R> {
    pub(super) fn new<A: Serialize + DeserializeOwned>(
        office: &Arc<Office>,
        terms: Terms,
        task: Task<A, R>,
        arguments: &[A],
    ) -> Result<Self, SubmitErrorKind> {
        let callee = Callee::new(task.function(), entry::chunk::<A, R>)
            .ok_or(SubmitErrorKind::NotInMainImage)?;
        let mut request = wire::open((size_of::<A>() + wire::PIECE) * arguments.len());
        let mut refused = Vec::new();
        for (place, argument) in arguments.iter().enumerate() {
            if let Err(text) = wire::piece(&mut request, |to| wire::encode(argument, to)) {
                refused.push((place, TaskError::Encode(text.into())));
            }
        }
        wire::close(&mut request, Kind::Call, callee.to_words());
        let mut job = Job::new(request, TaskName::of(task), terms);
        job.chunk = u32::try_from(arguments.len()).ok();
        let (office, words) = (Arc::clone(office), callee.to_words());
        Ok(Self { office, job, words, len: arguments.len(), refused, result: PhantomData })
    }

    pub(super) fn switch(&self) -> &Arc<Switch> {
        &self.job.switch
    }
}

impl<R: DeserializeOwned> RemoteChunk<R> {
    /// The results of the arguments that could be encoded.
    fn results(&mut self) -> Vec<Result<R, TaskError>> {
        let read = |kind, payload: &[u8], pid| match kind {
            Kind::Value => Ok(entry::results(payload, pid).collect::<Vec<_>>()),
            _ => Err(entry::error(kind, payload, pid)),
        };
        let mut results = Vec::new();
        let wanted = self.len - self.refused.len();
        while results.len() < wanted {
            let (error, progress) = match self.office.carry_out(&self.job, read) {
                Ok(answers) => {
                    results.extend(answers);
                    break;
                }
                Err(failure) => (failure.error, failure.progress),
            };
            let Some(progress) = progress else {
                // Nothing is known of any argument, so it is everybody's error.
                results.resize_with(wanted, || Err(error.clone()));
                break;
            };
            let before = results.len();
            results.extend(entry::results(&progress.answers, progress.pid));
            let mut done = results.len() - before;
            if progress.started > done {
                // One that may run twice has its chance; results that there was no room for are lost like the guilty one's.
                let again = self.job.retries > 0 && matches!(error, TaskError::WorkerDied(_));
                if again {
                    self.job.retries -= 1;
                } else {
                    results.resize_with(before + progress.started, || Err(error.clone()));
                    done = progress.started;
                }
            }
            wire::skip_pieces(&mut self.job.request, done);
            wire::close(&mut self.job.request, Kind::Call, self.words);
            self.job.switch.again();
        }
        results
    }
}

impl<R: DeserializeOwned> Work<Vec<Result<R, TaskError>>> for RemoteChunk<R> {
    const IS_ERRAND: bool = true;

    fn run(mut self) -> Result<Vec<Result<R, TaskError>>, TaskError> {
        let mut results = self.results();
        // In rising order, so that each finds its place.
        for (place, error) in self.refused {
            results.insert(place.min(results.len()), Err(error));
        }
        let missing = || Err(TaskError::Decode("the worker's answer is too short".into()));
        results.resize_with(self.len, missing);
        Ok(results)
    }
}
