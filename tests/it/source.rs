//! Our own sources and documents, as the checks of this binary read them.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The folder of the package.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads a file of the package.
#[track_caller]
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files of the package below `folder`, as paths from the package's root with `/` between names. Hidden files and
/// folders but `.ci`, and what cargo builds (in `target`, or where it leaves a `CACHEDIR.TAG`), are not the package's.
pub(crate) fn files(folder: &str) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        if folder.join("CACHEDIR.TAG").exists() {
            return;
        }
        for entry in fs::read_dir(folder).expect("a folder of the package can be listed") {
            let path = entry.expect("an entry can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if (name.starts_with('.') && name != ".ci") || name == "target" {
                continue;
            }
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    let relative = |path: &PathBuf| {
        let path = path.strip_prefix(root()).expect("it was found below the root");
        path.to_str().expect("file names are UTF-8").replace('\\', "/")
    };
    let mut found: Vec<_> = found.iter().map(relative).collect();
    found.sort();
    found
}

/// One file of `src/`.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the package's root: `src/concurrent/futures/wait.rs`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The module that the file is: `["concurrent", "futures", "wait"]`.
    pub(crate) module: Vec<String>,
    pub(crate) tokens: TokenStream,
}

impl Source {
    /// Takes `text` as the file at `path`.
    #[track_caller]
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let names = path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut module: Vec<_> = names.split('/').map(str::to_owned).collect();
        if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
            module.pop();
        }
        let tokens = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        Self { path: path.to_owned(), text: text.to_owned(), module, tokens }
    }

    /// All of `src/`, but the unit tests in files of their own.
    pub(crate) fn all() -> Vec<Self> {
        let is_code = |path: &String| {
            path.ends_with(".rs") && !path.ends_with("/tests.rs") && !path.contains("/tests/")
        };
        files("src")
            .iter()
            .filter(|path| is_code(path))
            .map(|path| Self::new(path, &read(path)))
            .collect()
    }

    /// Whether this file is a `mod.rs`, or `lib.rs`: documentation, `mod` lines, re-exports.
    pub(crate) fn is_folder(&self) -> bool {
        self.path.ends_with("/mod.rs") || self.path == "src/lib.rs"
    }

    /// Every path of two or more names that the code mentions, in imports (each name of a group by itself) and elsewhere,
    /// outside of `#[cfg(test)]` modules. Comments and texts are not code.
    pub(crate) fn mentions(&self) -> Vec<Mention> {
        let mut mentions = Vec::new();
        collect(&self.tokens, &self.module, &mut mentions);
        mentions
    }
}

/// A path in the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    /// As written: `["super", "cell", "Cell"]`.
    pub(crate) names: Vec<String>,
    pub(crate) line: usize,
    /// The module in which it stands.
    module: Vec<String>,
}

impl Mention {
    /// The names from the crate's root; `None` for what begins with the name of a crate or of something in scope.
    pub(crate) fn in_crate(&self) -> Option<Vec<String>> {
        let mut module = self.module.clone();
        let mut names = self.names.iter().map(String::as_str).peekable();
        match names.next()? {
            "crate" => module.clear(),
            "self" => {}
            "super" => {
                module.pop();
            }
            _ => return None,
        }
        while names.next_if_eq(&"super").is_some() {
            module.pop();
        }
        module.extend(names.map(str::to_owned));
        Some(module)
    }

    /// As it stands in the code.
    pub(crate) fn text(&self) -> String {
        self.names.join("::")
    }
}

/// The token after which the next path begins, and what it reads.
struct Reader<'a> {
    tokens: &'a [TokenTree],
    module: &'a [String],
    mentions: &'a mut Vec<Mention>,
}

fn collect(tokens: &TokenStream, module: &[String], mentions: &mut Vec<Mention>) {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        if let Some((name, body)) = inline_module(&tokens[at..]) {
            if !is_cfg_test(&tokens[..at]) {
                let inner = [module, &[name]].concat();
                collect(&body, &inner, mentions);
            }
            at += 3;
            continue;
        }
        match &tokens[at] {
            TokenTree::Ident(_) if !continues(&tokens[..at]) => {
                at += Reader { tokens: &tokens[at..], module, mentions }.path(&[]);
            }
            TokenTree::Group(group) => {
                collect(&group.stream(), module, mentions);
                at += 1;
            }
            _ => at += 1,
        }
    }
}

