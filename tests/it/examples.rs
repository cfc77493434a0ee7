//! The examples, run as programs: what they print.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;
use std::{env, fs, thread};

use crate::source;

/// Every example with a test: in this file, or in `wordcount.rs`.
const TESTED: [&str; 14] = [
    "as_completed_urls",
    "cli",
    "cli_from_json",
    "crash",
    "escape",
    "fibonacci",
    "memoize_service",
    "nested",
    "primes",
    "reencode",
    "scope",
    "submit",
    "uptime",
    "wordcount",
];

#[test]
fn every_example_has_a_test() {
    let mut found: Vec<String> = fs::read_dir(source::root().join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    found.sort();
    assert_eq!(found, TESTED);
}

#[test]
fn submit_shows_what_can_become_of_a_call() {
    check(
        "submit",
        "value: 33698267\n\
         error: invalid digit found in string\n\
         panic: no 4 in there\n\
         cancelled: true\n\
         outcome: the task was cancelled\n\
         not yet: true\n\
         at last: thanks\n",
    );
}

#[test]
fn as_completed_urls_prints_two_pages_and_one_failure() {
    let printed = run("as_completed_urls");
    let mut ends = Vec::new();
    for line in printed.lines() {
        let (url, end) = line.split_once(' ').expect("a URL and what came of it");
        let port = url.strip_prefix("http://127.0.0.1:").expect("a server on this machine");
        assert!(port.parse::<u16>().is_ok(), "{line}");
        ends.push(end);
    }
    // They come in the order in which they completed, which is any.
    ends.sort_unstable();
    assert_eq!(
        ends,
        ["failed: HTTP/1.0 404 Not Found", "page is 1024 bytes", "page is 65536 bytes"]
    );
}

#[cfg(feature = "functools")]
#[test]
fn fibonacci_computes_each_number_once() {
    check(
        "fibonacci",
        "354224848179261915075\nCacheInfo(hits=98, misses=101, maxsize=256, currsize=101)\n",
    );
    let last = example("fibonacci").arg("186").output().unwrap();
    assert_eq!(
        String::from_utf8(last.stdout).unwrap(),
        "332825110087067562321196029789634457848\nCacheInfo(hits=184, misses=187, maxsize=256, currsize=187)\n"
    );
    let refused = example("fibonacci").arg("187").output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
}

#[cfg(feature = "functools")]
#[test]
fn memoize_service_saves_requests() {
    let printed = run("memoize_service");
    let (first, rest) = printed.split_once("12 pages with a cache: ").unwrap();
    let (requests, rest) = rest.split_once(' ').unwrap();
    assert_eq!(first, "12 pages without a cache: 12 requests\n");
    // How many of the threads come before the first answer is theirs to decide.
    assert!((3..=12).contains(&requests.parse().unwrap()), "{requests}");
    assert_eq!(
        rest,
        "requests\n\
         12 pages once more: 0 requests\n\
         12 pages, one flight for each user: 3 requests, CacheInfo(hits=9, misses=3, maxsize=100, currsize=3)\n\
         12 pages within the minute: 0 requests\n\
         12 pages a minute later: 3 requests, CacheInfo(hits=30, misses=6, maxsize=100, currsize=3)\n\
         2 pages of nobody: 2 requests, Err(\"no such user\")\n"
    );
}

#[test]
fn primes_prints_each_number_in_the_order_of_the_input() {
    check(
        "primes",
        "112272535095293 is prime: true\n\
         112582705942171 is prime: true\n\
         112272535095293 is prime: true\n\
         115280095190773 is prime: true\n\
         115797848077099 is prime: true\n\
         1099726899285419 is prime: false\n",
    );
}

#[test]
fn crash_loses_the_guilty_and_nobody_else() {
    let printed = run("crash");
    let mut halves = printed.split("six numbers a task");
    for half in [halves.next().unwrap(), halves.next().unwrap()] {
        let mut seen = Vec::new();
        for line in half.lines().skip(1) {
            let (number, end) = line.trim_start().split_once(": ").expect("a number and its end");
            // The process's id differs each time.
            let end = match end.strip_prefix("worker ") {
                Some(rest) => rest.split_once(' ').expect("a process's id and its end").1,
                None => end,
            };
            seen.push((number, end));
        }
        assert_eq!(
            seen,
            [
                ("1", "its square is 1"),
                ("2", "died by signal 6"),
                ("3", "its square is 9"),
                ("4", "the task overran its deadline and was stopped"),
                ("5", "its square is 25"),
                (
                    "6",
                    "the task panicked: six is not a number to work with (at examples/crash.rs:17:14)"
                ),
                ("7", "its square is 49"),
                ("8", "exited with 3"),
                ("9", "its square is 81"),
                ("10", "died by signal 6"),
                ("11", "its square is 121"),
            ]
        );
    }
}

#[test]
fn nested_runs_what_it_waits_for() {
    check(
        "nested",
        "sorted: [1, 2, 3, 4, 5, 6, 7, 8, 9]\n\
         waiting for itself: waiting for the task might never end: it waits for the task that asks, or too many wait on this worker's stack\n",
    );
}

#[test]
fn scope_borrows_its_surroundings() {
    check("scope", "words in each line: [6, 7]\nlongest word: brillig\n");
}

#[test]
fn uptime_prints_what_python_would() {
    check(
        "uptime",
        "run      12 days, 4:31:07.250000\n\
         run      9 days, 23:58:00\n\
         run      7:30:00\n\
         total    22 days, 11:59:07.250000, or 1943947.25 seconds\n\
         average  7 days, 11:59:42.416667\n\
         hours    539, and 0:59:07.250000 more\n\
         uptime   74.998 % of 30 days\n\
         missing  7 days, 12:00:52.750000, which is P7DT12H52.75S\n\
         surplus  -8 days, 11:59:07.250000, which is -P7DT12H52.75S\n\
         repr     datetime.timedelta(days=22, seconds=43147, microseconds=250000)\n",
    );
}

#[cfg(feature = "argparse")]
#[test]
fn cli_is_two_programs_of_the_tutorial() {
    let program = |args: &[&str]| {
        let Output { status, stdout, stderr } =
            example("cli").args(args).env("COLUMNS", "80").output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code(), text(stdout), text(stderr))
    };
    let prints = |text: &str| (Some(0), text.to_owned(), String::new());
    assert_eq!(program(&["power", "4", "2"]), prints("16\n"));
    assert_eq!(program(&["power", "4", "2", "-v"]), prints("4^2 == 16\n"));
    assert_eq!(
        program(&["power", "-vv", "--", "-4", "3"]),
        prints("-4 to the power 3 equals -64\n")
    );
    assert_eq!(program(&["co", "main", "--force"]), prints("on main whatever is there\n"));
    assert_eq!(program(&["--version"]), prints("cli 1.0\n"));
    let (code, stdout, stderr) = program(&["power", "2", "900"]);
    assert_eq!((code, &*stdout), (Some(2), ""));
    assert!(stderr.ends_with("cli: error: 2 to the power 900 is too much\n"), "{stderr}");
    let (code, stdout, _) = program(&["checkout", "-h"]);
    assert_eq!(code, Some(0));
    assert!(
        stdout.starts_with("usage: cli checkout [-h] [--force | --no-force] {main,next}\n"),
        "{stdout}"
    );
}

