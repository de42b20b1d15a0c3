//! Amounts: whole numbers as strings or numbers, and money.

use crate::fireworks::types::{CostEstimate, Int64, Money};
use crate::unify::{Context, MappingError, PriceEstimate, Unify, Usd};

const NANOS: i64 = 1_000_000_000;

/// Returns the number that a string or a number says.
pub(super) fn integer(number: &Int64) -> Option<i64> {
    match number {
        Int64::Integer(number) => Some(*number),
        Int64::Text(text) => text.trim().parse().ok(),
        Int64::Unknown(_) => None,
    }
}

/// Returns an amount in dollars; none where no amount is set, or where it is in
/// another currency or beyond all bounds.
pub(super) fn dollars(money: &Money) -> Option<Usd> {
    let currency = money.currency_code.as_deref().unwrap_or_default();
    let units = money.units.as_ref().and_then(integer);
    let nanos = money.nanos;
    if !currency.eq_ignore_ascii_case("usd") || (units.is_none() && nanos.is_none()) {
        return None;
    }
    let units = units.unwrap_or_default().checked_mul(NANOS)?;
    let nanos = units.checked_add(nanos.unwrap_or_default())?;
    Some(Usd::from_nanos(nanos))
}

impl Unify for CostEstimate {
    type Output = PriceEstimate;

    fn unify(self, _: &Context) -> Result<PriceEstimate, MappingError> {
        let total = self.estimated_cost.as_ref().map(|money| {
            dollars(money).ok_or_else(|| {
                let currency = money.currency_code.as_deref().unwrap_or_default();
                let reason = format!("it is no amount of dollars; its currency is {currency:?}");
                MappingError::new("estimatedCost", reason)
            })
        });
        Ok(PriceEstimate::new(total.transpose()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(json: serde_json::Value) -> Option<String> {
        let money: Money = serde_json::from_value(json).unwrap();
        dollars(&money).map(|usd| usd.to_string())
    }

    #[test]
    fn money_is_exact() {
        use serde_json::json;
        let of =
            |units, nanos| money(json!({"currencyCode": "USD", "units": units, "nanos": nanos}));
        assert_eq!(
            of(json!("12"), json!(340_000_000)).as_deref(),
            Some("12.34")
        );
        assert_eq!(of(json!(12), json!(1)).as_deref(), Some("12.000000001"));
        assert_eq!(of(json!(null), json!(500_000_000)).as_deref(), Some("0.5"));
        assert_eq!(
            of(json!("-1"), json!(-750_000_000)).as_deref(),
            Some("-1.75")
        );
        assert_eq!(of(json!("0"), json!(0)).as_deref(), Some("0"));
        assert_eq!(of(json!(null), json!(null)), None);
        assert_eq!(of(json!("9223372036854775807"), json!(0)), None);
        assert_eq!(money(json!({"currencyCode": "EUR", "units": "1"})), None);
    }
}
