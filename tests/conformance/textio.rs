//! `textio.json`: text readers and writers, and what belongs to them.

use std::cell::RefCell;
use std::io::{self, BufRead, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::rc::Rc;

use serde_json::{Value, json};

use batteries::io::{
    BufRandom, DecodeError, EncodeError, Encoding, Ending, Errors, IncrementalDecoder,
    IncrementalNewlineDecoder, Newline, NewlineSet, NewlineTranslation, PeekReader, Position,
    StringIo, TextOptions, TextReader, TextWriter,
};

use super::harness::Run;
use super::report::{Outcome, Report, Rule};

/// The runner of the file.
pub(crate) const RUN: Option<Run> = Some(run);

const LATE: Rule = Rule {
    name: "text in front of malformed bytes",
    reason: "CPython loses it with the error; here it comes first, and the same error after it",
};
const AFTER: Rule = Rule {
    name: "after an error",
    reason: "CPython has lost what it had read ahead; here reading continues behind the malformed bytes",
};
const MARK: Rule = Rule {
    name: "a missing byte order mark",
    reason: "CPython may find what is malformed first, by how much it decodes at once; here it is always the mark, and told once",
};
const LOST_MARK: Rule = Rule {
    name: "a first write that fails",
    reason: "CPython loses the byte order mark with it; here the next write has it",
};
const BETWEEN_LINES: Rule = Rule {
    name: "tell between calls of next",
    reason: "CPython has no position there; here there always is one",
};
const READ_AHEAD: Rule = Rule {
    name: "newlines in the middle of a file",
    reason: "CPython's depends on how far it has read ahead; here it tells of what was delivered",
};
const COOKIE: Rule = Rule {
    name: "a cookie",
    reason: "CPython notes a place before and how to get on from it; here it is the offset of the character itself",
};
const EAST_ASIAN: Rule = Rule {
    name: "East Asian encodings",
    reason: "those of the WHATWG, which take bytes and characters for text that CPython refuses, and tell what is malformed otherwise",
};
const HANDLER: Rule = Rule {
    name: "an unknown error policy",
    reason: "CPython looks for it when it is needed; here a name is refused when it is given",
};

const NO_ENCODING: &str = "`utf-7`, `iso2022_jp` and the other encodings with a memory";
const NO_SURROGATES: &str =
    "text with half surrogates other than those of `surrogateescape`, and `surrogatepass`";
const NO_DECODE: &str = "`xmlcharrefreplace` and `namereplace` for reading";
const NO_BYTES_IO: &str = "`BytesIO`";
const NO_NEGATIVE: &str = "negative sizes and places, and closing without dropping";
const NO_ARGUMENT: &str = "arguments of `seek` that CPython refuses";

fn run(vectors: &Value) -> Report {
    let mut report = Report::default();
    type Runner = fn(&Value) -> Outcome;
    let runners: [(&str, Runner); 6] = [
        ("read", read),
        ("write", write),
        ("memory", memory),
        ("buffered", buffered),
        ("newline_decoder", newline_decoder),
        ("incremental", incremental),
    ];
    for (name, runner) in runners {
        for case in vectors[name].as_array().into_iter().flatten() {
            report.case(case, || {
                // Text that no Rust text can hold is found while it is read.
                match Text::check(case) {
                    Ok(()) => runner(case),
                    Err(what) => Outcome::Unsupported(what),
                }
            });
        }
    }
    report
}

/// Texts of vectors.
struct Text;

impl Text {
    /// Refuses half surrogates that stand for no byte.
    fn check(value: &Value) -> Result<(), &'static str> {
        match value {
            Value::Object(map) => match map.get("w").and_then(Value::as_str) {
                Some(wtf8) => Self::wtf8(wtf8).map(|_| ()).ok_or(NO_SURROGATES),
                None => map.values().try_for_each(Self::check),
            },
            Value::Array(list) => list.iter().try_for_each(Self::check),
            _ => Ok(()),
        }
    }

    /// Reads WTF-8; U+DC80 to U+DCFF become the characters that stand for the same bytes here.
    fn wtf8(hex: &str) -> Option<String> {
        let bytes = unhex(hex);
        let mut text = String::new();
        let mut at = 0;
        while at < bytes.len() {
            if let [0xed, second @ 0xa0..=0xbf, third, ..] = bytes[at..] {
                let unit = 0xd000 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f);
                let byte = unit.checked_sub(0xdc00).filter(|byte| (0x80..0x100).contains(byte))?;
                text.push(char::from_u32(0x10_ff00 + byte)?);
                at += 3;
            } else {
                let length = match bytes[at] {
                    ..=0x7f => 1,
                    0x80..=0xdf => 2,
                    0xe0..=0xef => 3,
                    _ => 4,
                };
                text.push_str(str::from_utf8(&bytes[at..at + length]).ok()?);
                at += length;
            }
        }
        Some(text)
    }

    fn of(value: &Value) -> String {
        match value.as_str() {
            Some(text) => text.to_owned(),
            None => Self::wtf8(value["w"].as_str().expect("a text")).expect("checked before"),
        }
    }

    /// A value with all its texts as ours.
    fn plain(value: &Value) -> Value {
        match value {
            Value::Object(map) if map.contains_key("w") => Self::of(value).into(),
            Value::Object(map) => {
                map.iter().map(|(key, value)| (key.clone(), Self::plain(value))).collect()
            }
            Value::Array(list) => list.iter().map(Self::plain).collect(),
            other => other.clone(),
        }
    }
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
    (0..hex.len()).step_by(2).map(digits).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().unwrap_or_else(|| panic!("`{name}` is a list"))
}

