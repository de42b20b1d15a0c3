//! Curves of fine-tuning jobs: from the metrics of jobs to a picture (SVG, PNG),
//! to the text of a terminal, and to a table for those who cannot see either.
//!
//! ```
//! use std::collections::BTreeMap;
//! use unitune::unify::MetricPoint;
//! use unitune_charts::{Chart, Metric, Position, Run, Series, Size, Theme};
//!
//! let point = |step: i32| {
//!     let loss = 2.0 / f64::from(step);
//!     MetricPoint::new(BTreeMap::from([("step".into(), step.into()), ("train_loss".into(), loss)]))
//! };
//! let points: Vec<MetricPoint> = (1..=20).map(point).collect();
//!
//! let metric = Metric::new("train_loss");
//! let series = Series::new("ftjob-1", &[Run::new(&points)], &metric, Position::Step);
//! let chart = Chart::new("Training loss", Position::Step, metric.axis(), vec![series]);
//!
//! let svg = chart.svg(Size::PICTURE, Theme::Light);
//! assert!(svg.starts_with("<svg"));
//! assert!(chart.text(Size::new(60, 12)).to_string().contains("Training loss"));
//! assert_eq!(chart.summary()[0].last.map(|point| point.y), Some(0.1));
//! ```
//!
//! Everything up to the layout is pure; nothing here reads or writes a file.
#![warn(missing_docs)]
#![warn(clippy::unwrap_used)]

mod chart;
#[cfg(feature = "png")]
mod font;
mod layout;
mod metric;
#[cfg(feature = "png")]
mod png;
mod scale;
mod series;
mod smooth;
mod summary;
mod svg;
mod text;
mod theme;

pub use chart::{Axis, Chart, Position, Scale, Size};
pub use metric::Metric;
#[cfg(feature = "png")]
pub use png::PngError;
pub use series::{Point, Run, Series};
pub use summary::Summary;
pub use text::{Paint, Span, TextChart};
pub use theme::Theme;
