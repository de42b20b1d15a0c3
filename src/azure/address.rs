//! The forms of a resource's address.

use super::API_VERSION;
use crate::transport::Address;

/// The query parameter with the version.
const PARAMETER: &str = "api-version";
/// What the address of the API ends with in a dated version.
const DATED: &str = "/openai";
/// What it ends with otherwise.
const V1: &str = "/openai/v1";

/// Returns the address of the API. What is given may be the resource's endpoint, a
/// project's, or the address of the API in either form; the version decides which
/// form an endpoint is completed to.
pub(super) fn complete(given: &str, values: &[(&'static str, String)]) -> Result<Address, String> {
    let version = values.iter().find(|(name, _)| *name == API_VERSION.key);
    let version = version.map(|(_, version)| version.trim());
    let version = version.filter(|version| !version.is_empty());
    let is_dated = version.is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()));
    let given = given.trim().trim_end_matches('/');
    let has_v1 = given.ends_with("/v1");
    if let (Some(version), true, true) = (version, is_dated, has_v1) {
        return Err(format!(
            "an address that ends with /v1 takes no dated version, and {} is {version:?}: leave \
             it out, or give the resource's endpoint alone",
            API_VERSION.key
        ));
    }
    let base_url = match (is_dated, given.ends_with(DATED)) {
        (true, true) => given.to_owned(),
        (true, false) => format!("{given}{DATED}"),
        (false, _) if has_v1 => given.to_owned(),
        (false, true) => format!("{}{V1}", given.trim_end_matches(DATED)),
        (false, false) => format!("{given}{V1}"),
    };
    let query = version.map(|version| (PARAMETER, version.to_owned()));
    Ok(Address {
        base_url,
        query: query.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(given: &str, version: Option<&str>) -> Result<String, String> {
        let values = version.map(|version| (API_VERSION.key, version.to_owned()));
        let values: Vec<_> = values.into_iter().collect();
        let address = complete(given, &values)?;
        let query = address.query.iter();
        let query = query.map(|(name, value)| format!("?{name}={value}"));
        Ok(format!("{}{}", address.base_url, query.collect::<String>()))
    }

    #[test]
    fn every_form_of_an_address_leads_to_the_api() {
        const HOST: &str = "https://mine.openai.azure.com";
        const PROJECT: &str = "https://mine.services.ai.azure.com/api/projects/p";
        for (given, version, expected) in [
            ("", None, "/openai/v1"),
            ("/", Some(""), "/openai/v1"),
            ("/openai", None, "/openai/v1"),
            ("/openai/v1/", None, "/openai/v1"),
            ("", Some("v1"), "/openai/v1?api-version=v1"),
            (
                "/openai/v1",
                Some("preview"),
                "/openai/v1?api-version=preview",
            ),
            ("", Some("2024-10-21"), "/openai?api-version=2024-10-21"),
            (
                "/openai/",
                Some("2025-04-01-preview"),
                "/openai?api-version=2025-04-01-preview",
            ),
        ] {
            for host in [HOST, PROJECT] {
                let made = completed(&format!("{host}{given}"), version).unwrap();
                assert_eq!(made, format!("{host}{expected}"));
            }
        }
    }

    #[test]
    fn a_date_and_an_address_without_one_contradict_each_other() {
        let error = completed("https://a.openai.azure.com/openai/v1", Some("2024-10-21"));
        let error = error.unwrap_err();
        assert!(
            error.contains("api_version") && error.contains("2024-10-21"),
            "{error}"
        );
    }
}
