//! The versions of a model.

/// The fewest digits and hyphens behind a name that are a date or a snapshot: `0613`.
const SHORTEST_VERSION: usize = 4;

/// Returns true for a model's name, and for it with a date or the number of a
/// snapshot, as vendors answer to the name alone.
///
/// ```
/// use unitune_file_limits::is_version_of;
///
/// assert!(is_version_of("gpt-4.1-2025-04-14", "gpt-4.1"));
/// assert!(!is_version_of("gpt-4.1-mini-2025-04-14", "gpt-4.1"));
/// ```
pub fn is_version_of(name: &str, base: &str) -> bool {
    let (Some(head), Some(rest)) = (name.get(..base.len()), name.get(base.len()..)) else {
        return false;
    };
    let is_version = |version: &str| {
        version.len() >= SHORTEST_VERSION
            && version.bytes().all(|b| b.is_ascii_digit() || b == b'-')
    };
    head.eq_ignore_ascii_case(base)
        && (rest.is_empty() || rest.strip_prefix('-').is_some_and(is_version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_a_date_or_a_number_behind_the_name() {
        for name in ["gpt-4", "GPT-4", "gpt-4-0613", "gpt-4-2024-08-06"] {
            assert!(is_version_of(name, "gpt-4"), "{name}");
        }
        for name in [
            "gpt-4o",
            "gpt-4.1",
            "gpt-4-turbo",
            "gpt-4-mini-0613",
            "gpt",
            "gpt-4-",
            "gpt-4-1",
            "gpté",
        ] {
            assert!(!is_version_of(name, "gpt-4"), "{name}");
        }
    }
}
