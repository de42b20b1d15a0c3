//! The outlines in `src/font/dejavu.zst` match the font. A stale file is rewritten, and the test
//! fails once.
#![cfg(feature = "png")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use ruzstd::decoding::StreamingDecoder;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::raw::TableProvider;
use skrifa::raw::tables::kern::SubtableKind;
use skrifa::{FontRef, GlyphId, MetadataProvider};

/// The level at which zstd compresses most without more memory for who decompresses.
const SMALLEST: i32 = 19;

/// Writes a path with relative positions: they are shorter.
#[derive(Default)]
struct RelativePath {
    data: String,
    at: (f32, f32),
    start: (f32, f32),
}

impl RelativePath {
    fn command(&mut self, name: char, points: &[(f32, f32)]) {
        self.data.push(name);
        for (n, (x, y)) in points.iter().enumerate() {
            let space = if n > 0 { " " } else { "" };
            let (dx, dy) = (x - self.at.0, y - self.at.1);
            write!(self.data, "{space}{dx} {dy}").unwrap();
        }
        self.at = points.last().copied().unwrap_or(self.start);
    }
}

impl OutlinePen for RelativePath {
    fn move_to(&mut self, x: f32, y: f32) {
        self.command('m', &[(x, y)]);
        self.start = (x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.command('l', &[(x, y)]);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.command('q', &[(cx, cy), (x, y)]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.command('c', &[(x1, y1), (x2, y2), (x, y)]);
    }

    fn close(&mut self) {
        self.command('z', &[]);
    }
}

fn as_text(font: &[u8]) -> String {
    let font = FontRef::new(font).unwrap();
    let (size, location) = (Size::unscaled(), LocationRef::default());
    assert_eq!(font.metrics(size, location).units_per_em, 2048);
    let mut characters: BTreeMap<u32, GlyphId> = font.charmap().mappings().collect();
    // No character: its glyph stands for those that the font does not have.
    characters.insert(0xfffe, GlyphId::NOTDEF);
    let metrics = font.glyph_metrics(size, location);
    let mut text = String::new();
    for (number, glyph) in &characters {
        let mut path = RelativePath::default();
        if let Some(outline) = font.outline_glyphs().get(*glyph) {
            let settings = DrawSettings::unhinted(size, location);
            outline.draw(settings, &mut path).unwrap();
        }
        let advance = metrics.advance_width(*glyph).unwrap();
        writeln!(text, "{number:x} {advance} {}", path.data).unwrap();
    }
    let mut of_glyph: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (number, glyph) in characters {
        of_glyph.entry(glyph.to_u32()).or_default().push(number);
    }
    for subtable in font.kern().unwrap().subtables() {
        let SubtableKind::Format0(subtable) = subtable.unwrap().kind().unwrap() else {
            panic!("another kind of kerning");
        };
        for pair in subtable.pairs() {
            let of = |glyph: u32| of_glyph.get(&glyph).into_iter().flatten();
            for left in of(pair.left().to_u32()) {
                for right in of(pair.right().to_u32()) {
                    write!(text, "\n{left:x} {right:x} {}", pair.value()).unwrap();
                }
            }
        }
    }
    text
}

#[test]
fn the_outlines_are_those_of_the_font() {
    let fonts = [dejavu::sans::regular(), dejavu::sans::bold()];
    let expected = fonts.map(as_text).join("\u{c}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/font/dejavu.zst");
    // Compressed bytes may differ from version to version of what compresses.
    let mut committed = String::new();
    let file = std::fs::read(&path).unwrap_or_default();
    let read = StreamingDecoder::new(&*file)
        .ok()
        .and_then(|mut decoder| decoder.read_to_string(&mut committed).ok());
    if read.is_some() && committed == expected {
        return;
    }
    let compressed = zstd::encode_all(expected.as_bytes(), SMALLEST).unwrap();
    std::fs::write(&path, compressed).unwrap();
    panic!(
        "{} was stale and is written anew: commit it",
        path.display()
    );
}
