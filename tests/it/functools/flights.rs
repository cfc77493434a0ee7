//! `single_flight`: who computes, who waits, and who does neither.

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Barrier, Mutex, mpsc};
use std::thread;

use batteries::functools::{cache, lru_cache};

use super::attribute::check_info;

/// Lets a function wait, in the test's hands, until others wait for it.
struct Gate {
    entered: Mutex<mpsc::Sender<()>>,
    open: Mutex<mpsc::Receiver<()>>,
}

/// The test's side of a [`Gate`].
struct Keeper {
    entered: mpsc::Receiver<()>,
    open: mpsc::Sender<()>,
}

fn gate() -> (Gate, Keeper) {
    let (entered, who_entered) = mpsc::channel();
    let (open, is_open) = mpsc::channel();
    let gate = Gate { entered: Mutex::new(entered), open: Mutex::new(is_open) };
    (gate, Keeper { entered: who_entered, open })
}

impl Gate {
    fn pass(&self) {
        self.entered.lock().unwrap().send(()).unwrap();
        self.open.lock().unwrap().recv().unwrap();
    }
}

#[test]
fn recursion_computes_as_ever() {
    #[cache(single_flight)]
    fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    #[lru_cache(single_flight)]
    fn itself(n: u64) -> u64 {
        thread_local! {
            static DEEP: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
        }
        DEEP.set(DEEP.get() + 1);
        if DEEP.get() < 4 { itself(n) + 1 } else { 0 }
    }
    assert_eq!(fib(90), 2_880_067_194_370_816_120);
    check_info(fib::cache_info(), (88, 91, None, 91));
    // Each frame asks for the key that it computes itself, and so computes alone.
    assert_eq!(itself(7), 3);
    check_info(itself::cache_info(), (0, 4, Some(128), 1));
    assert_eq!(itself(7), 0, "the innermost result was first");
}

#[test]
fn who_waits_gets_what_the_first_one_computed() {
    static GATE: Mutex<Option<Gate>> = Mutex::new(None);
    static CALLS: AtomicU64 = AtomicU64::new(0);
    #[lru_cache(maxsize = 0, single_flight)]
    fn load(name: &str) -> Result<u64, String> {
        let gate = GATE.lock().unwrap().take();
        if let Some(gate) = gate {
            gate.pass();
        }
        CALLS.fetch_add(1, Ordering::Relaxed);
        Err(name.to_owned())
    }
    let (gate, keeper) = gate();
    *GATE.lock().unwrap() = Some(gate);
    thread::scope(|scope| {
        let first = scope.spawn(|| load("a"));
        keeper.entered.recv().unwrap();
        let (asking, is_asking) = mpsc::channel();
        let second = scope.spawn(move || {
            asking.send(()).unwrap();
            load("a")
        });
        is_asking.recv().unwrap();
        // Another key needs nobody.
        assert_eq!(load("b"), Err("b".to_owned()));
        keeper.open.send(()).unwrap();
        assert_eq!(first.join().unwrap(), Err("a".to_owned()));
        assert_eq!(second.join().unwrap(), Err("a".to_owned()));
    });
    // The second either came in time to wait, which is a hit although nothing is kept here, or it came too late.
    let info = load::cache_info();
    assert_eq!(info.hits + info.misses, 3);
    assert_eq!(info.misses, CALLS.load(Ordering::Relaxed));
    assert_eq!(info.currsize, 0);
}

