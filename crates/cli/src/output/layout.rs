//! Which columns of a table fit a width, and how wide they are.

use super::column::{Kind, Step};
use super::text_width::{cut, width};

/// The spaces between two columns.
pub const GAP: usize = 2;
/// The width down to which a column may be cut that was asked for.
const MIN_WIDTH: usize = 8;

/// A column with all that a table can show of it.
pub struct Texts {
    pub name: String,
    pub title: String,
    pub kind: Kind,
    /// The text of each row.
    pub full: Vec<String>,
    /// The same where there is little space; `None` if that is no less.
    pub brief: Option<Vec<String>>,
}

/// A column with its texts and its place in a layout.
#[derive(Clone)]
pub struct Placed {
    pub name: String,
    pub title: String,
    pub kind: Kind,
    pub width: usize,
    texts: Vec<String>,
    brief: Option<Vec<String>>,
    longest: usize,
    min: usize,
}

impl Placed {
    fn new(column: Texts) -> Self {
        let mut placed = Self {
            name: column.name,
            title: column.title,
            kind: column.kind,
            width: 0,
            texts: column.full,
            brief: column.brief,
            longest: 0,
            min: 0,
        };
        placed.measure();
        placed
    }

    fn measure(&mut self) {
        let longest = self.texts.iter().map(|text| width(text)).max();
        self.longest = longest.unwrap_or(0).max(width(&self.title));
        (self.width, self.min) = (self.longest, self.longest);
    }

    /// The title, as much of it as fits.
    pub fn title(&self) -> String {
        cut(&self.title, self.width)
    }

    /// The title, however long.
    pub fn whole_title(&self) -> &str {
        &self.title
    }

    /// The text of a row in this column.
    pub fn text(&self, row: usize) -> String {
        self.kind.cut(self.whole_text(row), self.width)
    }

    /// The text of a row, however long.
    pub fn whole_text(&self, row: usize) -> &str {
        self.texts.get(row).map_or("", String::as_str)
    }
}

/// The columns that fit, and what it took.
#[derive(Clone)]
pub struct Layout {
    pub columns: Vec<Placed>,
    /// The titles of columns that are left out.
    pub dropped: Vec<String>,
    /// The titles of columns that say less than they could.
    pub shortened: Vec<String>,
    order: Vec<String>,
}

impl Layout {
    /// All columns, as wide as their texts.
    pub fn full(columns: Vec<Texts>) -> Self {
        let columns: Vec<Placed> = columns.into_iter().map(Placed::new).collect();
        Self {
            order: columns.iter().map(|placed| placed.title.clone()).collect(),
            columns,
            dropped: Vec::new(),
            shortened: Vec::new(),
        }
    }

    /// The columns that fit a width; none where too little would be left of them.
    pub fn fit(mut self, steps: &[Step<'_>], limit: usize) -> Option<Self> {
        let mut steps_left = steps.iter();
        while self.total(|placed| placed.min) > limit {
            match steps_left.next() {
                Some(step) => self.apply(step),
                // What was asked for is cut, and not left out.
                None if steps.is_empty() => {
                    self.shorten_all();
                    if self.total(|placed| placed.min) > limit {
                        return None;
                    }
                }
                None => return None,
            }
        }
        self.distribute(limit);
        Some(self)
    }

    fn total(&self, width: impl Fn(&Placed) -> usize) -> usize {
        let gaps = GAP * self.columns.len().saturating_sub(1);
        self.columns.iter().map(width).sum::<usize>() + gaps
    }

    fn shorten_all(&mut self) {
        for placed in &mut self.columns {
            let texts = placed.texts.iter().map(|text| width(text)).max();
            let texts = texts.unwrap_or(0);
            // A number that is cut is another number.
            placed.min = match placed.kind {
                Kind::Number => texts,
                _ => texts.min(MIN_WIDTH),
            };
            placed.min = placed.min.max(width(&placed.title).min(MIN_WIDTH));
        }
    }

    fn apply(&mut self, step: &Step<'_>) {
        let (Step::Shorten(name, _) | Step::Brief(name) | Step::Drop(name)) = step;
        let place = self.columns.iter().position(|placed| placed.name == *name);
        let Some(place) = place else { return };
        let placed = &mut self.columns[place];
        match step {
            Step::Shorten(_, min) => placed.min = placed.longest.min(*min),
            Step::Brief(_) => {
                if let Some(brief) = placed.brief.take() {
                    if brief != placed.texts {
                        self.shortened.push(placed.title.clone());
                    }
                    placed.texts = brief;
                    placed.measure();
                }
            }
            Step::Drop(_) => {
                let placed = self.columns.remove(place);
                // A column in which nothing stands is not missed.
                if placed.texts.iter().any(|text| !text.is_empty()) {
                    self.dropped.push(placed.title);
                }
            }
        }
    }

    /// Cuts columns until the table fits, the last ones first.
    fn distribute(&mut self, limit: usize) {
        let mut excess = self.total(|placed| placed.width).saturating_sub(limit);
        for placed in self.columns.iter_mut().rev() {
            let cut = (placed.width - placed.min).min(excess);
            if cut > 0 {
                placed.width -= cut;
                excess -= cut;
                self.shortened.push(placed.title.clone());
            }
        }
        let order = |title: &String| self.order.iter().position(|known| known == title);
        self.dropped.sort_by_key(order);
        self.shortened.sort_by_key(order);
    }
}
