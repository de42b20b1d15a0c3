//! What becomes of a call.

use serde_json::Value;

/// What a client makes of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The answer was read, and written again.
    Read(Value),
    /// The answer was an error of this status.
    Status(u16),
    /// The answer was not read.
    Unreadable(String),
    /// There was no request.
    NotSent(String),
}

/// Answers that are JSON.
pub mod json {
    use super::{Outcome, failure, rejection};
    use serde::Serialize;

    pub async fn ours<T: Serialize>(
        answer: Result<unitune::transport::Response<T>, unitune::Error>,
    ) -> Outcome {
        match answer {
            Ok(answer) => Outcome::Read(serde_json::to_value(&*answer).unwrap()),
            Err(error) => failure(&error),
        }
    }

    pub async fn theirs<T: Serialize, E>(
        answer: Result<
            unitune_progenitor::client::ResponseValue<T>,
            unitune_progenitor::client::Error<E>,
        >,
    ) -> Outcome {
        match answer {
            Ok(answer) => Outcome::Read(serde_json::to_value(answer.into_inner()).unwrap()),
            Err(error) => rejection(&error),
        }
    }
}

/// Answers that are bytes.
pub mod bytes {
    use super::{Outcome, failure, rejection};
    use futures_util::TryStreamExt;
    use serde_json::Value;

    fn text(bytes: &[u8]) -> Outcome {
        Outcome::Read(Value::String(String::from_utf8_lossy(bytes).into_owned()))
    }

    pub async fn ours(answer: Result<unitune::transport::Download, unitune::Error>) -> Outcome {
        let whole = match answer {
            Ok(answer) => answer.try_collect::<Vec<_>>().await,
            Err(error) => Err(error),
        };
        whole.map_or_else(|e| failure(&e), |pieces| text(&pieces.concat()))
    }

    pub async fn theirs<E>(
        answer: Result<
            unitune_progenitor::client::ResponseValue<unitune_progenitor::client::ByteStream>,
            unitune_progenitor::client::Error<E>,
        >,
    ) -> Outcome {
        match answer {
            Ok(answer) => {
                let pieces = answer.into_inner_stream().try_collect::<Vec<_>>().await;
                text(&pieces.unwrap().concat())
            }
            Err(error) => rejection(&error),
        }
    }
}

fn failure(error: &unitune::Error) -> Outcome {
    use unitune::ErrorKind;
    match (error.kind(), error.status()) {
        (ErrorKind::InvalidRequest, _) => Outcome::NotSent(error.to_string()),
        (ErrorKind::Decode, _) => Outcome::Unreadable(error.to_string()),
        (_, Some(status)) => Outcome::Status(status),
        _ => panic!("the call failed: {error}"),
    }
}

fn rejection<E>(error: &unitune_progenitor::client::Error<E>) -> Outcome {
    use unitune_progenitor::client::Error;
    match error {
        Error::InvalidRequest(message) => Outcome::NotSent(message.clone()),
        Error::InvalidResponsePayload(_, error) => Outcome::Unreadable(error.to_string()),
        Error::CommunicationError(error) if error.is_builder() => {
            Outcome::NotSent(error.to_string())
        }
        other => match other.status() {
            Some(status) => Outcome::Status(status.as_u16()),
            None => panic!("the call failed without a status"),
        },
    }
}