#[test]
fn a_panic_lets_those_who_wait_try_themselves() {
    const THREADS: usize = 4;
    static START: Barrier = Barrier::new(THREADS);
    static FAIL: AtomicBool = AtomicBool::new(true);
    static CALLS: AtomicU64 = AtomicU64::new(0);
    #[lru_cache(single_flight)]
    fn fragile(n: u8) -> u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        assert!(!FAIL.swap(false, Ordering::Relaxed), "on purpose");
        n
    }
    for _ in 0..50 {
        FAIL.store(true, Ordering::Relaxed);
        CALLS.store(0, Ordering::Relaxed);
        fragile::cache_clear();
        let failed: usize = thread::scope(|scope| {
            let calls = [(); THREADS].map(|()| {
                scope.spawn(|| {
                    START.wait();
                    catch_unwind(|| fragile(7)).map_err(|_| ())
                })
            });
            calls.into_iter().map(|call| call.join().unwrap()).fold(0, |failed, result| {
                assert!(matches!(result, Ok(7) | Err(())));
                failed + usize::from(result.is_err())
            })
        });
        assert_eq!(failed, 1);
        assert_eq!(CALLS.load(Ordering::Relaxed), 2, "the one that failed, and one more");
        check_info(fragile::cache_info(), (THREADS as u64 - 2, 2, Some(128), 1));
    }
}

/// Each thread computes one key and asks for the next thread's: a circle, in which all would wait for all.
#[test]
fn threads_in_a_circle_do_not_wait_for_each_other() {
    const THREADS: u64 = 3;
    static ALL: Barrier = Barrier::new(THREADS as usize);
    thread_local! {
        static DEPTH: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    }
    #[cache(single_flight)]
    fn chain(round: u64, n: u64) -> u64 {
        DEPTH.set(DEPTH.get() + 1);
        if DEPTH.get() == 1 {
            ALL.wait();
        }
        if DEPTH.get() < 3 {
            assert_eq!(chain(round, (n + 1) % THREADS), (n + 1) % THREADS);
        }
        DEPTH.set(DEPTH.get() - 1);
        n
    }
    for round in 0..100 {
        thread::scope(|scope| {
            for n in 0..THREADS {
                scope.spawn(move || assert_eq!(chain(round, n), n));
            }
        });
    }
    let info = chain::cache_info();
    assert_eq!(info.currsize, 300);
}

#[test]
fn who_asks_after_a_clear_does_not_get_what_was_begun_before() {
    static GATES: Mutex<Vec<Gate>> = Mutex::new(Vec::new());
    static VERSION: AtomicU64 = AtomicU64::new(1);
    #[cache(single_flight)]
    fn version() -> u64 {
        let version = VERSION.load(Ordering::Relaxed);
        let gate = GATES.lock().unwrap().pop();
        if let Some(gate) = gate {
            gate.pass();
        }
        version
    }
    let (gate, keeper) = gate();
    GATES.lock().unwrap().push(gate);
    thread::scope(|scope| {
        let old = scope.spawn(version);
        keeper.entered.recv().unwrap();
        VERSION.store(2, Ordering::Relaxed);
        version::cache_clear();
        assert_eq!(version(), 2);
        keeper.open.send(()).unwrap();
        assert_eq!(old.join().unwrap(), 1);
    });
    // A call in flight stores its result even so, as in CPython, where without a limit the last one stays.
    assert_eq!(version(), 1);
    check_info(version::cache_info(), (1, 1, None, 1));
}

#[test]
fn flights_work_with_the_other_options() {
    #[lru_cache(
        maxsize = 2,
        single_flight,
        ttl = std::time::Duration::from_secs(3600),
        key = name.to_lowercase(),
        companion = Shout,
        typed
    )]
    fn shout(name: &str) -> String {
        name.to_uppercase()
    }
    struct Server;
    impl Server {
        #[lru_cache(shared, single_flight)]
        fn answer<T: Clone + Eq + std::hash::Hash + Send + 'static>(&self, n: T) -> Option<T> {
            Some(n)
        }
    }
    for _ in 0..2 {
        assert_eq!(shout("a"), "A");
        assert_eq!(Server.answer(5_u8), Some(5));
        assert_eq!(Server.answer("x"), Some("x"));
    }
    check_info(Shout::cache_info(), (1, 1, Some(2), 1));
    assert!(Shout::cache_parameters().typed);
    check_info(Server::answer_cache_info::<u8>(), (1, 1, Some(128), 1));
}
