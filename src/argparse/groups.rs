//! Groups: arguments that are shown together, and arguments that exclude each other.

use super::arg::Text;

/// The definition of a group in the help; added by
/// [`ArgumentParser::add_group`](super::ArgumentParser::add_group).
#[derive(Debug, Clone, Default)]
#[must_use = "a group does nothing until it is added to a parser"]
pub struct Group {
    pub(super) title: Option<Text>,
    pub(super) description: Option<Text>,
}

impl Group {
    /// Starts the definition, with the heading.
    pub fn new(title: impl Into<Text>) -> Self {
        Self { title: Some(title.into()), description: None }
    }

    /// Starts the definition of a group without heading.
    pub const fn untitled() -> Self {
        Self { title: None, description: None }
    }

    /// Sets the text below the heading.
    pub fn description(mut self, description: impl Into<Text>) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl From<&'static str> for Group {
    fn from(title: &'static str) -> Self {
        Self::new(title)
    }
}

impl From<String> for Group {
    fn from(title: String) -> Self {
        Self::new(title)
    }
}

/// The definition of a group of arguments that exclude each other; added by
/// [`ArgumentParser::add_exclusive_group`](super::ArgumentParser::add_exclusive_group).
///
/// # Examples
///
/// ```
/// use batteries::argparse::{ArgumentParser, ExclusiveGroup, arg};
///
/// let mut parser = ArgumentParser::new().prog("tool");
/// let speed = parser.add_exclusive_group(ExclusiveGroup::new().required(true));
/// parser.add_to(speed, arg("--fast").store_true());
/// parser.add_to(speed, arg("--slow").store_true());
/// assert_eq!(parser.format_usage(), "usage: tool [-h] (--fast | --slow)\n");
/// let exit = parser.try_parse_from(["--fast", "--slow"]).unwrap_err();
/// assert!(exit.stderr().ends_with("error: argument --slow: not allowed with argument --fast\n"));
/// ```
#[doc(alias = "add_mutually_exclusive_group")]
#[derive(Debug, Clone, Copy, Default)]
#[must_use = "a group does nothing until it is added to a parser"]
pub struct ExclusiveGroup {
    pub(super) required: bool,
    pub(super) within: Option<GroupId>,
}

impl ExclusiveGroup {
    /// Starts the definition.
    pub const fn new() -> Self {
        Self { required: false, within: None }
    }

    /// Says whether one of the arguments must be there.
    pub const fn required(mut self, required: bool) -> Self {
        self.required = required;
        self
    }

    /// Shows its arguments in this group of the help.
    pub const fn within(mut self, group: GroupId) -> Self {
        self.within = Some(group);
        self
    }
}

/// Which group of a parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GroupId(pub(super) Place);

/// Where an argument is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// The parser itself: where it is shown depends on whether it is an option.
    Parser,
    Group(usize),
    Exclusive(usize),
}

/// A group of a parser that excludes.
#[derive(Debug, Clone)]
pub(super) struct Exclusive {
    pub(super) required: bool,
    pub(super) within: Place,
    pub(super) members: Vec<usize>,
}

/// The groups that every parser has.
pub(super) const POSITIONALS: usize = 0;
pub(super) const OPTIONS: usize = 1;
