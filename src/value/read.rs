//! JSON in.

use std::error::Error;
use std::fmt;

use super::Value;

/// A text that is no JSON: what was expected, and where.
///
/// # Examples
///
/// ```
/// use batteries::value::Value;
///
/// let error = Value::from_json("[1, 2").unwrap_err();
/// assert_eq!((error.line(), error.column()), (1, 6));
/// assert_eq!(error.to_string(), "expected ',' or ']' at line 1 column 6");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    expected: &'static str,
    line: usize,
    column: usize,
}

impl JsonError {
    /// Returns the line, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Returns the column, from 1, in characters.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at line {} column {}", self.expected, self.line, self.column)
    }
}

impl Error for JsonError {}

/// How deep lists and maps nest at most: reading recurses.
const DEEPEST: usize = 200;

impl Value {
    /// Reads JSON.
    ///
    /// Of a key that is there twice the last value counts, as in Python. An integer beyond 128 bits becomes a float.
    ///
    /// # Errors
    ///
    /// Says where the text stops being JSON, where lists and maps nest deeper than 200, or where a `\u` escape is half a
    /// surrogate pair.
    #[doc(alias = "loads")]
    pub fn from_json(text: &str) -> Result<Self, JsonError> {
        let mut reader = Reader { text, at: 0 };
        let read = reader.value(0).and_then(|value| {
            reader.spaces();
            if reader.at == text.len() { Ok(value) } else { Err("the end") }
        });
        read.map_err(|expected| reader.error(expected))
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// What was expected at the place where the reader stands.
type Expected = &'static str;

impl Reader<'_> {
    #[cold]
    fn error(&self, expected: Expected) -> JsonError {
        let before = &self.text[..self.text.floor_char_boundary(self.at)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        JsonError {
            expected,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes `byte` if it comes next, behind spaces.
    fn take(&mut self, byte: u8) -> bool {
        self.spaces();
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn value(&mut self, depth: usize) -> Result<Value, Expected> {
        if depth > DEEPEST {
            return Err("at most 200 levels");
        }
        self.spaces();
        match self.peek() {
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Value::Str(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Value, Expected> {
        for (word, value) in [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
        ] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err("a value")
    }

    fn number(&mut self) -> Result<Value, Expected> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
            if self.text[self.at..].starts_with("Infinity") {
                self.at += "Infinity".len();
                return Ok(Value::Float(f64::NEG_INFINITY));
            }
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        let mut whole = true;
        if self.peek() == Some(b'.') {
            whole = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            whole = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        if whole && let Ok(number) = text.parse() {
            return Ok(Value::Int(number));
        }
        text.parse().map(Value::Float).map_err(|_| "a number")
    }

    fn digits(&mut self) -> Result<(), Expected> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err("a digit") }
    }

    fn string(&mut self) -> Result<String, Expected> {
        let mut out = String::new();
        self.at += 1;
        loop {
            let plain = self.text.as_bytes()[self.at..]
                .iter()
                .take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20))
                .count();
            out.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.at += 1;
                    out.push(self.escaped()?);
                }
                Some(_) => return Err("an escaped control character"),
                None => return Err("'\"'"),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, Expected> {
        let escaped = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let mut code = self.four()?;
                if (0xd800..0xdc00).contains(&code) && self.text[self.at..].starts_with("\\u") {
                    self.at += 2;
                    let low = self.four()?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err("the second half of a surrogate pair");
                    }
                    code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                }
                return char::from_u32(code).ok_or("a whole surrogate pair");
            }
            _ => return Err("an escape"),
        };
        self.at += 1;
        Ok(escaped)
    }

    fn four(&mut self) -> Result<u32, Expected> {
        let digits = self.text.get(self.at..self.at + 4).ok_or("four hexadecimal digits")?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err("four hexadecimal digits");
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| "four hexadecimal digits")
    }

    fn list(&mut self, depth: usize) -> Result<Value, Expected> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Value::List(items));
            }
            if !self.take(b',') {
                return Err("',' or ']'");
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, Expected> {
        self.at += 1;
        let mut items: Vec<(String, Value)> = Vec::new();
        // Where a key stands, so that a map of many keys takes linear time.
        let mut places = std::collections::HashMap::new();
        if self.take(b'}') {
            return Ok(Value::Map(items));
        }
        loop {
            self.spaces();
            if self.peek() != Some(b'"') {
                return Err("a key in quotes");
            }
            let key = self.string()?;
            if !self.take(b':') {
                return Err("':'");
            }
            let value = self.value(depth + 1)?;
            match places.get(&key) {
                Some(&at) => {
                    let (_, old): &mut (String, Value) = &mut items[at];
                    *old = value;
                }
                None => {
                    places.insert(key.clone(), items.len());
                    items.push((key, value));
                }
            }
            if self.take(b'}') {
                return Ok(Value::Map(items));
            }
            if !self.take(b',') {
                return Err("',' or '}'");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read() {
        let read = |text| Value::from_json(text).unwrap();
        assert_eq!(read(" null "), Value::Null);
        assert_eq!(read("-12"), Value::Int(-12));
        assert_eq!(read("1e2"), Value::Float(100.0));
        assert_eq!(read("-Infinity"), Value::Float(f64::NEG_INFINITY));
        assert_eq!(read(r#""\u00e9\ud83d\ude00\n\/""#), Value::from("é😀\n/"));
        assert_eq!(read("[[], {}, [true]]").as_list().map(<[Value]>::len), Some(3));
        assert_eq!(read(r#"{"a": 1, "b": 2, "a": 3}"#).to_string(), r#"{"a": 3, "b": 2}"#);
        assert_eq!(read(&"1".repeat(60)), Value::Float("1".repeat(60).parse().unwrap()));
    }

    #[test]
    fn errors_say_where() {
        let error = |text| Value::from_json(text).unwrap_err().to_string();
        assert_eq!(error(""), "expected a value at line 1 column 1");
        assert_eq!(error("[1,\n 2 3]"), "expected ',' or ']' at line 2 column 4");
        assert_eq!(error("{\"é\" 1}"), "expected ':' at line 1 column 6");
        assert_eq!(error("{a: 1}"), "expected a key in quotes at line 1 column 2");
        assert_eq!(error("01"), "expected the end at line 1 column 2");
        assert_eq!(error("1."), "expected a digit at line 1 column 3");
        assert_eq!(error("\"a"), "expected '\"' at line 1 column 3");
        assert_eq!(error(r#""\udc00""#), "expected a whole surrogate pair at line 1 column 8");
        assert_eq!(error(&"[".repeat(1000)), "expected at most 200 levels at line 1 column 202");
    }
}