fn newline(value: &Value) -> Newline {
    match value.as_str() {
        None => Newline::Universal,
        Some("") => Newline::UniversalKeep,
        Some("\n") => Newline::Lf,
        Some("\r") => Newline::Cr,
        Some("\r\n") => Newline::CrLf,
        Some(other) => panic!("the newline {other:?}"),
    }
}

/// What a case asks for, or why it cannot be asked.
fn settings(case: &Value) -> Result<TextOptions, Outcome> {
    let name = case["enc"].as_str().expect("an encoding");
    let encoding = Encoding::for_label(name).map_err(|_| Outcome::Unsupported(NO_ENCODING))?;
    let errors = errors(case["errors"].as_str().unwrap_or("strict"))?;
    Ok(TextOptions::new().with_encoding(encoding).errors(errors).newline(newline(&case["nl"])))
}

fn errors(name: &str) -> Result<Errors, Outcome> {
    match name {
        "surrogatepass" => Err(Outcome::Unsupported(NO_SURROGATES)),
        "namereplace" => Ok(Errors::name_replace()),
        name => name.parse().map_err(|_| Outcome::Deviation(&HANDLER)),
    }
}

fn is_east_asian(case: &Value) -> bool {
    let name = case["enc"].as_str().unwrap_or_default();
    ["shift_jis", "cp932", "euc_jp", "gbk", "gb18030", "big5", "euc_kr"].contains(&name)
}

/// What CPython raises in the place of an error.
fn raised(error: &io::Error) -> Value {
    if let Some(error) = DecodeError::of(error) {
        return json!({"err": "UnicodeDecodeError", "reason": error.reason()});
    }
    if let Some(error) = EncodeError::of(error) {
        return json!({"err": "UnicodeEncodeError", "reason": error.reason()});
    }
    match error.kind() {
        ErrorKind::Unsupported => json!({"err": "UnsupportedOperation"}),
        _ => json!({"err": "OSError"}),
    }
}

fn kinds(seen: NewlineSet) -> Value {
    let kinds: Vec<Value> = seen.iter().map(|kind| kind.as_str().into()).collect();
    match <[Value; 1]>::try_from(kinds) {
        Ok([kind]) => kind,
        Err(kinds) if kinds.is_empty() => Value::Null,
        Err(kinds) => kinds.into(),
    }
}

/// A source that gives at most so many bytes a call.
struct Drip {
    bytes: Vec<u8>,
    at: usize,
    most: usize,
    is_seekable: bool,
    /// Every second call would block.
    blocks: Option<bool>,
}

impl Read for Drip {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(blocks) = &mut self.blocks {
            *blocks = !*blocks;
            if *blocks {
                return Err(ErrorKind::WouldBlock.into());
            }
        }
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let count = rest.len().min(self.most).min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

impl Seek for Drip {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if !self.is_seekable {
            return Err(ErrorKind::Unsupported.into());
        }
        self.at = match to {
            SeekFrom::Start(at) => at as usize,
            SeekFrom::End(by) => (self.bytes.len() as i64 + by) as usize,
            SeekFrom::Current(by) => (self.at as i64 + by) as usize,
        };
        Ok(self.at as u64)
    }
}

