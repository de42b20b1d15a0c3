//! Colours, line patterns and markers.

/// The colours of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// On white.
    #[default]
    Light,
    /// On black.
    Dark,
}

/// The colours of what is no curve.
pub struct Colours {
    pub background: &'static str,
    pub text: &'static str,
    /// Of what is less important.
    pub muted: &'static str,
    pub grid: &'static str,
}

/// Colours that people with any colour vision can tell apart, on white and on
/// black.
const CURVES: [(&str, &str); 8] = [
    ("#0b62a4", "#56b4e9"),
    ("#c8500a", "#ff9e4a"),
    ("#007a5a", "#2fd3a1"),
    ("#a83a7c", "#f09ccb"),
    ("#8a6d00", "#f0e442"),
    ("#4b4b9b", "#b3aeff"),
    ("#7a3b1d", "#d9a078"),
    ("#3d3d3d", "#d0d0d0"),
];

/// Patterns of dashes: without colours they tell curves apart.
const DASHES: [&str; 6] = ["", "8 4", "2 3", "10 3 2 3", "14 5", "6 3 2 3 2 3"];

/// A mark on a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    Circle,
    Square,
    Triangle,
    Diamond,
    Cross,
}

const MARKERS: [Marker; 5] = [
    Marker::Circle,
    Marker::Square,
    Marker::Triangle,
    Marker::Diamond,
    Marker::Cross,
];

/// Letters that stand on curves in a text.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl Theme {
    pub(crate) fn colours(self) -> Colours {
        match self {
            Self::Light => Colours {
                background: "#ffffff",
                text: "#1f2328",
                muted: "#57606a",
                grid: "#e1e4e8",
            },
            Self::Dark => Colours {
                background: "#0d1117",
                text: "#e6edf3",
                muted: "#9da7b1",
                grid: "#2b313a",
            },
        }
    }

    /// Returns the colour of a curve.
    pub(crate) fn curve(self, n: usize) -> &'static str {
        let (light, dark) = CURVES[n % CURVES.len()];
        match self {
            Self::Light => light,
            Self::Dark => dark,
        }
    }
}

/// Returns the dashes of a curve; empty for a line without gaps.
pub fn dashes(n: usize) -> &'static str {
    DASHES[n % DASHES.len()]
}

/// Returns the marks on a curve.
pub fn marker(n: usize) -> Marker {
    MARKERS[n % MARKERS.len()]
}

/// Returns the letter on a curve.
pub fn letter(n: usize) -> char {
    char::from(LETTERS[n % LETTERS.len()])
}
