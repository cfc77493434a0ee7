//! A function by its distance from another: how one process names a function to another process of the same program.
//!
//! The loader puts a program at a random address, but as one piece: the distance between two of its functions is the same
//! in every process that runs the same file. So a function goes over the wire as its distance from `anchor`, together with
//! the distance of the [`Entry`] that knows its types.
//!
//! This is the one file of the module with `unsafe` in it; the memory that a worker leaves behind ([`Ledger`]) is here for that
//! reason. A number that came over the wire is turned into a function here,
//! and that is sound because of four conditions:
//!
//! 1. The worker is started from the file that this program was started from, and refuses every frame until it has compared
//!    that file's identity, the distances of [`layout`] and the crate's version with those of the process that started it
//!    (`program::Identity`).
//! 2. Only [`Callee::new`] makes the numbers, from functions that the compiler has checked against each other, and only if
//!    both lie in the executable segment of the main program that the anchor lies in. Libraries are loaded on their own, at
//!    other distances: a function of a shared library or a plugin is refused.
//! 3. The socket that the numbers come from is inherited, not named: nobody else can write to it.
//! 4. The entry compares the hash of its own types with that of the request before it touches the function.

#![expect(unsafe_code, reason = "functions from numbers, and memory shared with another process")]

use std::any::type_name;
use std::ptr::NonNull;

use crate::sync::OnceLock;
use crate::sync::global::{AtomicUsize, Ordering};

use super::wire::Kind;

/// Decodes an argument, calls the function at an address, and appends the encoded result.
pub(super) type Entry = fn(usize, u64, &[u8], &mut Vec<u8>) -> Kind;

/// A function as it goes over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Callee {
    entry: u64,
    function: u64,
    types: u64,
}

#[inline(never)]
fn anchor() {}

fn anchor_address() -> usize {
    anchor as fn() as usize
}

impl Callee {
    /// Names `function`, which `entry` calls; `None` if one of them is no function of the main program.
    pub(super) fn new<A, R>(function: fn(A) -> R, entry: Entry) -> Option<Self> {
        Some(Self {
            entry: distance(entry as usize)?,
            function: distance(function as usize)?,
            types: types_of::<A, R>(),
        })
    }

    pub(super) fn to_words(self) -> [u64; 3] {
        [self.entry, self.function, self.types]
    }

    /// Reads what [`to_words`](Self::to_words) gave, in another process.
    pub(super) fn from_words([entry, function, types]: [u64; 3]) -> Self {
        Self { entry, function, types }
    }

    /// Calls it with an encoded argument.
    pub(super) fn call(self, argument: &[u8], result: &mut Vec<u8>) -> Kind {
        let (Some(entry), Some(function)) = (address(self.entry), address(self.function)) else {
            result.extend_from_slice(b"the function lies outside of the program");
            return Kind::Mismatch;
        };
        // SAFETY: `entry` is where `Callee::new` found an `Entry`, by conditions 1 to 3 of the module's text, and it lies in
        // the program's code, which stays where it is.
        let entry = unsafe { std::mem::transmute::<*const (), Entry>(pointer(entry)) };
        entry(function, self.types, argument, result)
    }
}

/// The function at an address that an [`Entry`] was given; `None` if its types are others.
pub(super) fn function_at<A, R>(address: usize, types: u64) -> Option<fn(A) -> R> {
    if types != types_of::<A, R>() || !main_code().is_some_and(|code| code.contains(&address)) {
        return None;
    }
    // SAFETY: `address` is where `Callee::new` found a `fn(A) -> R`: by conditions 1 to 3 it found some function there, and
    // by the comparison above (condition 4) that function had these types.
    Some(unsafe { std::mem::transmute::<*const (), fn(A) -> R>(pointer(address)) })
}

fn pointer(address: usize) -> *const () {
    std::ptr::with_exposed_provenance(address)
}

fn distance(address: usize) -> Option<u64> {
    let code = main_code()?;
    code.contains(&address).then(|| address.wrapping_sub(anchor_address()) as u64)
}

fn address(distance: u64) -> Option<usize> {
    let address = anchor_address().wrapping_add(usize::try_from(distance).ok()?);
    main_code()?.contains(&address).then_some(address)
}

/// Where the linker put the function at an address of the main program, as its file has it.
pub(super) fn linked_address(address: usize) -> Option<u64> {
    let code = main_code()?;
    code.contains(&address).then(|| address.wrapping_sub(image::shift()) as u64)
}

/// Tells whether this crate is part of the program itself, and not of a library that it has loaded.
pub(super) fn is_in_main_program() -> bool {
    main_code().is_some()
}

