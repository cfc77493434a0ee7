//! Files by their paths.

use std::fs;

use batteries::io::{Ending, Errors, TextFile, TextOptions, open, read_text, write_text};
use tempfile::TempDir;

#[test]
fn a_file_is_edited_in_its_own_style() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    for (before, after) in [
        (&b"a=1\r\nb=2\r\n"[..], &b"a=1\r\nb=3\r\n"[..]),
        (b"a=1\nb=2", b"a=1\nb=3"),
        (b"a=1\rb=2\r", b"a=1\rb=3\r"),
        (b"\xef\xbb\xbfb=2\r\n", b"\xef\xbb\xbfb=3\r\n"),
        (b"\xfe\xff\0b\0=\x002", b"\xfe\xff\0b\0=\x003"),
        (b"\xff\xfe\0\0b\0\0\0=\0\0\x002\0\0\0", b"\xff\xfe\0\0b\0\0\0=\0\0\x003\0\0\0"),
        // What is no text stays.
        (b"\xff\xc3b=2\xe2\x82\n", b"\xff\xc3b=3\xe2\x82\n"),
        (b"", b""),
    ] {
        fs::write(&path, before).unwrap();
        TextFile::load(&path).unwrap().edit(|text| text.replace("b=2", "b=3")).save().unwrap();
        assert_eq!(fs::read(&path).unwrap(), after, "{}", before.escape_ascii());
    }
    fs::write(&path, b"one\n").unwrap();
    let file = TextFile::load(&path).unwrap();
    assert_eq!((file.text(), file.ending()), ("one\n", Ending::Lf));
    // The last line keeps its ending, or the lack of it.
    file.edit(|text| format!("{text}two")).save().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n");
    let options = TextOptions::new().encoding("latin-1").unwrap();
    fs::write(&path, b"caf\xe9\r\n").unwrap();
    let file = TextFile::load_with(&path, &options).unwrap();
    file.clone().edit(|text| text.replace('é', "è")).save().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"caf\xe8\r\n");
    // What cannot be written leaves the file as it was, and nothing beside it.
    assert!(file.edit(|_| "€\n".to_owned()).save().is_err());
    assert_eq!(fs::read(&path).unwrap(), b"caf\xe8\r\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_text_is_written_and_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    write_text(&path, "größer\n").unwrap();
    assert_eq!(read_text(&path).unwrap(), "größer\n");
    open(&path).encoding("utf-16").unwrap().write_text("a").unwrap();
    assert_eq!(read_text(&path).unwrap(), "a");
    let mut writer = open(&path).encoding("utf-16").unwrap().append().unwrap();
    writer.write_str("b").unwrap();
    writer.finish().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"\xff\xfea\0b\0");
    assert!(open(&path).create_new().is_err());
    assert!(read_text(folder.path().join("gone")).is_err());
    assert!(write_text(folder.path(), "").is_err());
    let error =
        open(&path).errors(Errors::Strict).encoding("ascii").unwrap().read_text().unwrap_err();
    assert!(error.to_string().starts_with("line 1, column 1 (byte 0): "), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = TempDir::new().unwrap();
    let (path, link) = (folder.path().join("file"), folder.path().join("link"));
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&path, &link).unwrap();
    write_text(&link, "new").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}
