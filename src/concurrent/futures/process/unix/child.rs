//! A worker's life: from its first line of `main` to its end.

use std::io::{self, ErrorKind, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, poll};
use rustix::io::Errno;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, recvmsg};
use rustix::process::{Resource, Rlimit, Signal};

use crate::panic_hook::{self, Notes};
use crate::sync::thread;

use super::super::entry;
use super::super::raw::{Callee, Ledger};
use super::super::wire::{self, HEAD, Head, Kind, Setup};
use super::program::{self, Identity, Program};
use super::system;

/// What [`batteries::init`](crate::init) does.
pub(crate) fn begin() {
    program::note();
    if program::is_worker() {
        let ended = work();
        if let Err(e) = &ended {
            // The socket is where an answer would go; this is what is left.
            let _ = writeln!(io::stderr(), "batteries: a worker process cannot go on: {e}");
        }
        let _ = io::stdout().flush();
        std::process::exit(i32::from(ended.is_err()));
    }
}

/// Answers requests until the other end says stop, or is gone.
fn work() -> io::Result<()> {
    let mut socket = take_over_stdin()?;
    watch(&socket)?;
    panic_hook::install();
    program::take_name();
    let mut hello = wire::open(0);
    wire::close(&mut hello, Kind::Hello, [0; 3]);
    socket.write_all(&hello)?;
    let mut payload = Vec::new();
    let mut answer = Vec::new();
    while let Some((head, file)) = read_head(&socket)? {
        if head.kind == Kind::Ledger {
            let len = usize::try_from(head.words[0]).map_err(io::Error::other)?;
            // Without one the results of a chunk that kills this process are lost, and nothing else.
            if let Some(Ok(ledger)) = file.map(|file| Ledger::map(file, len)) {
                entry::set_ledger(ledger);
            }
            continue;
        }
        let len = usize::try_from(head.len).map_err(io::Error::other)?;
        answer.clear();
        answer.resize(HEAD, 0);
        let kind = if head.kind == Kind::Stop {
            return Ok(());
        } else if read_payload(&mut socket, len, &mut payload)? {
            let callee = Callee::from_words(head.words);
            match head.kind {
                Kind::Setup => set_up(callee, head.words, &payload, &mut answer),
                Kind::Call => callee.call(&payload, &mut answer),
                _ => return Err(io::Error::other("a frame that only workers send")),
            }
        } else {
            let text = format!("no memory for an argument of {len} bytes");
            answer.extend_from_slice(text.as_bytes());
            Kind::Decode
        };
        wire::close(&mut answer, kind, [0; 3]);
        socket.write_all(&answer)?;
        // One large task does not make a large worker.
        for buffer in [&mut payload, &mut answer] {
            buffer.clear();
            buffer.shrink_to(KEPT);
        }
    }
    Ok(())
}

/// Bytes of a buffer that are kept between tasks.
const KEPT: usize = 1 << 20;

/// Moves the socket away from standard input, which is empty from now on.
fn take_over_stdin() -> io::Result<UnixStream> {
    let socket = io::stdin().as_fd().try_clone_to_owned()?;
    let empty = std::fs::File::open("/dev/null")?;
    rustix::stdio::dup2_stdin(&empty)?;
    if program::noted().is_some_and(Program::is_test) {
        // The harness has said what it says before a test; what tasks say is wanted.
        rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    }
    Ok(UnixStream::from(socket))
}

/// Ends this process and what it started as soon as the other end is gone, even in the middle of a task.
///
/// Not left to `PR_SET_PDEATHSIG`, which watches the thread that started the process: pools retire threads.
fn watch(socket: &UnixStream) -> io::Result<()> {
    let socket = socket.try_clone()?;
    let watchdog = thread::Builder::new().name("batteries-watch".into()).stack_size(64 * 1024);
    watchdog.spawn(move || {
        loop {
            let mut fds = [PollFd::new(&socket, system::HUNG_UP)];
            if poll(&mut fds, None).is_ok() {
                break;
            }
        }
        // In one stroke: whatever the task holds or has registered must not get in the way.
        let own = rustix::process::getpid();
        let _ = rustix::process::kill_process_group(own, Signal::KILL);
        let _ = rustix::process::kill_process(own, Signal::KILL);
    })?;
    Ok(())
}

/// The next frame's head, and the file that came with it; `None` where the other end is gone.
fn read_head(socket: &UnixStream) -> io::Result<Option<(Head, Option<OwnedFd>)>> {
    let mut head = [0; HEAD];
    let mut filled = 0;
    let mut file = None;
    while filled < HEAD {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut parts = [IoSliceMut::new(&mut head[filled..])];
        match recvmsg(socket, &mut parts, &mut control, system::RECEIVE) {
            Ok(message) if message.bytes == 0 => return Ok(None),
            Ok(message) => filled += message.bytes,
            Err(Errno::CONNRESET) => return Ok(None),
            Err(Errno::INTR) => continue,
            Err(e) => return Err(e.into()),
        }
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(files) = message {
                file = files.last();
            }
        }
    }
    let head =
        Head::from_bytes(&head).ok_or_else(|| io::Error::other("bytes that are no frame"))?;
    Ok(Some((head, file)))
}

/// Reads a payload; false if there is no memory for it, and then it is read past.
fn read_payload(socket: &mut UnixStream, len: usize, to: &mut Vec<u8>) -> io::Result<bool> {
    to.clear();
    let fits = to.try_reserve_exact(len).is_ok();
    let mut rest = socket.take(len as u64);
    let read =
        if fits { rest.read_to_end(to)? as u64 } else { io::copy(&mut rest, &mut io::sink())? };
    if read < len as u64 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(fits)
}

/// Becomes what the pool wants its workers to be.
fn set_up(initializer: Callee, words: [u64; 3], payload: &[u8], answer: &mut Vec<u8>) -> Kind {
    // Compared first: from another program nothing in this frame can be relied on.
    let own = Identity::own().ok();
    let setup = wire::decode::<Setup>(payload).ok();
    let setup = setup.filter(|(theirs, ..)| own.is_some_and(|own| own.as_bytes() == theirs));
    let Some((_, backtraces, memory_limit, argument)) = setup else { return Kind::Mismatch };
    panic_hook::set_notes(if backtraces { Notes::Backtrace } else { Notes::Place });
    if let Some(bytes) = memory_limit {
        let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
        if let Err(e) = rustix::process::setrlimit(Resource::As, limit) {
            answer.extend_from_slice(format!("cannot limit the memory: {e}").as_bytes());
            return Kind::Encode;
        }
    }
    if words == [0; 3] {
        // Two types that cannot fail to be encoded.
        let _ = wire::encode(&Ok::<(), String>(()), answer);
        return Kind::Value;
    }
    initializer.call(&argument, answer)
}