fn read(case: &Value) -> Outcome {
    let options = match settings(case) {
        Ok(options) => options,
        Err(Outcome::Deviation(rule)) => {
            // A name that is never needed is no error there.
            let raises = case["out"].to_string().contains("LookupError");
            return if raises { Outcome::Passed } else { Outcome::Deviation(rule) };
        }
        Err(outcome) => return outcome,
    };
    if matches!(case["errors"].as_str(), Some("xmlcharrefreplace" | "namereplace")) {
        return Outcome::Unsupported(NO_DECODE);
    }
    let chunks: Vec<usize> = case["chunks"].as_array().map_or_else(
        || vec![1, 2, 3, 5, 7, 64, 8192],
        |chunks| chunks.iter().map(|k| k.as_u64().expect("a number") as usize).collect(),
    );
    let mut outcome = Outcome::Passed;
    for most in chunks {
        for blocks in [None, Some(false)] {
            let source = Drip {
                bytes: unhex(case["hex"].as_str().expect("bytes")),
                at: 0,
                most,
                is_seekable: case["seekable"] != false,
                blocks,
            };
            let reading = Reading::new(options.reader(source), newline(&case["nl"]));
            match reading.compare(case) {
                Outcome::Passed => {}
                Outcome::Failed { expected, got } if is_east_asian(case) && is_malformed(case) => {
                    let _ = (expected, got);
                    outcome = Outcome::Deviation(&EAST_ASIAN);
                }
                Outcome::Failed { expected, got } => {
                    let got = format!("{got} (in pieces of {most}, blocking {blocks:?})");
                    return Outcome::Failed { expected, got };
                }
                other => outcome = other,
            }
        }
    }
    outcome
}

/// Says whether the bytes are no text to us or to CPython.
fn is_malformed(case: &Value) -> bool {
    let encoding = Encoding::for_label(case["enc"].as_str().unwrap_or_default());
    let mut decoder = IncrementalDecoder::new(encoding.expect("known"), Errors::Strict);
    let bytes = unhex(case["hex"].as_str().expect("bytes"));
    decoder.decode(&bytes, true, &mut String::new()).is_err()
        || case["out"].to_string().contains("UnicodeDecodeError")
        || case["errors"].is_string()
}

struct Reading {
    reader: TextReader<Drip>,
    newline: Newline,
    cookies: Vec<Position>,
    /// CPython has no position from a call of `next` to the next `seek`, or the end of the lines.
    is_between: bool,
    deviation: Option<&'static Rule>,
}

/// How an operation ended.
enum Done {
    Value(Value),
    Raised(Value),
    Unsupported(&'static str),
}

impl From<io::Result<Value>> for Done {
    fn from(result: io::Result<Value>) -> Self {
        match result {
            Ok(value) => Self::Value(value),
            Err(error) => Self::Raised(raised(&error)),
        }
    }
}

/// Does it again where the source blocked.
fn unblocked<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            result => return result,
        }
    }
}

impl Reading {
    fn new(reader: TextReader<Drip>, newline: Newline) -> Self {
        Self { reader, newline, cookies: Vec::new(), is_between: false, deviation: None }
    }

    fn compare(mut self, case: &Value) -> Outcome {
        let Some(out) = case["out"].as_array() else {
            return Outcome::Failed {
                expected: case["out"].to_string(),
                got: "a reader".to_owned(),
            };
        };
        let mut has_failed = false;
        for (op, expected) in list(case, "ops").iter().zip(out) {
            let expected = Text::plain(expected);
            let got = match self.op(op, &expected) {
                Done::Value(value) | Done::Raised(value) => value,
                Done::Unsupported(what) => return Outcome::Unsupported(what),
            };
            if got == expected || self.explains(op, &expected, &got) {
                has_failed |= expected["err"] == "UnicodeDecodeError";
                continue;
            }
            if has_failed {
                return Outcome::Deviation(&AFTER);
            }
            return Outcome::Failed {
                expected: format!("{op} {expected}"),
                got: format!("{got} of {}", case["out"]),
            };
        }
        self.deviation.map_or(Outcome::Passed, Outcome::Deviation)
    }

