//! What the full-screen views share: the terminal, colours, charts and texts.

mod screen;
mod scroll;
mod widgets;

pub use screen::{Input, Screen, can_open};
pub use scroll::{Scroll, moved_by};
pub use widgets::{Paints, chart, one_line, pane};
