//! The wordcount example against a Python program that does the same.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};
use std::{env, fs, io};

use tempfile::TempDir;

use crate::examples::example;
use crate::support::require;

/// What the example does, in Python: `os.walk`, `open(encoding="utf-8")`, `str.split()`. It prints the example's lines, and
/// the paths that it leaves out on stderr.
const IN_PYTHON: &str = r#"
import os, stat, sys

files = words = 0
distinct = set()

def leave_out(path):
    sys.stderr.buffer.write(path + b"\n")

def count(path):
    global files, words
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return leave_out(path)
        with open(path, encoding="utf-8") as file:
            found = file.read().split()
    except (OSError, UnicodeDecodeError):
        return leave_out(path)
    files += 1
    words += len(found)
    distinct.update(found)
    sys.stdout.buffer.write(b"%d %s\n" % (len(found), path))

for top in map(os.fsencode, sys.argv[1:]):
    if not os.path.isdir(top):
        count(top)
        continue
    for directory, _, names in os.walk(top, onerror=lambda error: leave_out(error.filename)):
        for name in names:
            count(os.path.join(directory, name))
sys.stdout.buffer.write(b"total: %d files, %d words, %d distinct\n" % (files, words, len(distinct)))
"#;

#[test]
fn every_character_splits_words_as_in_python() {
    let tree = TempDir::new().unwrap();
    // A character that splits makes one word more. Below U+3100, where the white space is, the n-th character of a file
    // stands in it 2^n times, so that the count tells which ones split. Above, Python finds none, and none is the same
    // set everywhere.
    let characters = |from: u32, to: u32| (from..to).filter_map(char::from_u32);
    for from in (0..0x3100).step_by(8) {
        let mut text = String::new();
        for (n, character) in characters(from, from + 8).enumerate() {
            text.push_str(&format!("a{character}b ").repeat(1 << n));
        }
        fs::write(tree.path().join(format!("{from:06x}")), text).unwrap();
    }
    for from in (0x3100..=u32::from(char::MAX)).step_by(0x1_0000) {
        let mut text = String::new();
        for character in characters(from, from + 0x1_0000) {
            write!(text, "a{character}b ").unwrap();
        }
        fs::write(tree.path().join(format!("{from:06x}")), text).unwrap();
    }
    compare_with_python(&[tree.path().to_path_buf()]);
}

#[test]
fn odd_files_count_as_in_python() {
    let tree = TempDir::new().unwrap();
    let root = tree.path();
    let write = |name: &str, content: &[u8]| fs::write(root.join(name), content).unwrap();
    write("empty", b"");
    write("blank", b" \n\t\r\n");
    write("bom", b"\xef\xbb\xbfword word \xef\xbb\xbfword");
    write("nul", b"a\0b a\0 \0");
    write("crlf", b"one\r\ntwo\r\rthree\n\rfour\x0b\x0cfive");
    write("separators", b"a\x1cb\x1dc\x1ed\x1fe\xc2\x85f\xe2\x80\xa8g\xe2\x80\xa9h");
    write("no end of line", b"the last word");
    write("a long word", "word".repeat(100_000).as_bytes());
    write("Caf\u{e9}", "\u{e9}t\u{e9} \u{65}\u{301}t\u{65}\u{301} \u{e9}t\u{e9}".as_bytes());
    write("bad byte", b"fine until \xff here");
    write("cut short", b"fine until the end \xe2\x82");
    write("surrogate", b"\xed\xa0\x80");
    write("overlong", b"\xc0\x80");
    write("too large", b"\xf4\x90\x80\x80");
    fs::create_dir_all(root.join("deep/deeper/deepest")).unwrap();
    write("deep/deeper/deepest/file", b"down here");
    fs::create_dir(root.join("no files")).unwrap();

    let mut paths = vec![root.to_path_buf()];
    paths.extend(["crlf", "deep", "missing"].map(|name| root.join(name)));
    paths.extend(platform::add_odd_files(root));
    compare_with_python(&paths);
    platform::make_removable(root);
}

#[test]
fn the_toolchains_documentation_counts_as_in_python() {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = match Command::new(rustc).args(["--print", "sysroot"]).output() {
        Ok(output) => PathBuf::from(String::from_utf8(output.stdout).unwrap().trim_end()),
        Err(_) => PathBuf::new(),
    };
    let candidates =
        ["share/doc/rust/html/alloc", "lib/rustlib/src/rust/library", "lib/rustlib/etc"];
    match candidates.map(|path| sysroot.join(path)).into_iter().find(|path| path.is_dir()) {
        Some(path) => compare_with_python(&[path]),
        None => missing("the Rust toolchain's documentation"),
    }
}

#[test]
fn without_arguments_it_counts_the_crates_sources() {
    let Counted { status, counts, total, left_out } = wordcount(&[]);
    assert_eq!(status.code(), Some(0));
    assert!(
        counts
            .iter()
            .any(|line| line.ends_with(Path::new("src/lib.rs").as_os_str().as_encoded_bytes()))
    );
    assert!(total.starts_with(&format!("total: {} files, ", counts.len())), "{total}");
    assert!(left_out.is_empty());
}