impl Reader<'_> {
    /// Reads one path behind `prefix`, with its group if it is an import; says how many tokens that were.
    fn path(&mut self, prefix: &[String]) -> usize {
        let mut names = prefix.to_vec();
        let mut at = 0;
        let line = self.tokens[0].span().start().line;
        loop {
            match self.tokens.get(at) {
                Some(TokenTree::Ident(name)) => {
                    names.push(name.to_string());
                    at += 1;
                }
                Some(TokenTree::Punct(star)) if star.as_char() == '*' && at > 0 => {
                    names.push("*".to_owned());
                    at += 1;
                    break;
                }
                Some(TokenTree::Group(group))
                    if group.delimiter() == Delimiter::Brace && names.len() + at > 0 =>
                {
                    self.group(&group.stream(), &names);
                    return at + 1;
                }
                _ => break,
            }
            if !is_colons(&self.tokens[at..]) {
                break;
            }
            at += 2;
        }
        if names.len() > 1 {
            self.mentions.push(Mention { names, line, module: self.module.to_vec() });
        }
        at.max(1)
    }

    /// Reads `{a, b::c as d, e::{f, g}}` behind `prefix`.
    fn group(&mut self, group: &TokenStream, prefix: &[String]) {
        let tokens: Vec<_> = group.clone().into_iter().collect();
        let is_comma =
            |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
        for tree in tokens.split(is_comma).filter(|tree| !tree.is_empty()) {
            Reader { tokens: tree, module: self.module, mentions: self.mentions }.path(prefix);
        }
    }
}

/// `mod name { ... }`.
fn inline_module(tokens: &[TokenTree]) -> Option<(String, TokenStream)> {
    match tokens {
        [TokenTree::Ident(keyword), TokenTree::Ident(name), TokenTree::Group(body), ..]
            if keyword == "mod" =>
        {
            Some((name.to_string(), body.stream()))
        }
        _ => None,
    }
}

/// Whether the last attribute before is `#[cfg(test)]`.
fn is_cfg_test(before: &[TokenTree]) -> bool {
    matches!(before, [.., TokenTree::Group(attribute)] if attribute.to_string().replace(' ', "") == "[cfg(test)]")
}

/// Whether what follows `before` belongs to something before it: a field, a method, or `<T>::name`.
fn continues(before: &[TokenTree]) -> bool {
    let is = |token: &TokenTree, c| matches!(token, TokenTree::Punct(p) if p.as_char() == c);
    match before {
        [.., angle, first, second] if is(first, ':') && is(second, ':') => is(angle, '>'),
        // Not `..crate::DEFAULTS`, which is a path behind a range.
        [.., first, second] if is(second, '.') => !is(first, '.'),
        _ => false,
    }
}

fn is_colons(tokens: &[TokenTree]) -> bool {
    let is_colon = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ':');
    matches!(tokens, [first, second, ..] if is_colon(first) && is_colon(second))
}

#[test]
fn mentions_are_found_wherever_code_names_a_path() {
    let source = Source::new(
        "src/room/inner/mod.rs",
        "
        //! `crate::not::code`
        use crate::a::{self, b::{C, D as E}, f::*};
        use super::super::up;
        fn f(x: &mut std::sync::Mutex<u8>) -> crate::a::T { x.std::y; \"crate::text::no\"; g::<crate::h::I>::j() }
        mod deeper { use super::near; use self::x::Y; }
        #[cfg(test)] mod tests { use crate::only::tests; }
        macro_rules! m { () => { $crate::k::l(..crate::n::O) } }
        ",
    );
    let found: Vec<_> = source
        .mentions()
        .iter()
        .map(|m| m.in_crate().map_or_else(|| format!("({})", m.text()), |names| names.join("::")))
        .collect();
    assert_eq!(
        found,
        [
            "a::self",
            "a::b::C",
            "a::b::D",
            "a::f::*",
            "up",
            "(std::sync::Mutex)",
            "a::T",
            "h::I",
            "room::inner::near",
            "room::inner::deeper::x::Y",
            "k::l",
            "n::O",
        ]
    );
    assert_eq!(source.mentions()[4].line, 4);
}
