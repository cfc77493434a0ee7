//! What the sources promise about themselves, file by file.

use std::fs;

use proc_macro2::{TokenStream, TokenTree};

use crate::source::{self, Source};

/// Files that may hold `unsafe`: small, each block with its reason, each with a safe twin that it is tested against.
const UNSAFE: &[&str] = &[
    "src/argparse/terminal/ioctl.rs",
    "src/concurrent/futures/process/raw.rs",
    "src/functools/coarse.rs",
    "src/html/simd.rs",
    "src/io/simd.rs",
    "src/io/window.rs",
];

/// The largest file, in bytes. What is longer is data, and belongs into an archive.
const LARGEST: u64 = 400 * 1024;

/// Names that say nothing of what is inside.
const NAMELESS: &[&str] = &["common", "helper", "helpers", "misc", "util", "utils"];

/// Words of unfinished work; in pieces, since this file is looked at as well.
const UNFINISHED: &[&str] = &[
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
];

/// What a condition on the build asks about, and the lines that may stand under it.
const CONDITIONS: &[(&[&str], &[&str])] = &[
    // A feature is a module or an integration, nothing smaller.
    (&["feature"], &["mod", "impl", "use"]),
    // Code for one platform is a file of its own, with a twin for the others.
    (
        &[
            "unix",
            "windows",
            "target_arch",
            "target_env",
            "target_family",
            "target_os",
            "target_vendor",
        ],
        &["mod", "use"],
    ),
];

/// Where `tokens` hang a condition on a line that may not have one.
fn conditions(tokens: &TokenStream, found: &mut Vec<(usize, String)>) {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let inner: Vec<_> = group.stream().into_iter().collect();
        let (condition, under) = match (&tokens[..at], &*inner) {
            ([.., TokenTree::Ident(name), not], _) if name == "cfg" && is(not, '!') => {
                (group.stream(), "an expression".to_owned())
            }
            ([.., hash, not], [TokenTree::Ident(name), TokenTree::Group(condition)])
                if is(hash, '#') && is(not, '!') && is_cfg(name) =>
            {
                (condition.stream(), "a whole file".to_owned())
            }
            ([.., hash], [TokenTree::Ident(name), TokenTree::Group(condition)])
                if is(hash, '#') && is_cfg(name) =>
            {
                (condition.stream(), line_under(&tokens[at + 1..]))
            }
            _ => {
                conditions(&group.stream(), found);
                continue;
            }
        };
        // What `cfg_attr` adds, behind the first comma, is no condition.
        let condition = condition.into_iter().take_while(|token| !is(token, ','));
        let mut asked = Vec::new();
        idents(&condition.collect(), &mut asked);
        for (about, lines) in CONDITIONS {
            let question = asked.iter().find(|name| about.contains(&name.as_str()));
            if let Some(question) = question.filter(|_| !lines.contains(&under.as_str())) {
                let line = group.span_open().start().line;
                found.push((line, format!("`{question}` decides about {under}")));
            }
        }
    }
}

fn is(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == c)
}

fn is_cfg(name: &proc_macro2::Ident) -> bool {
    name == "cfg" || name == "cfg_attr"
}

/// The keyword of the item under an attribute.
fn line_under(mut tokens: &[TokenTree]) -> String {
    loop {
        tokens = match tokens {
            // Further attributes, and visibility.
            [TokenTree::Punct(hash), TokenTree::Group(_), rest @ ..] if hash.as_char() == '#' => {
                rest
            }
            [TokenTree::Ident(word), TokenTree::Group(_), rest @ ..] if word == "pub" => rest,
            [TokenTree::Ident(word), rest @ ..] if word == "pub" => rest,
            [first, ..] => return first.to_string(),
            [] => return "nothing".to_owned(),
        };
    }
}

fn idents(tokens: &TokenStream, found: &mut Vec<String>) {
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(name) => found.push(name.to_string()),
            TokenTree::Group(group) => idents(&group.stream(), found),
            _ => {}
        }
    }
}

/// The public items of `tokens` that are called an error.
fn errors(tokens: &TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    for window in tokens.windows(3) {
        if let [TokenTree::Ident(public), TokenTree::Ident(kind), TokenTree::Ident(name)] = window
            && public == "pub"
            && (kind == "struct" || kind == "enum")
            && name.to_string().ends_with("Error")
        {
            found.push(name.to_string());
        }
    }
}

