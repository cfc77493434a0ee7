//! One worker process, as the pool sees it: started, asked, killed, reaped.
//!
//! Each worker has a socket of its own and one request at a time: nothing that one worker does can harm another's, and of a
//! request that was not read it is known that it did not run.

use std::fs::File;
use std::io::{self, ErrorKind, IoSlice, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

use crate::sync::{Arc, Mutex, thread};

use super::super::entry;
use super::super::office::{End, Progress, Remains, Settings, Silence, StartError};
use super::super::raw::Ledger;
use super::super::wire::{self, HEAD, Head, Kind};
use super::program;
use super::system;

/// A worker that is ready for a request.
pub(crate) struct Link {
    child: Child,
    socket: UnixStream,
    leash: Arc<Leash>,
    /// The last answer, head and all.
    answer: Vec<u8>,
    /// How long a read or write waits, once that is set.
    patience: Option<Duration>,
    /// Whether the process was seen to have ended while its socket was open.
    ended: bool,
    calls: usize,
    due: Option<Due>,
    /// Where the worker notes its progress with chunks, and whether it does so now.
    ledger: Option<File>,
    notes: bool,
}

/// When a request is to be answered.
#[derive(Debug, Clone, Copy)]
struct Due {
    at: Instant,
    allowance: Duration,
    /// Arguments of a chunk that had been started at the last look: each has the allowance for itself.
    started: usize,
}

/// Bytes that the first read of an answer takes at most.
const FIRST: usize = 4096;

/// Bytes of a ledger: results of a chunk beyond that are lost if its worker dies. It takes memory only as it is filled.
const LEDGER: u64 = 16 << 20;

/// What threads that do not own a worker may do to it: end it.
#[derive(Debug)]
pub(crate) struct Leash {
    pid: u32,
    /// False once the process has been reaped: its number may be another's then.
    alive: Mutex<bool>,
}

impl Leash {
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Ends the worker and what it has started.
    pub(crate) fn end(&self, end: End) {
        let signal = match end {
            End::Terminate => Signal::TERM,
            End::Kill => Signal::KILL,
        };
        let alive = self.alive.lock();
        if let (true, Some(pid)) = (*alive, pid(self.pid)) {
            // Gone already: as good as reached.
            let _ = rustix::process::kill_process_group(pid, signal);
            let _ = rustix::process::kill_process(pid, signal);
        }
    }
}

fn pid(number: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(number).ok()?)
}

/// Why a worker did not come up, as far as one can tell.
fn reason(settings: &Settings, greeted: bool, initializer: &str) -> String {
    match &settings.executable {
        _ if greeted => format!("its initializer {initializer}"),
        Some(path) => format!(
            "is {} this program, and `batteries::init()` the first line of its `main`?",
            path.display()
        ),
        None => {
            "is `batteries::init()` the first line of `main` (in a test, of the test)?".to_owned()
        }
    }
}

impl Link {
    /// Starts a worker. It is not [ready](Self::get_ready) yet.
    pub(crate) fn start(settings: &Settings) -> Result<Self, StartError> {
        let program = program::noted().ok_or_else(|| {
            StartError::Hopeless("batteries::init() has not been called".to_owned())
        })?;
        let start = || {
            let (ours, theirs) = UnixStream::pair()?;
            let mut command = program.command(
                settings.executable.as_deref(),
                settings.test.as_deref(),
                OwnedFd::from(theirs),
            )?;
            // With the command goes this process's copy of the worker's end: its own is the only one left then.
            Ok((command.spawn()?, ours))
        };
        let (child, socket) = start().map_err(StartError::System)?;
        let leash = Arc::new(Leash { pid: child.id(), alive: Mutex::new(true) });
        Ok(Self {
            child,
            socket,
            leash,
            answer: Vec::new(),
            patience: None,
            ended: false,
            calls: 0,
            due: None,
            ledger: None,
            notes: false,
        })
    }

