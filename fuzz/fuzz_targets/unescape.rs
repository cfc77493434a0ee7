//! Unescapes any text, whole and in pieces, and escapes it: nothing may panic, both ways must agree, and all must come back.
//!
//! ```text
//! cargo +nightly fuzz run unescape -- -dict=fuzz/unescape.dict -max_total_time=60
//! ```

#![no_main]

use batteries::html::{
    Escaped, Unescaper, escape, escape_bytes, escape_text, unescape, unescape_attribute,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // The first byte says where to cut, the others are the text.
    let Some((&cut, data)) = data.split_first() else { return };
    // Bytes of any kind may be escaped, and do not come out shorter.
    assert!(escape_bytes(data).len() >= data.len());
    let Ok(text) = str::from_utf8(data) else { return };

    for (mut unescaper, whole) in
        [(Unescaper::new(), unescape(text)), (Unescaper::for_attribute(), unescape_attribute(text))]
    {
        let mut pieces = Vec::new();
        for piece in data.chunks(usize::from(cut) + 1) {
            unescaper.feed(piece, &mut pieces);
        }
        unescaper.close(&mut pieces);
        assert_eq!(str::from_utf8(&pieces), Ok(&*whole));
    }
    if !text.contains('&') {
        assert_eq!(unescape(text), text);
    }

    let page = escape(text);
    assert!(!page.contains(['<', '>', '"', '\'']));
    assert_eq!(unescape(&page), text);
    assert_eq!(unescape_attribute(&page), text);
    assert_eq!(Escaped::new(text).to_string(), page);
    assert_eq!(unescape(&escape_text(text)), text);
});
