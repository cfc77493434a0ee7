//! A large payload, there and back.

use std::time::Instant;

use batteries::concurrent::futures::Bytes;
use serde_bytes::ByteBuf;

use super::pools::{self, Batteries, Data, Pool, Procspawn};
use super::{micros_each, with_cpython};
use crate::case::{Better, Case, Failure, Sizes, check};

const LENGTH: usize = 1 << 20;

pub(super) fn case() -> Case {
    let case = Case::new(
        "process/echo_1mib",
        "Send 1 MiB of bytes to a worker that returns them, and wait; 2 workers. What came back is sent again.\n\
         batteries: its own Bytes. procspawn: serde_bytes::ByteBuf, its fastest way. procspawn_vec: the Vec<u8> that most would write.",
        "us",
        Better::Lower,
        Sizes { full: 100, smoke: 3 },
    )
    .child(Batteries::NAME, echo_all::<Batteries, Bytes>)
    .child(Procspawn::NAME, echo_all::<Procspawn, ByteBuf>)
    .child("procspawn_vec", echo_all::<Procspawn, Vec<u8>>);
    with_cpython(case, ["fork echo_1mib", "spawn echo_1mib"], Sizes { full: 100, smoke: 3 })
}

fn echo<T>(payload: T) -> T {
    payload
}

fn echo_all<P: Pool, B: Data + From<Vec<u8>> + AsRef<[u8]>>(calls: u64) -> Result<f64, Failure> {
    let pool = pools::start::<P>(1)?;
    // No byte is like the one a page or a buffer further: a payload put together wrongly is not the same.
    let sent: Vec<u8> = (0..LENGTH).map(|place| (place % 251) as u8).collect();
    // The first call makes each side's buffers as large as they have to be.
    let mut payload = pool.result(pool.submit(echo, B::from(sent.clone())));
    let start = Instant::now();
    for _ in 0..calls {
        payload = pool.result(pool.submit(echo, payload));
    }
    let elapsed = start.elapsed();
    check(payload.as_ref() == sent, true)?;
    Ok(micros_each(elapsed, calls))
}