    fn text(&mut self, count: i64, is_line: bool) -> io::Result<String> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let mut text = String::new();
        let mut taken = 0;
        // What was read in front of the end of an unblocked call counts.
        while taken < count {
            let reader = &mut self.reader;
            let got = unblocked(|| {
                if is_line {
                    reader.read_line_chars(count - taken, &mut text)
                } else {
                    reader.read_chars(count - taken, &mut text)
                }
            })?;
            taken += got;
            if got == 0 || (is_line && self.newline_ends(&text)) {
                break;
            }
        }
        Ok(text)
    }

    /// The bytes at the end of `text` end a line; with what was held back there is none in the middle.
    fn newline_ends(&self, text: &str) -> bool {
        match self.newline {
            Newline::Universal | Newline::Lf => text.ends_with('\n'),
            Newline::UniversalKeep => text.ends_with(['\n', '\r']),
            Newline::Cr => text.ends_with('\r'),
            Newline::CrLf => text.ends_with("\r\n"),
        }
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let translates = self.newline == Newline::Universal;
        let reader = &mut self.reader;
        unblocked(|| {
            reader.next_line().map(|line| {
                line.map(|line| match translates {
                    true => line.translated().to_owned(),
                    false => line.with_ending().to_owned(),
                })
            })
        })
    }

    /// All lines up to the end or an error, and it.
    fn lines(&mut self, hint: i64) -> (Vec<String>, Option<io::Error>) {
        self.is_between = false;
        let mut lines: Vec<String> = Vec::new();
        let mut length = 0;
        loop {
            match self.line() {
                Ok(Some(line)) => {
                    let chars = line.chars().count() as i64;
                    lines.push(line);
                    if hint > 0 && chars > hint - length {
                        return (lines, None);
                    }
                    length += chars;
                }
                Ok(None) => return (lines, None),
                Err(error) => return (lines, Some(error)),
            }
        }
    }

    fn op(&mut self, op: &Value, expected: &Value) -> Done {
        let number = |at: usize| op[at].as_i64().unwrap_or(-1);
        match op[0].as_str().expect("an operation") {
            name @ ("read" | "readline") => {
                let is_line = name == "readline";
                let result = self.text(number(1), is_line);
                let is_late = expected["err"] == "UnicodeDecodeError";
                match result {
                    Ok(text) if is_late => {
                        // The error comes behind what can be read.
                        let mut left = !text.is_empty() || number(1) == 0;
                        while left {
                            match self.text(number(1).max(1), false) {
                                Ok(text) => left = !text.is_empty(),
                                Err(error) => {
                                    self.deviation = Some(&LATE);
                                    return Done::Raised(raised(&error));
                                }
                            }
                        }
                        Done::Value(json!("no error"))
                    }
                    result => result.map(Value::from).into(),
                }
            }
            name @ ("read_loop" | "readline_loop") => {
                let mut texts = Vec::new();
                loop {
                    match self.text(number(1), name == "readline_loop") {
                        Ok(text) if text.is_empty() => return Done::Value(texts.into()),
                        Ok(text) => texts.push(text),
                        Err(error) => return Done::Raised(raised(&error)),
                    }
                }
            }
            "iter" | "readlines" => match self.lines(number(1)) {
                (lines, None) => Done::Value(lines.into()),
                (_, Some(error)) => Done::Raised(raised(&error)),
            },
            "iter_prefix" => match self.lines(-1) {
                (lines, None) => Done::Value(lines.into()),
                (lines, Some(error)) => {
                    let mut value = raised(&error);
                    value["lines"] = lines.into();
                    Done::Value(value)
                }
            },
            "next" => {
                self.is_between = true;
                match self.line() {
                    Ok(Some(line)) => Done::Value(line.into()),
                    Ok(None) => {
                        self.is_between = false;
                        Done::Raised(json!({"err": "StopIteration"}))
                    }
                    Err(error) => Done::Raised(raised(&error)),
                }
            }
            "newlines" if !matches!(self.newline, Newline::Universal | Newline::UniversalKeep) => {
                // Here it tells there as well.
                Done::Value(Value::Null)
            }
            "newlines" => Done::Value(kinds(self.reader.newlines())),
            "tell" => {
                let position = self.reader.position();
                if expected["err"].is_null() {
                    self.cookies.push(position);
                }
                if !self.reader.get_ref().is_seekable {
                    return Done::Raised(json!({"err": "UnsupportedOperation"}));
                }
                Done::Value(position.offset().into())
            }
            "seek_cookie" => {
                self.is_between = false;
                let to = self.cookies[number(1) as usize];
                unblocked(|| self.reader.seek(to)).map(|()| Value::Null).into()
            }
            "seek" => match (number(1), op[2].as_i64().unwrap_or(0)) {
                (0, 2) => {
                    self.is_between = false;
                    self.reader.seek_to_end().map(|at| Value::from(at.offset())).into()
                }
                (0, 1) => Done::Value(self.reader.position().offset().into()),
                (at @ 0.., 0) => {
                    self.is_between = false;
                    let to = Position::at_offset(at as u64);
                    self.reader.seek(to).map(|()| at.into()).into()
                }
                _ if expected["err"].is_string() => Done::Unsupported(NO_ARGUMENT),
                _ => Done::Value(json!("no way to say it")),
            },
            "reconfigure" => {
                let mut options = TextOptions::new().newline(self.newline);
                for (name, value) in op[1].as_object().into_iter().flatten() {
                    options = match name.as_str() {
                        "newline" => {
                            self.newline = newline(value);
                            options.newline(self.newline)
                        }
                        "encoding" => {
                            let label = value.as_str().expect("an encoding");
                            options.encoding(label).expect("known")
                        }
                        "errors" => match errors(value.as_str().expect("a name")) {
                            Ok(errors) => options.errors(errors),
                            Err(_) => return Done::Unsupported(NO_SURROGATES),
                        },
                        _ => return Done::Unsupported(NO_ARGUMENT),
                    };
                }
                self.reader.reconfigure(&options).map(|()| Value::Null).into()
            }
            other => panic!("the operation {other}"),
        }
    }

    /// Says whether a rule explains the difference.
    fn explains(&mut self, op: &Value, expected: &Value, got: &Value) -> bool {
        let rule = match op[0].as_str() {
            _ if expected["err"] == "UnicodeDecodeError"
                && got["reason"] == "Stream does not start with BOM" =>
            {
                &MARK
            }
            Some("tell") if expected["err"] == "OSError" && self.is_between => &BETWEEN_LINES,
            Some("tell" | "seek") if expected.is_array() => {
                // A `\r` that it holds back lies in front of its place, and what it would feed behind.
                let held = expected[1].as_u64().unwrap_or(0) & 1;
                let place = expected[0].as_u64().expect("a place");
                let fed = expected[2].as_u64().expect("a number");
                let ours = got.as_u64().expect("a place");
                // It has up to four bytes.
                if ours + 4 * held < place || ours > place + fed {
                    return false;
                }
                &COOKIE
            }
            Some("newlines") => {
                let expected = expected.to_string();
                let (_, rest) = (0, self.reader.position());
                let is_part = self.reader.newlines().iter().all(|kind| {
                    let text = Value::from(kind.as_str()).to_string();
                    kind != Ending::None && expected.contains(&text)
                });
                // At the end there is nothing that could have been read ahead.
                if !is_part || rest.offset() >= self.reader.get_ref().bytes.len() as u64 {
                    return false;
                }
                &READ_AHEAD
            }
            _ => return false,
        };
        self.deviation = Some(rule);
        true
    }
}

