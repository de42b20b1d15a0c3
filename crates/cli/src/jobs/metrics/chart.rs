//! A chart of jobs, into a file or onto the terminal.

use std::path::Path;

use unitune::unify::Job;
#[cfg(feature = "top")]
use unitune::unify::MetricPoint;
use unitune_charts::{
    Axis, Chart, Metric, Paint, Position, Run, Scale, Series, Size, TextChart, Theme,
};

use super::JobMetrics;
use crate::args::metrics_compare_costs::{ChartArguments, Colours, XAxis};
use crate::exit::{Exit, Failure};
use crate::output::{self, Access, Output, Terminal, cut, plain, write_file};

/// The metrics of a training that are drawn where none are named.
const LOSSES: [&str; 2] = ["train_loss", "valid_loss"];
/// How many dots a picture has for each pixel, so that print is sharp.
const DENSITY: f32 = 2.0;
/// How much of an id stands in a legend.
const SHORT_ID: usize = 14;
/// The size of a chart where there is no terminal.
const TEXT_SIZE: Size = Size::new(100, 24);

/// Checks what can be checked before anything is sent.
///
/// # Errors
///
/// The file has no suffix that names a kind of picture.
pub fn check(arguments: &ChartArguments) -> Result<(), Failure> {
    match &arguments.plot {
        Some(path) => picture(path).map(|_| ()),
        None => Ok(()),
    }
}

#[derive(Clone, Copy)]
enum Picture {
    Svg,
    Png,
}

fn picture(path: &Path) -> Result<Picture, Failure> {
    let suffix = path.extension().map(|suffix| suffix.to_ascii_lowercase());
    match suffix.as_ref().and_then(|suffix| suffix.to_str()) {
        Some("svg") => Ok(Picture::Svg),
        Some("png") => Ok(Picture::Png),
        _ => Err(Failure::new(
            Exit::Usage,
            format!(
                "cannot tell what kind of picture {} is to be: name a file that ends in .svg or \
                 .png",
                path.display()
            ),
        )),
    }
}

/// Draws the chart of jobs.
///
/// # Errors
///
/// There is nothing to draw, or the file cannot be written.
pub fn draw(
    arguments: &ChartArguments,
    metrics: &[String],
    jobs: &[JobMetrics],
    output: &Output,
) -> Result<(), Failure> {
    let chart = chart_of(arguments, metrics, jobs)?;
    if arguments.chart {
        let terminal = &output.view.terminal;
        let size = Size {
            width: terminal.width.map_or(TEXT_SIZE.width, |width| width as u32),
            ..TEXT_SIZE
        };
        output::text(&painted(&chart.text(size), terminal))?;
    }
    let Some(path) = &arguments.plot else {
        return Ok(());
    };
    let theme = match arguments.theme {
        Colours::Light => Theme::Light,
        Colours::Dark => Theme::Dark,
    };
    let bytes = match picture(path)? {
        Picture::Svg => chart.svg(Size::PICTURE, theme).into_bytes(),
        Picture::Png => chart
            .png(Size::PICTURE, theme, DENSITY)
            .map_err(|e| Failure::new(Exit::Failure, e.to_string()))?,
    };
    write_file(path, &bytes, Access::AsNew)?;
    output::note(&format!("{}: {}", path.display(), chart.description()));
    Ok(())
}

/// Returns the chart that is asked for.
fn chart_of(
    arguments: &ChartArguments,
    metrics: &[String],
    jobs: &[JobMetrics],
) -> Result<Chart, Failure> {
    let metrics = chosen(metrics, jobs)?;
    let position = match arguments.x {
        XAxis::Step => Position::Step,
        XAxis::Time => Position::Time,
    };
    let series = jobs.iter().flat_map(|job| {
        let runs: Vec<Run<'_>> = job.runs.iter().map(|run| Run::new(run)).collect();
        let metrics = &metrics;
        metrics.iter().map(move |metric| {
            let name = name(&job.job, metric, jobs.len(), metrics.len());
            Series::new(name, &runs, metric, position)
        })
    });
    let series: Vec<Series> = series.collect();
    let title = arguments.title.clone();
    let title = title.unwrap_or_else(|| title_of(jobs, &metrics));
    let mut chart = Chart::new(title, position, axis(&metrics), series);
    if arguments.log {
        chart = chart.scale(Scale::Log);
    }
    if let Some(points) = arguments.smooth {
        chart = chart.smoothing(points as usize);
    }
    if chart.is_empty() {
        let what = match position {
            Position::Time => "the metrics have no times: leave out --x time",
            Position::Step => "the metrics have no values that can be drawn",
        };
        return Err(Failure::new(
            Exit::Failure,
            format!("nothing was drawn: {what}"),
        ));
    }
    Ok(chart)
}

