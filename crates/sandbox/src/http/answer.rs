//! What a handler answers: a body, or an error answer.

use bytes::Bytes;
use serde_json::{Value, json};

/// What a handler returns.
pub(crate) type Reply = Result<Answer, ErrorResponse>;

/// The body of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// A JSON document.
    Json(Value),
    /// Anything else, with its media type.
    Bytes(&'static str, Bytes),
}

/// A status, some headers, a body.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) content: Content,
}

impl Answer {
    /// 200 with a JSON body.
    pub(crate) fn json(body: Value) -> Answer {
        Answer::status(200, body)
    }

    /// Any status with a JSON body.
    pub(crate) fn status(status: u16, body: Value) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            content: Content::Json(body),
        }
    }

    /// 200 with a body that is not JSON.
    pub(crate) fn bytes(media_type: &'static str, body: Bytes) -> Answer {
        Answer {
            status: 200,
            headers: Vec::new(),
            content: Content::Bytes(media_type, body),
        }
    }

    /// The same answer with one more header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }
}

/// A rejected request. Each vendor writes it in a form of its own.
#[derive(Clone, Debug)]
pub(crate) struct ErrorResponse {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) code: Option<&'static str>,
    pub(crate) param: Option<String>,
    pub(crate) message: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl ErrorResponse {
    /// An error answer of the type `invalid_request_error`.
    pub(crate) fn new(status: u16, message: impl Into<String>) -> ErrorResponse {
        ErrorResponse {
            status,
            kind: "invalid_request_error",
            code: None,
            param: None,
            message: message.into(),
            headers: Vec::new(),
        }
    }

    /// 400 that names the field.
    pub(crate) fn field(param: &str, message: impl Into<String>) -> ErrorResponse {
        ErrorResponse::new(400, message).param(param)
    }

    /// 404.
    pub(crate) fn not_found(message: impl Into<String>) -> ErrorResponse {
        ErrorResponse::new(404, message)
    }

    /// The same error answer with a code.
    pub(crate) fn code(mut self, code: &'static str) -> ErrorResponse {
        self.code = Some(code);
        self
    }

    /// The same error answer with another type.
    pub(crate) fn kind(mut self, kind: &'static str) -> ErrorResponse {
        self.kind = kind;
        self
    }

    /// The same error answer with the name of the field.
    pub(crate) fn param(mut self, param: &str) -> ErrorResponse {
        self.param = Some(param.into());
        self
    }

    /// 503, with the advice to try again in a second.
    pub(crate) fn overloaded(message: String) -> ErrorResponse {
        let mut error_response = ErrorResponse::new(503, message)
            .kind("service_unavailable")
            .code("overloaded");
        error_response.headers.push(("retry-after", "1".to_owned()));
        error_response
    }

    /// `{"error": {"message", "type", "param", "code"}}`, the form that most vendors share.
    pub(crate) fn body(&self) -> Value {
        json!({
            "error": {
                "message": self.message,
                "type": self.kind,
                "param": self.param,
                "code": self.code,
            },
        })
    }
}

/// An error answer that comes from no vendor.
impl From<ErrorResponse> for Answer {
    fn from(error_response: ErrorResponse) -> Answer {
        let mut answer = Answer::status(error_response.status, error_response.body());
        answer.headers = error_response.headers;
        answer
    }
}
