//! The tree.

/// A value as JSON has them.
///
/// # Examples
///
/// ```
/// use batteries::value::Value;
///
/// let value = Value::from(vec![("jobs".to_owned(), Value::from(4))]);
/// assert_eq!(value.get("jobs"), Some(&Value::Int(4)));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Value {
    /// `null`.
    #[default]
    #[doc(alias = "None")]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without point and exponent.
    Int(i128),
    /// Any other number; also `NaN`, `Infinity` and `-Infinity`, which Python reads and writes.
    Float(f64),
    /// A text.
    Str(String),
    /// A list.
    List(Vec<Self>),
    /// A map, in the order of its keys.
    #[doc(alias = "dict")]
    Map(Vec<(String, Self)>),
}

impl Value {
    /// Returns the value of a key, if this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Returns the truth value, if this is one.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(truth) = self { Some(*truth) } else { None }
    }

    /// Returns the integer, if this is one.
    #[must_use]
    pub const fn as_int(&self) -> Option<i128> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// Returns the text, if this is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    /// Returns the items, if this is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// Returns keys and values in order, if this is a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&[(String, Self)]> {
        if let Self::Map(items) = self { Some(items) } else { None }
    }

    /// Says whether this is `null`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<Vec<Self>> for Value {
    fn from(items: Vec<Self>) -> Self {
        Self::List(items)
    }
}

impl From<Vec<(String, Self)>> for Value {
    fn from(items: Vec<(String, Self)>) -> Self {
        Self::Map(items)
    }
}
