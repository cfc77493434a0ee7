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
use super::raw::Callee;
use super::wire::{self, Kind};

/// How a task is to be carried out.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Terms {
    pub(super) deadline: Option<Duration>,
    pub(super) retries: usize,
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
        let job = Job::new(request, name(task), terms);
        Ok(Self { office: Arc::clone(office), job, result: PhantomData })
    }

    pub(super) fn switch(&self) -> &Arc<Switch> {
        &self.job.switch
    }
}

impl<R: DeserializeOwned> Work<R> for Remote<R> {
    const IS_ERRAND: bool = true;

    fn run(self) -> Result<R, TaskError> {
        self.office.carry_out(&self.job, entry::result)
    }
}

fn name<A, R>(task: Task<A, R>) -> &'static str {
    task.name().unwrap_or_else(|| type_name::<fn(A) -> R>())
}

/// Calls of one function with many arguments, in one task.
pub(super) struct RemoteChunk<R> {
    office: Arc<Office>,
    job: Job,
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
        let job = Job::new(request, name(task), terms);
        let office = Arc::clone(office);
        Ok(Self { office, job, len: arguments.len(), refused, result: PhantomData })
    }

    pub(super) fn switch(&self) -> &Arc<Switch> {
        &self.job.switch
    }
}

impl<R: DeserializeOwned> Work<Vec<Result<R, TaskError>>> for RemoteChunk<R> {
    const IS_ERRAND: bool = true;

    fn run(self) -> Result<Vec<Result<R, TaskError>>, TaskError> {
        let mut results = self.office.carry_out(&self.job, |kind, payload, pid| match kind {
            Kind::Value => Ok(entry::results(payload, pid).collect::<Vec<_>>()),
            _ => Err(entry::error(kind, payload, pid)),
        })?;
        // In rising order, so that each finds its place.
        for (place, error) in self.refused {
            results.insert(place.min(results.len()), Err(error));
        }
        let missing = || Err(TaskError::Decode("the worker's answer is too short".into()));
        results.resize_with(self.len, missing);
        Ok(results)
    }
}