/// A file in memory that outlives its writer.
#[derive(Clone, Default)]
struct Kept(Rc<RefCell<io::Cursor<Vec<u8>>>>);

impl Kept {
    fn hex(&self) -> String {
        hex(self.0.borrow().get_ref())
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Kept {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.borrow_mut().seek(to)
    }
}

/// CPython's writer: its buffer of pending text over its buffer of bytes.
type Writer = TextWriter<BufWriter<Kept>>;

fn write(case: &Value) -> Outcome {
    let mut options = match settings(case) {
        Ok(options) => options.buffer(8192),
        Err(outcome) => return outcome,
    };
    // Half surrogates are no text to any encoding; here what they become is text to those of Unicode.
    let name = case["enc"].as_str().unwrap_or_default();
    let refuses = !name.starts_with("utf") && name != "gb18030";
    let escapes = match case["errors"].as_str() {
        Some("surrogateescape") => true,
        Some("ignore" | "replace") => refuses,
        _ => false,
    };
    if !escapes && case["ops"].to_string().contains("{\"w\"") {
        return Outcome::Unsupported(NO_SURROGATES);
    }
    let raw = Kept::default();
    let initial = unhex(case["initial"].as_str().unwrap_or(""));
    let is_at_end = case["seek_end"] == true;
    if is_at_end {
        raw.0.borrow_mut().set_position(initial.len() as u64);
    }
    if is_at_end && !initial.is_empty() {
        options = options.append();
    }
    *raw.0.borrow_mut().get_mut() = initial;
    let options = options
        .line_buffered(case["line_buffering"] == true)
        .write_through(case["write_through"] == true);
    let sink = BufWriter::with_capacity(8192, raw.clone());
    let mut writer = Some(options.writer(sink));
    let mut trace = Vec::new();
    for op in list(case, "ops") {
        let result = match &mut writer {
            Some(open) => match write_op(open, op, &raw) {
                Done::Value(value) | Done::Raised(value) => value,
                Done::Unsupported(what) => return Outcome::Unsupported(what),
            },
            None => json!({"err": "ValueError"}),
        };
        if op[0] == "close" {
            writer = None;
        }
        trace.push(json!([result, raw.hex()]));
    }
    let flushed = writer.as_mut().map_or(Ok(()), TextWriter::flush);
    let mut got = json!({"trace": trace, "final": raw.hex()});
    if let Err(error) = flushed {
        got["err"] = raised(&error)["err"].clone();
    }
    let expected = json!({"trace": Text::plain(&case["trace"]), "final": case["final"]});
    let outcome = Outcome::compare(&expected, &got);
    let marks = ["fffe", "fffe0000", "efbbbf"];
    let text = |value: &Value| value["final"].as_str().unwrap_or_default().to_owned();
    let is_only_mark = marks.iter().any(|mark| text(&got) == format!("{mark}{}", text(&expected)));
    let is_lost = is_only_mark && expected["trace"][0][0]["err"] == "UnicodeEncodeError";
    outcome
        .unless(is_lost, &LOST_MARK)
        .unless(is_east_asian(case) && is_beyond_ascii(case), &EAST_ASIAN)
}

fn is_beyond_ascii(case: &Value) -> bool {
    let ops = case["ops"].to_string();
    !ops.is_ascii() || ops.contains("{\"w\"")
}

fn write_op(writer: &mut Writer, op: &Value, raw: &Kept) -> Done {
    let number = |at: usize| op[at].as_i64();
    match op[0].as_str().expect("an operation") {
        "write" => {
            let text = Text::of(&op[1]);
            writer.write_str(&text).map(|()| text.chars().count().into()).into()
        }
        "writelines" => {
            let mut lines = op[1].as_array().expect("a list").iter();
            lines
                .try_for_each(|line| writer.write_str(&Text::of(line)))
                .map(|()| Value::Null)
                .into()
        }
        "flush" | "close" => writer.flush().map(|()| Value::Null).into(),
        "tell" => writer.position().map(Value::from).into(),
        "seek" => {
            let to = match (number(1).unwrap_or(0), number(2).unwrap_or(0)) {
                (at @ 0.., 0) => SeekFrom::Start(at as u64),
                (0, 1) => SeekFrom::Current(0),
                (0, 2) => SeekFrom::End(0),
                _ => return Done::Unsupported(NO_ARGUMENT),
            };
            writer.seek(to).map(Value::from).into()
        }
        "truncate" => {
            if let Err(error) = writer.flush() {
                return Done::Raised(raised(&error));
            }
            let size = number(1).map_or_else(|| raw.0.borrow().position(), |size| size as u64);
            raw.0.borrow_mut().get_mut().truncate(size as usize);
            Done::Value(size.into())
        }
        "reconfigure" => {
            if let Err(error) = writer.flush() {
                return Done::Raised(raised(&error));
            }
            for (name, value) in op[1].as_object().into_iter().flatten() {
                match name.as_str() {
                    "line_buffering" => writer.set_line_buffered(value == &json!(true)),
                    "write_through" => writer.set_write_through(value == &json!(true)),
                    "newline" => writer.set_newline(newline(value)),
                    "encoding" => {
                        let label = value.as_str().expect("an encoding");
                        let Ok(encoding) = Encoding::for_label(label) else {
                            return Done::Unsupported(NO_ENCODING);
                        };
                        writer.set_encoding(encoding);
                    }
                    "errors" => match errors(value.as_str().expect("a name")) {
                        Ok(errors) => writer.set_errors(errors),
                        Err(_) => return Done::Unsupported(NO_SURROGATES),
                    },
                    other => panic!("the option {other}"),
                }
            }
            Done::Value(Value::Null)
        }
        other => panic!("the operation {other}"),
    }
}

fn memory(case: &Value) -> Outcome {
    if case["cls"] == "BytesIO" {
        return Outcome::Unsupported(NO_BYTES_IO);
    }
    let mode = newline(&case["nl"]);
    let mut file = StringIo::new(&Text::of(&case["init"]), mode);
    let mut got = Vec::new();
    for op in list(case, "ops") {
        let number = |at: usize| op[at].as_i64();
        let size = number(1).map_or(Some(usize::MAX), |n| match n {
            -1 if op[0] != "truncate" => Some(usize::MAX),
            n => usize::try_from(n).ok(),
        });
        let Some(size) = size else { return Outcome::Unsupported(NO_NEGATIVE) };
        got.push(match op[0].as_str().expect("an operation") {
            "close" => return Outcome::Unsupported(NO_NEGATIVE),
            "getvalue" => file.value().into(),
            "write" => {
                let text = Text::of(&op[1]);
                file.write_str(&text);
                text.chars().count().into()
            }
            "read" => file.read_chars(size).into(),
            "readline" => file.read_line_chars(size).into(),
            "iter" | "readlines" => {
                let mut lines = Vec::new();
                let mut left = if size == 0 { usize::MAX } else { size };
                while let Some(line) = file.read_line() {
                    let length = line.chars().count();
                    lines.push(line);
                    let Some(less) = left.checked_sub(length) else { break };
                    left = less;
                }
                lines.into()
            }
            "tell" => file.position().into(),
            "seek" if op[2] == 2 => file.seek_to_end().into(),
            "seek" => {
                file.seek(size);
                size.into()
            }
            "truncate" => {
                let size = if op[1].is_null() { file.position() } else { size };
                file.truncate(size);
                size.into()
            }
            "newlines" => kinds(file.newlines()),
            "next" => file.read_line().map_or_else(|| json!({"err": "StopIteration"}), Value::from),
            "read_loop" | "readline_loop" => {
                let mut texts = Vec::new();
                loop {
                    let text = match op[0] == "read_loop" {
                        true => file.read_chars(size),
                        false => file.read_line_chars(size),
                    };
                    if text.is_empty() {
                        break texts.into();
                    }
                    texts.push(text);
                }
            }
            other => panic!("the operation {other}"),
        });
    }
    Outcome::compare(&Text::plain(&case["out"]), &Value::from(got))
}

/// A raw file that answers as the case says, and notes the calls.
#[derive(Clone)]
struct Raw {
    reads: Rc<RefCell<Vec<Option<Vec<u8>>>>>,
    log: Rc<RefCell<Vec<Value>>>,
}

impl Read for Raw {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.log.borrow_mut().push(into.len().into());
        let mut reads = self.reads.borrow_mut();
        if reads.is_empty() {
            return Ok(0);
        }
        let Some(bytes) = reads.remove(0) else { return Err(ErrorKind::WouldBlock.into()) };
        let count = bytes.len().min(into.len());
        into[..count].copy_from_slice(&bytes[..count]);
        if count < bytes.len() {
            reads.insert(0, Some(bytes[count..].to_vec()));
        }
        Ok(count)
    }
}

