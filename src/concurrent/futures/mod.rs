//! Thread pools whose `submit` returns a handle (PEP 3148).

mod cell;
mod error;
mod future;
mod inline;
mod map;
mod pool;
mod promise;
mod scope;
mod shared;
mod task;
mod thread;
mod token;
mod wait;
mod worker;

pub use error::{
    BuildError, BuildErrorKind, Panic, Reason, ShutdownTimeout, SubmitError, SubmitErrorKind,
    TaskError, TryError, WaitTimeout, WorkerDeath,
};
pub use future::{Completed, Future, ScopedFuture};
pub use inline::InlineExecutor;
pub use map::{BufferedMap, BufferedMapBuilder, Map, MapBuilder, MapTimeout};
pub use promise::Promise;
pub use scope::{Scope, scope};
pub use shared::SharedFuture;
pub use task::{ClosureExecutor, Executor, Task};
pub use thread::{
    Metrics, Shutdown, ThreadPoolBuilder, ThreadPoolExecutor, WhenFull, default_max_workers,
};
pub use token::CancelToken;
pub use wait::{
    AsCompleted, AsCompletedTimeout, ReturnWhen, Waitable, Waited, as_completed, wait, wait_timeout,
};
