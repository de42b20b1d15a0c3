//! `unitune serve`

use std::path::Path;

use serde::Deserialize;
use serde_json::json;
use unitune::providers::{Account, Providers};
use unitune_gateway::{Config, ServeError, Server};
use unitune_sandbox::Sandbox;

use crate::accounts::{of_environment, of_sandbox};
use crate::args::ServeArguments;
use crate::exit::{Exit, Failure};
use crate::render;

/// Where settings stand unless told otherwise; it need not be there.
const CONFIG: &str = "unitune.toml";

pub async fn run(arguments: ServeArguments) -> Result<Exit, Failure> {
    log_to_stderr(arguments.log);
    let config = config(arguments.config.as_deref())?;
    let (providers, sandbox) = if arguments.sandbox {
        let sandbox = Sandbox::builder().speed(arguments.speed).start().await;
        let sandbox = sandbox.map_err(|error| {
            let message = format!("the sandbox does not start: {error}");
            Failure::new(Exit::Failure, message)
        })?;
        (of_sandbox(&sandbox)?, Some(sandbox))
    } else {
        (of_environment()?, None)
    };
    let server = Server::bind(arguments.addr, &providers, config)
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
    server.run(told_to_stop()).await;
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

/// The part of the file that is about the gateway.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    gateway: Config,
}

/// The settings of a file; the defaults where there is none and none was asked
/// for.
fn config(path: Option<&Path>) -> Result<Config, Failure> {
    let text = match std::fs::read_to_string(path.unwrap_or(Path::new(CONFIG))) {
        Ok(text) => text,
        Err(error) if path.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Config::default());
        }
        Err(error) => {
            let shown = path.unwrap_or(Path::new(CONFIG)).display();
            return Err(Failure::new(Exit::Usage, format!("{shown}: {error}")));
        }
    };
    let file: File = toml::from_str(&text).map_err(|error| {
        let shown = path.unwrap_or(Path::new(CONFIG)).display();
        Failure::new(Exit::Usage, format!("{shown}: {error}"))
    })?;
    Ok(file.gateway)
}

fn log_to_stderr(level: tracing::Level) {
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .init();
}

/// Ctrl-C, or what a container's runtime sends.
async fn told_to_stop() {
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
    // Without a handler there is nothing to wait for.
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

    fn read(text: &str) -> Result<Config, Failure> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        config(Some(file.path()))
    }

    #[test]
    fn the_gateway_s_table_is_read_and_the_rest_is_left_alone() {
        let config = read("[gateway]\nmax_requests = 7\n\n[accounts.x]\nvendor = \"openai\"\n");
        assert_eq!(config.unwrap().max_requests, 7);
        assert!(read("").is_ok());
        assert!(read("[gateway]\nmax_request = 7\n").is_err());
    }

    #[test]
    fn a_file_that_was_asked_for_must_be_there() {
        assert!(config(Some(Path::new("/nowhere/unitune.toml"))).is_err());
    }
}
