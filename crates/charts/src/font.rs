//! The letters of pictures as outlines: DejaVu Sans, which is part of the program, so
//! that what is installed makes no difference.

use std::collections::HashMap;
use std::io::Read;
use std::sync::LazyLock;

use ruzstd::decoding::StreamingDecoder;

/// What the numbers of the outlines are parts of: an em has so many.
pub const UNITS: f64 = 2048.0;

/// The character that stands for those which the font does not have.
const MISSING: char = '\u{fffe}';

/// Letters that are drawn as one. The longest come first.
const LIGATURES: [(&str, &str); 5] = [
    ("ffi", "\u{fb03}"),
    ("ffl", "\u{fb04}"),
    ("ff", "\u{fb00}"),
    ("fi", "\u{fb01}"),
    ("fl", "\u{fb02}"),
];

/// How thick letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

/// A line of text as one path, which starts at 0 and has its base line at 0.
#[derive(Debug, PartialEq)]
pub struct Outline {
    /// The data of a path in SVG; y goes up.
    pub path: String,
    /// Where the next letter would stand.
    pub width: f64,
}

struct Glyph {
    advance: f64,
    /// Relative to where the letter stands.
    path: Box<str>,
}

/// A font.
struct Font {
    glyphs: HashMap<char, Glyph>,
    kerning: HashMap<(char, char), f64>,
}

struct Fonts {
    regular: Font,
    bold: Font,
}

/// Reading the fonts takes longer than drawing.
static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let mut text = String::new();
    StreamingDecoder::new(COMPRESSED)
        .ok()
        .and_then(|mut decoder| decoder.read_to_string(&mut text).ok())
        .expect("it is part of the program, and a test has written it");
    let (regular, bold) = text.split_once('\u{c}').unwrap_or((&text, ""));
    Fonts {
        regular: Font::new(regular),
        bold: Font::new(bold),
    }
});

/// Both fonts, as `tests/font.rs` has written them, with a form feed between. Of each, a line
/// for each character with its number, its advance and its path, and, after an empty line,
/// one for each pair that stands closer or wider than that.
const COMPRESSED: &[u8] = include_bytes!("font/dejavu.zst");

impl Font {
    fn new(text: &str) -> Self {
        let (glyphs, kerning) = text.split_once("\n\n").unwrap_or((text, ""));
        let glyphs = glyphs.lines().filter_map(|line| {
            let mut parts = line.splitn(3, ' ');
            let glyph = (character(parts.next()?)?, parts.next()?.parse().ok()?);
            let (character, advance) = glyph;
            let path = parts.next()?.into();
            Some((character, Glyph { advance, path }))
        });
        let kerning = kerning.lines().filter_map(|line| {
            let mut parts = line.split(' ');
            let pair = (character(parts.next()?)?, character(parts.next()?)?);
            Some((pair, parts.next()?.parse().ok()?))
        });
        Self {
            glyphs: glyphs.collect(),
            kerning: kerning.collect(),
        }
    }
}

fn character(hexadecimal: &str) -> Option<char> {
    u32::from_str_radix(hexadecimal, 16)
        .ok()
        .and_then(char::from_u32)
}

/// Returns the outlines of a text. A character that the font does not have is a box.
pub fn outline(text: &str, weight: Weight) -> Outline {
    let Fonts { regular, bold } = &*FONTS;
    let font = match weight {
        Weight::Regular => regular,
        Weight::Bold => bold,
    };
    let mut outline = Outline {
        path: String::new(),
        width: 0.0,
    };
    let mut before = None;
    for c in with_ligatures(text).chars() {
        let found = font.glyphs.get(&c).or_else(|| regular.glyphs.get(&c));
        let Some(glyph) = found.or_else(|| font.glyphs.get(&MISSING)) else {
            continue;
        };
        let pair = before.and_then(|before| font.kerning.get(&(before, c)));
        outline.width += pair.copied().unwrap_or(0.0);
        if !glyph.path.is_empty() {
            outline.path += &format!("M{} 0{}", outline.width, glyph.path);
        }
        outline.width += glyph.advance;
        before = Some(c);
    }
    outline
}

/// Returns the text as an SVG document shows it: spaces count once.
fn with_ligatures(text: &str) -> String {
    let words = text.split(' ').filter(|word| !word.is_empty());
    let text = words.collect::<Vec<_>>().join(" ");
    LIGATURES
        .iter()
        .fold(text, |text, (letters, one)| text.replace(letters, one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_where_the_font_says() {
        let width = |text| outline(text, Weight::Regular).width;
        assert_eq!(width(""), 0.0);
        // An empty picture is no error.
        assert_eq!(outline(" ", Weight::Regular).path, "");
        assert_eq!(width("n"), 1298.0);
        assert_eq!(width(" n  n "), 2.0 * width("n") + 651.0);
        assert_eq!(width("AV"), width("A") + width("V") - 131.0);
        assert_eq!(
            outline("fi", Weight::Bold),
            outline("\u{fb01}", Weight::Bold)
        );
        assert!(outline("n", Weight::Bold).width > width("n"));
    }

    #[test]
    fn a_character_that_is_missing_is_a_box() {
        let chinese = outline("損", Weight::Regular);
        assert!(chinese.path.starts_with("M0 0m"), "{chinese:?}");
        assert_eq!(chinese, outline("失", Weight::Regular));
        assert_ne!(chinese, outline("x", Weight::Regular));
    }
}
