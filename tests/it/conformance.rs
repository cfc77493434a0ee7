//! The machinery of the `conformance` test: what it finds, prints, and lets fail.

#[path = "../conformance/harness.rs"]
mod harness;
#[path = "../conformance/report.rs"]
mod report;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use harness::{Harness, Vectors};
use report::{Outcome, Report, Rule};

const ROUNDS_DOWN: Rule = Rule { name: "rounding", reason: "ours rounds down" };

const KNOWN: &[Vectors] = &[
    Vectors { file: "doubles.json", run: Some(doubles) },
    Vectors { file: "halves.json", run: Some(halves) },
    Vectors { file: "later.json.xz", run: None },
    Vectors { file: "nothing.json", run: Some(|_| Report::default()) },
    Vectors { file: "stops.json", run: Some(|_| panic!("the runner stopped")) },
];

/// Cases `[input, output]`: the output is twice the input. A negative input cannot be asked.
fn doubles(vectors: &Value) -> Report {
    let mut report = Report::default();
    for case in vectors.as_array().expect("a list") {
        report.case(case, || match case[0].as_i64() {
            Some(n) if n < 0 => Outcome::Unsupported("negative numbers"),
            n => {
                Outcome::compare(&case[1].as_i64().expect("a number"), &(n.expect("a number") * 2))
            }
        });
    }
    report
}

/// Cases `[input, output]`: the output is half the input, rounded up there and down here.
fn halves(vectors: &Value) -> Report {
    let mut report = Report::default();
    for case in vectors.as_array().expect("a list") {
        let (input, output) = (case[0].as_i64().expect("a number"), &case[1].as_i64());
        report.case(case, || {
            Outcome::compare(output, &Some(input / 2)).unless(input % 2 == 1, &ROUNDS_DOWN)
        });
    }
    report
}

/// A folder of this test's own, with the given files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("an earlier run's folder can be removed");
    }
    fs::create_dir_all(&folder).expect("the folder can be made");
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("the file can be written");
    }
    folder
}

/// Runs over `folders` with `args`: whether all is well, and what was printed, the seconds cut off.
fn run(folders: &[PathBuf], args: &[&str]) -> (Result<bool, String>, String) {
    let harness = Harness {
        known: KNOWN,
        passed_over: &["list.json"],
        folders,
        compatibility: "Absent: negative numbers.",
    };
    let mut out = Vec::new();
    let well = harness.main(args.iter().map(|&arg| arg.to_owned()), &mut out);
    let out = String::from_utf8(out).expect("UTF-8");
    let out = out.lines().map(|line| line.split("; finished").next().unwrap_or(line));
    (well, out.collect::<Vec<_>>().join("\n").trim().to_owned())
}

#[track_caller]
fn check(name: &str, files: &[(&str, &str)], args: &[&str], well: bool, printed: &str) {
    let (is_well, out) = run(&[folder(name, files)], args);
    assert_eq!(out, printed.trim());
    assert_eq!(is_well, Ok(well));
}

#[test]
fn a_line_per_file_has_the_counts() {
    check(
        "counts",
        &[
            ("README.md", "passed over"),
            ("doubles.json", "[[1, 2], [2, 4], [-1, -2]]"),
            ("halves.json", "[[2, 1], [3, 2]]"),
            ("later.json.xz", "not even read"),
            ("list.json", "not even read"),
            ("unknown.json.xz", "passed over"),
        ],
        &[],
        true,
        "
running 3 tests
conformance doubles: 2 passed, 0 failed, 0 deviations, 1 unsupported
conformance halves: 1 passed, 0 failed, 1 deviations, 0 unsupported
conformance later: not built yet

test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
    );
}