#[test]
fn what_is_left_out_is_named_and_counted() {
    let tree = TempDir::new().unwrap();
    let (good, bad) = (tree.path().join("good"), tree.path().join("bad"));
    fs::write(&good, "three good words").unwrap();
    fs::write(&bad, b"not \xff good").unwrap();
    let Output { status, stdout, stderr } =
        example("wordcount").args([&bad, &good, &tree.path().join("gone")]).output().unwrap();
    assert_eq!(status.code(), Some(1));
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert_eq!(stdout, format!("3 {}\ntotal: 1 files, 3 words, 3 distinct\n", good.display()));
    let reason = "line 1, column 5 (byte 4): \"\\xff\" is no utf-8: invalid start byte";
    let reason = format!("{}: {reason}", bad.display());
    assert!(stderr.lines().any(|line| line == reason), "{stderr}");
    assert!(stderr.ends_with("\nskipped: 2 files\n"), "{stderr}");
}

#[test]
fn more_files_than_a_window_holds_are_all_counted() {
    let tree = TempDir::new().unwrap();
    for n in 0..2000 {
        let directory = tree.path().join((n % 7).to_string());
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join(n.to_string()), format!("number {n}")).unwrap();
    }
    let Counted { status, counts, total, .. } = wordcount(&[tree.path().to_path_buf()]);
    assert_eq!(status.code(), Some(0));
    assert_eq!(counts.len(), 2000);
    assert_eq!(total, "total: 2000 files, 4000 words, 2001 distinct");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let output = example("wordcount").stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn counts_that_cannot_be_written_are_an_error() {
    // Linux has a file that is always full.
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        return missing("/dev/full");
    };
    let output = example("wordcount").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("wordcount: No space left on device"), "{stderr}");
}

#[test]
fn help_tells_the_exit_codes() {
    let output = example("wordcount").args(["src", "--help"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().contains("Exit code: 0 "));
}

/// Says what this machine has not got; straight to the descriptor, as [`require`] does.
fn missing(what: &str) {
    let _ = writeln!(io::stderr(), "skipped: {what} is missing");
}

/// What one run of the example said.
struct Counted {
    status: ExitStatus,
    /// The lines of the files, sorted: they come in any order.
    counts: Vec<Vec<u8>>,
    total: String,
    /// `path: reason` of what was left out.
    left_out: Vec<Vec<u8>>,
}

/// Runs the example and takes its answer apart.
#[track_caller]
fn wordcount(paths: &[PathBuf]) -> Counted {
    let Output { status, stdout, stderr } = example("wordcount").args(paths).output().unwrap();
    let (counts, total) = counts_and_total(&stdout);
    let mut left_out = lines(&stderr);
    if let Some(last) = left_out.pop() {
        let summary = format!("skipped: {} files", left_out.len());
        assert_eq!(String::from_utf8_lossy(&last), summary);
    }
    Counted { status, counts, total, left_out }
}

/// Counts the same with the example and with Python, and compares all that both say.
#[track_caller]
fn compare_with_python(paths: &[PathBuf]) {
    if !require("python3") {
        return;
    }
    let python = Command::new("python3").args(["-c", IN_PYTHON]).args(paths).output().unwrap();
    assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
    let (counts, total) = counts_and_total(&python.stdout);
    let left_out = lines(&python.stderr);

    let mut ours = wordcount(paths);
    for (ours, python) in ours.counts.iter().zip(&counts) {
        assert_eq!(String::from_utf8_lossy(ours), String::from_utf8_lossy(python));
        assert_eq!(ours, python);
    }
    assert_eq!(ours.counts.len(), counts.len());
    assert_eq!(ours.total, total);
    assert_eq!(ours.status.code(), Some(i32::from(!left_out.is_empty())));
    for path in left_out {
        let start = [path.as_slice(), b": "].concat();
        let named = ours.left_out.iter().position(|line| line.starts_with(&start));
        let named = named.unwrap_or_else(|| panic!("{} is not named", path.escape_ascii()));
        ours.left_out.remove(named);
    }
    let named: Vec<_> = ours.left_out.iter().map(|line| line.escape_ascii().to_string()).collect();
    assert!(named.is_empty(), "Python reads these: {named:?}");
}

fn counts_and_total(stdout: &[u8]) -> (Vec<Vec<u8>>, String) {
    let mut counts = lines(stdout);
    let total = String::from_utf8(counts.pop().unwrap_or_default()).unwrap();
    counts.sort_unstable();
    (counts, total)
}

fn lines(output: &[u8]) -> Vec<Vec<u8>> {
    output
        .split_inclusive(|&byte| byte == b'\n')
        .map(|line| line.trim_ascii_end().to_vec())
        .collect()
}

#[cfg(unix)]
#[path = "wordcount/unix.rs"]
mod platform;

#[cfg(not(unix))]
mod platform {
    use std::path::{Path, PathBuf};

    pub(super) fn add_odd_files(_: &Path) -> [PathBuf; 0] {
        []
    }

    pub(super) fn make_removable(_: &Path) {}
}
