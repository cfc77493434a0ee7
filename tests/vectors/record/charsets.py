#!/usr/bin/env python3.13
r"""Write src/codec/charsets.rs: Python's single-byte character sets, and every name of an encoding.

    python3.13 tests/vectors/record/charsets.py > src/codec/charsets.rs

What a byte means is asked of the codecs themselves, byte by byte, so the file says what CPython does. It is checked in, because a
build script would run on every machine that builds the crate; the test `io::the_charsets_are_what_the_script_writes` runs this script
where there is a CPython 3.13 and compares.

A set is written as the text that its bytes stand for: of all 256 bytes, or from 0x80 on where the first half is ASCII, or from 0xA0 on
where 0x80 to 0x9F are the control characters of ISO 8859 as well. U+FFFD stands for bytes without a meaning.
"""

import codecs
import encodings
import encodings.aliases
import pkgutil
import re
import unicodedata

# Not single-byte, or no character set, though each byte of ASCII stands for itself.
LEFT_OUT = {"ascii", "charmap", "raw_unicode_escape", "unicode_escape", "undefined"}
# What the crate has besides, by Python's own names.
OTHERS = """ascii utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be
    shift_jis cp932 euc_jp gbk gb18030 big5 euc_kr cp949""".split()


def meaning(name):
    """The text of all 256 bytes, or None if the bytes do not stand for one character each."""
    text = ""
    for byte in range(256):
        try:
            character = bytes([byte]).decode(name)
        except UnicodeDecodeError:
            character = "\ufffd"
        if len(character) != 1:
            return None
        text += character
    if all(character == "\ufffd" for character in text[0x80:]):
        return None
    known = bytes(byte for byte in range(256) if text[byte] != "\ufffd")
    try:
        if known.decode(name) != text.replace("\ufffd", ""):
            return None
    except UnicodeDecodeError:
        return None
    # A set encodes what it decodes to; where several bytes mean the same, the last is written.
    for byte, character in enumerate(text):
        if character != "\ufffd" and character.encode(name)[0] != text.rindex(character):
            return None
    for other in map(chr, (*range(0xD800), *range(0xE000, 0x110000))):
        if other not in text or other == "\ufffd":
            try:
                other.encode(name)
                return None
            except UnicodeEncodeError:
                pass
    return text


def literal(character):
    if character in '"\\':
        return "\\" + character
    if character.isprintable() and not unicodedata.combining(character) and unicodedata.bidirectional(character) not in ("R", "AL", "AN"):
        return character
    return f"\\u{{{ord(character):x}}}"


modules = sorted(module.name for module in pkgutil.iter_modules(encodings.__path__))
sets = {}
for module in modules:
    if module in LEFT_OUT:
        continue
    try:
        info = codecs.lookup(module)
    except LookupError:
        continue
    if info._is_text_encoding and info.name not in OTHERS and (text := meaning(module)):
        sets.setdefault(info.name, text)

names = {}
for alias in sorted({*encodings.aliases.aliases, *modules}):
    try:
        name = codecs.lookup(alias).name
    except LookupError:
        continue
    if name in sets or name in OTHERS:
        names[re.sub("[^a-z0-9]+", "_", alias.lower())] = name
for name in (*sets, *OTHERS):
    names[re.sub("[^a-z0-9]+", "_", name)] = name

print("//! Python's single-byte character sets, and the names of all encodings.")
print("//!")
print("//! Written by `tests/vectors/record/charsets.py`.")
print()
print("/// A set: its name, and the text that its last 256, 128 or 96 bytes stand for.")
print("pub(super) const SETS: &[(&str, &str)] = &[")
for name, text in sorted(sets.items()):
    low = "".join(map(chr, range(128)))
    controls = "".join(map(chr, range(128, 160)))
    shown = text
    if text.startswith(low):
        shown = text[160:] if text[128:160] == controls else text[128:]
    print(f"    (\n        {name!r},\n        \"{''.join(map(literal, shown))}\",\n    ),".replace("'", '"', 2))
print("];")
print()
print("/// Every name, in lower case with `_` for what is neither letter nor digit, and the name of the encoding that it means.")
print("pub(super) const NAMES: &[(&str, &str)] = &[")
for alias, name in sorted(names.items()):
    print(f'    ("{alias}", "{name}"),')
print("];")
