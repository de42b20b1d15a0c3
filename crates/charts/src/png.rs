//! Renders an SVG document as PNG, so that both are the same picture.

use std::fmt;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// The largest picture in dots.
const MAX_DOTS: u64 = 64_000_000;

/// The error of a picture that cannot be made.
#[derive(Debug)]
pub struct PngError(String);

impl fmt::Display for PngError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PngError {}

/// Draws a document whose letters are paths.
pub fn encode(svg: &str, density: f32) -> Result<Vec<u8>, PngError> {
    let failed = |e: &dyn fmt::Display| PngError(format!("cannot draw the picture: {e}"));
    let tree = Tree::from_str(svg, &Options::default()).map_err(|e| failed(&e))?;
    let size = tree.size().to_int_size();
    let size = size
        .scale_by(density)
        .filter(|size| u64::from(size.width()) * u64::from(size.height()) <= MAX_DOTS);
    let mut picture = size
        .and_then(|size| Pixmap::new(size.width(), size.height()))
        .ok_or_else(|| {
            PngError(format!(
                "cannot draw a picture of this size: at most {MAX_DOTS} dots are possible"
            ))
        })?;
    let scale = Transform::from_scale(density, density);
    resvg::render(&tree, scale, &mut picture.as_mut());
    picture.encode_png().map_err(|e| failed(&e))
}