#[test]
fn a_failing_case_fails_the_run_and_is_shown() {
    check(
        "failing",
        &[("doubles.json", "[[1, 2], [2, 5], [3, \"six\"]]"), ("halves.json", "[[4, 1]]")],
        &["doubles"],
        false,
        "
running 1 tests
conformance doubles: 1 passed, 2 failed, 0 deviations, 0 unsupported
  failed
    input:    [2,5]
    expected: 5
    got:      4
  failed
    input:    [3,\"six\"]
    expected: no panic
    got:      a panic: a number

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 1 filtered out",
    );
}

#[test]
fn only_the_first_failures_are_shown_and_the_others_counted() {
    let cases = "[9, 0], ".repeat(12);
    let files = [("doubles.json", &*format!("[{cases} [9, 0]]"))];
    let (well, out) = run(&[folder("many", &files)], &[]);
    assert_eq!(well, Ok(false));
    assert!(
        out.contains("conformance doubles: 0 passed, 13 failed, 0 deviations, 0 unsupported"),
        "{out}"
    );
    assert_eq!(out.matches("    got:      18").count(), 10, "{out}");
    assert!(out.contains("\n  and 3 more\n"), "{out}");
}

#[test]
fn a_rule_explains_only_the_cases_it_is_about() {
    let (well, out) = run(&[folder("rule", &[("halves.json", "[[2, 2], [3, 2]]")])], &[]);
    assert_eq!(well, Ok(false));
    assert!(
        out.contains("conformance halves: 0 passed, 1 failed, 1 deviations, 0 unsupported"),
        "{out}"
    );
}

#[test]
fn show_output_says_why_cases_are_not_compared() {
    let files = [("doubles.json", "[[-1, 0], [-2, 0]]"), ("halves.json", "[[3, 2]]")];
    let (well, out) = run(&[folder("tallies", &files)], &["--show-output"]);
    assert_eq!(well, Ok(true));
    assert!(out.contains("  unsupported, 2 times: negative numbers\n"), "{out}");
    assert!(out.contains("  deviation, 1 times: rounding: ours rounds down\n"), "{out}");
}

#[test]
fn what_is_unsupported_must_be_promised_to_be_absent() {
    let folders = [folder("absent", &[("doubles.json", "[[-1, 0]]")])];
    let harness = Harness {
        known: KNOWN,
        passed_over: &[],
        folders: &folders,
        compatibility: "Absent: none.",
    };
    assert_eq!(harness.main([], &mut Vec::new()), Ok(false));
}

#[test]
fn a_runner_that_stops_or_runs_nothing_has_failed() {
    for (file, text, got) in [
        ("stops.json", "[]", "a panic: the runner stopped"),
        ("nothing.json", "[]", "none was run"),
        ("doubles.json", "[oops", "expected value at line 1 column 2"),
    ] {
        let (well, out) = run(&[folder("stopped", &[(file, text)])], &[]);
        assert_eq!(well, Ok(false), "{out}");
        assert!(out.contains(got), "{out}");
    }
}

#[test]
fn unknown_json_is_an_error_for_lists_and_runs() {
    let folders = [folder("unknown", &[("doubles.json", "[[1, 2]]"), ("mystery.json", "[]")])];
    for args in [&[][..], &["--list", "--format", "terse"], &["doubles", "--exact"]] {
        let (well, out) = run(&folders, args);
        let error = well.expect_err("an unknown name");
        assert!(error.contains("mystery.json: no vector file of this name is known"), "{error}");
        assert_eq!(out, "");
    }
}

#[test]
fn a_folder_that_is_missing_is_an_error() {
    let missing = folder("missing", &[]).join("gone");
    let (well, _) = run(std::slice::from_ref(&missing), &[]);
    assert!(well.expect_err("no such folder").starts_with(&missing.display().to_string()));
}

#[test]
fn nextest_can_list_the_files_and_run_one_by_name() {
    let files = [("doubles.json", "[[1, 3]]"), ("halves.json", "[[2, 1]]"), ("later.json.xz", "")];
    let folders = [folder("nextest", &files)];
    let listed = "doubles: test\nhalves: test\nlater: test";
    for (args, printed) in [
        (&["--list", "--format", "terse"][..], listed),
        (&["--list", "--format=terse"], listed),
        (&["--list", "--format", "terse", "--ignored"], ""),
        (&["--list"], &*format!("{listed}\n\n3 tests, 0 benchmarks")),
        (&["--list", "--format", "terse", "l", "--skip", "later"], "doubles: test\nhalves: test"),
    ] {
        assert_eq!(run(&folders, args), (Ok(true), printed.to_owned()), "{args:?}");
    }

    let (well, out) = run(&folders, &["halves", "--exact", "--nocapture"]);
    assert_eq!(well, Ok(true));
    assert!(out.contains("conformance halves: 1 passed") && !out.contains("doubles"), "{out}");
    let (well, out) = run(&folders, &["halve", "--exact", "--nocapture"]);
    assert_eq!(well, Ok(true));
    assert!(out.starts_with("running 0 tests"), "{out}");
    assert_eq!(run(&folders, &["doubles", "--exact", "--nocapture"]).0, Ok(false));
}

#[test]
fn an_option_nobody_knows_is_an_error() {
    let folders = [folder("options", &[])];
    assert_eq!(run(&folders, &["--bogus"]).0, Err("unknown option --bogus".to_owned()));
    assert_eq!(run(&folders, &["--skip"]).0, Err("--skip needs a value".to_owned()));
    assert_eq!(run(&folders, &["-q", "--test-threads=1", "--color", "never"]).0, Ok(true));
}

#[test]
fn a_file_in_two_folders_is_run_from_both() {
    let folders = [
        folder("first", &[("doubles.json", "[[1, 2]]")]),
        folder("second", &[("doubles.json", "[[1, 2], [2, 5]]"), ("halves.json", "[[2, 1]]")]),
    ];
    let (well, out) = run(&folders, &[]);
    assert_eq!(well, Ok(false));
    let lines: Vec<_> = out.lines().filter(|line| line.starts_with("conformance ")).collect();
    assert_eq!(
        lines,
        [
            "conformance doubles: 1 passed, 0 failed, 0 deviations, 0 unsupported",
            "conformance doubles: 1 passed, 1 failed, 0 deviations, 0 unsupported",
            "conformance halves: 1 passed, 0 failed, 0 deviations, 0 unsupported",
        ]
    );
}
