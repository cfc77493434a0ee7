//! Few descriptors, many tasks, large values.

use std::process::Output;

use batteries::concurrent::futures::{Bytes, ProcessPoolExecutor};
use rustix::process::{Resource, Rlimit};

use super::books;
use super::desk::{self, Desk};

pub(super) const CASES: &[super::Case] = &[
    ("sixty_four_descriptors_are_enough_for_10_000_tasks", few_descriptors),
    ("queued_tasks_have_no_descriptors", queued_tasks_have_no_descriptors),
    ("workers_that_cannot_be_had_are_done_without", too_many_workers),
    ("hundred_mebibytes_go_there_and_back", hundred_mebibytes),
];

pub(super) const PROGRAMS: &[super::Case] =
    &[("program_few_descriptors", program_few), ("program_too_many_workers", program_too_many)];

fn few_descriptors() {
    passes("program_few_descriptors");
}

fn too_many_workers() {
    passes("program_too_many_workers");
}

#[track_caller]
fn passes(role: &str) {
    let Output { status, stderr, .. } = super::program(role).output().unwrap();
    assert!(status.success(), "{status}\n{}", String::from_utf8_lossy(&stderr));
}

fn allow_64_descriptors() {
    let limit = Rlimit { current: Some(64), maximum: Some(64) };
    rustix::process::setrlimit(Resource::Nofile, limit).unwrap();
}

fn program_few() {
    allow_64_descriptors();
    let pool = ProcessPoolExecutor::new(2).unwrap();
    let futures: Vec<_> =
        (0..10_000_u32).map(|n| pool.submit(|n: u32| n + 1, n).unwrap()).collect();
    for (n, future) in (0..).zip(futures) {
        assert_eq!(future.result(), Ok(n + 1));
    }
}

/// More workers than there can be descriptors: those that come up do all the work.
fn program_too_many() {
    allow_64_descriptors();
    let pool = ProcessPoolExecutor::new(100).unwrap();
    let futures: Vec<_> = (0..400_u32).map(|n| pool.submit(|n: u32| n + 1, n).unwrap()).collect();
    for (n, future) in (0..).zip(futures) {
        assert_eq!(future.result(), Ok(n + 1));
    }
}

fn queued_tasks_have_no_descriptors() {
    let before = books::descriptors("self").len();
    let pool = ProcessPoolExecutor::new(2).unwrap();
    let desk = Desk::new();
    let busy = [(), ()].map(|()| pool.submit(desk::wait_at, desk.address()).unwrap());
    let visitors = desk.take(2);
    let queued: Vec<_> = (0..10_000).map(|_| pool.submit(desk::pid, ()).unwrap()).collect();
    // The desk, what its visitors hold, and one for each worker.
    assert_eq!(books::descriptors("self").len() - before, 1 + 2 + 2);
    drop(visitors);
    for future in busy.into_iter().chain(queued) {
        assert!(future.result().is_ok());
    }
}

fn hundred_mebibytes() {
    const SIZE: usize = 100 << 20;
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let mut bytes = vec![0; SIZE];
    (bytes[0], bytes[SIZE / 2], bytes[SIZE - 1]) = (1, 2, 3);
    let flip = |mut bytes: Bytes| {
        bytes.reverse();
        bytes
    };
    let flipped = pool.submit(flip, Bytes::from(bytes)).unwrap().result().unwrap().into_vec();
    assert_eq!(flipped.len(), SIZE);
    assert_eq!((flipped[0], flipped[SIZE / 2 - 1], flipped[SIZE - 1]), (3, 2, 1));
    // Nothing of that size is kept.
    assert_eq!(pool.submit(|()| (), ()).unwrap().result(), Ok(()));
}
