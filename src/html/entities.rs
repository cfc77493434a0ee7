//! The names of characters, as tables: Python's `html.entities`.
//!
//! ```
//! use batteries::html::entities;
//!
//! assert_eq!(entities::html5("hellip;"), Some("…"));
//! assert_eq!(entities::name2codepoint("hellip"), Some('…'));
//! assert_eq!(entities::codepoint2name('…'), Some("hellip"));
//! ```

use super::names;
use super::reference;

/// Every name of HTML 5 with its text, sorted by name: Python's `html5` as a list.
///
/// A name ends with `;`. The 106 names that are also known without one are there twice.
///
/// # Examples
///
/// ```
/// use batteries::html::entities::HTML5;
///
/// assert_eq!(HTML5.len(), 2231);
/// // The one text, the many names:
/// let names: Vec<_> = HTML5.iter().filter(|(_, text)| *text == "≥").map(|(name, _)| *name).collect();
/// assert_eq!(names, ["GreaterEqual;", "ge;", "geq;"]);
/// ```
pub static HTML5: &[(&str, &str)] = &names::HTML5;

/// The 252 names of HTML 4 with their characters, sorted by name: Python's `name2codepoint` as a list.
///
/// These names have no `;`. Two have other characters in HTML 5: `lang` and `rang`.
///
/// # Examples
///
/// ```
/// use batteries::html::entities::HTML4;
///
/// assert_eq!(HTML4.len(), 252);
/// assert_eq!(HTML4[0], ("AElig", 'Æ'));
/// ```
#[doc(alias = "entitydefs")]
pub static HTML4: &[(&str, char)] = &names::HTML4;

/// Returns the text of a name of HTML 5, one or two characters; the name ends with its `;` unless it is also known without.
///
/// # Examples
///
/// ```
/// use batteries::html::entities::html5;
///
/// assert_eq!(html5("amp;"), Some("&"));
/// assert_eq!(html5("amp"), Some("&"));
/// assert_eq!(html5("hellip"), None);
/// ```
#[must_use]
pub fn html5(name: &str) -> Option<&'static str> {
    Some(reference::named(name)?.as_str())
}

/// Returns the character of a name of HTML 4, which has no `;`.
///
/// # Examples
///
/// ```
/// use batteries::html::entities::name2codepoint;
///
/// assert_eq!(name2codepoint("copy"), Some('\u{a9}'));
/// assert_eq!(name2codepoint("apos"), None); // came with HTML 5
/// ```
#[must_use]
pub fn name2codepoint(name: &str) -> Option<char> {
    let at = HTML4.binary_search_by(|(other, _)| (*other).cmp(name)).ok()?;
    Some(HTML4[at].1)
}

/// Returns the name that a character has in HTML 4, without `;`.
///
/// # Examples
///
/// ```
/// use batteries::html::entities::codepoint2name;
///
/// assert_eq!(codepoint2name('é'), Some("eacute"));
/// assert_eq!(codepoint2name('e'), None);
/// ```
#[must_use]
pub fn codepoint2name(character: char) -> Option<&'static str> {
    let at = BY_CHARACTER.binary_search_by_key(&character, |&at| HTML4[usize::from(at)].1).ok()?;
    Some(HTML4[usize::from(BY_CHARACTER[at])].0)
}

/// Where the names of HTML 4 stand in its list, in the order of their characters, of which no two are the same.
static BY_CHARACTER: [u8; names::HTML4.len()] = {
    let mut order = [0; names::HTML4.len()];
    let mut number = 0;
    while number < order.len() {
        // The place of a character is the number of characters in front of it.
        let (mut other, mut place) = (0, 0);
        while other < order.len() {
            place += (names::HTML4[other].1 < names::HTML4[number].1) as usize;
            other += 1;
        }
        order[place] = number as u8;
        number += 1;
    }
    order
};