#[cfg(feature = "argparse")]
#[test]
fn cli_from_json_answers_each_list() {
    let input = r#"{"ops": [["new", null, 0, [], {"prog": "t"}],
        ["arg", 0, null, ["n"], {"type": {"$": "py", "v": "int"}}]], "argv": [["3"], ["x"], ["-h"]]}"#;
    let printed = String::from_utf8(filter("cli_from_json", &[], input.as_bytes())).unwrap();
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[0], r#"{"n": 3}"#);
    let error = r#"{"exit": 2, "out": "", "err": "usage: t [-h] n\nt: error: argument n: invalid int value: 'x'\n"}"#;
    assert_eq!(lines[1], error);
    assert!(
        lines[2].starts_with(r#"{"exit": 0, "out": "usage: t [-h] n\n\npositional"#),
        "{}",
        lines[2]
    );
}

#[cfg(feature = "html")]
#[test]
fn reencode_changes_encoding_and_line_endings() {
    let args = ["--from", "cp437", "--to", "latin-1", "--newline", "lf"];
    assert_eq!(filter("reencode", &args, b"caf\x82\r\nth\x82\r"), b"caf\xe9\nth\xe9\n");
    // A byte order mark says what it is.
    let utf16 = b"\xff\xfea\0\r\0\n\0";
    assert_eq!(filter("reencode", &[], utf16), b"a\r\n");
    let args = ["--to", "ascii", "--errors", "xmlcharrefreplace", "--newline", "crlf"];
    assert_eq!(filter("reencode", &args, "é\n".as_bytes()), b"&#233;\r\n");
    let bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(filter("reencode", &["--errors", "roundtrip"], &bytes), bytes);
    // Longer than any buffer.
    let long = "größer\n".repeat(100_000);
    let args = ["--to", "utf-16-le"];
    let expected: Vec<u8> = long.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(filter("reencode", &args, long.as_bytes()) == expected);
}