/// The distances of functions from all over the program: another build has others.
pub(super) fn layout() -> [u64; 3] {
    let functions = [
        std::io::Error::last_os_error as fn() -> std::io::Error as usize,
        std::env::args as fn() -> std::env::Args as usize,
        function_at::<(), ()> as fn(usize, u64) -> Option<fn(())> as usize,
    ];
    functions.map(|function| function.wrapping_sub(anchor_address()) as u64)
}

/// A hash of two types' names (FNV-1a).
fn types_of<A, R>() -> u64 {
    type_name::<fn(A) -> R>().bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Where the main program's code lies; `None` if the anchor is not in it.
fn main_code() -> Option<&'static std::ops::Range<usize>> {
    static CODE: OnceLock<Option<std::ops::Range<usize>>> = OnceLock::new();
    CODE.get_or_init(|| image::main_code().filter(|code| code.contains(&anchor_address()))).as_ref()
}

#[cfg(all(unix, not(target_vendor = "apple")))]
mod image {
    use std::ffi::{c_int, c_void};
    use std::ops::Range;

    /// The main program: how far from its place in the file it was loaded, and the segment that holds the anchor.
    #[derive(Default)]
    struct Found {
        shift: usize,
        code: Option<Range<usize>>,
    }

    pub(super) fn main_code() -> Option<Range<usize>> {
        main_program().code
    }

    pub(super) fn shift() -> usize {
        main_program().shift
    }

    fn main_program() -> Found {
        let mut found = Found::default();
        // SAFETY: `look` matches the callback's type, and reads its last argument as what is passed here.
        unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut found).cast()) };
        found
    }

    /// Looks at the first object, which is the main program, and ends the iteration.
    unsafe extern "C" fn look(
        info: *mut libc::dl_phdr_info,
        _size: usize,
        found: *mut c_void,
    ) -> c_int {
        // SAFETY: the loader passes a valid `info` for the time of the call, and `main_program` its own local.
        let (info, found) = unsafe { (&*info, &mut *found.cast::<Found>()) };
        // SAFETY: the loader says that so many headers are there.
        let headers =
            unsafe { std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
        // Where addresses are 32 bits wide, so are these fields.
        let wide = |number| usize::try_from(number).unwrap_or(usize::MAX);
        found.shift = wide(info.dlpi_addr);
        found.code = headers
            .iter()
            .filter(|h| h.p_type == libc::PT_LOAD && h.p_flags & libc::PF_X != 0)
            .map(|h| {
                let start = wide(info.dlpi_addr).wrapping_add(wide(h.p_vaddr));
                start..start.wrapping_add(wide(h.p_memsz))
            })
            .find(|code| code.contains(&super::anchor_address()));
        1
    }
}

#[cfg(target_vendor = "apple")]
mod image {
    use std::ffi::{c_char, c_ulong, c_void};
    use std::ops::Range;

    unsafe extern "C" {
        fn _dyld_get_image_header(index: u32) -> *const c_void;
        fn getsegmentdata(
            header: *const c_void,
            name: *const c_char,
            size: *mut c_ulong,
        ) -> *mut u8;
    }

    /// Not asked for: the file's table of names is not read here.
    pub(super) fn shift() -> usize {
        0
    }

    /// The segment `__TEXT` of the main program.
    pub(super) fn main_code() -> Option<Range<usize>> {
        let mut size = 0;
        // SAFETY: image 0 is the main program, which stays loaded; the name ends with a zero; `size` outlives the call.
        let start =
            unsafe { getsegmentdata(_dyld_get_image_header(0), c"__TEXT".as_ptr(), &raw mut size) };
        let start = start.addr();
        (start != 0).then(|| start..start.wrapping_add(usize::try_from(size).unwrap_or(0)))
    }
}

/// Memory that a worker writes and that outlives it: how far it has come with a chunk, and the results so far.
///
/// Two words, how many arguments were started and how many bytes of results follow, then the results. The process that
/// started the worker reads them as a file, and only when the worker is dead.
#[derive(Debug)]
pub(super) struct Ledger {
    start: NonNull<u8>,
    len: usize,
}

impl Ledger {
    /// Bytes in front of the results.
    pub(super) const HEAD: usize = 2 * size_of::<usize>();

    /// Takes memory that is mapped and stays so.
    ///
    /// # Safety
    ///
    /// `len` bytes from `start` on are mapped, readable and writable, aligned to a page, for as long as this process lives,
    /// and nothing else in this process uses them.
    unsafe fn new(start: NonNull<u8>, len: usize) -> Self {
        Self { start, len }
    }

    fn word(&self, index: usize) -> &AtomicUsize {
        // SAFETY: by the contract of `new` two words are there and aligned, and other processes write to them only while
        // this one waits for a request.
        unsafe { self.start.cast::<AtomicUsize>().add(index).as_ref() }
    }

    /// One more argument is about to be worked on.
    pub(super) fn count(&self) {
        self.word(0).fetch_add(1, Ordering::Release);
    }

