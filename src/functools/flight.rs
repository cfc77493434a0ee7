//! One computation at a time for one key: who asks for what is being computed waits for it.
//!
//! A computation is a flight. The first who asks leads it, the others wait for its landing. Nobody waits who might wait for
//! itself: a leader that asks for its own key, threads that lead and wait in a circle, and whoever is inside of a store
//! compute alone, as if there was no flight. A flight that a panic ends wakes those who wait, and they ask again.
//!
//! Every waiting thread publishes the leader that it waits for. Edges are added one at a time under one lock, so the thread
//! that would close a circle sees it.

use std::fmt;

use hashbrown::HashTable;

use crate::sync::{Arc, Condvar, Mutex, global};

use super::guard::{Mark, Shared};
use super::life::Life;
use super::memo::Memo;
use super::store::{Pair, Store};

/// A store, and the computations whose results are to come into it.
#[derive(Debug)]
pub struct Flights<S: Store> {
    store: S,
    table: HashTable<Flight<S::Key, S::Value>>,
}

#[derive(Debug)]
struct Flight<K, V> {
    hash: u64,
    key: K,
    /// A clear came after the start: whoever asks now starts anew.
    outdated: bool,
    landing: Arc<Landing<V>>,
}

/// Where those who wait for a flight meet.
struct Landing<V> {
    leader: waits::Thread,
    outcome: Mutex<Outcome<V>>,
    changed: Condvar,
    /// Nobody waits any more. Read and written under the lock of the waits.
    over: global::AtomicBool,
}

enum Outcome<V> {
    Flying,
    Landed(V),
    Crashed,
}

impl<V> fmt::Debug for Landing<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Landing").field("leader", &self.leader).finish_non_exhaustive()
    }
}

impl<S: Store> Flights<S> {
    /// No flights, and `store` for the results.
    pub const fn new(store: S) -> Self {
        Self { store, table: HashTable::new() }
    }

    /// The flight that somebody who asks for this key joins.
    fn join(&self, hash: u64, is: impl Fn(&S::Key) -> bool) -> Option<Arc<Landing<S::Value>>> {
        let flight = self.table.find(hash, |flight| !flight.outdated && is(&flight.key))?;
        Some(Arc::clone(&flight.landing))
    }

    /// Ends a flight.
    fn end(&mut self, hash: u64, landing: &Arc<Landing<S::Value>>) -> Option<S::Key> {
        let same = |flight: &Flight<_, _>| Arc::ptr_eq(&flight.landing, landing);
        let (flight, _) = self.table.find_entry(hash, same).ok()?.remove();
        Some(flight.key)
    }
}

impl<S: Store> Store for Flights<S> {
    type Key = S::Key;
    type Value = S::Value;
    type Moment = S::Moment;
    type Rest = S::Rest;

    fn count(&self) -> usize {
        self.store.count()
    }

    fn maxsize(&self) -> Option<usize> {
        self.store.maxsize()
    }

    #[inline]
    fn find(
        &mut self,
        hash: u64,
        is: impl Fn(&S::Key) -> bool,
        fresh: impl Fn(S::Moment) -> bool,
    ) -> Result<&S::Value, Option<Pair<S>>> {
        self.store.find(hash, is, fresh)
    }

    fn contains(
        &self,
        hash: u64,
        is: impl Fn(&S::Key) -> bool,
        fresh: impl Fn(S::Moment) -> bool,
    ) -> bool {
        self.store.contains(hash, is, fresh)
    }

    fn insert(
        &mut self,
        hash: u64,
        key: S::Key,
        value: S::Value,
        equal: impl Fn(&S::Key, &S::Key) -> bool,
        now: S::Moment,
        fresh: impl Fn(S::Moment) -> bool,
    ) -> Option<Pair<S>> {
        self.store.insert(hash, key, value, equal, now, fresh)
    }

    fn remove(&mut self, hash: u64, is: impl Fn(&S::Key) -> bool) -> Option<Pair<S>> {
        self.store.remove(hash, is)
    }

    /// Those who wait get what they wait for, those who ask later do not.
    fn clear(&mut self) -> S::Rest {
        for flight in self.table.iter_mut() {
            flight.outdated = true;
        }
        self.store.clear()
    }
}

