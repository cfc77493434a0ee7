//! A tree of values, and JSON in and out: what definitions and configurations are read from.
//!
//! Maps keep the order in which their keys were written. An error of reading says where, by line and column.
//!
//! ```
//! use batteries::value::Value;
//!
//! let value = Value::from_json(r#"{"level": 10, "handlers": ["console"]}"#)?;
//! assert_eq!(value.get("level").and_then(Value::as_int), Some(10));
//! assert_eq!(value.to_string(), r#"{"level": 10, "handlers": ["console"]}"#);
//!
//! let error = Value::from_json("{\n  \"level\": ten}").unwrap_err();
//! assert_eq!(error.to_string(), "expected a value at line 2 column 12");
//! # Ok::<(), batteries::value::JsonError>(())
//! ```
//!
//! # Coming from Python
//!
//! | Python | Here |
//! |---|---|
//! | `json.loads(text)` | [`Value::from_json`] |
//! | `json.dumps(value, ensure_ascii=False)` | `{}`: the same separators, the same numbers |
//! | `None`, `bool`, `int`, `float`, `str`, `list`, `dict` | the variants of [`Value`] |

mod read;
mod tree;
mod write;

pub use read::JsonError;
pub use tree::Value;
