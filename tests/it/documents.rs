//! What the documents at the package's root promise.

use std::collections::BTreeSet;

use crate::source;

/// The nine parts of Python 3.2, by their Python names: each has a section where the modules are told one by one.
const PARTS: &[&str] = &[
    "concurrent.futures",
    "functools",
    "argparse",
    "logging",
    "pycache",
    "ssl",
    "html",
    "datetime",
    "io",
];

/// What is outside of code in a Markdown text, line by line.
fn prose(text: &str) -> impl Iterator<Item = String> {
    let mut fenced = false;
    text.lines().filter_map(move |line| {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            return None;
        }
        // Every second piece between back-quotes is code.
        (!fenced).then(|| line.split('`').step_by(2).collect::<Vec<_>>().join("code"))
    })
}

/// Where the links of a Markdown text lead: `[text](target)` and `[label]: target`.
fn links(text: &str) -> Vec<String> {
    let mut targets = Vec::new();
    for line in prose(text) {
        for rest in line.split("](").skip(1) {
            targets.extend(rest.split_once(')').map(|(target, _)| target.to_owned()));
        }
        if let Some((label, target)) = line.split_once("]: ")
            && label.starts_with('[')
        {
            targets.push(target.trim().to_owned());
        }
    }
    targets
}

/// The names by which a Markdown text's headings can be linked to.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose_with_code(text).filter(|line| line.starts_with('#'));
    headings
        .map(|heading| {
            let heading = heading.trim_start_matches('#').trim().to_lowercase();
            let kept =
                heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

/// The lines outside of fences, code in them kept.
fn prose_with_code(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// The links of the document `path` that lead nowhere.
fn dead_links(path: &str, text: &str) -> Vec<String> {
    let is_alive = |target: &String| {
        if target.starts_with("https://") {
            return true;
        }
        let (file, anchor) =
            target.split_once('#').map_or((&**target, None), |(f, a)| (f, Some(a)));
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let file_path = source::root().join(folder).join(file);
        let exists = file.is_empty() || file_path.exists();
        let other = || std::fs::read_to_string(&file_path).unwrap_or_default();
        let found = |anchor: &str| {
            if file.is_empty() {
                anchors(text).contains(anchor)
            } else {
                anchors(&other()).contains(anchor)
            }
        };
        exists && anchor.is_none_or(found)
    };
    links(text).into_iter().filter(|target| !is_alive(target)).collect()
}

#[test]
fn links_lead_somewhere() {
    let documents = source::files("").into_iter().filter(|path| path.ends_with(".md"));
    let mut read = BTreeSet::new();
    for path in documents {
        let dead = dead_links(&path, &source::read(&path));
        assert!(dead.is_empty(), "{path}: {dead:?}");
        read.insert(path);
    }
    for path in ["README.md", "ARCHITECTURE.md", "COMPATIBILITY.md", "CHANGELOG.md"] {
        assert!(read.contains(path), "{path}");
    }
}

#[test]
fn dead_links_are_found() {
    let text = "# One `two`, three\n[a](src/lib.rs) [b](gone.md) `[c](code.md)` [d](#one-two-three) [e](#none)\n\
        ```\n[f](fenced.md)\n# Fenced\n```\n[g]: https://example.org\n[h]: README.md#none\n[i](#fenced)";
    assert_eq!(dead_links("README.md", text), ["gone.md", "#none", "README.md#none", "#fenced"]);
    assert_eq!(dead_links("docs/x.md", "[a](../README.md) [b](README.md)"), ["README.md"]);
}

#[test]
fn the_readme_shows_code_at_once() {
    let readme = source::read("README.md");
    let mut lines = readme.lines();
    let start = lines.position(|line| line == "```rust").expect("an example");
    let length = lines.position(|line| line == "```").expect("the end of the example");
    assert!(start + length + 2 <= 25, "the first example ends in line {}", start + length + 2);
    assert!(readme.lines().count() <= 80, "one screen, please");
}

#[test]
fn the_readme_agrees_with_the_manifest() {
    let readme = source::read("README.md");
    let manifest = source::read("Cargo.toml");
    assert!(
        readme.contains(concat!("Rust ", env!("CARGO_PKG_RUST_VERSION"))),
        "the minimum version of Rust"
    );
    assert!(readme.contains("\ncargo test --workspace --all-features\n"));
    assert!(readme.contains("\ncargo run --release --example wordcount\n"));

    let features = manifest.split("\n[features]\n").nth(1).expect("a table of features");
    let features = features.split("\n[").next().unwrap_or_default();
    for feature in features.lines().filter_map(|line| line.split_once(" = ")) {
        assert!(
            readme.contains(&format!("`{}`", feature.0)),
            "README.md does not name the feature `{}`",
            feature.0
        );
    }
}

#[test]
fn every_part_has_its_sections() {
    for (path, level) in [("COMPATIBILITY.md", "## "), ("CHANGELOG.md", "### ")] {
        let text = source::read(path);
        let headings: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(level)).collect();
        for part in PARTS {
            assert!(headings.contains(part), "{path} has no `{level}{part}`");
        }
    }
}
