//! What a worker does with a request: one function for each pair of types, each of the same shape.

use std::cell::Cell;
use std::convert::Infallible;
use std::error::Error;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::panic_hook::{self, Caught};
use crate::sync::thread_local;

use super::super::error::{Panic, TaskError};
use super::raw::{Ledger, function_at};
use super::wire::{self, Kind};

/// One argument, one result.
pub(super) fn one<A, R>(function: usize, types: u64, argument: &[u8], to: &mut Vec<u8>) -> Kind
where
    A: DeserializeOwned,
    R: Serialize,
{
    match function_at::<A, R>(function, types) {
        Some(function) => call(function, argument, to),
        None => mismatch(to),
    }
}

thread_local! {
    static LEDGER: Cell<Option<&'static Ledger>> = const { Cell::new(None) };
}

/// Says where this thread, which is a worker's, notes how far it has come with a chunk.
pub(super) fn set_ledger(ledger: Ledger) {
    // It is mapped for good as well.
    LEDGER.with(|place| place.set(Some(Box::leak(Box::new(ledger)))));
}

/// Many arguments, and for each the kind of its answer and the answer.
///
/// What is done goes into the ledger as well, one by one: if this process dies, it is known which argument it died of, and
/// the results of those before are not lost.
pub(super) fn chunk<A, R>(function: usize, types: u64, arguments: &[u8], to: &mut Vec<u8>) -> Kind
where
    A: DeserializeOwned,
    R: Serialize,
{
    let Some(function) = function_at::<A, R>(function, types) else { return mismatch(to) };
    let mut ledger = LEDGER.with(Cell::get);
    for argument in wire::pieces(arguments) {
        let before = to.len();
        if let Some(ledger) = ledger {
            ledger.count();
        }
        // It has no error to give: each piece says how it went.
        let _ = wire::piece(to, |to| {
            let at = to.len();
            to.push(0);
            to[at] = code(call(function, argument, to));
            Ok::<(), Infallible>(())
        });
        // One that does not fit ends the book: those behind it would be taken for it.
        ledger = ledger.filter(|ledger| ledger.keep(&to[before..]));
    }
    Kind::Value
}

/// An initializer: its error becomes words.
pub(super) fn initializer<A, E>(
    function: usize,
    types: u64,
    argument: &[u8],
    to: &mut Vec<u8>,
) -> Kind
where
    A: DeserializeOwned,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let Some(function) = function_at::<A, Result<(), E>>(function, types) else {
        return mismatch(to);
    };
    let argument = match panic_hook::catch(|| wire::decode::<A>(argument)) {
        Ok(Ok(argument)) => argument,
        Ok(Err(text)) => return say(Kind::Decode, &text, to),
        Err(caught) => return panicked(caught, to),
    };
    let said = panic_hook::catch(|| function(argument).map_err(|e| e.into().to_string()));
    match said {
        Ok(result) => {
            // Two types that cannot fail to be encoded.
            let _ = wire::encode(&result, to);
            Kind::Value
        }
        Err(caught) => panicked(caught, to),
    }
}

fn call<A, R>(function: fn(A) -> R, argument: &[u8], to: &mut Vec<u8>) -> Kind
where
    A: DeserializeOwned,
    R: Serialize,
{
    let argument = match panic_hook::catch(|| wire::decode(argument)) {
        Ok(Ok(argument)) => argument,
        Ok(Err(text)) => return say(Kind::Decode, &text, to),
        Err(caught) => return panicked(caught, to),
    };
    let value = match panic_hook::catch(|| function(argument)) {
        Ok(value) => value,
        Err(caught) => return panicked(caught, to),
    };
    let before = to.len();
    let encoded = panic_hook::catch(|| wire::encode(&value, to));
    // A panic in its destructor has been reported, and does not make the value wrong.
    panic_hook::shield(|| drop(value));
    match encoded {
        Ok(Ok(())) => Kind::Value,
        Ok(Err(text)) => say(Kind::Encode, &text, to),
        Err(caught) => {
            to.truncate(before);
            panicked(caught, to)
        }
    }
}

#[cold]
fn say(kind: Kind, text: &str, to: &mut Vec<u8>) -> Kind {
    to.extend_from_slice(text.as_bytes());
    kind
}

#[cold]
fn mismatch(to: &mut Vec<u8>) -> Kind {
    say(Kind::Mismatch, "the function has other types in the worker", to)
}

type PanicWords = (String, Option<String>, Option<String>, Option<String>);

#[cold]
fn panicked(caught: Caught, to: &mut Vec<u8>) -> Kind {
    let panic = Panic::caught(caught);
    let words: PanicWords = (
        panic.message().to_owned(),
        panic.location().map(str::to_owned),
        panic.backtrace().map(str::to_owned),
        panic.thread().map(str::to_owned),
    );
    // Texts, which cannot fail to be encoded.
    let _ = wire::encode(&words, to);
    Kind::Panicked
}

/// The error in an answer that is no value, from worker `pid`.
#[cold]
pub(super) fn error(kind: Kind, payload: &[u8], pid: u32) -> TaskError {
    let text = || String::from_utf8_lossy(payload).into_owned().into();
    match kind {
        Kind::Panicked => match wire::decode::<PanicWords>(payload) {
            Ok((message, location, backtrace, thread)) => {
                TaskError::Panicked(Panic::in_process(pid, message, location, backtrace, thread))
            }
            Err(e) => TaskError::Decode(e.into()),
        },
        Kind::Encode => TaskError::Encode(text()),
        Kind::Decode => TaskError::Decode(text()),
        _ => TaskError::Broken(text()),
    }
}

/// Reads a result, in the process that asked for it. Its `Deserialize` is a stranger, and may panic.
pub(super) fn result<R: DeserializeOwned>(
    kind: Kind,
    payload: &[u8],
    pid: u32,
) -> Result<R, TaskError> {
    if kind != Kind::Value {
        return Err(error(kind, payload, pid));
    }
    match panic_hook::catch(|| wire::decode(payload)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(text)) => Err(TaskError::Decode(text.into())),
        Err(caught) => Err(TaskError::Panicked(Panic::caught(caught))),
    }
}

/// Reads the results of a chunk, as many as there are.
pub(super) fn results<R: DeserializeOwned>(
    payload: &[u8],
    pid: u32,
) -> impl Iterator<Item = Result<R, TaskError>> {
    wire::pieces(payload).map(move |piece| match piece.split_first() {
        Some((&code, payload)) => result(kind(code), payload, pid),
        None => Err(TaskError::Decode("an empty answer".into())),
    })
}

const KINDS: [Kind; 5] = [Kind::Value, Kind::Panicked, Kind::Encode, Kind::Decode, Kind::Mismatch];

fn code(kind: Kind) -> u8 {
    KINDS.iter().zip(0..).find(|(k, _)| **k == kind).map_or(u8::MAX, |(_, code)| code)
}

fn kind(code: u8) -> Kind {
    KINDS.get(usize::from(code)).copied().unwrap_or(Kind::Mismatch)
}
