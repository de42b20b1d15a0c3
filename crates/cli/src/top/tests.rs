//! Frames of `unitune top`, and what keys do.

use std::collections::BTreeMap;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unitune::providers::{JobRef, Progress};
use unitune::unify::{Job, MetricPoint, Provider, Status, Vendor};

use super::state::{Action, Details, State};
use super::view;
use crate::full_screen::Paints;

const NOW: i64 = 1_768_478_400;

fn job(n: usize) -> Job {
    let accounts = ["openai", "together", "research"];
    let models = [
        "gpt-4o-mini-2024-07-18",
        "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference",
        "Qwen/Qwen3-8B",
    ];
    let account = accounts[n % 3];
    let status = Status::ALL[n % Status::ALL.len()];
    let provider = Provider::new(account, Vendor::from_static("v"), status.as_str());
    let mut job = Job::new(
        format!("ft-{n:04}-0a1b2c3d4e5f"),
        models[n % 3],
        status,
        provider,
    );
    job.created_at = Some(NOW - 1_000 * n as i64);
    if status.is_terminal() {
        job.finished_at = job.created_at.map(|time| time + 600 + n as i64);
        job.provider.cost = Some(unitune::unify::Usd::from_nanos(250_000_000 * n as i64));
    }
    job
}

fn state(count: usize) -> State {
    let mut state = State::new(false, Paints { colour: false });
    (0..count).for_each(|n| state.put(job(n), false));
    state.is_listing = false;
    state
}

fn frame(state: &mut State, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| view::draw(frame, state, NOW))
        .unwrap();
    let text = terminal.backend().to_string();
    // The backend quotes each line.
    let lines = text.lines().map(|line| line.trim_matches('"').trim_end());
    lines.collect::<Vec<_>>().join("\n")
}

fn press(state: &mut State, keys: &str) -> Action {
    let mut action = Action::None;
    for key in keys.chars() {
        let code = match key {
            '\n' => KeyCode::Enter,
            '\u{1b}' => KeyCode::Esc,
            '\t' => KeyCode::Tab,
            c => KeyCode::Char(c),
        };
        action = state.key(KeyEvent::new(code, KeyModifiers::NONE));
        state.arrange();
    }
    action
}

fn details() -> Details {
    let points = (1..=60).map(|step| {
        let loss = 0.4 + 2.0 * (-f64::from(step) / 18.0).exp();
        let mut values = BTreeMap::from([
            ("step".to_owned(), f64::from(step)),
            ("train/loss".to_owned(), loss),
        ]);
        if step % 5 == 0 {
            values.insert("eval/loss".to_owned(), loss + 0.1);
        }
        MetricPoint::new(values)
    });
    let event = |n: i64| {
        let event = serde_json::json!({
            "object": "fine_tuning.job.event",
            "id": format!("ftevent-{n}"),
            "created_at": NOW - 100 + n,
            "level": if n == 7 { "warn" } else { "info" },
            "message": format!("Step {n} of 60\nwith a second line"),
            "type": "message",
            "data": null,
            "provider": {"account": "together", "vendor": "together", "notes": [], "extra": {}},
        });
        serde_json::from_value(event).unwrap()
    };
    Details {
        runs: Ok(vec![points.collect()]),
        events: Ok((1..=12).map(event).collect()),
    }
}

#[test]
fn frames_of_the_list() {
    let mut state = state(40);
    state.progress(&JobRef::at("together", "ft-0001-0a1b2c3d4e5f"), {
        let mut progress = Progress::default();
        progress.step = Some(30);
        progress.total_steps = Some(120);
        progress
    });
    press(&mut state, "jjj");
    insta::assert_snapshot!("list_80x24", frame(&mut state, 80, 24));
    insta::assert_snapshot!("list_140x12", frame(&mut state, 140, 12));
    press(&mut state, "s/tog run");
    insta::assert_snapshot!("filter_80x24", frame(&mut state, 80, 24));
    press(&mut state, "\n?");
    insta::assert_snapshot!("keys_80x24", frame(&mut state, 80, 24));
}

