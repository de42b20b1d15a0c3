//! Finds the name that was meant by one that is not known.

/// How alike two names are at least, of 1: less is no slip of the fingers.
const ALIKE: f64 = 0.75;

/// Returns the known name that is most like one that is not known, if one is.
pub(crate) fn similar_name<'k>(
    name: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    let rated = known
        .into_iter()
        .map(|known| (strsim::normalized_damerau_levenshtein(name, known), known));
    let alike = rated.filter(|(rate, _)| *rate >= ALIKE);
    alike
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_fingers_is_recognised() {
        let known = ["n_epochs", "batch_size", "learning_rate_multiplier", "beta"];
        for (name, meant) in [
            ("n_epoch", Some("n_epochs")),
            ("nepochs", Some("n_epochs")),
            ("batchsize", Some("batch_size")),
            ("learningrate_multiplier", Some("learning_rate_multiplier")),
            ("warmup", None),
            ("", None),
            ("seed", None),
            ("max_batch", None),
        ] {
            assert_eq!(similar_name(name, known), meant, "{name}");
        }
    }
}
