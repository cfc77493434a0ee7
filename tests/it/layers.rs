//! Who may import whom: the picture in ARCHITECTURE.md, held to the sources.

use crate::source::{self, Mention, Source};

/// Where a room stands; a lower floor knows nothing of a higher one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Floor {
    /// Private, or `value`: what two modules need. Imports no other room that its row does not name.
    Ground,
    /// A public module. Imports the ground floor, and no sibling that its row does not name.
    Module,
    /// An executor on top of another one: imports the room that it lies in.
    Executor,
    /// What stands at the crate's root: imports what it likes.
    Root,
}

/// A module with a wall around it.
#[derive(Debug)]
struct Room {
    path: &'static str,
    floor: Floor,
    /// The rooms that it may import against the rule of its floor.
    also: &'static [&'static str],
}

/// Every room, in layers. `lib.rs` stands at the root as well.
const ROOMS: &[Room] = &[
    Room { path: "atomic_file", floor: Floor::Ground, also: &[] },
    Room { path: "codec", floor: Floor::Ground, also: &[] },
    Room { path: "http1", floor: Floor::Ground, also: &[] },
    Room { path: "panic_hook", floor: Floor::Ground, also: &[] },
    Room { path: "python", floor: Floor::Ground, also: &[] },
    Room { path: "sync", floor: Floor::Ground, also: &[] },
    Room { path: "value", floor: Floor::Ground, also: &["python"] },
    Room { path: "argparse", floor: Floor::Module, also: &[] },
    Room { path: "artifact", floor: Floor::Module, also: &[] },
    Room { path: "concurrent", floor: Floor::Module, also: &[] },
    Room { path: "concurrent::futures", floor: Floor::Module, also: &[] },
    Room { path: "datetime", floor: Floor::Module, also: &[] },
    Room { path: "functools", floor: Floor::Module, also: &[] },
    Room { path: "html", floor: Floor::Module, also: &[] },
    Room { path: "io", floor: Floor::Module, also: &[] },
    Room { path: "logging", floor: Floor::Module, also: &[] },
    // The handlers that speak TLS.
    Room { path: "logging::network", floor: Floor::Module, also: &["logging", "ssl"] },
    Room { path: "pycache", floor: Floor::Module, also: &[] },
    Room { path: "ssl", floor: Floor::Module, also: &[] },
    Room { path: "urllib", floor: Floor::Module, also: &["ssl"] },
    Room { path: "concurrent::futures::process", floor: Floor::Executor, also: &[] },
    Room { path: "concurrent::futures::redis", floor: Floor::Executor, also: &[] },
    Room { path: "init", floor: Floor::Root, also: &[] },
];

/// The locks, atomics, threads and channels that only `crate::sync` names.
const CONCURRENCY: &[&str] = &[
    "core::sync",
    "crossbeam_channel",
    "parking_lot",
    "shuttle",
    "std::hint::spin_loop",
    "std::sync",
    "std::thread",
    "std::thread_local",
];

/// Files of a name that promises a function of data alone.
const PURE: &[&str] = &["engine", "escape", "format", "header", "help", "newline", "wire"];

/// What such a file may not name: clock, file, environment, socket, process, thread.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io::stderr",
    "std::io::stdin",
    "std::io::stdout",
    "std::net",
    "std::os",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
];

/// The room that the module or item at `names` lies in.
fn room(names: &[String]) -> Option<&'static Room> {
    let lies_in = |room: &&Room| {
        let mut path = room.path.split("::");
        let mut names = names.iter();
        path.all(|name| names.next().is_some_and(|n| n == name))
    };
    ROOMS.iter().filter(lies_in).max_by_key(|room| room.path.len())
}

