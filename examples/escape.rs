//! A filter that escapes for HTML, or unescapes: stdin to stdout, of any length, in constant memory.
//!
//! ```text
//! echo 'Ham & eggs' | cargo run --release --example escape
//! echo 'Ham &amp; eggs' | cargo run --release --example escape -- --unescape
//! ```

#![expect(clippy::print_stderr, reason = "a program talks")]

use std::env;
use std::io::{self, ErrorKind, Read, Write};
use std::process::ExitCode;

use batteries::html::{Unescaper, escape_bytes_into, escape_text_bytes_into};

const USAGE: &str = "usage: escape [--no-quote | --unescape] <TEXT >PAGE

  --no-quote  leave \" and ' as they are: enough between tags, not in attributes
  --unescape  the way back";

/// How much is read at once, if there is as much.
const PIECE: usize = 64 * 1024;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let done = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => filter(|piece, out| escape_bytes_into(out, piece)),
        ["--no-quote"] => filter(|piece, out| escape_text_bytes_into(out, piece)),
        ["--unescape"] => unescape(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has read enough, as `head` does.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("escape: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads piece by piece and writes what `step` makes of each.
fn filter(mut step: impl FnMut(&[u8], &mut Vec<u8>)) -> io::Result<()> {
    let (mut stdin, mut stdout) = (io::stdin().lock(), io::stdout().lock());
    let (mut piece, mut out) = (vec![0; PIECE], Vec::new());
    loop {
        let read = match stdin.read(&mut piece) {
            Ok(0) => return stdout.flush(),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        out.clear();
        step(&piece[..read], &mut out);
        stdout.write_all(&out)?;
    }
}

fn unescape() -> io::Result<()> {
    let mut unescaper = Unescaper::new();
    filter(|piece, out| unescaper.feed(piece, out))?;
    // A text may end in the middle of what could have become a reference.
    let mut out = Vec::new();
    unescaper.close(&mut out);
    io::stdout().write_all(&out)?;
    io::stdout().flush()
}
