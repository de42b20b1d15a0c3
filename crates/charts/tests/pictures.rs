//! Charts as they were looked at: SVG and text as snapshots, PNG by decoding.

use std::collections::BTreeMap;

use unitune::unify::MetricPoint;
use unitune_charts::{Chart, Metric, Position, Run, Scale, Series, Size, Theme};

/// Metrics under a vendor's name, with a curve like that of a training.
fn metrics(name: &str, steps: impl Iterator<Item = i32>, floor: f64) -> Vec<MetricPoint> {
    steps
        .map(|step| {
            let at = f64::from(step);
            let noise = (at * 12.9898).sin() * 0.06 * (1.0 + 6.0 / (at + 3.0));
            let loss = floor + 2.2 * (-at / 24.0).exp() + noise;
            let values = BTreeMap::from([("step".to_owned(), at), (name.to_owned(), loss)]);
            let mut point = MetricPoint::new(values);
            point.logged_at = Some(1_768_478_400 + i64::from(step) * 45);
            point
        })
        .collect()
}

/// Two jobs of different vendors; one has a gap, the other one was restarted.
fn series(position: Position) -> Vec<Series> {
    let metric = Metric::new("train_loss");
    let openai = metrics("train_loss", (1..=60).chain(85..=120), 0.42);
    let first = metrics("train/loss", 1..=52, 0.31);
    let second = metrics("train/loss", 40..=120, 0.29);
    vec![
        Series::new(
            "openai ftjob-W5b56X7S gpt-4o-mini",
            &[Run::new(&openai)],
            &metric,
            position,
        ),
        Series::new(
            "together ft-39b54ca8 Qwen3-8B",
            &[Run::new(&first), Run::new(&second)],
            &metric,
            position,
        ),
    ]
}

fn chart(position: Position) -> Chart {
    let axis = Metric::new("train_loss").axis();
    Chart::new("Training loss", position, axis, series(position))
}

#[test]
fn pictures_as_they_were_looked_at() {
    let svg = |chart: Chart, theme| chart.svg(Size::new(720, 420), theme);
    let plain = chart(Position::Step);
    insta::assert_snapshot!("light", svg(plain.clone(), Theme::Light));
    insta::assert_snapshot!("dark_time_log_smooth", {
        let chart = chart(Position::Time).scale(Scale::Log).smoothing(8);
        svg(chart, Theme::Dark)
    });
    let axis = Metric::new("train_loss").axis();
    let none = Chart::new("Training loss", Position::Step, axis, Vec::new());
    insta::assert_snapshot!("empty", svg(none, Theme::Light));
}

#[test]
fn texts_as_they_were_looked_at() {
    let chart = chart(Position::Step);
    insta::assert_snapshot!("braille", chart.text(Size::new(80, 20)).to_string());
    insta::assert_snapshot!("ascii", chart.ascii(Size::new(60, 16)).to_string());
    let axis = Metric::new("train_loss").axis();
    let none = Chart::new("Training loss", Position::Step, axis, Vec::new());
    insta::assert_snapshot!("empty_text", none.text(Size::new(40, 10)).to_string());
}

#[test]
fn names_of_others_cannot_leave_their_place_in_the_document() {
    let axis = Metric::new("a<b").axis();
    let name = "</text><script>x</script>\u{1b}[31m\"&";
    let points = [unitune_charts::Point { x: 1.0, y: 1.0 }];
    let series = Series::of_points(name, &points);
    let svg = Chart::new(name, Position::Step, axis, vec![series]).svg(Size::PICTURE, Theme::Light);
    assert!(!svg.contains("<script") && !svg.contains('\u{1b}'), "{svg}");
    assert!(svg.contains("&lt;/text&gt;&lt;script&gt;"), "{svg}");
}

#[cfg(feature = "png")]
mod png {
    use super::*;
    use resvg::tiny_skia::Pixmap;

    #[test]
    fn png_is_the_same_picture_with_text() {
        let size = Size::new(720, 420);
        let bytes = chart(Position::Step).png(size, Theme::Light, 2.0).unwrap();
        let picture = Pixmap::decode_png(&bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (1440, 840));
        let colours = |left: u32, top: u32, width: u32, height: u32| {
            let dots = (top..top + height).flat_map(|y| (left..left + width).map(move |x| (x, y)));
            let dots = dots.filter_map(|(x, y)| picture.pixel(x, y));
            dots.map(|dot| (dot.red(), dot.green(), dot.blue()))
                .collect::<std::collections::BTreeSet<_>>()
        };
        // The title is drawn with the font of the crate: dark dots, and greys at
        // the edges of its letters.
        let title = colours(40, 30, 300, 50);
        assert!(
            title.len() > 10 && title.contains(&(0x1f, 0x23, 0x28)),
            "{title:?}"
        );
        // Both curves are there, in their colours.
        let all = colours(0, 0, 1440, 840);
        assert!(all.contains(&(0x0b, 0x62, 0xa4)) && all.contains(&(0xc8, 0x50, 0x0a)));
        // The corner is empty.
        assert_eq!(colours(0, 0, 8, 8).len(), 1);
    }

    #[test]
    fn a_picture_of_an_impossible_size_is_an_error() {
        let chart = chart(Position::Step);
        for density in [100_000.0, 0.0, -1.0, f32::NAN] {
            assert!(
                chart.png(Size::PICTURE, Theme::Light, density).is_err(),
                "{density}"
            );
        }
    }

    #[test]
    fn pictures_to_look_at() {
        let Some(folder) = std::env::var_os("UNITUNE_PICTURES") else {
            eprintln!("skipped: UNITUNE_PICTURES names no folder to write pictures to");
            return;
        };
        let folder = std::path::PathBuf::from(folder);
        let save = |name: &str, chart: Chart, theme| {
            let bytes = chart.png(Size::PICTURE, theme, 1.5).unwrap();
            std::fs::write(folder.join(name), bytes).unwrap();
        };
        save("light.png", chart(Position::Step), Theme::Light);
        let dark = chart(Position::Time).scale(Scale::Log).smoothing(8);
        save("dark.png", dark, Theme::Dark);
        let metric = Metric::new("train_loss");
        let many = (0..8).map(|n| {
            let points = metrics("loss", 1..=100, 0.2 + 0.15 * f64::from(n));
            Series::new(
                format!("job {n}"),
                &[Run::new(&points)],
                &metric,
                Position::Step,
            )
        });
        let many = Chart::new("Eight jobs", Position::Step, metric.axis(), many.collect());
        save("many.png", many, Theme::Light);
    }
}
