//! Path templates: `/jobs/{id}/events`, `/files/{name}:{verb}`.

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What is always the same.
    Literal(String),
    /// The parameter of this name.
    Parameter(String),
}

/// Splits a template; the error is the reason why it is invalid.
pub(super) fn parse(path: &str) -> Result<Vec<Part>, String> {
    if !path.starts_with('/') {
        return Err("the path does not start with a slash".to_owned());
    }
    let mut parts = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (literal, parameter) = match rest.split_once('{') {
            Some((literal, after)) => (literal, Some(after)),
            None => (rest, None),
        };
        if literal.contains('}') {
            return Err("a brace closes in the path that none opens".to_owned());
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.to_owned()));
        }
        let Some(after) = parameter else { break };
        match after.split_once('}') {
            Some((name, left)) if !name.is_empty() && !name.contains('{') => {
                parts.push(Part::Parameter(name.to_owned()));
                rest = left;
            }
            _ => return Err("a brace opens in the path that does not close".to_owned()),
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_literals_are_distinguished() {
        let spelled = |path| {
            let parts = parse(path).unwrap();
            let spelled = parts.into_iter().map(|part| match part {
                Part::Literal(text) => text,
                Part::Parameter(name) => format!("<{name}>"),
            });
            spelled.collect::<Vec<_>>()
        };
        assert_eq!(spelled("/"), ["/"]);
        assert_eq!(spelled("/jobs"), ["/jobs"]);
        assert_eq!(spelled("/jobs/{id}"), ["/jobs/", "<id>"]);
        assert_eq!(spelled("/{a}{b}/c"), ["/", "<a>", "<b>", "/c"]);
        assert_eq!(
            spelled("/a/{b-c}/{d_e}:{verb}?x=y"),
            ["/a/", "<b-c>", "/", "<d_e>", ":", "<verb>", "?x=y"]
        );
    }

    #[test]
    fn what_is_no_template_is_rejected() {
        for path in ["", "jobs", "{id}", "/{", "/{}", "/{a{b}}", "/a}", "/{a}}"] {
            assert!(parse(path).is_err(), "{path}");
        }
    }
}