impl Write for Raw {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.log.borrow_mut().push(hex(bytes).into());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Raw {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(0)
    }
}

fn buffered(case: &Value) -> Outcome {
    let reads = case["reads"].as_array().into_iter().flatten();
    let reads = reads.map(|bytes| bytes.as_str().map(unhex)).collect();
    let raw = Raw { reads: Rc::new(RefCell::new(reads)), log: Rc::default() };
    let Ok(size) = usize::try_from(case["size"].as_i64().expect("a size")) else {
        return Outcome::Unsupported(NO_NEGATIVE);
    };
    let Ok(mut reader) = PeekReader::with_capacity(size, raw.clone()) else {
        return Outcome::compare(&case["ctor"], &json!({"err": "ValueError"}));
    };
    let mut writer = BufRandom::with_capacity(size, raw.clone());
    let mut got = Vec::new();
    for op in list(case, "ops") {
        let value = buffered_op(&mut reader, &mut writer, op);
        got.push(json!([value, raw.log.take()]));
    }
    Outcome::compare(&case["out(result,raw calls)"], &Value::from(got))
}

fn buffered_op(reader: &mut PeekReader<Raw>, writer: &mut BufRandom<Raw>, op: &Value) -> Value {
    let size = op[1].as_i64().and_then(|size| usize::try_from(size).ok());
    let bytes = |bytes: &[u8]| json!({"b": hex(bytes)});
    let mut out = Vec::new();
    // Where CPython gives None, or no bytes, the source blocked.
    let blocked = |result: io::Result<usize>, out: &[u8], none: Value| match result {
        Ok(_) => bytes(out),
        Err(error) if error.kind() == ErrorKind::WouldBlock => none,
        Err(error) => raised(&error),
    };
    match op[0].as_str().expect("an operation") {
        "read" => {
            let result = match size {
                Some(size) => reader.read_up_to(size, &mut out),
                None => reader.read_to_end(&mut out),
            };
            blocked(result, &out, Value::Null)
        }
        "read1" => {
            let size = size.unwrap_or_else(|| op_size(reader));
            let result = reader.read_some(size, &mut out);
            blocked(result, &out, bytes(b""))
        }
        "peek" => {
            let result = reader.peek().map(|ahead| {
                out.extend_from_slice(ahead);
                0
            });
            blocked(result, &out, bytes(b""))
        }
        name @ ("readinto" | "readinto1") => {
            let mut into = vec![0; size.expect("a size")];
            let result = if name == "readinto" {
                reader.read_into(&mut into)
            } else {
                reader.read(&mut into)
            };
            match result {
                Ok(count) => json!([count, bytes(&into[..count])]),
                Err(_) => json!([null, bytes(b"")]),
            }
        }
        "readline" => bytes(&line(reader, size)),
        "readlines" => {
            let mut lines = Vec::new();
            loop {
                match line(reader, None) {
                    line if line.is_empty() => break lines.into(),
                    line => lines.push(bytes(&line)),
                }
            }
        }
        "write" => {
            let text = unhex(op[1]["b"].as_str().expect("bytes"));
            match writer.write_all(&text) {
                Ok(()) => text.len().into(),
                Err(error) => raised(&error),
            }
        }
        "flush" => writer.flush().map_or_else(|error| raised(&error), |()| Value::Null),
        other => panic!("the operation {other}"),
    }
}

