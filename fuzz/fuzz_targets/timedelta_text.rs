//! Texts of time deltas: any text is read or refused without a panic, and what is read is printed so that it comes back.
//!
//! ```sh
//! cargo +nightly fuzz run timedelta_text -- -max_total_time=60 -dict=fuzz/timedelta_text.dict
//! ```

#![no_main]

use batteries::datetime::TimeDelta;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // The same bytes are a number as well, so that every value is printed and not only those that the fuzzer can spell.
    if let Some((number, _)) = data.split_first_chunk::<9>() {
        // 68 bits of either sign, a few of them out of range.
        let mut wide = [0; 16];
        wide[..9].copy_from_slice(number);
        let micros = (i128::from_le_bytes(wide) << 56) >> 60;
        if let Ok(delta) = TimeDelta::from_total_microseconds(micros) {
            assert_eq!(delta.total_microseconds(), micros);
            comes_back(delta);
        }
    }

    let text = String::from_utf8_lossy(data);
    match text.parse::<TimeDelta>() {
        Ok(delta) => comes_back(delta),
        Err(error) => {
            assert_eq!(error.input(), text);
            if let Some(position) = error.position() {
                // It is a place in the text, where a character starts.
                assert!(text.is_char_boundary(position));
            }
            assert!(error.to_string().starts_with("invalid time delta "));
        }
    }
});

fn comes_back(delta: TimeDelta) {
    for text in [delta.to_string(), format!("{delta:#}")] {
        assert_eq!(text.parse(), Ok(delta), "{text}");
    }
}