#[test]
fn frames_of_a_job() {
    let mut state = state(10);
    frame(&mut state, 80, 24);
    let action = press(&mut state, "j\n");
    let id = ("together".to_owned(), "ft-0001-0a1b2c3d4e5f".to_owned());
    assert_eq!(action, Action::Fetch(id.clone()));
    insta::assert_snapshot!("job_asked_80x24", frame(&mut state, 80, 24));
    state.details(&id, details());
    insta::assert_snapshot!("job_80x24", frame(&mut state, 80, 24));
    press(&mut state, "\t\t");
    insta::assert_snapshot!("job_chart_80x24", frame(&mut state, 80, 24));
    press(&mut state, "c");
    insta::assert_snapshot!("job_cancel_80x24", frame(&mut state, 80, 24));
}

#[test]
fn a_job_is_cancelled_after_a_yes_and_nothing_else() {
    let mut state = state(10);
    frame(&mut state, 80, 24);
    for answer in ["n", "\n", "\u{1b}", "x"] {
        assert_eq!(press(&mut state, "c"), Action::None);
        assert_eq!(press(&mut state, answer), Action::None, "{answer:?}");
        assert!(frame(&mut state, 80, 24).contains("Nothing was changed."));
    }
    assert_eq!(
        press(&mut state, "cy"),
        Action::Cancel(JobRef::at("openai", "ft-0000-0a1b2c3d4e5f"))
    );
    // One that has ended is not asked about.
    press(&mut state, "jjcy");
    assert!(matches!(state.mode, super::state::Mode::List));
    // Keys in an opened job mean that job.
    press(&mut state, "k\nc");
    assert_eq!(
        press(&mut state, "y"),
        Action::Cancel(JobRef::at("together", "ft-0001-0a1b2c3d4e5f"))
    );
}

#[test]
fn ctrl_c_ends_as_an_interrupt_and_q_as_wished() {
    let mut state = state(3);
    frame(&mut state, 80, 24);
    let mut control = |c| state.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL));
    assert_eq!(control('c'), Action::Interrupt);
    assert_eq!(control('d'), Action::Quit);
    // In an opened job, it goes back first, as the help says.
    assert_eq!(press(&mut state, "\nq"), Action::None);
    assert_eq!(press(&mut state, "q"), Action::Quit);
}

#[test]
fn a_small_screen_shows_how_to_answer_and_every_key() {
    for (width, height) in [(40, 10), (30, 8), (60, 9)] {
        let mut state = state(10);
        frame(&mut state, width, height);
        press(&mut state, "c");
        let question = frame(&mut state, width, height);
        for text in ["ft-0000", "y: yes, cancel it", "any other key: no"] {
            assert!(question.contains(text), "{text}: {question}");
        }
        press(&mut state, "n?");
        let mut seen = frame(&mut state, width, height);
        assert!(seen.contains("any other key go back"), "{seen}");
        for _ in 0..40 {
            press(&mut state, "j");
            seen += &frame(&mut state, width, height);
        }
        for (key, _) in super::state::KEYS {
            assert!(seen.contains(key), "{key} at {width}x{height}");
        }
        press(&mut state, "x");
        assert!(!frame(&mut state, width, height).contains("Keys"));
    }
    // Where all of it is there, every key ends it.
    let mut state = state(10);
    press(&mut state, "?");
    frame(&mut state, 80, 24);
    press(&mut state, "j");
    assert!(!frame(&mut state, 80, 24).contains("Keys"));
}