/// Why `source` may not mention what it mentions; `None` if it may.
fn trespass(source: &Source, mention: &Mention) -> Option<String> {
    let names = mention.in_crate()?;
    if source.module.is_empty() {
        return None;
    }
    let Some(from) = room(&source.module) else {
        return Some("this file lies in no room of the table".to_owned());
    };
    let Some(to) = room(&names) else {
        return Some(format!("`{}` lies in no room of the table", names.join("::")));
    };
    let re_exports = source.is_folder() && names.starts_with(&source.module);
    let lies_on =
        |room: &Room| from.path.strip_prefix(room.path).is_some_and(|rest| rest.starts_with("::"));
    let may = from.floor == Floor::Root
        || from.path == to.path
        || re_exports
        || from.also.contains(&to.path)
        || (to.floor == Floor::Ground && from.floor != Floor::Ground)
        || (from.floor == Floor::Executor && lies_on(to));
    (!may).then(|| format!("`{}` may not import `{}`", from.path, to.path))
}

/// The modules whose primitives come from `crate::sync`.
const CHECKED: &[&str] = &["concurrent", "functools"];

/// Why `source`, if it lies in one of those modules, may not mention what it mentions.
fn past_sync(source: &Source, mention: &Mention) -> Option<String> {
    let text = mention.text();
    let inside = source.module.first().is_some_and(|name| CHECKED.contains(&name.as_str()));
    let named = CONCURRENCY.iter().any(|path| is_below(&text, path));
    (inside && named).then(|| "only `crate::sync` names it".to_owned())
}

/// Why `source`, if it is a pure file, may not mention what it mentions.
fn impure(source: &Source, mention: &Mention) -> Option<String> {
    let text = mention.text();
    let pure = source.module.last().is_some_and(|name| PURE.contains(&name.as_str()));
    let named = IMPURE.iter().any(|path| is_below(&text, path));
    (pure && named).then(|| "this file is a function of data".to_owned())
}

fn is_below(text: &str, path: &str) -> bool {
    text.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn violations(sources: &[Source], rule: fn(&Source, &Mention) -> Option<String>) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for mention in source.mentions() {
            if let Some(why) = rule(source, &mention) {
                found.push(format!("{}:{}: {}: {why}", source.path, mention.line, mention.text()));
            }
        }
    }
    found
}

#[track_caller]
fn check(rule: fn(&Source, &Mention) -> Option<String>) {
    let sources = Source::all();
    assert!(sources.iter().any(|source| source.path == "src/lib.rs"));
    let found = violations(&sources, rule);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn a_room_imports_only_what_stands_below_it() {
    check(trespass);
}

#[test]
fn the_concurrency_core_and_the_caches_take_their_primitives_from_sync() {
    check(past_sync);
}

#[test]
fn pure_files_know_no_world() {
    check(impure);
}

#[test]
fn the_exceptions_make_no_circle() {
    fn reaches(from: &Room, target: &str, seen: &mut Vec<&'static str>) -> bool {
        from.also.iter().any(|&next| {
            next == target
                || (!seen.contains(&next) && {
                    seen.push(next);
                    let room = ROOMS.iter().find(|room| room.path == next);
                    reaches(room.expect("`also` names rooms of the table"), target, seen)
                })
        })
    }
    for room in ROOMS {
        assert!(!reaches(room, room.path, &mut Vec::new()), "{} imports itself", room.path);
        let ground = |path: &&str| room_at(path).floor == Floor::Ground;
        assert!(room.floor != Floor::Ground || room.also.iter().all(ground), "{}", room.path);
    }
}

#[track_caller]
fn room_at(path: &str) -> &'static Room {
    ROOMS.iter().find(|room| room.path == path).expect("a room of the table")
}

#[test]
fn the_picture_names_every_room() {
    let picture = source::read("ARCHITECTURE.md");
    for room in ROOMS {
        let name = room.path.rsplit("::").next().unwrap_or_default();
        assert!(picture.contains(&format!("`{name}`")), "ARCHITECTURE.md does not name `{name}`");
    }
}

