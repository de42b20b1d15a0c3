//! What the full-screen views share: the terminal, colours, charts and texts.

mod screen;
mod widgets;

pub use screen::{Input, Screen, can_open};
pub use widgets::{Paints, chart, one_line, pane};