    pub(crate) fn leash(&self) -> &Arc<Leash> {
        &self.leash
    }

    pub(crate) fn pid(&self) -> u32 {
        self.leash.pid
    }

    /// Tells whether it has done as much, or grown as large, as a worker may.
    pub(crate) fn is_used_up(&self, settings: &Settings) -> bool {
        settings.max_tasks_per_child.is_some_and(|max| self.calls >= max)
            || settings
                .max_rss_per_child
                .is_some_and(|max| system::resident_memory(self.pid()).is_some_and(|rss| rss > max))
    }

    /// Sends the settings and waits until the worker has followed them; ends it if it does not.
    pub(crate) fn get_ready(mut self, settings: &Settings) -> Result<Self, StartError> {
        let pid = self.pid();
        let mut greeted = false;
        let text = match self.greet(settings, &mut greeted) {
            Ok(Ok(())) => return Ok(self),
            Ok(Err(text)) => {
                self.stop();
                self.reap();
                text
            }
            Err(Silence::Overran) => {
                self.leash.end(End::Kill);
                self.reap();
                let timeout = settings.startup_timeout;
                let reason = reason(settings, greeted, "had not ended");
                format!(
                    "worker process {pid} was not ready after {timeout:?} (startup_timeout): \
                     {reason}"
                )
            }
            Err(Silence::Unread | Silence::Ended) => {
                let status = self.reap_all().status;
                let how = status.map_or_else(String::new, |how| format!(" ({how})"));
                let reason = reason(settings, greeted, "ended it");
                let text = format!("worker process {pid} ended before it was ready{how}: {reason}");
                if status.is_some_and(|status| status.signal().is_some()) {
                    return Err(StartError::Died(text));
                }
                text
            }
        };
        Err(StartError::Hopeless(text))
    }

    /// Sends the settings, hears from the worker that it is one, and then how it has followed them.
    fn greet(
        &mut self,
        settings: &Settings,
        greeted: &mut bool,
    ) -> Result<Result<(), String>, Silence> {
        self.allow(Some(settings.startup_timeout));
        self.send(&settings.setup)?;
        let Kind::Hello = self.receive(HEAD)? else { return Err(Silence::Ended) };
        *greeted = true;
        let (kind, pid) = (self.receive(FIRST)?, self.pid());
        let payload = &self.answer[HEAD..];
        Ok(match kind {
            Kind::Value => wire::decode::<Result<(), String>>(payload)
                .and_then(|said| said)
                .map_err(|text| format!("initializer failed: {text}")),
            Kind::Mismatch => {
                Err("the program's file was replaced while it runs, and workers of another build \
                     do not know its functions: start the program again"
                    .to_owned())
            }
            kind => Err(format!("initializer failed: {}", entry::error(kind, payload, pid))),
        })
    }

    /// Sends a request and waits for its answer; of a chunk with its progress noted, `timeout` is for each argument.
    pub(crate) fn call(
        &mut self,
        request: &[u8],
        timeout: Option<Duration>,
    ) -> Result<(Kind, &[u8]), Silence> {
        self.allow(timeout);
        self.send(request)?;
        let kind = self.receive(FIRST)?;
        self.calls += 1;
        Ok((kind, &self.answer[HEAD..]))
    }

    /// Whether the progress with the next request will be known.
    pub(crate) fn notes_progress(&self) -> bool {
        self.notes
    }

    /// Has the worker note its progress with the next request.
    pub(crate) fn note_progress(&mut self) {
        const KEPT: usize = 1 << 20;

        let opened = match &self.ledger {
            None => self.open_ledger(),
            // Cut off and grown again, it gives its memory back.
            Some(file) if self.answer.len() > KEPT => {
                file.set_len(0).and_then(|()| file.set_len(LEDGER)).is_ok()
            }
            Some(file) => file.write_all_at(&[0; Ledger::HEAD], 0).is_ok(),
        };
        self.notes = opened;
    }

