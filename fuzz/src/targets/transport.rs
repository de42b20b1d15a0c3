//! Bodies as they come: compressed, and in pieces.

use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue};
use unitune::together;
use unitune::transport::{MemoryBudget, fuzzing};
use unitune::wire::from_slice;

use super::{block_on, first_line};

/// The largest body, and the memory for it.
const LIMIT: usize = 256 << 10;
const BUDGET: usize = 1 << 20;
/// What always has room: src/transport/memory.rs.
const ALWAYS: usize = 64 << 10;

/// The first line is the header `content-encoding`, the rest the body.
pub fn compressed(bytes: &[u8]) {
    let (encoding, body) = first_line(bytes);
    let Ok(encoding) = HeaderValue::from_bytes(encoding) else {
        return;
    };
    let read = |size: usize| {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, encoding.clone());
        let budget = MemoryBudget::new(BUDGET);
        let pieces = body.chunks(size).map(Bytes::copy_from_slice).collect();
        let read = block_on(fuzzing::whole_body(&mut headers, pieces, LIMIT, &budget));
        assert_eq!(budget.used(), 0, "memory is not given back");
        read.map_err(|error| error.kind())
    };
    let whole = read(body.len().max(1));
    if let Ok(body) = &whole {
        assert!(body.len() <= LIMIT + ALWAYS, "a body beyond its limit");
    }
    let in_pieces = read(7);
    match (&whole, &in_pieces) {
        (Ok(one), Ok(other)) => assert_eq!(one, other, "the pieces matter"),
        (Err(_), Err(_)) => {}
        (one, other) => panic!("whole: {:?}, in pieces: {:?}", one.is_ok(), other.is_ok()),
    }
}

/// The first line is a cursor, the rest a list of jobs.
pub fn streamed_list(bytes: &[u8]) {
    let (cursor, body) = first_line(bytes);
    let cursor = std::str::from_utf8(cursor).ok();
    let read = |size: usize| {
        let budget = MemoryBudget::new(64 << 20);
        let pieces: Vec<&[u8]> = body.chunks(size).collect();
        let page = together::fuzzing::page_of_pieces(&pieces, cursor, 1 << 20, &budget);
        page.map(|page| {
            let ids: Vec<String> = page.items.into_iter().map(|job| job.id).collect();
            (ids, page.warnings.len())
        })
    };
    let whole = read(body.len().max(1)).ok();
    assert_eq!(read(5).ok(), whole, "the pieces matter");
    // As a list that is held: the same jobs, in whatever order.
    let held = from_slice::<together::types::FinetuneTruncatedList>(body);
    if cursor.is_some_and(|cursor| cursor.contains(' ')) {
        return;
    }
    if let (Some((ids, warnings)), Ok(held)) = (whole, held) {
        assert_eq!(
            ids.len() + warnings,
            held.data.iter().count(),
            "a job is lost"
        );
    }
}
