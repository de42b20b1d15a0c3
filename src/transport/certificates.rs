//! The system's certificates, which are loaded when the first server shows one:
//! that takes some milliseconds, and a client of a server on loopback needs none.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// What may be wrong where the system's certificates cannot be loaded.
pub(super) const NO_CERTIFICATES: &str =
    "are the machine's root certificates installed (on Debian: ca-certificates)?";

/// What clients that are there at the same time share.
static SHARED: Mutex<Weak<Verifier>> = Mutex::new(Weak::new());

/// Returns settings of TLS that verify certificates by the system's.
pub(super) fn client_config(provider: Arc<CryptoProvider>) -> Result<ClientConfig, rustls::Error> {
    let verifier = LazyVerifier {
        provider: Arc::clone(&provider),
        loaded: OnceLock::new(),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::ALL_VERSIONS)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = config.with_no_client_auth();
    if cfg!(feature = "http2") {
        config.alpn_protocols.push(b"h2".to_vec());
    }
    config.alpn_protocols.push(b"http/1.1".to_vec());
    Ok(config)
}

/// The platform's verifier, made when it is needed.
#[derive(Debug)]
struct LazyVerifier {
    provider: Arc<CryptoProvider>,
    loaded: OnceLock<Arc<Verifier>>,
}

impl LazyVerifier {
    fn get(&self) -> Result<&Verifier, rustls::Error> {
        if let Some(verifier) = self.loaded.get() {
            return Ok(verifier);
        }
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let verifier = match shared.upgrade() {
            Some(verifier) => verifier,
            None => {
                let verifier = Verifier::new(Arc::clone(&self.provider));
                let verifier = verifier.map_err(|error| {
                    rustls::Error::General(format!("{error}; {NO_CERTIFICATES}"))
                })?;
                let verifier = Arc::new(verifier);
                *shared = Arc::downgrade(&verifier);
                verifier
            }
        };
        Ok(self.loaded.get_or_init(|| verifier))
    }
}

impl ServerCertVerifier for LazyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verifier = self.get()?;
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let verifier = self.get()?;
        verifier.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let verifier = self.get()?;
        verifier.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