    fn open_ledger(&mut self) -> bool {
        let Some(file) = system::memory_file(LEDGER) else { return false };
        let mut frame = wire::open(0);
        wire::close(&mut frame, Kind::Ledger, [LEDGER, 0, 0]);
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let files = [file.as_fd()];
        let fits = control.push(SendAncillaryMessage::ScmRights(&files));
        let parts = [IoSlice::new(&frame)];
        let sent = rustix::net::sendmsg(&self.socket, &parts, &mut control, system::SEND);
        self.ledger = Some(file);
        // So short a frame goes as a whole.
        fits && sent == Ok(frame.len())
    }

    /// What the worker, which is dead, noted about its last request.
    fn progress(&self) -> Option<Progress> {
        let file = self.ledger.as_ref()?;
        let [started, filled] = self.noted()?;
        let mut answers = vec![0; filled.min(usize::try_from(LEDGER).ok()?)];
        file.read_exact_at(&mut answers, Ledger::HEAD as u64).ok()?;
        Some(Progress { pid: self.pid(), started, answers })
    }

    /// How many arguments of its last request the worker has started, and the bytes of its results.
    fn noted(&self) -> Option<[usize; 2]> {
        let file = self.ledger.as_ref().filter(|_| self.notes)?;
        let mut head = [0; Ledger::HEAD];
        file.read_exact_at(&mut head, 0).ok()?;
        let mut words = head.chunks_exact(size_of::<usize>());
        let mut word = || Some(usize::from_ne_bytes(words.next()?.try_into().ok()?));
        Some([word()?, word()?])
    }

    fn send(&mut self, mut rest: &[u8]) -> Result<(), Silence> {
        while !rest.is_empty() {
            self.set_timeout()?;
            match rustix::net::send(&self.socket, rest, system::SEND) {
                Ok(sent) => rest = &rest[sent..],
                Err(e) => match io::Error::from(e).kind() {
                    ErrorKind::Interrupted => {}
                    ErrorKind::WouldBlock if self.is_running() => {}
                    _ => return Err(Silence::Unread),
                },
            }
        }
        Ok(())
    }

    /// Reads a frame, of which the first read takes `first` bytes at most.
    fn receive(&mut self, first: usize) -> Result<Kind, Silence> {
        const KEPT: usize = 1 << 20;

        self.answer.shrink_to(KEPT);
        self.answer.resize(first, 0);
        let mut filled = 0;
        while filled < HEAD {
            self.set_timeout()?;
            match self.socket.read(&mut self.answer[filled..]) {
                Ok(0) => return Err(Silence::Ended),
                Ok(n) => filled += n,
                Err(e) => self.go_on(&e)?,
            }
        }
        let head = self.answer.first_chunk().and_then(Head::from_bytes).ok_or(Silence::Ended)?;
        let len = usize::try_from(head.len).map_err(|_| Silence::Ended)?;
        self.answer.truncate(filled);
        let mut missing = (HEAD + len).checked_sub(filled).ok_or(Silence::Ended)?;
        if self.answer.try_reserve_exact(missing).is_err() {
            return Err(Silence::Ended);
        }
        while missing > 0 {
            self.set_timeout()?;
            let before = self.answer.len();
            let read = (&self.socket).take(missing as u64).read_to_end(&mut self.answer);
            missing -= self.answer.len() - before;
            match read {
                Ok(_) if missing > 0 => return Err(Silence::Ended),
                Ok(_) => {}
                Err(e) => self.go_on(&e)?,
            }
        }
        Ok(head.kind)
    }

    fn go_on(&mut self, error: &io::Error) -> Result<(), Silence> {
        match error.kind() {
            ErrorKind::Interrupted => Ok(()),
            ErrorKind::WouldBlock if !self.ended => {
                // What it wrote at the very end is yet to be read.
                self.ended = !self.is_running();
                Ok(())
            }
            ErrorKind::ConnectionReset if system::RESET_MEANS_UNREAD => Err(Silence::Unread),
            _ => Err(Silence::Ended),
        }
    }

