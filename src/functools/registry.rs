//! Memos of functions that have many: one for each set of types that a generic function is used with.
//!
//! A `static` cannot be generic, so these are made when they are first asked for and live as long as the program, or, for
//! `local`, as long as the thread. A list, since there are few: the first is found with one comparison.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use crate::sync::global::OnceLock;

use super::guard::Guard;
use super::info::{CacheInfo, CacheParameters};
use super::life::Life;
use super::memo::Memo;
use super::store::Store;

/// What can be done with a memo without knowing its types.
pub trait Control {
    /// Tells how the memo has done.
    fn cache_info(&self) -> CacheInfo;

    /// Forgets all results and sets the counters to zero.
    fn cache_clear(&self);

    /// Tells how the memo was set up.
    fn cache_parameters(&self) -> CacheParameters;
}

impl<G, S, L> Control for Memo<G, L>
where
    G: Guard<Inside = S>,
    S: Store<Moment = L::Moment>,
    L: Life,
{
    fn cache_info(&self) -> CacheInfo {
        self.cache_info()
    }

    fn cache_clear(&self) {
        self.cache_clear();
    }

    fn cache_parameters(&self) -> CacheParameters {
        self.cache_parameters()
    }
}

/// Stands for a constant among types.
#[derive(Debug)]
pub struct Constant<const N: usize>;

/// The memos of one function.
#[derive(Debug, Default)]
pub struct Registry {
    first: OnceLock<Box<Node>>,
}

struct Node {
    tag: TypeId,
    memo: Box<dyn Any + Send + Sync>,
    control: fn(&(dyn Any + Send + Sync)) -> Option<&dyn Control>,
    next: OnceLock<Box<Self>>,
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("tag", &self.tag).field("next", &self.next).finish()
    }
}

impl Registry {
    /// No memos.
    pub const fn new() -> Self {
        Self { first: OnceLock::new() }
    }

    /// The memo of type `M` for the types in `Tag`; `make` makes it.
    ///
    /// # Panics
    ///
    /// If there is one of another type for `Tag`.
    #[inline]
    pub fn get<Tag: 'static, M: Control + Send + Sync + 'static>(&self, make: fn() -> M) -> &M {
        let tag = TypeId::of::<Tag>();
        let mut place = &self.first;
        loop {
            // Who makes one is alone with that place of the list; who comes late finds what was made.
            let node = place.get_or_init(|| {
                Box::new(Node {
                    tag,
                    memo: Box::new(make()),
                    control: |memo| memo.downcast_ref::<M>().map(|memo| memo as &dyn Control),
                    next: OnceLock::new(),
                })
            });
            if node.tag == tag {
                return node.memo.downcast_ref().expect("a tag stands for one type of memo");
            }
            place = &node.next;
        }
    }

    /// What can be done with the memo for the types in `Tag`, if there is one.
    pub fn find<Tag: 'static>(&self) -> Option<&dyn Control> {
        let tag = TypeId::of::<Tag>();
        let mut place = &self.first;
        while let Some(node) = place.get() {
            if node.tag == tag {
                return (node.control)(&*node.memo);
            }
            place = &node.next;
        }
        None
    }
}

/// The memos of one function in one thread.
#[derive(Default)]
pub struct LocalRegistry {
    memos: RefCell<Vec<LocalNode>>,
}

#[derive(Clone)]
struct LocalNode {
    tag: TypeId,
    memo: Rc<dyn Any>,
    control: Rc<dyn Control>,
}

impl fmt::Debug for LocalRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalRegistry").finish_non_exhaustive()
    }
}

impl LocalRegistry {
    /// No memos.
    pub const fn new() -> Self {
        Self { memos: RefCell::new(Vec::new()) }
    }

    /// The memo of type `M` for the types in `Tag`; `make` makes it.
    ///
    /// # Panics
    ///
    /// If there is one of another type for `Tag`.
    pub fn get<Tag: 'static, M: Control + 'static>(&self, make: fn() -> M) -> Rc<M> {
        if let Some(node) = self.node(TypeId::of::<Tag>()) {
            return node.memo.downcast().expect("a tag stands for one type of memo");
        }
        let memo = Rc::new(make());
        self.memos.borrow_mut().push(LocalNode {
            tag: TypeId::of::<Tag>(),
            memo: Rc::clone(&memo) as Rc<dyn Any>,
            control: Rc::clone(&memo) as Rc<dyn Control>,
        });
        memo
    }

    /// What can be done with the memo for the types in `Tag`, if there is one.
    pub fn find<Tag: 'static>(&self) -> Option<Rc<dyn Control>> {
        self.node(TypeId::of::<Tag>()).map(|node| node.control)
    }

    fn node(&self, tag: TypeId) -> Option<LocalNode> {
        self.memos.borrow().iter().find(|node| node.tag == tag).cloned()
    }
}
