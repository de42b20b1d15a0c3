//! `unitune top`: the jobs of all accounts in one full-screen view

mod account_updates;
mod state;
#[cfg(test)]
mod tests;
mod view;

use std::time::Duration;

use ratatui::crossterm::event::Event;
use unitune::providers::{ListQuery, WatchOptions};

use crate::accounts::Accounts;
use crate::args::top::TopArguments;
use crate::exit::{Exit, Failure};
use crate::full_screen::{Input, Paints, Screen, can_open};
use crate::output::Terminal;

use account_updates::UpdateSource;
use state::{Action, State};

/// How often times are drawn anew.
const TICK: Duration = Duration::from_secs(1);
/// The longest time between two questions for a job.
const LONGEST: Duration = Duration::from_secs(30);

pub async fn run(arguments: TopArguments) -> Result<Exit, Failure> {
    if !can_open() {
        return Err(Failure::new(
            Exit::Usage,
            "top needs a terminal for its screen and its keys: elsewhere, use unitune jobs list, \
             or unitune jobs watch --all",
        ));
    }
    let accounts = Accounts::open_to_follow(&arguments.accounts).await?;
    let mut query = ListQuery::new()
        .notes(false)
        .limit(arguments.limit as usize);
    query.created_after = arguments.since.map(|since| since.start(accounts.now()));
    // Simulated jobs go through a life in a minute.
    let longest = match accounts.are_simulated() {
        true => arguments.interval,
        false => LONGEST.max(arguments.interval),
    };
    let options = WatchOptions::new().intervals(arguments.interval, longest);
    let mut source = UpdateSource::new(accounts.providers().clone(), query, options);
    let paints = Paints {
        colour: Terminal::of_stdout().colour,
    };
    let mut state = State::new(arguments.unfinished, paints);
    let mut screen = Screen::open()?;
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let now = accounts.now();
        screen.draw(|frame| view::draw(frame, &mut state, now))?;
        tokio::select! {
            // Keys come first: what is new can wait.
            biased;
            input = screen.input() => {
                let mut next = match input {
                    Input::Event(event) => Some(event),
                    Input::End => return Ok(Exit::Interrupted),
                };
                // All keys that are there count before the next frame.
                while let Some(event) = next {
                    if let Some(exit) = act(&mut state, &mut source, &event) {
                        return Ok(exit);
                    }
                    // The next key may be about rows that this one has changed.
                    state.arrange();
                    next = screen.waiting_input();
                }
            }
            _ = tick.tick() => source.refresh(&state),
            all = source.next() => {
                for update in all {
                    account_updates::apply(&mut state, &mut source, update);
                }
            }
        }
    }
}

/// Carries out what a key asks for; returns how the view ends where it does.
fn act(state: &mut State, source: &mut UpdateSource, event: &Event) -> Option<Exit> {
    let Event::Key(key) = event else {
        return None;
    };
    match state.key(*key) {
        Action::None => {}
        Action::Quit => return Some(Exit::Done),
        Action::Interrupt => return Some(Exit::Interrupted),
        Action::Reload => {
            state.is_listing = true;
            state.warnings.clear();
            source.list_again(Duration::ZERO);
        }
        Action::Fetch(id) => source.fetch(id),
        Action::Cancel(job) => source.cancel(job),
    }
    None
}