#[test]
fn escape_is_a_filter_both_ways() {
    let text = "\"Ham & eggs\" <3 'd\u{e9}j\u{e0} vu'\r\n\0";
    let page = "&quot;Ham &amp; eggs&quot; &lt;3 &#x27;d\u{e9}j\u{e0} vu&#x27;\r\n\0";
    assert_eq!(filter("escape", &[], text.as_bytes()), page.as_bytes());
    assert_eq!(filter("escape", &["--unescape"], page.as_bytes()), text.as_bytes());
    let between_tags = "\"Ham &amp; eggs\" &lt;3 'd\u{e9}j\u{e0} vu'\r\n\0";
    assert_eq!(filter("escape", &["--no-quote"], text.as_bytes()), between_tags.as_bytes());
    assert_eq!(filter("escape", &[], b""), b"");
    assert_eq!(filter("escape", &[], b"\xff<\xfe"), b"\xff&lt;\xfe");

    // More than one piece of any size, cut wherever that comes to be, in the middle of a reference as well.
    for shift in 0..9 {
        let long = " ".repeat(shift) + &"<p>\u{8a9e} &".repeat(40_000);
        let escaped = filter("escape", &[], long.as_bytes());
        assert!(
            escaped
                == long.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").as_bytes()
        );
        assert!(filter("escape", &["--unescape"], &escaped) == long.as_bytes());
    }

    let refused = example("escape").arg("--quote").output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).starts_with("usage: escape "));
}

/// Runs an example that must succeed with `input` as its stdin, and returns what it wrote to stdout.
#[cfg(feature = "html")]
#[track_caller]
fn filter(name: &str, args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child =
        example(name).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().expect("a pipe");
    let output = thread::scope(|scope| {
        // It may fill its stdout before it has read all: somebody has to read meanwhile.
        scope.spawn(move || stdin.write_all(input).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "{name}: {}", output.status);
    output.stdout
}

#[track_caller]
fn check(name: &str, expected: &str) {
    assert_eq!(run(name), expected);
}

/// Runs an example that must succeed, and returns what it wrote to stdout.
#[track_caller]
fn run(name: &str) -> String {
    // Rendering a backtrace takes longer than some examples let their tasks run.
    let output = example(name).env_remove("RUST_BACKTRACE").output();
    let Output { status, stdout, stderr } = output.unwrap();
    assert!(status.success(), "{name}: {status}\n{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// The command that runs an example.
///
/// `cargo test` builds the examples along with the tests; `cargo test --test it` does not, so one that is missing or older
/// than its sources is built here.
pub(crate) fn example(name: &str) -> Command {
    // target/<profile>/deps/it-<hash>
    let test = env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).expect("cargo's target directory");
    let program = profile.join("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX));

    // One after the other: each would wait for cargo's lock anyway.
    static BUILD: Mutex<()> = Mutex::new(());
    let guard = BUILD.lock().unwrap_or_else(PoisonError::into_inner);
    let built = fs::metadata(&program).and_then(|program| program.modified()).ok();
    if built.is_none_or(|built| built < newest_source(name)) {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--example", name, "--profile"])
            .arg(match profile.file_name().and_then(|name| name.to_str()) {
                Some("debug") | None => "dev",
                Some(name) => name,
            })
            .arg("--target-dir")
            .arg(profile.parent().expect("cargo's target directory"))
            .current_dir(source::root())
            .status()
            .unwrap();
        assert!(status.success(), "cargo could not build the example {name}");
    }
    drop(guard);
    Command::new(program)
}

/// When a source of the example was last changed.
fn newest_source(name: &str) -> SystemTime {
    fn newest(path: &Path) -> SystemTime {
        if path.is_dir() {
            let entries = fs::read_dir(path).unwrap();
            entries
                .map(|entry| newest(&entry.unwrap().path()))
                .max()
                .unwrap_or(SystemTime::UNIX_EPOCH)
        } else {
            fs::metadata(path).and_then(|file| file.modified()).unwrap()
        }
    }
    let root = source::root();
    newest(&root.join("src")).max(newest(&root.join("examples").join(name).with_extension("rs")))
}