#[test]
fn each_rule_catches_what_it_is_for() {
    let caught = |path, text, rule| violations(&[Source::new(path, text)], rule).join("\n");

    for (path, text, message) in [
        (
            "src/html/escape.rs",
            "use crate::io::Text;",
            "src/html/escape.rs:1: crate::io::Text: `html` may not import `io`",
        ),
        (
            "src/sync.rs",
            "\nuse crate::value::Value;",
            "src/sync.rs:2: crate::value::Value: `sync` may not import `value`",
        ),
        ("src/codec/mod.rs", "use super::python::repr;", "`codec` may not import `python`"),
        (
            "src/html/mod.rs",
            "fn f() { crate::{html::x, ssl::y}; }",
            "crate::ssl::y: `html` may not import `ssl`",
        ),
        ("src/ssl/mod.rs", "use crate::urllib::x;", "`ssl` may not import `urllib`"),
        ("src/logging/handlers.rs", "use crate::ssl::x;", "`logging` may not import `ssl`"),
        (
            "src/concurrent/futures/wait.rs",
            "use super::process::x;",
            "`concurrent::futures` may not import `concurrent::futures::process`",
        ),
        (
            "src/concurrent/futures/redis/mod.rs",
            "use super::process::x;",
            "may not import `concurrent::futures::process`",
        ),
        (
            "src/concurrent/mod.rs",
            "use crate::functools::x;",
            "`concurrent` may not import `functools`",
        ),
        ("src/html/mod.rs", "fn f() { crate::init() }", "`html` may not import `init`"),
        ("src/attic.rs", "use crate::value::x;", "this file lies in no room of the table"),
    ] {
        let found = caught(path, text, trespass);
        assert!(found.contains(message), "{path}: {text}: {found:?}");
    }
    for (path, text) in [
        ("src/lib.rs", "use crate::concurrent::futures::process::x; fn f() { crate::ssl::y() }"),
        ("src/init.rs", "use crate::concurrent::futures::process::x;"),
        ("src/html/escape.rs", "use crate::{python::x, html::y}; use super::z; use std::fmt;"),
        ("src/value/mod.rs", "use crate::python::x;"),
        ("src/urllib/request.rs", "use crate::ssl::x;"),
        ("src/logging/network.rs", "use crate::{ssl::x, logging::y, http1::z};"),
        ("src/concurrent/futures/mod.rs", "pub use self::process::X; mod process;"),
        (
            "src/concurrent/futures/process/pool.rs",
            "use super::super::cell::x; use crate::sync::y;",
        ),
    ] {
        assert_eq!(caught(path, text, trespass), "", "{path}: {text}");
    }

    let cache = "use parking_lot::Mutex;";
    assert_ne!(caught("src/functools/store.rs", cache, past_sync), "");
    let core = "src/concurrent/futures/wait.rs";
    for text in [
        "use std::sync::atomic::AtomicU8;",
        "use std::{fmt, thread};",
        "fn f(m: &parking_lot::Mutex<u8>) {}",
        "use crossbeam_channel::{Sender, unbounded};",
        "fn f() { ::std::thread::sleep(d) }",
        "fn f() { std::hint::spin_loop() }",
    ] {
        assert!(caught(core, text, past_sync).contains("only `crate::sync` names it"), "{text}");
        assert_eq!(caught("src/sync.rs", text, past_sync), "", "{text}");
    }
    let fine = "use crate::sync::{Mutex, thread}; use std::time::Duration; use std::sync_not::x; // std::sync";
    assert_eq!(caught(core, fine, past_sync), "");

    for text in
        ["use std::{env, fmt};", "fn f() { std::time::Instant::now() }", "use std::io::stdin;"]
    {
        assert!(caught("src/html/escape.rs", text, impure).contains("function of data"), "{text}");
        assert_eq!(caught("src/html/file.rs", text, impure), "", "{text}");
    }
    assert_eq!(caught("src/html/escape.rs", "use std::{io::Write, time::Duration};", impure), "");
}
