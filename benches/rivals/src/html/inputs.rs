//! The texts of the cases; `html.py` makes the same.

use std::sync::LazyLock;

use batteries::html::entities;

/// The pieces of a page.
pub(super) const FRAGMENTS: &[&str] = &[
    "<p>",
    "</p>\n",
    "<a href=\"/search?q=rust&lang=en\">",
    "</a> ",
    "<span class='note'>",
    "</span> ",
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, ",
    "Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse, ",
    "Les naïfs ægithales hâtifs pondant à Noël où il gèle sont sûrs d'être déçus en voyant leurs drôles d'œufs abîmés. ",
    "All this happened, more or less. ",
    "It's \"quoted\" & done. ",
    "いろはにほへと ちりぬるを ",
    "if (a < b && c > d) { return 'x'; } ",
    "You don't know about me without you have read a book by the name of The Adventures of Tom Sawyer; but that ain't no matter. ",
];

/// The bytes of each text, or a few more.
const SIZE: usize = 1_000_000;

/// A text, made once in a run.
pub(super) trait Input {
    fn text() -> &'static str;

    /// What it means when it is unescaped.
    fn meaning() -> &'static str {
        static NONE: &str = "";
        NONE
    }
}

/// Nothing is special.
pub(super) struct Plain;

impl Input for Plain {
    fn text() -> &'static str {
        static TEXT: LazyLock<String> = LazyLock::new(|| {
            let is_special = |c| matches!(c, '&' | '<' | '>' | '"' | '\'');
            Typical::text().replace(is_special, ".")
        });
        &TEXT
    }
}

/// Pieces in random order.
pub(super) struct Typical;

impl Input for Typical {
    fn text() -> &'static str {
        static TEXT: LazyLock<String> = LazyLock::new(|| {
            let mut random = Random(1);
            let mut text = String::new();
            while text.len() < SIZE {
                text += random.pick(FRAGMENTS);
            }
            text
        });
        &TEXT
    }
}

/// Everything is special.
pub(super) struct Dense;

impl Input for Dense {
    fn text() -> &'static str {
        static TEXT: LazyLock<String> = LazyLock::new(|| {
            let mut random = Random(2);
            (0..SIZE).map(|_| random.pick(&["&", "<", ">", "\"", "'"])).collect()
        });
        &TEXT
    }
}

/// What escaping leaves.
pub(super) struct Escaped;

impl Input for Escaped {
    fn text() -> &'static str {
        static TEXT: LazyLock<String> = LazyLock::new(|| {
            // Written out, so that what is measured has no part in it.
            let text =
                Typical::text().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            text.replace('"', "&quot;").replace('\'', "&#x27;")
        });
        &TEXT
    }

    fn meaning() -> &'static str {
        Typical::text()
    }
}

/// Names and numbers.
pub(super) struct References;

static REFERENCES: LazyLock<(String, String)> = LazyLock::new(|| {
    let mut random = Random(3);
    let (mut text, mut meaning) = (String::new(), String::new());
    while text.len() < SIZE {
        if random.below(4) == 0 {
            // From U+00A0 to U+2FFF every number is a character.
            let number = 0xa0 + random.below(0x2f60) as u32;
            text += &format!("&#{number};");
            meaning.extend(char::from_u32(number));
        } else {
            let (name, character) = random.pick(entities::HTML5);
            text += &format!("&{name} ");
            meaning += character;
            meaning.push(' ');
        }
    }
    (text, meaning)
});

impl Input for References {
    fn text() -> &'static str {
        &REFERENCES.0
    }

    fn meaning() -> &'static str {
        &REFERENCES.1
    }
}

/// Strings of 32 bytes.
pub(super) fn short() -> &'static [String] {
    static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut random = Random(4);
        let text = |random: &mut Random| {
            let mut text: Vec<u8> = (0..32).map(|_| b'a' + random.below(26) as u8).collect();
            if random.below(4) == 0 {
                let at = random.below(32);
                text[at] = random.pick(b"&<>\"'");
            }
            String::from_utf8(text).expect("ASCII")
        };
        (0..16_384).map(|_| text(&mut random)).collect()
    });
    &TEXTS
}

/// The upper half of Knuth's 64-bit linear congruential generator: Python does one step in no time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}
