//! The list that comes as a stream, for the targets in `fuzz/`.

pub use super::streamed_list::{cursor_again, page_of_pieces};
