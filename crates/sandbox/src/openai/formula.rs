//! `calculate_output`: the formula by which a `multi` makes one number of its graders' scores.

use exmex::{Express, FlatEx};
use serde_json::{Map, Value};

/// Why a formula gives no number, by the name of the error that the run is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is no formula.
    Syntax,
    /// It names a grader that there is not.
    Variable,
    /// It has no finite value for these scores.
    Value,
}

impl Fault {
    /// The member of `metadata.errors` that is true.
    pub(super) fn error(self) -> &'static str {
        match self {
            Self::Syntax => "formula_parse_error",
            Self::Variable => "invalid_variable_error",
            Self::Value => "other_error",
        }
    }
}

/// A formula over graders of these names.
pub(super) struct Formula(FlatEx<f64>);

impl Formula {
    /// Reads a formula: numbers, the graders' names, `+ - * / ^`, brackets, and functions like `min`, `max`, `abs`,
    /// `floor`, `ceil`, `exp`, `sqrt` and `log`.
    pub(super) fn parse<'n>(
        text: &str,
        graders: impl Iterator<Item = &'n str> + Clone,
    ) -> Result<Self, Fault> {
        let formula = exmex::parse::<f64>(text).map_err(|_| Fault::Syntax)?;
        let known = |name: &String| graders.clone().any(|grader| grader == name);
        match formula.var_names().iter().all(known) {
            true => Ok(Self(formula)),
            false => Err(Fault::Variable),
        }
    }

    /// The number for these scores.
    pub(super) fn value(&self, scores: &Map<String, Value>) -> Result<f64, Fault> {
        let named = |name: &String| scores.get(name).and_then(Value::as_f64).unwrap_or(0.0);
        let values: Vec<f64> = self.0.var_names().iter().map(named).collect();
        let value = self.0.eval(&values).map_err(|_| Fault::Value)?;
        value.is_finite().then_some(value).ok_or(Fault::Value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(formula: &str) -> Result<f64, Fault> {
        let scores = json!({"exact": 1.0, "close": 0.25});
        let scores = scores.as_object().expect("an object");
        let names = scores.keys().map(String::as_str);
        Formula::parse(formula, names)?.value(scores)
    }

    #[test]
    fn formulas_combine_the_scores() {
        assert_eq!(value("0.5 * exact + close"), Ok(0.75));
        assert_eq!(value("max(exact, close) - min(exact, close)"), Ok(0.75));
        assert_eq!(value("(exact + close) / 2"), Ok(0.625));
        assert_eq!(value("close ^ 2"), Ok(0.0625));
        assert_eq!(value("floor(close)"), Ok(0.0));
        assert_eq!(value("2"), Ok(2.0));
    }

    #[test]
    fn what_is_no_formula_says_why() {
        for formula in ["", "exact +", "(exact", "exact close", "os.system"] {
            assert_eq!(value(formula), Err(Fault::Syntax), "{formula}");
        }
        assert_eq!(value("exact + other"), Err(Fault::Variable));
        assert_eq!(value("exact / 0"), Err(Fault::Value));
    }
}
