//! `--max-cost`: the highest price that a job may have.

use unitune::unify::{PriceEstimate, Usd};

use crate::rerun::price::{Price, dollars};

/// Checks what a job can cost against a limit: by the vendor's estimate, or where
/// it gives none, by the table of prices, whose upper end counts. A price that is
/// not known counts as more.
///
/// # Errors
///
/// It can cost more; the text says why.
pub fn check(
    limit: Usd,
    estimate: Option<&PriceEstimate>,
    by_table: &Price,
    title: &str,
) -> Result<(), String> {
    if estimate.is_some_and(|estimate| estimate.allowed == Some(false)) {
        return Err(format!(
            "the account's limit at {title} is lower than the job's price"
        ));
    }
    match (estimate.and_then(|estimate| estimate.total), by_table) {
        (Some(total), _) if total <= limit => Ok(()),
        (Some(total), _) => Err(format!(
            "the job is estimated to cost {total} dollars, which is more than {limit}"
        )),
        (None, by_table) if by_table.is_within(dollars(limit)) => Ok(()),
        (None, Price::Range { .. }) => Err(format!(
            "the job is estimated to cost {by_table}, which can be more than {limit}"
        )),
        (None, Price::Unknown { why }) => {
            let reason = estimate.and_then(|estimate| estimate.unavailable.as_deref());
            let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
            Err(format!(
                "the price is unknown, which counts as more than {limit}: {title} gives no \
                 estimate{reason}, and {why}"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(dollars: i64) -> Usd {
        Usd::from_nanos(dollars * 1_000_000_000)
    }

    fn range(high: f64) -> Price {
        Price::Range {
            low: 0.5,
            high,
            source: "a list".to_owned(),
        }
    }

    #[test]
    fn the_vendor_s_estimate_comes_first_and_the_table_s_upper_end_second() {
        let total = |dollars| PriceEstimate::new(Some(usd(dollars)));
        let none = PriceEstimate::new(None);
        let mut rejected = total(1);
        rejected.allowed = Some(false);
        let unknown = Price::unknown("there is no price");
        for (estimate, table, expected) in [
            (Some(total(3)), range(9.0), None),
            (Some(total(4)), range(0.6), Some("cost 4 dollars")),
            (Some(rejected), range(0.6), Some("is lower than")),
            (Some(none.clone()), range(3.0), None),
            (None, range(3.0), None),
            (None, range(3.01), Some("cost 0.50 to 3.01 USD, by a list")),
            (Some(none.clone()), range(3.01), Some("more than 3")),
            (None, unknown.clone(), Some("and there is no price")),
            (Some(none), unknown.clone(), Some("unknown, which counts")),
        ] {
            let outcome = check(usd(3), estimate.as_ref(), &table, "Vendor");
            match (outcome, expected) {
                (Ok(()), None) => {}
                (Err(why), Some(text)) => assert!(why.contains(text), "{why}"),
                other => panic!("{estimate:?} {table:?}: {other:?}"),
            }
        }
    }
}
