//! What a handler answers: a body, or a refusal.

use bytes::Bytes;
use serde_json::{Value, json};

/// What a handler returns.
pub(crate) type Reply = Result<Answer, Refusal>;

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

/// A refused request. Each vendor writes it in a form of its own.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) code: Option<&'static str>,
    pub(crate) param: Option<String>,
    pub(crate) message: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal of the type `invalid_request_error`.
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Refusal {
        Refusal {
            status,
            kind: "invalid_request_error",
            code: None,
            param: None,
            message: message.into(),
            headers: Vec::new(),
        }
    }

    /// 400 that names the field.
    pub(crate) fn field(param: &str, message: impl Into<String>) -> Refusal {
        Refusal::new(400, message).param(param)
    }

    /// 404.
    pub(crate) fn not_found(message: impl Into<String>) -> Refusal {
        Refusal::new(404, message)
    }

    /// The same refusal with a code.
    pub(crate) fn code(mut self, code: &'static str) -> Refusal {
        self.code = Some(code);
        self
    }

    /// The same refusal with another type.
    pub(crate) fn kind(mut self, kind: &'static str) -> Refusal {
        self.kind = kind;
        self
    }

    /// The same refusal with the name of the field.
    pub(crate) fn param(mut self, param: &str) -> Refusal {
        self.param = Some(param.into());
        self
    }

    /// 503, with the advice to try again in a second.
    pub(crate) fn overloaded(message: String) -> Refusal {
        let mut refusal = Refusal::new(503, message)
            .kind("service_unavailable")
            .code("overloaded");
        refusal.headers.push(("retry-after", "1".to_owned()));
        refusal
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

/// A refusal that comes from no vendor.
impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Answer {
        let mut answer = Answer::status(refusal.status, refusal.body());
        answer.headers = refusal.headers;
        answer
    }
}
