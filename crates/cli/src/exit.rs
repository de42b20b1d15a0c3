//! Exit codes.

use std::process::ExitCode;

/// An end that is not an error of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done.
    Done,
    /// Something was not found, or failed.
    Failure,
    /// The program was called wrongly, or no account is configured.
    Usage,
    /// An account could not be asked; what was printed, if anything, is of the
    /// others.
    Partial,
    /// A job that was watched failed.
    JobFailed,
    /// A job that was watched was cancelled.
    JobCancelled,
    /// The time ran out.
    Timeout,
    /// The jobs that are left are paused.
    JobPaused,
    /// Ctrl-C, SIGTERM or SIGHUP.
    Interrupted,
    /// Nobody reads the output any more.
    Unread,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl Exit {
    /// Returns the number that the system is told.
    pub fn code(self) -> u8 {
        match self {
            Self::Done | Self::Unread => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Partial => 3,
            Self::JobFailed => 4,
            Self::JobCancelled => 5,
            Self::Timeout => 6,
            Self::JobPaused => 7,
            Self::Interrupted => 130,
        }
    }

    /// Returns the exit code of an error that nothing more is known about.
    pub fn of(error: &unitune::Error) -> Self {
        use unitune::ErrorKind as Kind;
        match (error.kind(), error.status()) {
            (Kind::Config | Kind::Ambiguous, _) => Self::Usage,
            (Kind::Connect | Kind::Timeout, _) => Self::Partial,
            // The key is rejected, or the vendor answers nobody now.
            (Kind::Status, Some(401 | 403 | 408 | 429 | 500..)) => Self::Partial,
            _ => Self::Failure,
        }
    }

    /// Returns the exit code of a program that goes on after an error: what was not
    /// found, or not clear, counts more than an account that could not be asked.
    pub fn after(self, error: &unitune::Error) -> Self {
        match self {
            Self::Failure | Self::Usage => self,
            _ => Self::of(error),
        }
    }

    /// Returns the exit code of a program that goes on without an account.
    pub fn or_partial(self) -> Self {
        match self {
            Self::Done => Self::Partial,
            _ => self,
        }
    }

    /// Prints an error that the program goes on after. Returns the exit code.
    pub fn report(self, error: unitune::Error) -> Self {
        let exit = self.after(&error);
        crate::output::error(&Failure::from(error));
        exit
    }
}

/// An error that ends the program, and its exit code.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
        }
    }

    /// Says which option names the account, where it is not clear which one is meant.
    pub fn unclear(error: unitune::Error, option: &str) -> Self {
        match error.kind() {
            unitune::ErrorKind::Ambiguous => Self::new(Exit::Usage, format!("{error}: {option}")),
            _ => error.into(),
        }
    }

    /// Prints it on stderr.
    pub fn report(self) -> ExitCode {
        if !self.message.is_empty() {
            crate::output::error(&self.message);
        }
        self.exit.into()
    }
}

impl From<unitune::Error> for Failure {
    fn from(error: unitune::Error) -> Self {
        match error.kind() {
            unitune::ErrorKind::Ambiguous => Self::unclear(error, "--account NAME"),
            _ => Self::new(Exit::of(&error), error.to_string()),
        }
    }
}

/// A reader that has seen enough (`unitune jobs list | head -1`) is no error.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::new(Exit::Unread, ""),
            // Ctrl-C at a hidden prompt.
            std::io::ErrorKind::Interrupted => Self::new(Exit::Interrupted, ""),
            _ => Self::new(Exit::Failure, format!("cannot write the output: {error}")),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