/// What to do about a call.
#[derive(Debug)]
pub enum Boarding<'a, S: Store<Moment = L::Moment>, L: Life> {
    /// Return this.
    Found(S::Value),
    /// Compute it and let it land.
    Lead(Lead<'a, S, L>),
    /// Compute it and store it with this key.
    Alone(S::Key),
}

/// A computation that others may wait for. Dropped without a landing, it makes them ask again.
#[derive(Debug)]
pub struct Lead<'a, S: Store<Moment = L::Moment>, L: Life> {
    memo: &'a Memo<Shared<Flights<S>>, L>,
    hash: u64,
    landing: Arc<Landing<S::Value>>,
}

/// What was seen inside.
enum Seen<K, V> {
    Value(V),
    Landing(Arc<Landing<V>>),
    Nothing(Option<(K, V)>),
}

impl<S, L> Memo<Shared<Flights<S>>, L>
where
    S: Store<Moment = L::Moment>,
    L: Life,
{
    /// Finds the result, waits for it, or makes this thread its leader; `own` makes the key. Counts once.
    #[inline]
    pub fn board(
        &self,
        hash: u64,
        is: impl Fn(&S::Key) -> bool,
        own: impl Fn() -> S::Key,
        clone: impl Fn(&S::Value) -> S::Value,
    ) -> Boarding<'_, S, L> {
        let now = self.life.now();
        let Some(mut flights) = self.enter() else {
            self.counters.bypass();
            return Boarding::Alone(own());
        };
        match flights.find(hash, &is, |stored| self.life.is_fresh(stored, now)) {
            Ok(value) => {
                self.counters.hit();
                Boarding::Found(clone(value))
            }
            Err(expired) => {
                if expired.is_some() {
                    self.counters.size(flights.count());
                }
                drop(flights);
                drop(expired);
                self.board_unfound(hash, is, own, clone)
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn board_unfound(
        &self,
        hash: u64,
        is: impl Fn(&S::Key) -> bool,
        own: impl Fn() -> S::Key,
        clone: impl Fn(&S::Value) -> S::Value,
    ) -> Boarding<'_, S, L> {
        loop {
            if Mark::is_set() {
                self.counters.bypass();
                return Boarding::Alone(own());
            }
            let me = waits::this_thread();
            // Made and dropped outside, in case that nobody wants it.
            let mut key = Some(own());
            let new = Arc::new(Landing {
                leader: me,
                outcome: Mutex::new(Outcome::Flying),
                changed: Condvar::new(),
                over: global::AtomicBool::new(false),
            });
            let now = self.life.now();
            let seen = self.within(|flights| {
                match flights.store.find(hash, &is, |stored| self.life.is_fresh(stored, now)) {
                    Ok(value) => {
                        self.counters.hit();
                        Seen::Value(clone(value))
                    }
                    Err(expired) => match flights.join(hash, &is) {
                        Some(landing) => Seen::Landing(landing),
                        None => {
                            self.counters.miss();
                            self.counters.size(flights.count());
                            if let Some(key) = key.take() {
                                let landing = Arc::clone(&new);
                                let flight = Flight { hash, key, outdated: false, landing };
                                flights.table.insert_unique(hash, flight, |flight| flight.hash);
                            }
                            Seen::Nothing(expired)
                        }
                    },
                }
            });
            match seen {
                Some(Seen::Value(value)) => return Boarding::Found(value),
                Some(Seen::Nothing(_expired)) => {
                    return Boarding::Lead(Lead { memo: self, hash, landing: new });
                }
                Some(Seen::Landing(landing)) => match landing.wait(me, &clone) {
                    Waited::Landed(value) => {
                        self.within(|_| self.counters.hit());
                        return Boarding::Found(value);
                    }
                    Waited::Crashed => {}
                    Waited::Circle => {
                        self.within(|_| self.counters.miss());
                        return Boarding::Alone(own());
                    }
                },
                None => {
                    self.counters.bypass();
                    return Boarding::Alone(own());
                }
            }
        }
    }
}

impl<S, L> Lead<'_, S, L>
where
    S: Store<Moment = L::Moment>,
    L: Life,
{
    /// Gives the result to those who wait and, if it is to be kept, to the store. Who waits for one that cannot be shared asks
    /// again.
    #[cold]
    #[inline(never)]
    pub fn land(
        self,
        value: &S::Value,
        keep: bool,
        equal: impl Fn(&S::Key, &S::Key) -> bool,
        share: impl Fn(&S::Value) -> Option<S::Value>,
    ) {
        let Self { memo, hash, ref landing } = self;
        let kept = if keep { share(value) } else { None };
        let now = memo.life.now();
        let left = memo.within(|flights| {
            let key = flights.end(hash, landing)?;
            let Some(value) = kept else {
                return Some((Some(key), None));
            };
            let fresh = |stored| memo.life.is_fresh(stored, now);
            let left = flights.store.insert(hash, key, value, equal, now, fresh);
            memo.counters.size(flights.store.count());
            Some((None, left))
        });
        drop(left);
        // The flight is in the table no more: those who hold its landing now are all who ever will.
        if Arc::strong_count(landing) > 1 {
            landing.end(share(value).map_or(Outcome::Crashed, Outcome::Landed));
        }
        // What is left for `drop` is to find that the flight has ended.
    }
}

impl<S: Store<Moment = L::Moment>, L: Life> Drop for Lead<'_, S, L> {
    fn drop(&mut self) {
        let Self { memo, hash, landing } = self;
        let key = memo.within(|flights| flights.end(*hash, landing));
        if let Some(Some(_key)) = key {
            landing.end(Outcome::Crashed);
        }
    }
}

