//! W3C trace context: the trace that a call belongs to, in the headers
//! `traceparent` and `tracestate`. Baggage is never sent.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::Span;

const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACE_STATE: HeaderName = HeaderName::from_static("tracestate");
/// The longest trace state that is passed on, in bytes, and the most members of
/// one: what the specification demands that every service can pass on.
const MAX_STATE_BYTES: usize = 512;
const MAX_STATE_MEMBERS: usize = 32;
/// The bits of the flags that are defined: sampled, and a random trace id.
const KNOWN_FLAGS: u8 = 0b11;
const SAMPLED: u8 = 0b01;

/// A source of the trace context that the requests of a call carry.
///
/// A [`TraceContext`] is one: each call is then a child of it. With the feature
/// `opentelemetry`, `TracingSpans` is another: the current `tracing` span decides.
pub trait TraceSource: fmt::Debug + Send + Sync {
    /// Returns the context that a call sends, whose own span is this one; `None`
    /// sends none.
    fn context(&self, call: &Span) -> Option<TraceContext>;
}

/// A position in a distributed trace, as W3C's Trace Context defines it.
///
/// ```
/// use unitune::transport::{CallOptions, TraceContext};
///
/// let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let context = TraceContext::parse(header).ok_or("not a traceparent")?;
/// assert_eq!(context.traceparent(), header);
///
/// // Calls with these options are parts of that trace.
/// let options = CallOptions::new().trace(context);
/// # let _ = options; Ok::<(), &str>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: [u8; 16],
    span_id: [u8; 8],
    flags: u8,
    state: Option<Arc<str>>,
}

impl TraceContext {
    /// Creates a context from its ids; `None` where one of them is zero.
    pub fn new(trace_id: [u8; 16], span_id: [u8; 8], is_sampled: bool) -> Option<Self> {
        let is_valid = trace_id != [0; 16] && span_id != [0; 8];
        is_valid.then_some(Self {
            trace_id,
            span_id,
            flags: u8::from(is_sampled),
            state: None,
        })
    }

    /// Parses the value of the header `traceparent`; `None` where it is invalid.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let [version] = bytes(parts.next()?)?;
        let trace_id = bytes(parts.next()?)?;
        let span_id = bytes(parts.next()?)?;
        let [flags] = bytes(parts.next()?)?;
        // Later versions may add parts.
        let is_known = match version {
            0 => parts.next().is_none(),
            0xff => false,
            _ => true,
        };
        let context = Self::new(trace_id, span_id, false).filter(|_| is_known)?;
        Some(Self {
            flags: flags & KNOWN_FLAGS,
            ..context
        })
    }

    /// Reads the context of a request: `None` where `traceparent` is missing,
    /// repeated or invalid. An invalid `tracestate` is left out.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(TRACE_PARENT).iter();
        let context = Self::parse(values.next()?.to_str().ok()?)?;
        if values.next().is_some() {
            return None;
        }
        let states = headers.get_all(TRACE_STATE).iter();
        let states: Result<Vec<&str>, _> = states.map(HeaderValue::to_str).collect();
        Some(context.with_state(&states.unwrap_or_default().join(",")))
    }

    /// Sets what `tracestate` carries; an empty or invalid one is left out.
    #[must_use]
    pub fn with_state(mut self, state: &str) -> Self {
        self.state = is_state(state).then(|| state.into());
        self
    }

    /// Returns the trace's id.
    pub fn trace_id(&self) -> [u8; 16] {
        self.trace_id
    }

    /// Returns the span's id.
    pub fn span_id(&self) -> [u8; 8] {
        self.span_id
    }

    /// Returns whether the trace is being recorded.
    pub fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// Returns the value of `tracestate`, if there is one.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// Returns the value of `traceparent`.
    pub fn traceparent(&self) -> String {
        let (trace, span) = (Hex(&self.trace_id), Hex(&self.span_id));
        format!("00-{trace}-{span}-{:02x}", self.flags)
    }

    /// Returns a context in the same trace with a span id of its own.
    #[must_use]
    pub fn child(&self) -> Self {
        let random = RandomState::new().hash_one(self.span_id);
        Self {
            // Zero is no id.
            span_id: random.max(1).to_be_bytes(),
            ..self.clone()
        }
    }

    /// Writes the headers of a request.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        if let Ok(parent) = HeaderValue::try_from(self.traceparent()) {
            headers.insert(TRACE_PARENT, parent);
        }
        if let Some(Ok(state)) = self.state().map(HeaderValue::from_str) {
            headers.insert(TRACE_STATE, state);
        }
    }

    /// Records the ids in the span of a call, so that its log lines can be found.
    pub(super) fn record(&self, span: &Span) {
        span.record("trace_id", tracing::field::display(Hex(&self.trace_id)));
        span.record("span_id", tracing::field::display(Hex(&self.span_id)));
    }
}

/// Each call is a child of the context.
impl TraceSource for TraceContext {
    fn context(&self, _call: &Span) -> Option<TraceContext> {
        Some(self.child())
    }
}

/// Shows the ids: a trace state could hold anything.
impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TraceContext")
            .field(&format_args!("{}", self.traceparent()))
            .finish()
    }
}

