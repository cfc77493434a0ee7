//! Python's own actions: which keyword arguments each has, and what follows from it.

use std::borrow::Cow;

use super::action::{Builtin, Kind};
use super::arg::{Arg, Nargs};
use super::error::DefinitionError;
use super::types::Conversion;
use super::value::Value;
use crate::python::Repr;

/// What Python's class of an action takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Class {
    /// The name by which it is asked for.
    pub(super) action: &'static str,
    name: &'static str,
    /// The keyword arguments that it has, of those in [`KEYWORDS`].
    keywords: &'static [&'static str],
    pub(super) takes_words: bool,
}

const STORING: &[&str] =
    &["nargs", "const", "default", "type", "choices", "required", "help", "metavar", "deprecated"];
const FLAG: &[&str] = &["default", "required", "help", "deprecated"];
const CONST: &[&str] = &["const", "default", "required", "help", "metavar", "deprecated"];

const fn class(
    action: &'static str,
    name: &'static str,
    keywords: &'static [&'static str],
    takes_words: bool,
) -> Class {
    Class { action, name, keywords, takes_words }
}

/// By the number of the action.
static CLASSES: [Class; 12] = [
    class("store", "_StoreAction", STORING, true),
    class("store_const", "_StoreConstAction", CONST, false),
    class("store_true", "_StoreTrueAction", FLAG, false),
    class("store_false", "_StoreFalseAction", FLAG, false),
    class("append", "_AppendAction", STORING, true),
    class("append_const", "_AppendConstAction", CONST, false),
    class("count", "_CountAction", FLAG, false),
    class("help", "_HelpAction", &["default", "help", "deprecated"], false),
    class("version", "_VersionAction", &["version", "default", "help", "deprecated"], false),
    class("extend", "_ExtendAction", STORING, true),
    class("BooleanOptionalAction", "BooleanOptionalAction", FLAG, false),
    class("custom", "Action", STORING, true),
];

impl Class {
    pub(super) fn check_arguments(
        &self,
        arg: &Arg,
        positional: bool,
    ) -> Result<(), DefinitionError> {
        let typed = !matches!(arg.conversion, Conversion::None);
        for (keyword, given) in [
            ("nargs", arg.nargs.is_some()),
            ("const", arg.constant.is_some()),
            ("type", typed),
            ("choices", arg.choices.is_some()),
            ("required", arg.required.is_some() || positional),
            ("metavar", arg.metavar.is_some()),
            ("version", arg.version.is_some()),
        ] {
            if given && !self.keywords.contains(&keyword) {
                return Err(DefinitionError::type_error(format!(
                    "{}.__init__() got an unexpected keyword argument '{keyword}'",
                    self.name
                )));
            }
        }
        let (noun, hint) = match self.name {
            "_StoreAction" => (
                "store",
                "if you have nothing to store, actions such as store true or store const may be more appropriate",
            ),
            "_AppendAction" | "_ExtendAction" => (
                "append",
                "if arg strings are not supplying the value to append, the append const action may be more appropriate",
            ),
            _ => return Ok(()),
        };
        if arg.nargs == Some(Nargs::Exactly(0)) {
            let text = format!("nargs for {noun} actions must be != 0; {hint}");
            return Err(DefinitionError::value(text));
        }
        let constant = arg.constant.as_ref().is_some_and(|value| !value.is_none());
        if constant && arg.nargs != Some(Nargs::Optional) {
            return Err(DefinitionError::value("nargs must be '?' to supply const"));
        }
        Ok(())
    }
}

impl Builtin {
    /// What Python's class of it takes.
    pub(super) fn class(self) -> &'static Class {
        &CLASSES[self as usize]
    }

    /// Looks an action up that is asked for by its name.
    pub(super) fn named(name: &str) -> Result<Self, DefinitionError> {
        use Builtin::{
            Append, AppendConst, Count, Extend, Help, Store, StoreConst, StoreFalse, StoreTrue,
            Version,
        };
        [
            Store,
            StoreConst,
            StoreTrue,
            StoreFalse,
            Append,
            AppendConst,
            Count,
            Help,
            Version,
            Extend,
        ]
        .into_iter()
        .find(|builtin| builtin.class().action == name)
        .ok_or_else(|| DefinitionError::value(format!("unknown action {}", Repr(name))))
    }

    pub(super) const fn default(self) -> Value {
        match self {
            Self::StoreTrue => Value::Bool(false),
            Self::StoreFalse => Value::Bool(true),
            Self::Help | Self::Version => Value::Suppress,
            _ => Value::None,
        }
    }

    pub(super) fn constant(self, given: Option<Value>) -> Value {
        match self {
            Self::StoreTrue => Value::Bool(true),
            Self::StoreFalse => Value::Bool(false),
            _ => given.unwrap_or_default(),
        }
    }

    pub(super) fn option_strings(
        self,
        strings: Vec<Cow<'static, str>>,
    ) -> Result<Vec<Cow<'static, str>>, DefinitionError> {
        if self != Self::BooleanOptional {
            return Ok(strings);
        }
        let mut all = Vec::with_capacity(2 * strings.len());
        for string in strings {
            if string.starts_with("--no-") {
                return Err(DefinitionError::value(format!(
                    "invalid option name {} for BooleanOptionalAction",
                    Repr(&string)
                )));
            }
            let negated = string.strip_prefix("--").map(|name| format!("--no-{name}").into());
            all.push(string);
            all.extend(negated);
        }
        Ok(all)
    }

    pub(super) fn kind(self, version: Option<Cow<'static, str>>) -> Kind {
        match self {
            Self::Store | Self::Custom => Kind::Store,
            Self::StoreConst | Self::StoreTrue | Self::StoreFalse => Kind::StoreConst,
            Self::Append => Kind::Append,
            Self::AppendConst => Kind::AppendConst,
            Self::Count => Kind::Count,
            Self::Help => Kind::Help,
            Self::Version => Kind::Version(version),
            Self::Extend => Kind::Extend,
            Self::BooleanOptional => Kind::BooleanOptional,
        }
    }
}
