//! Renders the SVG document as PNG, so that both are the same picture. The font
//! is part of the program: what is installed makes no difference.

use std::fmt;
use std::io::Read;
use std::sync::{Arc, LazyLock};

use flate2::read::ZlibDecoder;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

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

/// DejaVu Sans, compressed by the build script.
const COMPRESSED: [&[u8]; 2] = [
    include_bytes!(concat!(env!("OUT_DIR"), "/regular.ttf.zz")),
    include_bytes!(concat!(env!("OUT_DIR"), "/bold.ttf.zz")),
];

/// Reading the fonts takes longer than drawing.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for compressed in COMPRESSED {
        let mut font = Vec::new();
        ZlibDecoder::new(compressed)
            .read_to_end(&mut font)
            .expect("the build script has compressed it, whole");
        fonts.load_font_data(font);
    }
    fonts.set_sans_serif_family("DejaVu Sans");
    Arc::new(fonts)
});

pub fn encode(svg: &str, density: f32) -> Result<Vec<u8>, PngError> {
    let options = Options {
        fontdb: Arc::clone(&FONTS),
        font_family: "DejaVu Sans".to_owned(),
        ..Options::default()
    };
    let failed = |e: &dyn fmt::Display| PngError(format!("cannot draw the picture: {e}"));
    let tree = Tree::from_str(svg, &options).map_err(|e| failed(&e))?;
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