/// Returns the metrics to draw.
fn chosen(names: &[String], jobs: &[JobMetrics]) -> Result<Vec<Metric>, Failure> {
    let points = || jobs.iter().flat_map(JobMetrics::points);
    if points().next().is_none() {
        let (are, ids) = match jobs {
            [job] => ("has", job.job.id.clone()),
            _ => ("have", "these jobs".to_owned()),
        };
        let what = format!("nothing was drawn: {ids} {are} no metrics yet");
        return Err(Failure::new(Exit::Failure, what));
    }
    let is_there = |metric: &Metric| points().any(|point| metric.of(point).is_some());
    let of_names = |names: &[&str]| -> Vec<Metric> {
        let metrics = names.iter().map(|name| Metric::new(*name));
        metrics.filter(is_there).collect()
    };
    if names.is_empty() {
        let metrics = match jobs.len() {
            1 => of_names(&LOSSES),
            _ => of_names(&LOSSES[..1]),
        };
        if !metrics.is_empty() {
            return Ok(metrics);
        }
    }
    let names: Vec<String> = match names.is_empty() {
        true => vec![LOSSES[0].to_owned()],
        false => names.to_vec(),
    };
    super::check_names(&names, &super::runs(jobs))?;
    Ok(names.iter().map(Metric::new).collect())
}

fn axis(metrics: &[Metric]) -> Axis {
    match metrics {
        [metric] => metric.axis(),
        _ if metrics.iter().all(|metric| metric.name().ends_with("loss")) => {
            Axis::new("loss", None)
        }
        _ => {
            let names: Vec<String> = metrics.iter().map(Metric::title).collect();
            Axis::new(names.join(", "), None)
        }
    }
}

fn title_of(jobs: &[JobMetrics], metrics: &[Metric]) -> String {
    let name = axis(metrics).name().to_owned();
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    let name = format!("{}{}", first.unwrap_or_default(), letters.as_str());
    match jobs {
        [job] => format!("{name}: {}, {}", short(&job.job.model), plain(&job.job.id)),
        _ => name,
    }
}

/// Returns what the legend calls a curve.
fn name(job: &Job, metric: &Metric, jobs: usize, metrics: usize) -> String {
    let of_job = || {
        let id = cut(&plain(&job.id), SHORT_ID);
        let account = plain(&job.provider.account);
        format!("{account}: {} ({id})", short(&job.model))
    };
    match (jobs, metrics) {
        (1, _) => metric.title(),
        (_, 1) => of_job(),
        _ => format!("{}, {}", of_job(), metric.title()),
    }
}

/// Returns the name of a model without its owner.
fn short(model: &str) -> String {
    plain(model.rsplit('/').next().unwrap_or(model))
}

/// Returns a chart of characters with the terminal's colours.
fn painted(chart: &TextChart, terminal: &Terminal) -> String {
    if !terminal.colour {
        return chart.to_string();
    }
    let line = |line: &Vec<unitune_charts::Span>| {
        let spans = line.iter().map(|span| {
            let style = style(span.paint);
            format!("{style}{}{style:#}", span.text)
        });
        spans.collect::<String>()
    };
    chart.lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn style(paint: Paint) -> anstyle::Style {
    match paint {
        Paint::Text => anstyle::Style::new(),
        Paint::Muted => anstyle::Style::new().dimmed(),
        Paint::Series(n) => anstyle::Style::new().fg_color(Some(CURVES[n % CURVES.len()].into())),
    }
}

/// The colours of curves on a terminal.
pub const CURVES: [anstyle::AnsiColor; 6] = [
    anstyle::AnsiColor::Cyan,
    anstyle::AnsiColor::Yellow,
    anstyle::AnsiColor::Green,
    anstyle::AnsiColor::Magenta,
    anstyle::AnsiColor::Blue,
    anstyle::AnsiColor::Red,
];

/// Returns the chart of the losses of jobs, by their ids, for a part of a full
/// screen: of one job, both losses; of several, that of the training.
#[cfg(feature = "top")]
pub fn losses(jobs: &[(&str, &[Vec<MetricPoint>])]) -> Chart {
    let metrics = LOSSES.map(Metric::new);
    let metrics = match jobs.len() {
        1 => &metrics[..],
        _ => &metrics[..1],
    };
    let series = jobs.iter().flat_map(|(id, runs)| {
        let runs: Vec<Run<'_>> = runs.iter().map(|run| Run::new(run)).collect();
        metrics.iter().map(move |metric| {
            let name = match metrics.len() {
                1 => cut(&plain(id), SHORT_ID),
                _ => metric.title(),
            };
            Series::new(name, &runs, metric, Position::Step)
        })
    });
    let series = series.filter(|series| !series.is_empty()).collect();
    Chart::new("", Position::Step, axis(metrics), series)
}
