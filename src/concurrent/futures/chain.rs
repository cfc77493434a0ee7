//! Chains of `then`, however long, in one stack frame.
//!
//! The step that completes a future would call the next step, that one the next, and so on to the end of the stack. Instead a
//! step that is called while another one publishes its result is noted, and called when that one has returned. Only then:
//! while a step's own closure runs nothing is put off, for it may wait for what follows from it.

use std::cell::RefCell;
use std::collections::VecDeque;

use crate::panic_hook;
use crate::sync::thread_local;

type Step = Box<dyn FnOnce() + Send>;

thread_local! {
    /// Steps put off; `None` unless a step publishes its result on this thread.
    static PUT_OFF: RefCell<Option<VecDeque<Step>>> = const { RefCell::new(None) };
}

/// Calls a step, now or when the one that completed its source has returned.
pub(super) fn call(step: Step) {
    let mut step = Some(step);
    // `try_with`: a destructor of a thread-local may complete a promise when ours is gone.
    let _ = PUT_OFF.try_with(|put_off| {
        if let Some(steps) = put_off.borrow_mut().as_mut() {
            steps.extend(step.take());
        }
    });
    if let Some(step) = step {
        panic_hook::shield(step);
    }
}

/// Runs a step's closure: puts nothing off.
pub(super) fn run<T>(f: impl FnOnce() -> T) -> T {
    struct Resume(Option<VecDeque<Step>>);
    impl Drop for Resume {
        fn drop(&mut self) {
            let steps = self.0.take();
            let _ = PUT_OFF.try_with(|put_off| put_off.replace(steps));
        }
    }
    let _resume = Resume(PUT_OFF.try_with(RefCell::take).ok().flatten());
    f()
}

/// Publishes a step's result; then calls the steps that followed from it, and those that follow from them.
pub(super) fn publish(f: impl FnOnce()) {
    let outermost = PUT_OFF
        .try_with(|put_off| {
            let mut put_off = put_off.borrow_mut();
            put_off.is_none() && put_off.insert(VecDeque::new()).is_empty()
        })
        .unwrap_or(false);
    f();
    if outermost {
        let next = || PUT_OFF.with(|put_off| put_off.borrow_mut().as_mut()?.pop_front());
        while let Some(step) = next() {
            panic_hook::shield(step);
        }
        PUT_OFF.with(|put_off| put_off.replace(None));
    }
}