/// What `read1` asks for without a size: as much as the buffer has room for.
fn op_size(reader: &PeekReader<Raw>) -> usize {
    reader.capacity()
}

fn line(reader: &mut PeekReader<Raw>, size: Option<usize>) -> Vec<u8> {
    let mut line = Vec::new();
    let size = size.unwrap_or(usize::MAX) as u64;
    // Nothing blocks where CPython is asked for lines.
    reader.take(size).read_until(b'\n', &mut line).expect("a line");
    line
}

fn newline_decoder(case: &Value) -> Outcome {
    let translation = match case["translate"] == true {
        true => NewlineTranslation::ToLf,
        false => NewlineTranslation::Keep,
    };
    let mut decoder = IncrementalNewlineDecoder::new(translation);
    let steps = list(case, "steps");
    let got: Vec<Value> = steps
        .iter()
        .map(|step| {
            let output = decoder.decode(&Text::of(&step[0]), step[1] == true);
            let holds = u8::from(decoder.holds_cr());
            json!([step[0], step[1], output, kinds(decoder.newlines()), holds])
        })
        .collect();
    Outcome::compare(&case["steps"], &Value::from(got))
}

fn incremental(case: &Value) -> Outcome {
    let name = case["enc"].as_str().expect("an encoding");
    let Ok(encoding) = Encoding::for_label(name) else { return Outcome::Unsupported(NO_ENCODING) };
    let errors = match errors(case["errors"].as_str().expect("a name")) {
        Ok(errors) => errors,
        Err(outcome) => return outcome,
    };
    let mut decoder = IncrementalDecoder::new(encoding, errors);
    let bytes = unhex(case["hex"].as_str().expect("bytes"));
    let mut got = Vec::new();
    let ends = (0..=bytes.len()).map(|at| bytes.get(at).map_or(&[][..], std::slice::from_ref));
    for (at, piece) in ends.enumerate() {
        let mut text = String::new();
        if let Err(error) = decoder.decode(piece, at == bytes.len(), &mut text) {
            got.push(json!({"err": error.reason()}));
            break;
        }
        let mut step = vec![Value::from(text)];
        if name.starts_with("utf") && !decoder.pending().is_empty() {
            step.push(hex(decoder.pending()).into());
        }
        got.push(step.into());
    }
    let outcome = Outcome::compare(&Text::plain(&case["steps"]), &Value::from(got));
    outcome.unless(is_east_asian(case), &EAST_ASIAN)
}
