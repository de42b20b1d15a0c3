//! What a chart shows.

use crate::layout::Layout;
use crate::series::Series;
use crate::smooth::trailing_mean;
use crate::summary::{self, Summary};
use crate::svg::{self, Letters};
use crate::text::{self, TextChart};
use crate::theme::Theme;

/// What the horizontal axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Position {
    /// Steps of the training.
    #[default]
    Step,
    /// The time since the first point of each curve, in seconds.
    Time,
}

/// How values are placed on the vertical axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Equal distances for equal differences.
    #[default]
    Linear,
    /// Equal distances for equal ratios.
    Log,
}

/// The title of an axis, with its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    name: String,
    unit: Option<String>,
}

impl Axis {
    /// Creates an axis; its unit stands in brackets.
    pub fn new(name: impl Into<String>, unit: Option<&str>) -> Self {
        Self {
            name: name.into(),
            unit: unit.map(str::to_owned),
        }
    }

    /// Returns the title: `accuracy (share of tokens)`.
    pub fn title(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{} ({unit})", self.name),
            None => self.name.clone(),
        }
    }

    /// Returns the name without the unit.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The size of a picture in pixels, or of a text in columns and lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Pixels or columns.
    pub width: u32,
    /// Pixels or lines.
    pub height: u32,
}

impl Size {
    /// The size of a picture in a report, in CSS pixels.
    pub const PICTURE: Self = Self::new(960, 540);

    /// Creates a size.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }
}

/// Curves of one metric or of several that share an axis.
#[derive(Clone, Debug)]
pub struct Chart {
    pub(crate) title: String,
    pub(crate) position: Position,
    pub(crate) axis: Axis,
    pub(crate) scale: Scale,
    pub(crate) smoothing: Option<usize>,
    pub(crate) series: Vec<Series>,
}

impl Chart {
    /// Creates a chart with a linear scale and no smoothing.
    pub fn new(
        title: impl Into<String>,
        position: Position,
        axis: Axis,
        series: Vec<Series>,
    ) -> Self {
        Self {
            title: title.into(),
            position,
            axis,
            scale: Scale::Linear,
            smoothing: None,
            series,
        }
    }

    /// Sets the scale of the vertical axis.
    #[must_use]
    pub fn scale(mut self, scale: Scale) -> Self {
        self.scale = scale;
        self
    }

    /// Draws trailing means over so many points; the legend says so, and the
    /// curve itself stands behind them.
    #[must_use]
    pub fn smoothing(mut self, points: usize) -> Self {
        self.smoothing = (points > 1).then_some(points);
        self
    }

    /// Returns true where there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.drawn().iter().all(Series::is_empty)
    }

    /// Returns how many points have no place on a logarithmic scale.
    pub fn left_out(&self) -> usize {
        let count = |all: &[Series]| all.iter().flat_map(Series::points).count();
        count(&self.series) - count(&self.on_scale())
    }

    /// Returns the title of the vertical axis, with its scale.
    pub(crate) fn axis_title(&self) -> String {
        match self.scale {
            Scale::Linear => self.axis.title(),
            Scale::Log => format!("{}, logarithmic", self.axis.title()),
        }
    }

    /// Returns the curves that can be placed on the scale.
    pub(crate) fn on_scale(&self) -> Vec<Series> {
        let all = self.series.iter();
        match self.scale {
            Scale::Linear => all.cloned().collect(),
            Scale::Log => all.map(|s| s.filtered(|point| point.y > 0.0)).collect(),
        }
    }

    /// Returns the curves that are drawn: smoothed, if they are to be.
    pub(crate) fn drawn(&self) -> Vec<Series> {
        let mut series = self.on_scale();
        if let Some(count) = self.smoothing {
            series = series.iter().map(|s| trailing_mean(s, count)).collect();
        }
        series
    }

    /// Returns the picture as an SVG document. Its title and description say in
    /// words what the curves show.
    pub fn svg(&self, size: Size, theme: Theme) -> String {
        self.document(size, theme, Letters::Text)
    }

    fn document(&self, size: Size, theme: Theme, letters: Letters) -> String {
        let layout = Layout::new(self, size);
        svg::document(&layout, theme, letters, &self.description())
    }

    /// Returns the picture as PNG, with `density` dots for each pixel of the size.
    ///
    /// # Errors
    ///
    /// The picture is larger than memory allows.
    #[cfg(feature = "png")]
    pub fn png(&self, size: Size, theme: Theme, density: f32) -> Result<Vec<u8>, crate::PngError> {
        crate::png::encode(&self.document(size, theme, Letters::Paths), density)
    }

    /// Returns the chart as lines of braille characters, for a terminal.
    pub fn text(&self, size: Size) -> TextChart {
        text::chart(self, size, text::Dots::Braille)
    }

    /// Returns the chart as lines of ASCII characters.
    pub fn ascii(&self, size: Size) -> TextChart {
        text::chart(self, size, text::Dots::Ascii)
    }

    /// Returns what each curve is like, in numbers.
    pub fn summary(&self) -> Vec<Summary> {
        self.series.iter().map(Summary::new).collect()
    }

    /// Returns what the chart shows, in sentences.
    pub fn description(&self) -> String {
        summary::description(self)
    }

    /// Returns the title.
    pub fn title(&self) -> &str {
        &self.title
    }
}
