//! Values of every size and shape, and how a test's workers are started.

use std::collections::{BTreeMap, HashMap};
use std::process::Command;
use std::time::Duration;

use batteries::concurrent::futures::Bytes;

use super::super::{assert_passed, bounded, here, in_child, in_child_of};
use super::desk;
use super::workers;

/// Sizes around those of buffers: a frame's head, the first read, what a socket holds.
#[test]
fn bytes_of_every_size_go_there_and_back() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let sizes = [0, 1, 4095 - 40, 4096 - 40, 4097 - 40, 4096, 65_535, 212_992, 1 << 20];
        for size in sizes.into_iter().chain([(1 << 20) + 1, 8 << 20]) {
            let bytes: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
            let back = pool.submit(|bytes: Bytes| bytes, Bytes::from(&bytes[..])).unwrap();
            assert!(back.result().unwrap().into_vec() == bytes, "{size}");
        }
        assert_eq!(pool.submit(|()| (), ()).unwrap().result(), Ok(()));
        let none: [u64; 0] = [];
        assert_eq!(pool.submit(|none: [u64; 0]| none, none).unwrap().result(), Ok(none));
    });
}

#[test]
fn values_of_every_shape_go_there_and_back() {
    type Shape = (
        HashMap<String, Vec<Option<f64>>>,
        BTreeMap<i8, (char, String)>,
        Result<u128, String>,
        Box<[Duration]>,
    );
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let shape: Shape = (
            HashMap::from([("a".into(), vec![Some(0.1), None]), (String::new(), vec![])]),
            BTreeMap::from([(-1, ('\u{10FFFF}', "\0".into()))]),
            Err("text".into()),
            vec![Duration::MAX, Duration::ZERO].into(),
        );
        let back = pool.submit(|shape: Shape| shape, shape.clone()).unwrap().result();
        assert_eq!(back, Ok(shape));
        let not_a_number = pool.submit(|()| f64::NAN, ()).unwrap().result().unwrap();
        assert!(not_a_number.is_nan());
    });
}

/// A value that the format cannot hold says which type it is, and what is in the way.
#[test]
fn value_that_no_format_of_ours_holds_says_why() {
    batteries::init();
    bounded(|| {
        let pool = workers(1);
        let value: serde_json::Value = serde_json::json!({"a": [1, null]});
        let future = pool.submit(|value: serde_json::Value| value.to_string(), value).unwrap();
        let error = future.result().unwrap_err().to_string();
        assert!(error.contains("serde_json::value::Value"), "{error}");
        assert!(error.contains("not self-describing"), "{error}");
    });
}

/// As nextest runs a test: in a process of its own, by its name.
#[test]
fn test_that_runs_alone_has_workers() {
    batteries::init();
    let output = in_child(here!("test_that_runs_alone_has_workers"), || {
        let pids: Result<Vec<_>, _> = workers(2).map(|_: u8| std::process::id(), 0..4).collect();
        assert!(!pids.unwrap().contains(&std::process::id()));
    });
    if let Some(output) = output {
        assert_passed(&output);
    }
}

/// The harness then runs tests on the first thread of the program, which does not bear the test's name.
#[test]
fn test_that_shares_its_thread_has_workers() {
    batteries::init();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env("RUST_TEST_THREADS", "1").env("RUST_BACKTRACE", "0");
    let output = in_child_of(command, here!("test_that_shares_its_thread_has_workers"), || {
        assert_eq!(workers(1).submit(super::pow, (2, 8)).unwrap().result(), Ok(256));
    });
    if let Some(output) = output {
        assert_passed(&output);
    }
}

/// The harness looks at how many processors there are, and then does as if it had been told to use one thread.
#[cfg(target_os = "linux")]
#[test]
fn test_on_a_single_processor_has_workers() {
    batteries::init();
    const ALONE: &str = "BATTERIES_IT_ONE_PROCESSOR";
    if std::env::var_os(ALONE).is_some() {
        bounded(|| assert_eq!(workers(1).submit(super::pow, (2, 8)).unwrap().result(), Ok(256)));
        return;
    }
    if !crate::support::require("taskset") {
        return;
    }
    let name = here!("test_on_a_single_processor_has_workers").split_once("::").unwrap().1;
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let allowed = status.split_once("Cpus_allowed_list:").unwrap().1.trim_start();
    let first = allowed.split(|c: char| !c.is_ascii_digit()).next().unwrap();
    let output = Command::new("taskset")
        .args(["-c", first])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(ALONE, "1")
        .env_remove("RUST_TEST_THREADS")
        .output()
        .unwrap();
    assert_passed(&output);
}

/// What a task prints in a test comes out at standard error: standard output belongs to the harness.
#[test]
fn task_of_a_test_prints_to_standard_error() {
    #[expect(clippy::print_stdout, reason = "it is about what becomes of it")]
    fn print(_: ()) -> String {
        println!("from a task");
        std::io::read_to_string(std::io::stdin()).unwrap()
    }
    batteries::init();
    let output = in_child(here!("task_of_a_test_prints_to_standard_error"), || {
        assert_eq!(workers(1).submit(print, ()).unwrap().result().unwrap(), "");
    });
    if let Some(output) = output {
        let (stdout, stderr) = assert_passed(&output);
        assert!(stderr.contains("from a task"), "{stderr}");
        assert!(!stdout.contains("from a task"), "{stdout}");
        assert_eq!(stdout.matches("running 1 test").count(), 1, "{stdout}");
    }
}

/// A test's workers run the first line of the test and nothing behind it.
#[test]
fn what_follows_the_first_line_runs_once() {
    batteries::init();
    bounded(|| {
        let desk = desk::Desk::new();
        drop(desk::report(&desk.address()));
        assert!(workers(2).map(|_: u8| (), 0..4).all(|result| result.is_ok()));
        assert_eq!(desk.waiting(), 1);
    });
}