enum Waited<V> {
    Landed(V),
    Crashed,
    Circle,
}

impl<V> Landing<V> {
    fn end(&self, outcome: Outcome<V>) {
        *self.outcome.lock() = outcome;
        waits::end(&self.over, self.id());
        self.changed.notify_all();
    }

    /// A number that no other landing has as long as somebody waits for this one.
    fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl<V> Landing<V> {
    fn wait(&self, me: waits::Thread, clone: impl Fn(&V) -> V) -> Waited<V> {
        if self.leader == me || !waits::begin(me, self.leader, &self.over, self.id()) {
            return Waited::Circle;
        }
        let mut outcome = self.outcome.lock();
        while matches!(*outcome, Outcome::Flying) {
            self.changed.wait(&mut outcome);
        }
        waits::leave(me);
        // Cloning is user code under a lock: it waits for nobody.
        let _mark = Mark::set();
        match &*outcome {
            Outcome::Landed(value) => Waited::Landed(clone(value)),
            Outcome::Flying | Outcome::Crashed => Waited::Crashed,
        }
    }
}

/// Who waits for whom.
mod waits {
    use crate::sync::global::{AtomicBool, AtomicU64, Mutex, MutexGuard, Ordering, PoisonError};
    use crate::sync::thread_local;

    /// A number that no other thread has or had.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) struct Thread(u64);

    pub(super) fn this_thread() -> Thread {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        thread_local! {
            static THIS: Thread = Thread(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        THIS.with(|this| *this)
    }

    struct Wait {
        who: Thread,
        leader: Thread,
        landing: usize,
    }

    fn all() -> MutexGuard<'static, Vec<Wait>> {
        static WAITS: Mutex<Vec<Wait>> = Mutex::new(Vec::new());
        WAITS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes that `who` waits for what `leader` computes; false if `leader` waits, through any number of others, for
    /// `who`. Nothing is published where the wait is over.
    pub(super) fn begin(who: Thread, leader: Thread, over: &AtomicBool, landing: usize) -> bool {
        let mut waits = all();
        // Relaxed, like all of it: under the lock.
        if over.load(Ordering::Relaxed) {
            return true;
        }
        let mut next = leader;
        // Without a circle there are no more steps than waits.
        while let Some(wait) = waits.iter().find(|wait| wait.who == next) {
            if wait.leader == who {
                return false;
            }
            next = wait.leader;
        }
        waits.push(Wait { who, leader, landing });
        true
    }

    /// Nobody waits for `landing` any more, awake or not.
    pub(super) fn end(over: &AtomicBool, landing: usize) {
        let mut waits = all();
        over.store(true, Ordering::Relaxed);
        waits.retain(|wait| wait.landing != landing);
    }

    pub(super) fn leave(who: Thread) {
        all().retain(|wait| wait.who != who);
    }
}
