//! `html.json`: escape, unescape, the tables of names.

use std::collections::BTreeMap;

use serde_json::Value;

use batteries::html::{
    Escaped, Unescaper, entities, escape, escape_bytes, escape_bytes_into, escape_into,
    escape_text, escape_text_bytes, escape_text_bytes_into, escape_text_into, escape_text_to,
    escape_to, unescape,
};

use super::harness::Run;
use super::report::{Outcome, Report, Rule};

/// The runner of the file.
pub(crate) const RUN: Option<Run> = Some(run);

const DIGITS: Rule = Rule {
    name: "numbers of more than 4300 digits",
    reason: "CPython raises ValueError, the limit of its int(); here a number may have any number of digits",
};

fn run(vectors: &Value) -> Report {
    let mut report = Report::default();
    for case in list(vectors, "escape") {
        let (input, quote) = (text(case, "in"), case["quote"].as_bool().expect("true or false"));
        report.case(case, || compare_escaped(text(case, "out"), input, quote));
    }
    for case in list(vectors, "unescape") {
        let input = text(case, "in");
        report.case(case, || compare_unescaped(text(case, "out"), input));
    }
    for case in list(vectors, "quirks") {
        report.case(case, || quirk(case));
    }
    tables(vectors, &mut report);
    // Only our own file has them.
    for digest in vectors["digests"].as_array().into_iter().flatten() {
        report.case(digest, || {
            Outcome::compare(text(digest, "fnv1a"), &format!("{:016x}", fnv1a(digest, vectors)))
        });
    }
    report
}

fn list<'v>(vectors: &'v Value, name: &str) -> &'v [Value] {
    vectors[name].as_array().unwrap_or_else(|| panic!("`{name}` is a list"))
}

fn text<'v>(case: &'v Value, name: &str) -> &'v str {
    case[name].as_str().unwrap_or_else(|| panic!("`{name}` is a text"))
}

/// Escapes in every way that there is; one that differs from the others is shown with its name.
fn compare_escaped(expected: &str, input: &str, quote: bool) -> Outcome {
    let (mut into, mut to, mut bytes_into) = (String::new(), String::new(), Vec::new());
    let (plain, bytes, displayed) = if quote {
        escape_into(&mut into, input);
        escape_to(&mut to, input).expect("a String takes all");
        escape_bytes_into(&mut bytes_into, input.as_bytes());
        (escape(input), escape_bytes(input.as_bytes()), Escaped::new(input))
    } else {
        escape_text_into(&mut into, input);
        escape_text_to(&mut to, input).expect("a String takes all");
        escape_text_bytes_into(&mut bytes_into, input.as_bytes());
        (escape_text(input), escape_text_bytes(input.as_bytes()), Escaped::text(input))
    };
    let got = [
        ("returned", plain.into_owned()),
        ("into", into),
        ("to", to),
        ("bytes", String::from_utf8_lossy(&bytes).into_owned()),
        ("bytes_into", String::from_utf8_lossy(&bytes_into).into_owned()),
        ("displayed", displayed.to_string()),
    ];
    let wrong = got.into_iter().find(|(_, got)| got != expected);
    wrong.map_or(Outcome::Passed, |got| {
        Outcome::compare(&("as recorded", expected.to_owned()), &got)
    })
}

/// Unescapes the whole, and byte by byte.
fn compare_unescaped(expected: &str, input: &str) -> Outcome {
    let mut unescaper = Unescaper::new();
    let mut fed = Vec::new();
    for byte in input.as_bytes().chunks(1) {
        unescaper.feed(byte, &mut fed);
    }
    unescaper.close(&mut fed);
    match Outcome::compare(expected, &*unescape(input)) {
        Outcome::Passed => Outcome::compare(expected, &*String::from_utf8_lossy(&fed)),
        failed => failed,
    }
}