#[test]
fn conditions_stand_on_whole_modules() {
    let mut wrong = Vec::new();
    for source in Source::all() {
        let mut found = Vec::new();
        conditions(&source.tokens, &mut found);
        wrong.extend(found.iter().map(|(line, why)| format!("{}:{line}: {why}", source.path)));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn conditions_elsewhere_are_found() {
    let found = |text: &str| {
        let mut found = Vec::new();
        conditions(&text.parse().expect("tokens"), &mut found);
        found.into_iter().map(|(_, why)| why).collect::<Vec<_>>().join(", ")
    };
    for (text, why) in [
        ("#[cfg(feature = \"x\")] fn f() {}", "`feature` decides about fn"),
        ("fn f() { if cfg!(feature = \"x\") {} }", "`feature` decides about an expression"),
        ("fn f() { #[cfg(all(test, feature = \"x\"))] let a = 1; }", "`feature` decides about let"),
        (
            "#[cfg_attr(feature = \"serde\", derive(S))] #[derive(D)] pub struct S;",
            "`feature` decides about struct",
        ),
        ("#[cfg(windows)] impl S {}", "`windows` decides about impl"),
        ("enum E { #[cfg(not(target_os = \"linux\"))] A }", "`target_os` decides about A"),
        ("#![cfg(unix)] mod x;", "`unix` decides about a whole file"),
    ] {
        assert_eq!(found(text), why, "{text}");
    }
    for text in [
        "#[cfg(feature = \"x\")] pub mod x;",
        "#[cfg(feature = \"x\")] #[doc(hidden)] pub(crate) use x::Y;",
        "#[cfg(feature = \"x\")] impl From<x::Y> for Z {}",
        "#[cfg(unix)] #[path = \"unix.rs\"] mod platform;",
        "#[cfg(test)] fn f() {} #[derive(Debug)] struct feature;",
        "#![cfg_attr(docsrs, feature(doc_cfg))] mod x;",
    ] {
        assert_eq!(found(text), "", "{text}");
    }
}

#[test]
fn unsafe_code_stays_in_its_files() {
    let mut holding = Vec::new();
    for source in Source::all() {
        let mut names = Vec::new();
        idents(&source.tokens, &mut names);
        if names.iter().any(|name| name == "unsafe") {
            holding.push(source.path);
        }
    }
    assert_eq!(holding, UNSAFE, "files with `unsafe` (left), and those that may have it (right)");
}

#[test]
fn every_module_folder_says_what_it_is() {
    for source in Source::all().iter().filter(|source| source.is_folder()) {
        let text = source.text.trim_start();
        let documented = text.starts_with("//!") || text.starts_with("#![doc = include_str!(");
        assert!(documented, "{}: no `//!` on top", source.path);
    }
}

#[test]
fn files_are_named_after_what_is_in_them() {
    for path in source::files("src") {
        for name in path.trim_end_matches(".rs").split('/') {
            assert!(!NAMELESS.contains(&name), "{path}: `{name}` says nothing");
        }
    }
}

#[test]
fn no_file_is_large_or_unfinished() {
    let files = source::files("");
    assert!(files.iter().any(|path| path == "Cargo.toml"));
    for path in files {
        let bytes =
            fs::read(source::root().join(&path)).expect("a file of the package can be read");
        assert!(bytes.len() as u64 <= LARGEST, "{path}: {} bytes", bytes.len());
        let Ok(text) = String::from_utf8(bytes) else { continue };
        for (number, line) in text.lines().enumerate() {
            let word = UNFINISHED.iter().find(|word| line.contains(*word));
            assert!(word.is_none(), "{path}:{}: {}", number + 1, word.unwrap_or(&""));
        }
    }
}

#[test]
fn the_error_table_has_every_public_error() {
    let table = source::read("ARCHITECTURE.md");
    let mut found = Vec::new();
    for source in Source::all() {
        errors(&source.tokens, &mut found);
    }
    for name in found {
        assert!(
            table.contains(&format!("`{name}")),
            "ARCHITECTURE.md's error table misses `{name}`"
        );
    }
}
