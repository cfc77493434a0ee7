//! What a program is called, and its sub-commands.

use std::borrow::Cow;
use std::sync::Arc;

use super::environment::Environment;
use super::help::wrap_usage;
use super::subparsers::Commands;

/// Where a parser's name comes from.
#[derive(Debug, Clone)]
pub(super) enum Prog {
    /// The path that the program was started by.
    Argv0,
    Given(Cow<'static, str>),
    /// The parser above.
    Child(Arc<ChildProg>),
}

#[derive(Debug, Clone)]
pub(super) struct ChildProg {
    pub(super) parent: Prog,
    /// What stands in front, if it was given.
    pub(super) prefix: Option<Cow<'static, str>>,
    /// The usage of the positional arguments in front of the command.
    pub(super) before: Vec<String>,
    pub(super) name: Cow<'static, str>,
}

impl Prog {
    pub(super) fn child(parent: Self, commands: &Commands, name: Cow<'static, str>) -> Self {
        Self::Child(Arc::new(ChildProg {
            parent,
            prefix: commands.prog.clone(),
            before: commands.before.clone(),
            name,
        }))
    }

    pub(super) fn resolve<'a>(&'a self, env: &'a Environment) -> Cow<'a, str> {
        match self {
            Self::Argv0 => env.program(),
            Self::Given(name) => Cow::Borrowed(name),
            Self::Child(child) => {
                let prefix = match &child.prefix {
                    Some(prefix) => Cow::Borrowed(&**prefix),
                    None if child.before.is_empty() => child.parent.resolve(env),
                    // Python formats the usage for a terminal, and takes it as it comes.
                    None => {
                        let prog = child.parent.resolve(env);
                        let width = env.columns() as isize - 2;
                        wrap_usage(&prog, &child.before, 0, 0, width, |text| text.chars().count())
                            .into()
                    }
                };
                format!("{} {}", prefix.trim_matches(crate::python::text::is_space), child.name)
                    .into()
            }
        }
    }
}
