//! Counts the words of every file below some directories: `submit` a call for each file to a pool of
//! threads, take the futures `as_completed`, keyed by the path.

use std::collections::HashSet;
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::{array, env};

use batteries::concurrent::futures::{ThreadPoolExecutor, as_completed};
use batteries::io::{Encoding, TextOptions};
use indicatif::{ProgressBar, ProgressStyle};
use walkdir::WalkDir;

const HELP: &str = "\
Counts the words of every file below the given paths, as Python's `str.split()` finds them.

Usage: wordcount [PATH...]          (default: the sources of the crate itself)

Links to files are followed; links to directories only where they are a PATH. What cannot be read,
is not UTF-8 or is no regular file is named on stderr and left out.

Exit code: 0 all was read, 1 something was left out, 2 the counts could not be written.
";

/// Bounds the calls that are queued, running or not yet printed, for a million files to go through.
const WINDOW: usize = 512;

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => match error.downcast_ref().map(io::Error::kind) {
            // `wordcount | head`: the reader has seen enough.
            Some(ErrorKind::BrokenPipe) => ExitCode::SUCCESS,
            _ => {
                complain(format!("wordcount: {error}\n"));
                ExitCode::from(2)
            }
        },
    }
}

fn run() -> Result<u64, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    if paths.iter().any(|path| path == Path::new("--help") || path == Path::new("-h")) {
        io::stdout().write_all(HELP.as_bytes())?;
        return Ok(0);
    }
    if paths.is_empty() {
        let sources = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
        let here = env::current_dir().unwrap_or_default();
        paths.push(sources.strip_prefix(here).unwrap_or(sources).into());
    }
    let pool = ThreadPoolExecutor::default();
    let skipped = count_all(&pool, paths);
    // All is counted, or nobody reads the counts any more: nothing is worth waiting for.
    pool.detach();
    skipped
}

/// Prints the words of each file and the total; returns how many files were left out.
fn count_all(pool: &ThreadPoolExecutor, paths: Vec<PathBuf>) -> Result<u64, Box<dyn Error>> {
    // The bar shows on stderr where that is a terminal, else nowhere.
    let style = ProgressStyle::with_template("{bar:40.green/dim} {human_pos}/{human_len} files")?;
    let bar = ProgressBar::no_length().with_style(style);
    if !bar.is_hidden() {
        let (bar, paths) = (bar.clone(), paths.clone());
        let length = pool.submit(move || walk(paths).count() as u64)?;
        drop(length.then(move |length| length.map(|length| bar.set_length(length))));
    }
    let mut stdout = io::stdout().lock();
    // Makes room for a line of stdout, where that is the same screen.
    let screen = if stdout.is_terminal() { bar.clone() } else { ProgressBar::hidden() };

    let (mut files, mut words, mut skipped) = (0_u64, 0_u64, 0_u64);
    let vocabulary: Arc<Vocabulary> = Arc::new(array::from_fn(|_| Mutex::default()));
    let mut found = walk(paths);
    let mut window = Vec::new();
    loop {
        for (path, listed) in found.by_ref().take(WINDOW - window.len()) {
            let (vocabulary, file) = (Arc::clone(&vocabulary), path.clone());
            let call = move || listed.and_then(|()| count_words(&file, &vocabulary));
            window.push((path, pool.submit(call)?));
        }
        if window.is_empty() {
            break;
        }
        // Half of the window stays with the pool, to work on while the other half is filled again.
        let mut completed = as_completed(window);
        for (path, future) in completed.by_ref().take(WINDOW / 2) {
            bar.inc(1);
            // The bytes that the path is made of: they need not be UTF-8.
            let path = path.as_os_str().as_encoded_bytes();
            match future.result_flat() {
                Ok(count) => {
                    (files, words) = (files + 1, words + count);
                    let line = [format!("{count} ").as_bytes(), path, b"\n"].concat();
                    screen.suspend(|| stdout.write_all(&line))?;
                }
                Err(reason) => {
                    skipped += 1;
                    let line = [path, format!(": {reason}\n").as_bytes()].concat();
                    bar.suspend(|| complain(line));
                }
            }
        }
        window = completed.into_unfinished();
    }
    bar.finish_and_clear();
    // No call has panicked while it held a lock.
    let distinct: usize = vocabulary.iter().map(|set| set.lock().unwrap().len()).sum();
    writeln!(stdout, "total: {files} files, {words} words, {distinct} distinct")?;
    if skipped > 0 {
        complain(format!("skipped: {skipped} files\n"));
    }
    Ok(skipped)
}

/// Writes to stderr; where that is closed, nobody wants to know.
fn complain(line: impl AsRef<[u8]>) {
    let _ = io::stderr().write_all(line.as_ref());
}

/// Finds the files that Python's `os.walk` finds below each path, and what it cannot look into.
fn walk(paths: Vec<PathBuf>) -> impl Iterator<Item = (PathBuf, io::Result<()>)> {
    paths.into_iter().flat_map(WalkDir::new).filter_map(|entry| match entry {
        Ok(entry) if entry.file_type().is_dir() => None,
        Ok(entry) if entry.path_is_symlink() && entry.path().is_dir() => None,
        Ok(entry) => Some((entry.into_path(), Ok(()))),
        Err(error) => {
            let path = error.path().map_or_else(|| PathBuf::from("?"), Path::to_path_buf);
            Some((path, error.into_io_error().map_or(Ok(()), Err)))
        }
    })
}

/// The distinct words, in one set for each last byte: calls that add words seldom meet.
type Vocabulary = [Mutex<HashSet<Box<str>>>; 256];

/// Counts the words of one file, and adds them to the vocabulary.
fn count_words(path: &Path, vocabulary: &Vocabulary) -> io::Result<u64> {
    // Opening a FIFO would wait for its writer, and a device may have no end.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let options = TextOptions::new().with_encoding(Encoding::UTF_8);
    let mut reader = options.reader(File::open(path)?);
    let mut words = 0;
    let mut distinct: HashSet<Box<str>> = HashSet::new();
    // Every line ending is white space, so no word is longer than its line.
    while let Some(line) = reader.next_line()? {
        for word in line.split(is_python_space).filter(|word| !word.is_empty()) {
            words += 1;
            if !distinct.contains(word) {
                distinct.insert(word.into());
            }
        }
    }
    for word in distinct {
        let last = word.as_bytes()[word.len() - 1];
        // Nobody panics while they hold the lock.
        let mut set = vocabulary[usize::from(last)].lock().unwrap();
        set.insert(word);
    }
    Ok(words)
}

/// Tells whether Python's `str.split()` splits at `c`: CPython 3.13, `_PyUnicode_IsWhitespace` in
/// Objects/unicodetype_db.h. That is Unicode's White_Space and the separators U+001C to U+001F.
fn is_python_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\x1c'..='\x1f')
}
