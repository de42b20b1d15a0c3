//! Questions to the user, on a terminal only.

use std::io::{IsTerminal, Write};

use secrecy::SecretString;

use super::plain;
use crate::exit::{Exit, Failure};

/// An answer to a question of yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
}

/// Returns true where questions can be asked and answered.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks before something that cannot be undone, or that costs money. `yes` is
/// the flag that answers beforehand.
///
/// # Errors
///
/// Nobody can be asked.
pub async fn confirm(question: &str, yes: bool) -> Result<Answer, Failure> {
    if yes {
        return Ok(Answer::Yes);
    }
    if !can_ask() {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "nobody can be asked here (no terminal): {question} Say so with --yes; nothing was \
                 changed"
            ),
        ));
    }
    let answer = ask(&format!("{question} [y/N] ")).await?;
    Ok(match answer.to_lowercase().as_str() {
        "y" | "yes" => Answer::Yes,
        _ => Answer::No,
    })
}

/// Asks for a line of text.
///
/// # Errors
///
/// It cannot be read.
pub async fn ask(question: &str) -> Result<String, Failure> {
    show(question);
    // Ctrl-C ends the program while this thread still waits for a line.
    let line = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let line = line.await.map_err(std::io::Error::other)??;
    if line.is_empty() {
        // The end of the input: what follows starts on a line of its own.
        super::on_stderr("");
    }
    Ok(line.trim().to_owned())
}

/// Asks which of several is meant, by its number or by its name, until the answer
/// is one of them. `option` is what answers beforehand.
///
/// # Errors
///
/// There is none to choose from, or no answer any more.
pub async fn choose<'n>(
    question: &str,
    names: &[&'n str],
    option: &str,
) -> Result<&'n str, Failure> {
    for (n, name) in names.iter().enumerate() {
        show(&format!("{:>3}  {name}\n", n + 1));
    }
    loop {
        let answer = ask(question).await?;
        let by_number = answer.parse::<usize>().ok();
        let by_number = by_number.and_then(|n| names.get(n.checked_sub(1)?));
        let found = by_number.or_else(|| names.iter().find(|name| **name == answer));
        match found {
            Some(found) => return Ok(found),
            None if answer.is_empty() || names.is_empty() => {
                let what = format!("nothing was chosen; name one with {option}");
                return Err(Failure::new(Exit::Usage, what));
            }
            None => {
                let (answer, count) = (plain(&answer), names.len());
                show(&format!(
                    "{answer:?} is none of them: a number from 1 to {count}\n"
                ));
            }
        }
    }
}

/// Asks for a key, which is not shown.
///
/// # Errors
///
/// It cannot be read.
pub async fn secret(question: &str) -> Result<SecretString, Failure> {
    let _shown_again = TerminalSettingsGuard::save();
    let question = question.to_owned();
    let line = tokio::task::spawn_blocking(move || rpassword::prompt_password(question));
    let line = line.await.map_err(std::io::Error::other)??;
    Ok(SecretString::from(line.trim().to_owned()))
}

fn show(text: &str) {
    let mut err = std::io::stderr().lock();
    let text: Vec<String> = text.split('\n').map(plain).collect();
    // Who cannot be shown a question cannot answer it either.
    let _ = err.write_all(text.join("\n").as_bytes());
    let _ = err.flush();
}

/// Puts the terminal's settings back, also where a prompt is broken off.
struct TerminalSettingsGuard {
    #[cfg(unix)]
    settings: Option<rustix::termios::Termios>,
}

impl TerminalSettingsGuard {
    fn save() -> Self {
        Self {
            #[cfg(unix)]
            settings: rustix::termios::tcgetattr(std::io::stdin()).ok(),
        }
    }
}

#[cfg(unix)]
impl Drop for TerminalSettingsGuard {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        if let Some(settings) = &self.settings {
            // A terminal that is gone needs no settings.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, settings);
        }
    }
}
