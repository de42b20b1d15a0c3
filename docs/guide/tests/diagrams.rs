//! The diagrams of the guide: drawn here, committed, and compared.

use std::fmt::Write;
use std::path::Path;

const LINE: &str = "#54627a";
const TEXT: &str = "#1d2530";
const SOFT: &str = "#54627a";

/// The kinds of boxes: fill and stroke.
#[derive(Clone, Copy)]
enum Kind {
    /// What does something.
    Step,
    /// A file or a document.
    File,
    /// What is outside of unitune.
    Outside,
}

impl Kind {
    fn colours(self) -> (&'static str, &'static str) {
        match self {
            Self::Step => ("#e8f0fe", "#3f6fb5"),
            Self::File => ("#fdf3dc", "#b08427"),
            Self::Outside => ("#eceff3", "#7b8798"),
        }
    }
}

struct Drawing {
    size: (f64, f64),
    body: String,
}

impl Drawing {
    fn new(width: f64, height: f64) -> Self {
        Self {
            size: (width, height),
            body: String::new(),
        }
    }

    fn text(&mut self, (x, y): (f64, f64), anchor: &str, style: &str, text: &str) {
        let text = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        writeln!(
            self.body,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" {style}>{text}</text>"
        )
        .unwrap();
    }

    /// A box with a name, and with a second line where that is not empty.
    fn node(&mut self, kind: Kind, at: (f64, f64), size: (f64, f64), name: &str, second: &str) {
        let (fill, stroke) = kind.colours();
        let ((x, y), (width, height)) = (at, size);
        writeln!(
            self.body,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"{fill}\" \
             stroke=\"{stroke}\"/>"
        )
        .unwrap();
        let middle = (x + width / 2.0, y + height / 2.0);
        let bold = format!("font-weight=\"600\" fill=\"{TEXT}\"");
        if second.is_empty() {
            self.text((middle.0, middle.1 + 5.0), "middle", &bold, name);
            return;
        }
        self.text((middle.0, middle.1 - 3.0), "middle", &bold, name);
        let small = format!("font-size=\"12\" fill=\"{SOFT}\"");
        self.text((middle.0, middle.1 + 14.0), "middle", &small, second);
    }

    fn arrow(&mut self, from: (f64, f64), to: (f64, f64)) {
        writeln!(
            self.body,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{LINE}\" stroke-width=\"1.5\" \
             marker-end=\"url(#head)\"/>",
            from.0, from.1, to.0, to.1
        )
        .unwrap();
    }

    /// A dashed frame around boxes, with its name.
    fn frame(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), name: &str) {
        writeln!(
            self.body,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"10\" fill=\"none\" \
             stroke=\"{SOFT}\" stroke-dasharray=\"5 4\"/>"
        )
        .unwrap();
        let style =
            format!("font-family=\"DejaVu Sans Mono, monospace\" font-size=\"12\" fill=\"{SOFT}\"");
        self.text((x + width - 12.0, y + 18.0), "end", &style, name);
    }

    fn svg(&self, title: &str) -> String {
        let (width, height) = self.size;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\" \
             font-size=\"14\">\n<title>{title}</title>\n<defs><marker id=\"head\" viewBox=\"0 0 10 10\" \
             refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
             <path d=\"M0 0 10 5 0 10z\" fill=\"{LINE}\"/></marker></defs>\n\
             <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#ffffff\"/>\n{}</svg>\n",
            self.body
        )
    }
}

/// The steps of `cargo xtask codegen`, with what each does.
const STEPS: [(&str, &str); 13] = [
    (
        "merge",
        "several documents become one; contradictions are errors",
    ),
    ("slice", "the selected operations, and what they reach"),
    (
        "tags",
        "a discriminator's values are written into the branches",
    ),
    ("lower", "OpenAPI 3.1 becomes 3.0.3, by a table of rules"),
    (
        "inline",
        "shared parameters and bodies are copied into each operation",
    ),
    ("compose", "parts of a schema become one schema"),
    ("name", "every enumeration, union and object gets a name"),
    ("overlay", "our corrections and descriptions"),
    (
        "normal form",
        "sorted, so that a difference shows what changed",
    ),
    ("validate", "against the rules, and OpenAPI's own schema"),
    ("generate", "Rust source"),
    ("parse", "the source is Rust"),
    ("write", "all files, or none"),
];