#[test]
fn the_chosen_job_stays_chosen_when_others_come() {
    let mut state = state(10);
    frame(&mut state, 80, 24);
    press(&mut state, "jj");
    let before = state.current().unwrap().id();
    let mut newer = job(99);
    newer.created_at = Some(NOW + 5);
    state.put(newer, false);
    frame(&mut state, 80, 24);
    assert_eq!(state.current().unwrap().id(), before);
    press(&mut state, "r");
    frame(&mut state, 80, 24);
    assert_eq!(state.current().unwrap().id(), before);
    // A job that is put again is the same row.
    assert_eq!(state.rows(), 11);
    state.put(job(3), false);
    frame(&mut state, 80, 24);
    assert_eq!(state.rows(), 11);
}

#[test]
fn a_paused_job_is_told_from_one_that_will_start() {
    let mut state = state(0);
    let mut paused = job(0);
    paused.status = Status::Queued;
    state.put(paused.clone(), true);
    assert!(frame(&mut state, 80, 24).contains(" paused "));
    state.put(paused, false);
    let resumed = frame(&mut state, 80, 24);
    assert!(
        !resumed.contains("paused") && resumed.contains(" queued "),
        "{resumed}"
    );
}

#[test]
fn every_size_and_every_key_is_drawn() {
    let mut state = state(60);
    state.warn("together: \u{1b}[31mbroken\nbadly".to_owned());
    for (width, height) in [(1, 1), (10, 3), (20, 8), (40, 10), (79, 23), (200, 60)] {
        for keys in [
            "", "G", "g", "\n", "\t", "\t", "\t", "jjjj", "c", "n", "\u{1b}", "/zzz", "\n",
            "\u{1b}", "?", "x", "asr",
        ] {
            press(&mut state, keys);
            let text = frame(&mut state, width, height);
            assert!(!text.contains('\u{1b}'), "{text}");
        }
        state.details(
            &("openai".to_owned(), "ft-0000-0a1b2c3d4e5f".to_owned()),
            details(),
        );
    }
}

#[test]
fn a_thousand_jobs_scroll_to_the_end_and_back() {
    let mut state = state(1_000);
    frame(&mut state, 80, 24);
    press(&mut state, "G");
    let text = frame(&mut state, 80, 24);
    assert!(text.contains("ft-0999"), "{text}");
    press(&mut state, "g");
    assert!(frame(&mut state, 80, 24).contains("ft-0000"));
    press(&mut state, "/ft-0777");
    frame(&mut state, 80, 24);
    assert_eq!(state.rows(), 1);
}

#[test]
fn small_screens_show_jobs_first() {
    for (width, height) in [(80, 8), (60, 10), (40, 8)] {
        let mut state = state(40);
        let list = frame(&mut state, width, height);
        // All but the counts, the head and the keys.
        let jobs = list.lines().filter(|line| line.contains("ft-00"));
        assert_eq!(jobs.count(), usize::from(height) - 3, "{list}");
        assert!(
            list.contains(" succeeded") && list.contains("? keys"),
            "{list}"
        );
    }
    let mut state = state(40);
    insta::assert_snapshot!("list_60x10", frame(&mut state, 60, 10));
    insta::assert_snapshot!("list_40x8", frame(&mut state, 40, 8));
    // What went wrong has its line all the same.
    state.warn("together: broken".to_owned());
    assert!(frame(&mut state, 40, 8).contains("warning: together: broken"));
}

#[test]
fn small_screens_show_the_details_of_a_job_first() {
    let mut state = state(10);
    frame(&mut state, 80, 24);
    press(&mut state, "j\n");
    let id = ("together".to_owned(), "ft-0001-0a1b2c3d4e5f".to_owned());
    state.details(&id, details());
    insta::assert_snapshot!("job_80x10", frame(&mut state, 80, 10));
    insta::assert_snapshot!("job_40x24", frame(&mut state, 40, 24));
    insta::assert_snapshot!("job_40x10", frame(&mut state, 40, 10));
    // The other parts are behind the key that enlarges one.
    press(&mut state, "\t\t\t");
    assert!(frame(&mut state, 40, 10).contains(" Log "));
}
