//! What is kept of a long list, and in which order it comes.

use super::*;
use crate::together::types::FinetuneResponseTruncated;

type Listed = FinetuneResponseTruncated;

fn transport() -> Transport {
    let client = crate::together::Client::builder().api_key("key").build();
    client.unwrap().transport().clone()
}

/// A job with a log of this many bytes.
fn text(n: i64, log: usize) -> Vec<u8> {
    let job = serde_json::json!({
        "id": format!("ft-{n:06}"), "status": "running", "model": "m",
        "created_at": 1_700_000_000 + n, "events": [{"message": "x".repeat(log)}],
    });
    job.to_string().into_bytes()
}

fn jobs(after: Option<Position>, wanted: Option<usize>) -> NextJobs {
    NextJobs::new(&Call::default(), after, wanted, Reservation::default())
}

/// All ids of one reading, page by page, and the cursor of what follows.
fn ids_of(next: NextJobs) -> (Vec<String>, Option<String>) {
    let (transport, call) = (transport(), Call::default());
    let (mut ids, mut query) = (Vec::new(), PageQuery::new().limit(100));
    let mut page = next.page::<Listed>(&query, &transport).unwrap();
    loop {
        assert!(page.items.len() <= PAGE);
        ids.extend(page.items.into_iter().map(|job| job.id));
        query.cursor = page.next;
        let Some(rest) = page.rest else { break };
        // The query for another page gets none of it.
        let other = PageQuery::new().cursor("- ft-1");
        assert!(next_page::<Listed>(&rest, &call, &other, &transport).is_none());
        let next = next_page::<Listed>(&rest, &call, &query, &transport);
        page = next.unwrap().unwrap();
    }
    (ids, query.cursor)
}

/// However many jobs a list has, no more are held than are wanted.
#[test]
fn only_what_is_wanted_is_held() {
    let mut next = jobs(None, Some(101));
    for n in 0..20_000 {
        // In no order.
        let text = text(n * 7_919 % 20_000, 50);
        next.take::<Listed>(&text, &SentKey::default()).unwrap();
        assert!(next.held.len() <= 101);
    }
    assert!(next.has_more && next.bytes < 101 * 400, "{}", next.bytes);
    let (ids, cursor) = ids_of(next);
    let newest: Vec<_> = (0..101).map(|n| format!("ft-{:06}", 19_999 - n)).collect();
    assert_eq!(ids, newest);
    assert_eq!(cursor.as_deref(), Some("1700019899 ft-019899"));
}

/// A list that is larger than what may be held comes in several readings, each
/// job once.
#[test]
fn what_is_not_held_is_read_again() {
    let (mut after, mut all, mut readings) = (None, Vec::new(), 0);
    loop {
        let mut next = jobs(after, None);
        for n in 0..90 {
            let text = text(n, 1 << 20);
            next.take::<Listed>(&text, &SentKey::default()).unwrap();
            assert!(next.bytes <= HELD, "{}", next.bytes);
        }
        let has_more = next.has_more;
        let (ids, cursor) = ids_of(next);
        all.extend(ids);
        readings += 1;
        after = cursor.as_deref().and_then(Position::parse);
        assert_eq!(after.is_some(), has_more);
        if !has_more {
            break;
        }
    }
    assert_eq!(readings, 3);
    let expected: Vec<_> = (0..90).map(|n| format!("ft-{:06}", 89 - n)).collect();
    assert_eq!(all, expected);
}

/// Where a job stands is what its mapping says, however it came.
#[test]
fn a_position_is_that_of_the_mapped_job() {
    for text in [
        r#"{"id": "ft-1", "status": "running", "created_at": "2025-01-01T00:00:00Z"}"#,
        r#"{"id": "ft-1", "status": "running", "created_at": 1700000000}"#,
        r#"{"id": "ft-1", "created_at": "", "updated_at": "2025-01-01T00:00:00Z"}"#,
        r#"{"id": "ft-1", "status": 7}"#,
        r#"{"id": "ft-1", "status": "running", "created_at": "soon"}"#,
        r#"{"id": "ft-1", "created_at": NaN}"#,
        r#"{"id": 7, "created_at": "2025-01-01T00:00:00Z"}"#,
        r#"{"id": "", "created_at": "2025-01-01T00:00:00Z"}"#,
        r#""ft-1""#,
    ] {
        let mut next = jobs(None, None);
        let position = next.position::<Listed>(text.as_bytes()).unwrap();
        let call = Call::default();
        let job = job_of_item::<Listed>(&call, item(text.as_bytes()).unwrap());
        assert_eq!(position, job.ok().map(|job| Position::of(&job)), "{text}");
        let left_out = usize::from(position.is_none());
        assert_eq!(next.warnings.len(), left_out, "{text}");
    }
    let broken = jobs(None, None).position::<Listed>(b"{]");
    assert_eq!(broken.unwrap_err().kind(), ErrorKind::Decode);
}

#[test]
fn a_cursor_comes_back() {
    for time in [Some(-7), Some(1_700_000_000), None] {
        let position = Position {
            created_at: Reverse(time),
            id: "ft 1".to_owned(),
        };
        assert_eq!(Position::parse(&position.cursor()), Some(position));
    }
    assert_eq!(Position::parse("ft-1"), None);
}