fn codegen() -> String {
    let (top, pitch, height) = (112.0, 46.0, 32.0);
    let (left, width) = (230.0, 150.0);
    let steps = STEPS.len() as f64;
    let mut drawing = Drawing::new(860.0, top + steps * pitch + 134.0);
    let middle = left + width / 2.0;
    let y = |step: usize| top + step as f64 * pitch;
    drawing.node(
        Kind::Outside,
        (left - 40.0, 16.0),
        (width + 80.0, 44.0),
        "the vendor's document",
        "JSON, YAML or Markdown",
    );
    drawing.frame(
        (20.0, 80.0),
        (820.0, steps * pitch + 36.0),
        "cargo xtask codegen",
    );
    drawing.arrow((middle, 60.0), (middle, top));
    for (at, (name, what)) in STEPS.iter().enumerate() {
        drawing.node(Kind::Step, (left, y(at)), (width, height), name, "");
        let style = format!("font-size=\"13\" fill=\"{TEXT}\"");
        drawing.text((left + width + 20.0, y(at) + 21.0), "start", &style, what);
        if at + 1 < STEPS.len() {
            drawing.arrow((middle, y(at) + height), (middle, y(at + 1)));
        }
    }
    for (file, names) in [
        ("source.toml", &["slice", "name"][..]),
        ("overlay.yaml", &["overlay"]),
    ] {
        for name in names {
            let at = STEPS.iter().position(|step| step.0 == *name).unwrap();
            drawing.node(Kind::File, (44.0, y(at)), (124.0, height), file, "");
            drawing.arrow((168.0, y(at) + height / 2.0), (left, y(at) + height / 2.0));
        }
    }
    let end = y(STEPS.len() - 1) + height;
    let below = end + 52.0;
    drawing.arrow((middle, end), (middle, below));
    drawing.node(
        Kind::File,
        (left - 60.0, below),
        (width + 120.0, 36.0),
        "specs/<vendor>/openapi.json",
        "",
    );
    drawing.arrow((left + width + 60.0, below + 18.0), (540.0, below + 18.0));
    drawing.node(
        Kind::Step,
        (540.0, below - 4.0),
        (110.0, 44.0),
        "build.rs",
        "generate",
    );
    drawing.arrow((650.0, below + 18.0), (700.0, below + 18.0));
    drawing.node(
        Kind::File,
        (700.0, below - 4.0),
        (130.0, 44.0),
        "Rust client",
        "types, operations",
    );
    let style = format!("font-size=\"13\" fill=\"{SOFT}\"");
    drawing.text(
        (middle, below + 58.0),
        "middle",
        &style,
        "committed, and read in each build",
    );
    drawing.svg("How a document becomes code")
}

