//! `#[task]`: functions by name.

use batteries::concurrent::futures::{
    Executor, InlineExecutor, ProcessPoolExecutor, Task, TaskError, ThreadPoolExecutor,
};

#[batteries::task]
fn area(width: f64, height: f64) -> f64 {
    width * height
}

/// Nothing in, nothing out.
#[batteries::task]
fn nothing() {}

#[batteries::task]
fn shout((text, times): (String, usize)) -> String {
    text.to_uppercase().repeat(times)
}

#[batteries::task(companion = Deadly, crate = ::batteries)]
fn deadly(_: ()) {
    std::process::abort();
}

mod inner {
    // A function may have arguments of any pattern, and any number of them.
    #[batteries::task]
    pub(super) fn sum(mut a: u8, [b, c]: [u8; 2], _: (), d: u8) -> u8 {
        a += b;
        a + c + d
    }
}

#[test]
fn a_task_has_the_path_of_its_function() {
    assert_eq!(area::TASK.name(), Some("it::futures::named::area"));
    assert_eq!(inner::sum::TASK.name(), Some("it::futures::named::inner::sum"));
    assert_eq!(Deadly::TASK.name(), Some("it::futures::named::deadly"));
    assert_eq!(Task::from_fn(str::len).name(), None);
}

#[test]
fn every_executor_runs_it() {
    batteries::init();
    fn check(
        executor: impl Executor<(f64, f64), f64>
        + Executor<(), ()>
        + Executor<(String, usize), String>
        + Executor<(u8, [u8; 2], (), u8), u8>,
    ) -> Result<(), TaskError> {
        assert_eq!(executor.submit_task(area::TASK, (2.0, 3.0))?.result()?, 6.0);
        executor.submit_task(nothing::TASK, ())?.result()?;
        let shouted = executor.submit_task(shout::TASK, ("spam".to_owned(), 2))?.result()?;
        assert_eq!(shouted, "SPAMSPAM");
        assert_eq!(executor.submit_task(inner::sum::TASK, (1, [2, 3], (), 4))?.result()?, 10);
        let areas = executor.map_task(area::TASK, [(1.0, 2.0), (3.0, 4.0)]);
        assert_eq!(areas.collect::<Result<Vec<_>, _>>()?, [2.0, 12.0]);
        Ok(())
    }
    check(InlineExecutor::new()).unwrap();
    check(ThreadPoolExecutor::new(2).unwrap()).unwrap();
    check(ProcessPoolExecutor::new(2).unwrap()).unwrap();
}

#[test]
fn a_worker_that_dies_of_it_is_reported_with_its_name() {
    batteries::init();
    let pool = ProcessPoolExecutor::new(1).unwrap();
    let error = pool.submit_task(Deadly::TASK, ()).unwrap().result().unwrap_err();
    let TaskError::WorkerDied(death) = &error else { panic!("{error}") };
    assert_eq!(death.task(), Some("it::futures::named::deadly"));
    assert!(error.to_string().contains("while it ran it::futures::named::deadly"), "{error}");
}