/// The spans of `tracing` as a source: a call carries the id of its own span, which
/// a layer of `tracing-opentelemetry` exports, in the trace of the span around it.
/// Without such a layer, nothing is sent.
#[cfg(feature = "opentelemetry")]
#[cfg_attr(docsrs, doc(cfg(feature = "opentelemetry")))]
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingSpans;

#[cfg(feature = "opentelemetry")]
impl TraceSource for TracingSpans {
    fn context(&self, call: &Span) -> Option<TraceContext> {
        use opentelemetry::trace::TraceContextExt;
        use tracing_opentelemetry::OpenTelemetrySpanExt;

        let context = call.context();
        let span = context.span();
        let span = span.span_context();
        let (trace_id, span_id) = (span.trace_id().to_bytes(), span.span_id().to_bytes());
        let context = TraceContext::new(trace_id, span_id, span.trace_flags().is_sampled())?;
        Some(context.with_state(&span.trace_state().header()))
    }
}

/// Bytes in lower-case hexadecimal digits.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Reads exactly this many bytes; upper case is invalid.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let is_hex = |b: &u8| b.is_ascii_digit() || (b'a'..=b'f').contains(b);
    if text.len() != 2 * N || !text.as_bytes().iter().all(is_hex) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).ok()?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(bytes)
}

/// Returns whether a text is a trace state that is passed on.
fn is_state(text: &str) -> bool {
    let members = text.split(',').map(str::trim).filter(|m| !m.is_empty());
    let is_key = |key: &str| {
        let is_letter =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-*/@".contains(&b);
        key.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && key.len() <= 256
            && key.bytes().all(is_letter)
    };
    let is_value = |value: &str| {
        let is_printable = |b: u8| (b' '..=b'~').contains(&b) && b != b'=';
        (1..=256).contains(&value.len()) && value.bytes().all(is_printable)
    };
    let is_member = |member: &str| {
        let pair = member.split_once('=');
        pair.is_some_and(|(key, value)| is_key(key) && is_value(value))
    };
    let count = members.clone().count();
    text.len() <= MAX_STATE_BYTES
        && (1..=MAX_STATE_MEMBERS).contains(&count)
        && members.clone().all(is_member)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_traceparent_is_read_as_the_specification_says() {
        let context = TraceContext::parse(PARENT).unwrap();
        assert_eq!(context.traceparent(), PARENT);
        assert!(context.is_sampled());
        let later = PARENT.replacen("00", "cc", 1) + "-more";
        assert_eq!(TraceContext::parse(&later).unwrap(), context);
        for (was, is) in [
            ("00-", "ff-"),
            ("-01", "-01-more"),
            ("-01", ""),
            ("-01", "-1"),
            ("0af7", "0AF7"),
            ("0af7", "0ag7"),
            ("0af7", "+af7"),
            ("b7ad6b7169203331", "0000000000000000"),
            (
                "0af7651916cd43dd8448eb211c80319c",
                "00000000000000000000000000000000",
            ),
            ("b7ad6b7169203331", "é7ad6b71692033"),
        ] {
            let text = PARENT.replacen(was, is, 1);
            assert_eq!(TraceContext::parse(&text), None, "{text}");
        }
        // Flags without a meaning are not passed on.
        let flags = TraceContext::parse(&PARENT.replace("-01", "-ff")).unwrap();
        assert!(flags.traceparent().ends_with("-03"));
    }

    #[test]
    fn a_trace_state_that_is_invalid_is_left_out() {
        let read = |parent: &[&str], states: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in parent {
                headers.append(TRACE_PARENT, value.parse().unwrap());
            }
            for value in states {
                headers.append(TRACE_STATE, value.parse().unwrap());
            }
            TraceContext::from_headers(&headers)
        };
        let state = |states: &[&str]| read(&[PARENT], states).unwrap().state().map(str::to_owned);
        assert_eq!(state(&["a=1, b@c=2"]).unwrap(), "a=1, b@c=2");
        assert_eq!(state(&["a=1", "b=2"]).unwrap(), "a=1,b=2");
        let long = format!("a={}", "x".repeat(256));
        assert!(state(&[&long]).is_some());
        let long = format!("{long},b={}", "x".repeat(256));
        let many = "a=1,".repeat(33);
        for bad in ["", ",", "a", "A=1", "a=1=2", "a=", &long, &many] {
            assert_eq!(state(&[bad]), None, "{bad}");
        }
        assert_eq!(read(&[PARENT, PARENT], &[]), None);
        assert_eq!(read(&[], &["a=1"]), None);
    }

    #[test]
    fn a_child_is_in_the_same_trace() {
        let parent = TraceContext::parse(PARENT).unwrap().with_state("a=1");
        let (one, other) = (parent.child(), parent.child());
        assert_eq!(one.trace_id(), parent.trace_id());
        assert_eq!((one.state(), one.is_sampled()), (Some("a=1"), true));
        assert_ne!(one.span_id(), parent.span_id());
        assert_ne!(one.span_id(), other.span_id());
        assert!(!format!("{:?}", parent.with_state("a=secret")).contains("secret"));
    }
}
