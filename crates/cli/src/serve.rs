//! `unitune serve`

mod check;

use std::time::Duration;

use serde_json::json;
use unitune::providers::{Account, Providers};
use unitune_gateway::{ServeError, Server, Telemetry};
use unitune_sandbox::Sandbox;

use crate::accounts::of_sandbox;
use crate::args::service::ServeArguments;
use crate::config::Configuration;
use crate::exit::{Exit, Failure};
use crate::{output, stop_signal};

pub async fn run(arguments: ServeArguments) -> Result<Exit, Failure> {
    if arguments.check {
        return check::run(arguments.addr.resolve().await?).await;
    }
    let telemetry = telemetry(&arguments)?;
    let file = arguments.config.as_deref();
    let configuration = match arguments.sandbox {
        true => Configuration::read_named(file)?,
        false => Configuration::read(file)?,
    };
    let mut settings = configuration.gateway.clone();
    settings.telemetry.clone_from(&telemetry);
    let (providers, sandbox) = if arguments.sandbox {
        let sandbox = Sandbox::builder().speed(arguments.speed).start().await;
        let sandbox = sandbox.map_err(|error| {
            let message = format!("cannot start the sandbox: {error}");
            Failure::new(Exit::Failure, message)
        })?;
        let providers = configuration.set_default_account(of_sandbox(&sandbox)?)?;
        (providers, Some(sandbox))
    } else {
        let providers = configuration.accounts()?;
        // What a server lacks is seen best when it starts.
        let mut accounts = providers.accounts().iter();
        accounts.try_for_each(Account::ensure_usable)?;
        (providers, None)
    };
    let addr = arguments.addr.resolve().await?;
    let server = Server::bind(addr, &providers, settings)
        .await
        .map_err(not_started)?;
    if arguments.json {
        output::json(&document(&server, &providers, sandbox.as_ref()))?;
    } else {
        output::text(&greeting(&server, &providers, sandbox.as_ref()))?;
    }
    if server.is_open() {
        output::warning(
            "no tokens are configured: every program on this machine can use the gateway",
        );
    }
    let returning = tokio::spawn(return_memory());
    server.run(stop_signal()).await;
    returning.abort();
    if let Some(telemetry) = telemetry {
        telemetry.shutdown().await;
    }
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

/// Starts the export of telemetry, where there is a collector, and the log.
fn telemetry(arguments: &ServeArguments) -> Result<Option<Telemetry>, Failure> {
    use tracing_subscriber::Layer;
    use tracing_subscriber::filter::LevelFilter;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;

    let telemetry = Telemetry::start(arguments.otlp_endpoint.as_deref())
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    match &telemetry {
        Some(telemetry) => {
            let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
            let level = LevelFilter::from_level(arguments.log);
            tracing_subscriber::registry()
                .with(telemetry.layer())
                .with(log.with_filter(level))
                .init();
        }
        None => log_to_stderr(arguments.log),
    }
    Ok(telemetry)
}

fn log_to_stderr(level: tracing::Level) {
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .init();
}

/// Lets the allocator return what was freed to the system. mimalloc does that when
/// it next gives up a large block, which in a gateway that is idle after many large
/// responses could be never.
async fn return_memory() {
    const INTERVAL: Duration = Duration::from_secs(5);
    const LARGE: usize = 32 << 20;
    loop {
        tokio::time::sleep(INTERVAL).await;
        // Its pages are never written, so that they take no memory.
        drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGE)));
    }
}

/// Waits until the server is to stop.
async fn stop_signal() {
    // An error means that there is no handler: the server then stops at once.
    let _ = stop_signal::received().await;
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
