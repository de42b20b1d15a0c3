//! Fetches a document over HTTP(S).

use crate::located_error::{Fault, Result};
use std::time::Duration;
use ureq::tls::{RootCerts, TlsConfig};

/// Documents larger than this are not documents.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Fetches the bytes at a URL. HTTPS certificates are checked against the
/// machine's own, or against the file that `SSL_CERT_FILE` names.
pub fn fetch(url: &str) -> Result<Vec<u8>> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(60)))
        .tls_config(
            TlsConfig::builder()
                .root_certs(RootCerts::PlatformVerifier)
                .build(),
        )
        .user_agent(concat!("unitune-xtask/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let fault = |e: ureq::Error| Fault::file(url, e.to_string());
    let mut answer = agent.get(url).call().map_err(fault)?;
    answer
        .body_mut()
        .with_config()
        .limit(LIMIT)
        .read_to_vec()
        .map_err(|e| fault(e).into())
}