    /// Keeps a result; false if there is no room.
    pub(super) fn keep(&self, result: &[u8]) -> bool {
        let filled = self.word(1).load(Ordering::Relaxed);
        let room = (self.len - Self::HEAD).saturating_sub(filled);
        if result.len() > room {
            return false;
        }
        // SAFETY: `result.len()` bytes from `HEAD + filled` on lie inside, and nobody else in this process knows of them.
        unsafe {
            let to = self.start.add(Self::HEAD + filled);
            to.copy_from_nonoverlapping(NonNull::from(result).cast(), result.len());
        }
        // Release: whoever reads this length, after this process is dead, finds the bytes.
        self.word(1).store(filled + result.len(), Ordering::Release);
        true
    }
}

#[cfg(unix)]
mod map {
    use std::os::fd::AsFd;
    use std::ptr::NonNull;

    use rustix::mm::{MapFlags, ProtFlags, mmap};

    use super::Ledger;

    impl Ledger {
        /// Maps the first `len` bytes of a file, for good.
        pub(crate) fn map(file: impl AsFd, len: usize) -> std::io::Result<Self> {
            if len < Self::HEAD {
                return Err(std::io::ErrorKind::InvalidInput.into());
            }
            let access = ProtFlags::READ | ProtFlags::WRITE;
            // SAFETY: without an address of its own the mapping replaces nothing.
            let start =
                unsafe { mmap(std::ptr::null_mut(), len, access, MapFlags::SHARED, file, 0)? };
            let start = NonNull::new(start.cast()).ok_or(std::io::ErrorKind::Other)?;
            // SAFETY: mapped above, to a page, and never unmapped; the address is known here alone.
            Ok(unsafe { Self::new(start, len) })
        }
    }
}

#[cfg(not(unix))]
mod image {
    /// Where there are no workers nothing need be found.
    pub(super) fn main_code() -> Option<std::ops::Range<usize>> {
        None
    }

    pub(super) fn shift() -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn double(n: u64) -> u64 {
        n * 2
    }

    fn entry(function: usize, types: u64, argument: &[u8], result: &mut Vec<u8>) -> Kind {
        let Some(function) = function_at::<u64, u64>(function, types) else {
            return Kind::Mismatch;
        };
        let argument = u64::from_ne_bytes(argument.try_into().unwrap());
        result.extend_from_slice(&function(argument).to_ne_bytes());
        Kind::Value
    }

    #[test]
    fn a_function_is_found_again() {
        let callee = Callee::from_words(Callee::new(double, entry).unwrap().to_words());
        let mut result = Vec::new();
        assert_eq!(callee.call(&21_u64.to_ne_bytes(), &mut result), Kind::Value);
        assert_eq!(result, 42_u64.to_ne_bytes());
    }

    #[test]
    fn a_function_of_other_types_is_refused() {
        let callee = Callee::new(|n: u32| n, entry).unwrap();
        assert_eq!(callee.call(&[], &mut Vec::new()), Kind::Mismatch);
    }

    #[test]
    fn a_number_outside_of_the_program_is_refused() {
        for distance in [1 << 40, u64::MAX / 2] {
            let callee = Callee::from_words([distance, 0, 0]);
            assert_eq!(callee.call(&[], &mut Vec::new()), Kind::Mismatch);
        }
    }
}

#[cfg(all(test, unix))]
mod unix_tests {
    use super::*;

    #[test]
    fn a_ledger_keeps_what_fits_and_a_file_shows_it() {
        use std::os::unix::fs::FileExt;

        let file = tempfile::tempfile().unwrap();
        file.set_len(4096).unwrap();
        let ledger = Ledger::map(&file, 4096).unwrap();
        ledger.count();
        ledger.count();
        assert!(ledger.keep(b"spam"));
        assert!(ledger.keep(&[7; 4096 - Ledger::HEAD - 4]));
        assert!(!ledger.keep(b"x"));
        assert!(ledger.keep(b""));
        let mut bytes = [0; Ledger::HEAD + 5];
        file.read_exact_at(&mut bytes, 0).unwrap();
        let words = bytes.chunks_exact(size_of::<usize>()).take(2);
        let words: Vec<_> = words.map(|w| usize::from_ne_bytes(w.try_into().unwrap())).collect();
        assert_eq!(words, [2, 4096 - Ledger::HEAD]);
        assert_eq!(&bytes[Ledger::HEAD..], b"spam\x07");
    }

    #[test]
    fn a_function_of_a_shared_library_is_refused() {
        // SAFETY: looks up a name in what is loaded already.
        let getsid = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"getsid".as_ptr()) };
        assert_ne!(getsid.addr(), 0);
        assert_eq!(distance(getsid.addr()), None);
        assert!(distance(anchor_address()).is_some());
    }
}
