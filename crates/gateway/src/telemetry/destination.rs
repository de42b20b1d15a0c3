//! Where traces and metrics go, and how: settings and variables of OpenTelemetry.

use std::time::Duration;

use reqwest::Url;

use super::TelemetryError;

/// The time that an export may take, where the environment sets none.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The only protocol.
const PROTOCOL: &str = "http/protobuf";

/// Where both signals go; `None` is nowhere.
#[derive(Debug)]
pub struct Destination {
    pub traces: Option<Signal>,
    pub metrics: Option<Signal>,
}

/// Where one signal goes.
#[derive(Debug, PartialEq, Eq)]
pub struct Signal {
    /// Has no credential, no query and no fragment.
    pub url: String,
    pub timeout: Duration,
}

impl Destination {
    /// Reads the settings. An endpoint that is given takes precedence over those of
    /// the environment.
    ///
    /// # Errors
    ///
    /// A value is invalid. Its text is not repeated, because it could be a secret.
    pub fn of(
        endpoint: Option<&str>,
        read: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, TelemetryError> {
        let is_disabled = read("OTEL_SDK_DISABLED");
        if is_disabled.is_some_and(|value| value.trim().eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        let destination = Self {
            traces: signal("TRACES", "/v1/traces", endpoint, &read)?,
            metrics: signal("METRICS", "/v1/metrics", endpoint, &read)?,
        };
        let is_empty = destination.traces.is_none() && destination.metrics.is_none();
        Ok((!is_empty).then_some(destination))
    }
}

fn signal(
    name: &str,
    path: &str,
    endpoint: Option<&str>,
    read: impl Fn(&str) -> Option<String>,
) -> Result<Option<Signal>, TelemetryError> {
    let exporter = format!("OTEL_{name}_EXPORTER");
    match read(&exporter).as_deref() {
        Some("none") => return Ok(None),
        None | Some("otlp") => {}
        Some(_) => return Err(invalid(&exporter, "otlp or none")),
    }
    // A signal's own variable counts before the general one.
    let setting = |suffix: &str| {
        let names = [
            format!("OTEL_EXPORTER_OTLP_{name}_{suffix}"),
            format!("OTEL_EXPORTER_OTLP_{suffix}"),
        ];
        names
            .into_iter()
            .find_map(|name| Some((read(&name)?, name)))
    };
    let url = match (endpoint, setting("ENDPOINT")) {
        (Some(text), _) => url("the OTLP endpoint", text, path)?,
        (None, Some((text, variable))) => {
            // The general one is a base; the others are complete.
            let path = match variable == "OTEL_EXPORTER_OTLP_ENDPOINT" {
                true => path,
                false => "",
            };
            url(&variable, &text, path)?
        }
        (None, None) => return Ok(None),
    };
    if let Some((protocol, variable)) = setting("PROTOCOL")
        && protocol.trim() != PROTOCOL
    {
        let expected = format!("{PROTOCOL}, which a collector receives on port 4318");
        return Err(invalid(&variable, &expected));
    }
    if let Some((compression, variable)) = setting("COMPRESSION")
        && compression.trim() != "none"
    {
        return Err(invalid(&variable, "none: telemetry is sent uncompressed"));
    }
    let timeout = match setting("TIMEOUT") {
        Some((text, variable)) => match text.trim().parse() {
            Ok(milliseconds) if milliseconds > 0 => Duration::from_millis(milliseconds),
            _ => {
                return Err(invalid(
                    &variable,
                    "a number of milliseconds greater than 0",
                ));
            }
        },
        None => TIMEOUT,
    };
    Ok(Some(Signal { url, timeout }))
}

/// Checks a URL, and adds a path to it.
fn url(source: &str, text: &str, path: &str) -> Result<String, TelemetryError> {
    let url = Url::parse(text.trim()).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(mut url) = url else {
        return Err(invalid(source, "a URL such as http://localhost:4318"));
    };
    let has_credential = !url.username().is_empty() || url.password().is_some();
    if has_credential || url.query().is_some() || url.fragment().is_some() {
        let message = format!(
            "{source} has a user name, a password, a query or a fragment: a credential goes into \
             OTEL_EXPORTER_OTLP_HEADERS, such as authorization=Bearer%20TOKEN"
        );
        return Err(TelemetryError(message));
    }
    if !path.is_empty() {
        let whole = format!("{}{path}", url.path().trim_end_matches('/'));
        url.set_path(&whole);
    }
    Ok(url.into())
}

fn invalid(source: &str, expected: &str) -> TelemetryError {
    TelemetryError(format!("invalid value for {source}: expected {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(endpoint: Option<&str>, env: &[(&str, &str)]) -> Result<[Option<String>; 2], String> {
        let read = |name: &str| {
            let found = env.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let url = |signal: Option<Signal>| signal.map(|signal| signal.url);
        match Destination::of(endpoint, read) {
            Ok(None) => Ok([None, None]),
            Ok(Some(found)) => Ok([url(found.traces), url(found.metrics)]),
            Err(error) => Err(error.to_string()),
        }
    }

    fn both(base: &str) -> [Option<String>; 2] {
        ["traces", "metrics"].map(|signal| Some(format!("{base}/v1/{signal}")))
    }

    #[test]
    fn nothing_is_exported_unless_an_endpoint_is_set() {
        let base = "OTEL_EXPORTER_OTLP_ENDPOINT";
        assert_eq!(of(None, &[]).unwrap(), [None, None]);
        assert_eq!(
            of(None, &[(base, "http://a:4318/")]).unwrap(),
            both("http://a:4318")
        );
        assert_eq!(
            of(Some("https://b/otlp"), &[(base, "http://a:4318")]).unwrap(),
            both("https://b/otlp")
        );
        let disabled = [(base, "http://a:4318"), ("OTEL_SDK_DISABLED", "true")];
        assert_eq!(of(None, &disabled).unwrap(), [None, None]);
    }

    #[test]
    fn a_signal_has_settings_of_its_own() {
        let traces = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://t/x");
        assert_eq!(
            of(None, &[traces]).unwrap(),
            [Some("http://t/x".to_owned()), None]
        );
        let off = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a"),
            ("OTEL_METRICS_EXPORTER", "none"),
        ];
        assert_eq!(
            of(None, &off).unwrap(),
            [Some("http://a/v1/traces".to_owned()), None]
        );
        let read = |name: &str| match name {
            "OTEL_EXPORTER_OTLP_TIMEOUT" => Some("500".to_owned()),
            "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT" => Some("7".to_owned()),
            _ => None,
        };
        let found = Destination::of(Some("http://a"), read).unwrap().unwrap();
        assert_eq!(found.traces.unwrap().timeout, Duration::from_millis(500));
        assert_eq!(found.metrics.unwrap().timeout, Duration::from_millis(7));
    }

    #[test]
    fn an_invalid_value_is_named_and_not_repeated() {
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "hunter2"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://me:hunter2@a"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://a/?key=hunter2"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "file:///hunter2"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
            ("OTEL_TRACES_EXPORTER", "zipkin"),
        ] {
            let endpoint = (!name.contains("ENDPOINT")).then_some("http://a");
            let error = of(endpoint, &[(name, value)]).unwrap_err();
            assert!(
                error.contains(name) && !error.contains("hunter2"),
                "{error}"
            );
        }
    }
}