fn request() -> String {
    let mut drawing = Drawing::new(860.0, 736.0);
    let columns = [44.0, 310.0, 576.0];
    let (width, height) = (240.0, 48.0);
    let middle = |column: usize| columns[column] + width / 2.0;
    let down_and_up = |drawing: &mut Drawing, column: usize, from: f64, to: f64| {
        drawing.arrow((middle(column) - 14.0, from), (middle(column) - 14.0, to));
        drawing.arrow((middle(column) + 14.0, to), (middle(column) + 14.0, from));
    };
    for (at, (name, second)) in [
        ("unitune", "the program"),
        ("unitune serve", "the gateway: HTTP, tokens, limits"),
        ("your program", "Rust, with the crate"),
    ]
    .into_iter()
    .enumerate()
    {
        drawing.node(
            Kind::Step,
            (columns[at], 92.0),
            (width, height),
            name,
            second,
        );
        down_and_up(&mut drawing, at, 140.0, 176.0);
    }
    drawing.node(
        Kind::Outside,
        (columns[1], 16.0),
        (width, 40.0),
        "an OpenAI SDK",
        "",
    );
    down_and_up(&mut drawing, 1, 56.0, 92.0);
    drawing.node(
        Kind::Step,
        (columns[0], 176.0),
        (772.0, height),
        "providers",
        "finds the account of an id, merges lists, checks before a create, watches",
    );
    let layers = [
        ("account", "", 260.0),
        ("backend", "one operation, in unified types", 344.0),
        ("unify", "maps types and statuses, with notes", 428.0),
        ("client", "the vendor's own types, generated", 512.0),
        ("transport", "key, deadline, retries, errors", 596.0),
    ];
    let accounts = [
        "main: OpenAI",
        "research: Together",
        "forge: a vendor of your own",
    ];
    for (column, account) in accounts.into_iter().enumerate() {
        let mut above = 176.0 + height;
        for (name, second, y) in layers {
            let is_own = column == 2;
            if is_own && y > 400.0 {
                break;
            }
            let second = match name {
                "account" => account,
                _ if is_own => "your implementation of the trait",
                _ => second,
            };
            drawing.node(
                Kind::Step,
                (columns[column], y),
                (width, height),
                name,
                second,
            );
            down_and_up(&mut drawing, column, above, y);
            above = y + height;
        }
        down_and_up(&mut drawing, column, above, 680.0);
        let vendor = ["OpenAI", "Together", "your service"][column];
        drawing.node(
            Kind::Outside,
            (columns[column], 680.0),
            (width, 40.0),
            vendor,
            "",
        );
    }
    drawing.svg("The way of a request, and of its answer")
}

#[test]
fn diagrams_are_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/images");
    let mut stale = Vec::new();
    for (name, drawn) in [
        ("diagram-codegen.svg", codegen()),
        ("diagram-request.svg", request()),
    ] {
        let path = folder.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|committed| committed == drawn) {
            continue;
        }
        match std::env::var_os("UPDATE_GUIDE") {
            Some(_) => std::fs::write(&path, drawn).unwrap(),
            None => stale.push(name),
        }
    }
    assert!(
        stale.is_empty(),
        "{stale:?} are stale: UPDATE_GUIDE=1 draws them"
    );
}

/// The diagram has the steps that ARCHITECTURE.md explains, in their order.
#[test]
fn the_steps_are_those_of_the_architecture() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ARCHITECTURE.md");
    let text = std::fs::read_to_string(path).unwrap();
    let block = text.split("upstream documents (").nth(1).unwrap();
    let block = block.split("```").next().unwrap();
    let steps = block
        .lines()
        .filter_map(|line| line.trim().strip_prefix("→ "));
    let steps: Vec<&str> = steps
        .map(|line| line.split("  ").next().unwrap().trim())
        .collect();
    let drawn: Vec<&str> = STEPS.iter().map(|step| step.0).collect();
    assert_eq!(
        steps.iter().map(|step| step.trim()).collect::<Vec<_>>(),
        drawn
    );
}

/// The table of the gateway's settings has all of them, with their defaults.
#[test]
fn the_gateway_s_settings_are_those_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gateway.md");
    let text = std::fs::read_to_string(path).unwrap();
    let table = text.split("| setting in `[gateway]` |").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let mut settings = serde_json::Map::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let value: u64 = cells[2].parse().unwrap();
        settings.insert(cells[1].trim_matches('`').to_owned(), value.into());
    }
    let count = settings.len();
    let config: unitune_gateway::Config = serde_json::from_value(settings.into()).unwrap();
    let default = format!("{:?}", unitune_gateway::Config::default());
    assert_eq!(format!("{config:?}"), default);
    // The tokens have a section of their own, and options set where telemetry goes.
    let others = ["tokens: ", "telemetry: "].map(|name| default.matches(name).count());
    let all = default.matches(": ").count();
    assert_eq!(all - others.iter().sum::<usize>(), count, "{default}");
}
