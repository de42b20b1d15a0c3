//! Whose an id can be, by its form alone.

use super::Account;
/// Forms of ids that only one of two vendors gives: (start of the id, the
/// vendors that cannot have given it). An id of any other form may be anyone's.
const FORMS: [(&str, &[&str]); 2] = [
    ("ftjob-", &["together"]),
    ("ft-", &["openai", "truefoundry"]),
];

impl Account {
    /// False where the vendor does not give ids of this form.
    pub(in crate::providers) fn may_own(&self, id: &str) -> bool {
        let form = FORMS.iter().find(|(start, _)| id.starts_with(start));
        form.is_none_or(|(_, strangers)| !strangers.contains(&self.vendor().as_str()))
    }
}
