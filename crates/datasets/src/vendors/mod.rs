//! The rules of each vendor's training files: a module per vendor.
//!
//! ```
//! use unitune_datasets::vendors;
//!
//! for rules in vendors::ALL {
//!     println!("{}: {}", rules.name, rules.title);
//! }
//! let together = vendors::find("together")?;
//! assert_eq!(together.title, "Together");
//! # Ok::<(), unitune_datasets::UnknownName>(())
//! ```

mod azure;
mod fireworks;
mod openai;
mod together;

use crate::rules::{UnknownName, VendorRules};

/// The vendors whose files are known.
pub static ALL: &[&VendorRules] = &[
    &openai::RULES,
    &azure::RULES,
    &together::RULES,
    &fireworks::RULES,
];

/// Returns the rules of the vendor with this name.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let rules = unitune_datasets::vendors::find("together")?;
/// assert_eq!(rules.title, "Together");
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// No vendor of this name has known files; the error names those that have.
pub fn find(name: &str) -> Result<&'static VendorRules, UnknownName> {
    let found = ALL
        .iter()
        .find(|rules| rules.name.eq_ignore_ascii_case(name));
    found.copied().ok_or_else(|| UnknownName {
        name: name.to_owned(),
        expected: ALL.iter().map(|r| r.name).collect::<Vec<_>>().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use crate::rules::Level;

    /// What is checked before an upload rejects the same marks.
    #[test]
    fn byte_order_marks_are_those_of_the_limits() {
        for rules in ALL {
            let limits = unitune_file_limits::find(rules.name).unwrap();
            let is_error = rules.byte_order_mark == Some(Level::Error);
            assert_eq!(is_error, !limits.takes_byte_order_mark, "{}", rules.name);
        }
    }
}
