//! Puts a cache in front of a service that is slow, and shows what each of its options saved.
//!
//! Several threads serve pages, each of which needs the profile of a user. Without a cache every page is a request.

use std::error::Error;
use std::io::{self, Write};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use batteries::functools::lru_cache;

/// The users of our pages.
const USERS: u64 = 3;

/// The threads that serve them.
const THREADS: u32 = 4;

/// How long a profile may be out of date.
const TTL: Duration = Duration::from_secs(60);

/// The requests that the service has answered.
static REQUESTS: AtomicU32 = AtomicU32::new(0);

/// Seconds since the start of the program. It stands still until the program moves it, so that this example needs no minute.
static SECONDS: AtomicU64 = AtomicU64::new(0);

fn now() -> Duration {
    Duration::from_secs(SECONDS.load(Ordering::Relaxed))
}

/// Asks the service. It takes its time, and knows no user 0.
fn request(user: u64) -> Result<String, String> {
    thread::sleep(Duration::from_millis(20));
    let number = REQUESTS.fetch_add(1, Ordering::Relaxed) + 1;
    if user == 0 {
        Err("no such user".to_owned())
    } else {
        Ok(format!("user {user}, as of request {number}"))
    }
}

/// Keeps what the service answered. Threads that need the same profile at once each ask for it.
#[lru_cache(maxsize = 100)]
fn kept(user: u64) -> Result<String, String> {
    request(user)
}

/// One thread asks, and the others wait for what it is told; a minute later the service is asked again.
#[lru_cache(maxsize = 100, single_flight, ttl = TTL, clock = now)]
fn profile(user: u64) -> Result<String, String> {
    request(user)
}

/// Serves the page of every user on every thread, all threads at the same user at once. Returns the requests that it took.
fn serve(profile: impl Fn(u64) -> Result<String, String> + Sync) -> u32 {
    let before = REQUESTS.load(Ordering::Relaxed);
    let together = Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for user in 1..=USERS {
                    together.wait();
                    assert!(profile(user).is_ok_and(|profile| profile.starts_with("user ")));
                }
            });
        }
    });
    REQUESTS.load(Ordering::Relaxed) - before
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    let pages = u64::from(THREADS) * USERS;

    let requests = serve(request);
    writeln!(out, "{pages} pages without a cache: {requests} requests")?;

    // Every thread asks that comes before the first answer.
    let requests = serve(kept);
    writeln!(out, "{pages} pages with a cache: {requests} requests")?;
    let requests = serve(kept);
    writeln!(out, "{pages} pages once more: {requests} requests")?;

    let requests = serve(profile);
    let info = profile::cache_info();
    writeln!(out, "{pages} pages, one flight for each user: {requests} requests, {info}")?;
    let requests = serve(profile);
    writeln!(out, "{pages} pages within the minute: {requests} requests")?;
    SECONDS.fetch_add(60, Ordering::Relaxed);
    let requests = serve(profile);
    writeln!(out, "{pages} pages a minute later: {requests} requests, {}", profile::cache_info())?;

    // A failure is told and not kept: the next page asks again.
    let before = REQUESTS.load(Ordering::Relaxed);
    let told = [profile(0), profile(0)];
    let requests = REQUESTS.load(Ordering::Relaxed) - before;
    assert_eq!(told[0], told[1]);
    writeln!(out, "2 pages of nobody: {requests} requests, {:?}", told[0])?;
    Ok(())
}