    /// Sets the deadline of what follows.
    fn allow(&mut self, allowance: Option<Duration>) {
        let due = |allowance| {
            Some(Due { at: Instant::now().checked_add(allowance)?, allowance, started: 0 })
        };
        self.due = allowance.and_then(due);
    }

    /// Lets the next read or write wait until the deadline, or until it is time to see whether the process is still there: a
    /// descendant that it forked may hold its socket open, which has no end then.
    fn set_timeout(&mut self) -> Result<(), Silence> {
        const LOOK: Duration = Duration::from_secs(1);

        let mut patience = LOOK;
        let started = self.due.and_then(|_| self.noted());
        if let Some(due) = &mut self.due {
            let now = Instant::now();
            if let Some([started, _]) = started {
                if started > due.started {
                    // Another argument's turn: it has been running for a part of the time since the last look at most.
                    due.started = started;
                    due.at = now.checked_add(due.allowance).unwrap_or(due.at);
                }
                patience = patience.min(due.allowance / 4).max(Duration::from_micros(1));
            }
            let left = due.at.saturating_duration_since(now);
            if left.is_zero() {
                return Err(Silence::Overran);
            }
            patience = patience.min(left);
        }
        if self.patience.replace(patience) == Some(patience) {
            return Ok(());
        }
        let set = self.socket.set_read_timeout(Some(patience));
        // Fails only for a duration of zero.
        set.and_then(|()| self.socket.set_write_timeout(Some(patience))).map_err(|_| Silence::Ended)
    }

    /// Tells the worker to end in good order; does not wait for it.
    pub(crate) fn stop(&self) {
        let mut frame = wire::open(0);
        wire::close(&mut frame, Kind::Stop, [0; 3]);
        // If it cannot be told it has ended, or will be killed.
        let _ = rustix::net::send(&self.socket, &frame, system::SEND | SendFlags::DONTWAIT);
    }

    /// Waits for the end of a worker that is ending, and kills it, with what it has started, if it does not end.
    pub(crate) fn reap(mut self) -> Remains {
        const GRACE: Duration = Duration::from_secs(5);
        const KILL: Duration = Duration::from_secs(1);

        let start = Instant::now();
        let mut nap = Duration::from_micros(100);
        let mut ends = [(GRACE, End::Terminate), (GRACE + KILL, End::Kill)].into_iter();
        let mut next = ends.next();
        while self.is_running() {
            if let Some((_, end)) = next.filter(|(after, _)| start.elapsed() >= *after) {
                self.leash.end(end);
                next = ends.next();
            }
            thread::sleep(nap);
            nap = (nap * 2).min(Duration::from_millis(10));
        }
        let mut alive = self.leash.alive.lock();
        *alive = false;
        let status = self.child.wait().ok();
        drop(alive);
        Remains { status, progress: self.progress() }
    }

    /// Ends what the worker has started, then waits for its own end.
    pub(crate) fn reap_all(self) -> Remains {
        // Its end of the socket is closed, so it is on its way: its own exit status comes first.
        let start = Instant::now();
        let mut nap = Duration::from_micros(50);
        while self.is_running() && start.elapsed() < Duration::from_secs(1) {
            thread::sleep(nap);
            nap = (nap * 2).min(Duration::from_millis(10));
        }
        self.leash.end(End::Kill);
        self.reap()
    }

    /// Tells whether the process has yet to end; it is not reaped by that.
    fn is_running(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        match pid(self.leash.pid).map(|pid| rustix::process::waitid(WaitId::Pid(pid), options)) {
            Some(Ok(status)) => status.is_none(),
            Some(Err(_)) | None => false,
        }
    }
}