fn quirk(case: &Value) -> Outcome {
    let [prefix, unit, count, suffix] = list(case, "in_repeat") else { panic!("four parts") };
    let part = |part: &Value| part.as_str().expect("a text").to_owned();
    let count = count.as_u64().and_then(|count| count.try_into().ok()).expect("a number");
    let input = part(prefix) + &part(unit).repeat(count) + &part(suffix);
    if case["error"].is_null() {
        return compare_unescaped(text(case, "out"), &input);
    }
    // What is given in place of the error has to be right as well: what fewer digits of the same value give.
    let digits = input.trim_start_matches("&#").trim_start_matches('0');
    let short: String = digits.chars().filter(char::is_ascii_digit).take(20).collect();
    match compare_unescaped(&unescape(&format!("&#{short};")), &input) {
        Outcome::Passed => Outcome::Deviation(&DIGITS),
        wrong => wrong,
    }
}

fn tables(vectors: &Value, report: &mut Report) {
    let html5: BTreeMap<&str, &str> = table(vectors, "html5")
        .map(|(name, value)| (name, value.as_str().expect("a text")))
        .collect();
    let name2codepoint: BTreeMap<&str, char> =
        table(vectors, "name2codepoint").map(|(name, value)| (name, character(value))).collect();
    for (&name, &text) in &html5 {
        report.case(format!("html5[{name:?}]"), || {
            Outcome::compare(&Some(text), &entities::html5(name))
        });
    }
    for (&name, &character) in &name2codepoint {
        report.case(format!("name2codepoint[{name:?}]"), || {
            Outcome::compare(&Some(character), &entities::name2codepoint(name))
        });
    }
    for (number, name) in table(vectors, "codepoint2name") {
        report.case(format!("codepoint2name[{number}]"), || {
            let number = number.parse().ok().and_then(char::from_u32).expect("a character");
            Outcome::compare(&name.as_str(), &entities::codepoint2name(number))
        });
    }
    // And nothing that Python has not.
    report.case("html5", || Outcome::compare(&html5, &entities::HTML5.iter().copied().collect()));
    report.case("name2codepoint", || {
        Outcome::compare(&name2codepoint, &entities::HTML4.iter().copied().collect())
    });
}

fn table<'v>(vectors: &'v Value, name: &str) -> impl Iterator<Item = (&'v str, &'v Value)> {
    let table = vectors[name].as_object().unwrap_or_else(|| panic!("`{name}` is a table"));
    table.iter().map(|(key, value)| (key.as_str(), value))
}

fn character(value: &Value) -> char {
    let number = value.as_u64().and_then(|number| number.try_into().ok());
    number.and_then(char::from_u32).expect("the number of a character")
}

/// The hash of a stream of strings, all made from its seed: see `doc` in the file.
fn fnv1a(digest: &Value, vectors: &Value) -> u64 {
    let count = digest["count"].as_u64().expect("a number");
    let mut random = Random(digest["seed"].as_u64().expect("a number"));
    let pieces: Vec<&str> =
        list(vectors, "pieces").iter().map(|piece| piece.as_str().expect("a text")).collect();
    let names: Vec<String> = table(vectors, "html5").map(|(name, _)| format!("&{name}")).collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();

    let mut hash = Fnv1a(0xcbf2_9ce4_8422_2325);
    for number in 0..count {
        match text(digest, "kind") {
            "numbers" => {
                hash.line(&unescape(&format!("&#{number};")));
                hash.line(&unescape(&format!("&#x{number:x}")));
            }
            "unescape" => {
                let mut input = String::new();
                for _ in 0..1 + random.below(12) {
                    let list = if random.below(3) == 0 { &names } else { &pieces };
                    input += random.pick(list);
                }
                hash.line(&unescape(&input));
            }
            "escape" => {
                let count = random.below(200);
                let input: String = (0..count).map(|_| random.pick(&pieces)).collect();
                let escaped =
                    if random.below(2) == 0 { escape(&input) } else { escape_text(&input) };
                hash.line(&escaped);
            }
            kind => panic!("a digest of {kind}"),
        }
    }
    hash.0
}

struct Fnv1a(u64);

impl Fnv1a {
    fn line(&mut self, line: &str) {
        for byte in line.bytes().chain([b'\n']) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}

/// Vigna's splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    fn pick<'l>(&mut self, list: &[&'l str]) -> &'l str {
        list[self.below(list.len())]
    }
}
