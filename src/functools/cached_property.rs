//! A value that an instance computes once.

use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr;

use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Mutex, OnceLock, thread_local};

/// A field that is computed when it is first asked for, and once only: Python's `cached_property`.
///
/// The method that computes it keeps it in a field of this type, which may have the method's own name. The struct stays `Send`
/// and `Sync`; threads that ask at the same time wait for the one that computes.
///
/// The cell is no part of what its struct is: a clone of the struct has an empty cell and computes again, and cells are equal
/// and hash alike whatever is in them, so that the struct can derive `Clone`, `PartialEq`, `Eq` and `Hash`.
///
/// # Examples
///
/// ```
/// use batteries::functools::CachedProperty;
///
/// #[derive(Debug, Clone, PartialEq, Default)]
/// struct Sample {
///     values: Vec<f64>,
///     mean: CachedProperty<f64>,
/// }
///
/// impl Sample {
///     fn mean(&self) -> f64 {
///         *self.mean.get_or_init(|| self.values.iter().sum::<f64>() / self.values.len() as f64)
///     }
///
///     fn push(&mut self, value: f64) {
///         self.values.push(value);
///         self.mean.invalidate(); // Python's `del self.mean`
///     }
/// }
///
/// let mut sample = Sample { values: vec![1.0, 2.0, 6.0], ..Sample::default() };
/// assert_eq!(sample.mean(), 3.0);
/// sample.push(11.0);
/// assert_eq!(sample.mean(), 5.0);
/// ```
#[doc(alias = "cached_property")]
pub struct CachedProperty<T> {
    value: OnceLock<T>,
    /// Held by the thread that computes. Not `OnceLock`'s own way to let the others wait: who asks for the value while
    /// computing it has to be told, and what fails may be tried again.
    computing: Mutex<()>,
    /// [`current`] of that thread, 0 while there is none.
    computer: AtomicUsize,
}

impl<T> CachedProperty<T> {
    /// Makes an empty cell.
    #[must_use]
    pub fn new() -> Self {
        Self { value: OnceLock::new(), computing: Mutex::new(()), computer: AtomicUsize::new(0) }
    }

    /// Returns the value, and computes it first if there is none.
    ///
    /// # Panics
    ///
    /// Panics when `compute` does, and leaves the cell empty: the next caller computes. Panics also when `compute` asks this cell
    /// for its value, where Python would end in a `RecursionError`. Cells of several threads that need each other in a
    /// circle wait for ever.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::CachedProperty;
    ///
    /// let answer = CachedProperty::new();
    /// assert_eq!(answer.get_or_init(|| 6 * 7), &42);
    /// assert_eq!(answer.get_or_init(|| unreachable!()), &42);
    /// ```
    #[inline]
    pub fn get_or_init(&self, compute: impl FnOnce() -> T) -> &T {
        let value = self.get_or_try_init(|| Ok::<T, Infallible>(compute()));
        value.unwrap_or_else(|never| match never {})
    }

    /// Returns the value, and computes it first if there is none, which may fail.
    ///
    /// # Errors
    ///
    /// What `compute` returned; the cell stays empty then, and the next caller computes.
    ///
    /// # Panics
    ///
    /// As [`get_or_init`](Self::get_or_init) does.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::CachedProperty;
    ///
    /// let port = CachedProperty::new();
    /// assert!(port.get_or_try_init(|| "http".parse::<u16>()).is_err());
    /// assert_eq!(port.get_or_try_init(|| "80".parse::<u16>()), Ok(&80));
    /// ```
    #[inline]
    pub fn get_or_try_init<E>(&self, compute: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        match self.value.get() {
            Some(value) => Ok(value),
            None => self.compute(compute),
        }
    }

    #[cold]
    fn compute<E>(&self, compute: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        let me = current();
        // Relaxed, here and below: a thread looks for its own number, which only it writes and takes away.
        assert!(
            self.computer.load(Ordering::Relaxed) != me,
            "a cached property needs its own value to be computed"
        );
        let _computing = self.computing.lock();
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        self.computer.store(me, Ordering::Relaxed);
        // Dropped before the lock is, also when `compute` panics.
        let _computer = Computer(&self.computer);
        let value = compute()?;
        Ok(self.value.get_or_init(|| value))
    }

    /// Returns the value if it has been computed.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::CachedProperty;
    ///
    /// let answer = CachedProperty::new();
    /// assert_eq!(answer.get(), None);
    /// answer.get_or_init(|| 42);
    /// assert_eq!(answer.get(), Some(&42));
    /// ```
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// Puts a value in without computing, and returns the one that was there: Python's assignment.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::CachedProperty;
    ///
    /// let mut answer = CachedProperty::new();
    /// assert_eq!(answer.set(42), None);
    /// assert_eq!(answer.set(43), Some(42));
    /// assert_eq!(answer.get_or_init(|| unreachable!()), &43);
    /// ```
    pub fn set(&mut self, value: T) -> Option<T> {
        let old = self.value.take();
        self.value = OnceLock::from(value);
        old
    }

    /// Takes the value out, so that it is computed again when it is next asked for: Python's `del`.
    ///
    /// # Examples
    ///
    /// ```
    /// use batteries::functools::CachedProperty;
    ///
    /// let mut answer = CachedProperty::from(42);
    /// assert_eq!(answer.invalidate(), Some(42));
    /// assert_eq!(answer.invalidate(), None);
    /// assert_eq!(answer.get_or_init(|| 43), &43);
    /// ```
    #[doc(alias = "del")]
    pub fn invalidate(&mut self) -> Option<T> {
        self.value.take()
    }
}

impl<T> Default for CachedProperty<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for CachedProperty<T> {
    /// Makes a cell that has its value already.
    fn from(value: T) -> Self {
        Self { value: OnceLock::from(value), ..Self::new() }
    }
}

impl<T> Clone for CachedProperty<T> {
    /// Makes an empty cell: a clone is there to be changed, and then the value may be another.
    fn clone(&self) -> Self {
        Self::new()
    }
}

/// All cells are equal: what they hold follows from the other fields.
impl<T> PartialEq for CachedProperty<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for CachedProperty<T> {}

impl<T> Hash for CachedProperty<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl<T: fmt::Debug> fmt::Debug for CachedProperty<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("CachedProperty");
        match self.get() {
            Some(value) => tuple.field(value),
            None => tuple.field(&format_args!("<not computed>")),
        };
        tuple.finish()
    }
}

// A panic leaves a cell that is empty and can be asked.
impl<T: UnwindSafe> UnwindSafe for CachedProperty<T> {}
impl<T: UnwindSafe + RefUnwindSafe> RefUnwindSafe for CachedProperty<T> {}

/// The entry of the thread that computes, until dropped.
struct Computer<'a>(&'a AtomicUsize);

impl Drop for Computer<'_> {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// A number that no other living thread has, and that is not 0.
fn current() -> usize {
    thread_local! {
        static ANCHOR: u8 = const { 0 };
    }
    ANCHOR.with(|anchor| ptr::from_ref(anchor).addr())
}
