//! `unitune serve`

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::json;
use unitune::providers::{Account, Providers};
use unitune_gateway::{Config, ServeError, Server};
use unitune_sandbox::Sandbox;

use crate::accounts::{configured, of_sandbox};
use crate::args::ServeArguments;
use crate::exit::{Exit, Failure};
use crate::render;

/// The settings file that is read by default, if it exists.
const CONFIG: &str = "unitune.toml";

pub async fn run(arguments: ServeArguments) -> Result<Exit, Failure> {
    log_to_stderr(arguments.log);
    let settings = Settings::read(arguments.config.as_deref())?;
    let (providers, sandbox) = if arguments.sandbox {
        let sandbox = Sandbox::builder().speed(arguments.speed).start().await;
        let sandbox = sandbox.map_err(|error| {
            let message = format!("the sandbox does not start: {error}");
            Failure::new(Exit::Failure, message)
        })?;
        (of_sandbox(&sandbox)?, Some(sandbox))
    } else {
        (settings.accounts()?, None)
    };
    let addr = arguments.addr.resolve().await?;
    let server = Server::bind(addr, &providers, settings.gateway)
        .await
        .map_err(not_started)?;
    if arguments.json {
        render::json(&document(&server, &providers, sandbox.as_ref()))?;
    } else {
        render::text(&greeting(&server, &providers, sandbox.as_ref()))?;
    }
    if server.is_open() {
        eprintln!(
            "warning: no tokens are configured: every program on this machine can use the gateway"
        );
    }
    server.run(stop_signal()).await;
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    Ok(Exit::Done)
}

fn not_started(error: ServeError) -> Failure {
    let exit = match error {
        ServeError::Listen(..) => Exit::Failure,
        _ => Exit::Usage,
    };
    Failure::new(exit, error.to_string())
}

/// The parts of the file that `serve` reads.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    gateway: Config,
    account: Option<serde::de::IgnoredAny>,
}

/// The settings of a file.
#[derive(Default)]
struct Settings {
    gateway: Config,
    /// The file, if it names accounts.
    accounts: Option<PathBuf>,
}

impl Settings {
    /// The settings of a file; the defaults where there is none and none was
    /// asked for.
    fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let file = path.unwrap_or(Path::new(CONFIG));
        let failed = |error: &dyn std::fmt::Display| {
            Failure::new(Exit::Usage, format!("{}: {error}", file.display()))
        };
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if path.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(failed(&error)),
        };
        let read: File = toml::from_str(&text).map_err(|error| {
            // The line that is shown with it could hold a key.
            let before = error.span().and_then(|span| text.get(..span.start));
            let place = 1 + before.unwrap_or_default().matches('\n').count();
            failed(&format!("line {place}: {}", error.message()))
        })?;
        Ok(Self {
            gateway: read.gateway,
            accounts: read.account.map(|_| file.to_owned()),
        })
    }

    /// The accounts of the file, or else of the environment.
    fn accounts(&self) -> Result<Providers, Failure> {
        configured(self.accounts.as_deref())
    }
}

fn log_to_stderr(level: tracing::Level) {
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .init();
}

/// Waits for Ctrl-C, or for SIGTERM, which container runtimes send.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // An error means that there is no handler: the server then stops at once.
    let _ = tokio::signal::ctrl_c().await;
}

fn names(providers: &Providers) -> Vec<&str> {
    providers.accounts().iter().map(Account::name).collect()
}

fn greeting(server: &Server, providers: &Providers, sandbox: Option<&Sandbox>) -> String {
    let addr = server.addr();
    let mut text = format!("The gateway on {addr}; Ctrl-C stops it.\n\n");
    text.push_str(&format!("accounts     {}\n", names(providers).join(", ")));
    text.push_str(&format!("OpenAI SDK   http://{addr}/v1\n"));
    text.push_str(&format!(
        "TrueFoundry  http://{addr} or http://{addr}/api/llm\n"
    ));
    text.push_str(&format!("document     http://{addr}/openapi.json\n"));
    if let Some(sandbox) = sandbox {
        text.push_str(&format!(
            "sandbox      http://{}/_sandbox\n",
            sandbox.addr()
        ));
    }
    if server.is_open() {
        text.push_str(&format!(
            "\nexport OPENAI_BASE_URL=http://{addr}/v1 OPENAI_API_KEY=any\n"
        ));
    }
    text
}

fn document(
    server: &Server,
    providers: &Providers,
    sandbox: Option<&Sandbox>,
) -> serde_json::Value {
    json!({
        "addr": server.addr().to_string(),
        "accounts": names(providers),
        "sandbox": sandbox.map(|sandbox| sandbox.addr().to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, Failure> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let settings = Settings::read(Some(file.path()))?;
        if settings.accounts.is_some() {
            settings.accounts()?;
        }
        Ok(settings)
    }

    #[test]
    fn settings_and_accounts_stand_in_one_file() {
        let account = "[[account]]\nname = \"main\"\nvendor = \"openai\"\nkey = \"sk-1\"\n";
        let settings = read(&format!("[gateway]\nmax_requests = 7\n{account}")).unwrap();
        assert_eq!(settings.gateway.max_requests, 7);
        assert!(settings.accounts.is_some());
        assert!(read("").unwrap().accounts.is_none());
    }

    #[test]
    fn what_cannot_be_read_is_told_without_its_text() {
        let failure = read("[gateway]\n\nmax_request = \"sk-secret\"\n")
            .err()
            .unwrap();
        let told = format!("{failure:?}");
        assert!(
            told.contains("line 3") && !told.contains("sk-secret"),
            "{told}"
        );
    }

    #[test]
    fn a_file_that_was_asked_for_must_be_there() {
        assert!(Settings::read(Some(Path::new("/nowhere/unitune.toml"))).is_err());
    }
}
