//! The files that are read, made once and kept in the folder for temporary files.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(super) enum Kind {
    Ascii,
    Mixed,
    CrLf,
    Short,
    Latin1,
    Utf16,
}

impl Kind {
    pub(super) const ALL: [Self; 6] =
        [Self::Ascii, Self::Mixed, Self::CrLf, Self::Short, Self::Latin1, Self::Utf16];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Mixed => "mixed",
            Self::CrLf => "crlf",
            Self::Short => "short",
            Self::Latin1 => "latin1",
            Self::Utf16 => "utf16",
        }
    }
}

/// How many lines, and how many bytes of UTF-8 their text has without the endings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) lines: u64,
    pub(super) bytes: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Input {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) sums: Sums,
}

pub(super) fn folder() -> &'static Path {
    static FOLDER: std::sync::LazyLock<PathBuf> =
        std::sync::LazyLock::new(|| std::env::temp_dir().join("batteries-rivals-io"));
    &FOLDER
}

/// The file of that kind, which is written where it is not there.
pub(super) fn file(kind: Kind, megabytes: u64) -> io::Result<Input> {
    static MADE: Mutex<Option<HashMap<(Kind, u64), Input>>> = Mutex::new(None);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let made = made.get_or_insert_default();
    if let Some(input) = made.get(&(kind, megabytes)) {
        return Ok(input.clone());
    }
    let text = text(kind, megabytes);
    let sums = text.lines().fold(Sums::default(), |sums, line| Sums {
        lines: sums.lines + 1,
        bytes: sums.bytes + line.len() as u64,
    });
    let bytes: Vec<u8> = match kind {
        Kind::Latin1 => text.chars().map(|c| c as u8).collect(),
        Kind::Utf16 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text.into_bytes(),
    };
    fs::create_dir_all(folder())?;
    let path = folder().join(format!("{}-{megabytes}", kind.name()));
    fs::write(&path, &bytes)?;
    let input = Input { path, bytes: bytes.len() as u64, sums };
    made.insert((kind, megabytes), input.clone());
    Ok(input)
}

/// About so many megabytes of text: lines of random words, the same in every run.
pub(super) fn text(kind: Kind, megabytes: u64) -> String {
    let words: &[&str] = match kind {
        Kind::Mixed | Kind::Utf16 => &[
            "größer",
            "naïve",
            "café",
            "быстро",
            "слово",
            "λόγος",
            "日本語",
            "言葉",
            "the",
            "of",
            "word",
            "🐎",
            "число",
            "ελληνικά",
            "and",
            "in",
        ],
        Kind::Latin1 => &[
            "größer", "als", "die", "Straße", "und", "das", "Haus", "der", "Leute", "sagen",
            "nicht", "können", "ist", "auch", "wieder", "mit",
        ],
        _ => {
            &["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "and", "returns"]
        }
    };
    let (average, ending) = match kind {
        Kind::Short => (12, "\n"),
        Kind::CrLf => (58, "\r\n"),
        Kind::Mixed => (69, "\n"),
        _ => (58, "\n"),
    };
    let size = (megabytes * 1_000_000) as usize / if kind == Kind::Utf16 { 2 } else { 1 };
    let mut random = 5_u64;
    let mut below = |end: u64| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % end
    };
    let mut text = String::with_capacity(size + 256);
    while text.len() < size {
        let line = text.len();
        // From half to one and a half of the average.
        let length = (average / 2 + below(average + 1)) as usize;
        while text.len() - line < length {
            text.push_str(words[below(words.len() as u64) as usize]);
            text.push(' ');
        }
        text.truncate(text.trim_end().len());
        text.push_str(ending);
    }
    text
}
