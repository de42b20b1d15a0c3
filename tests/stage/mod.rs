//! A sandbox with an account at each vendor, whose time passes when a client
//! sleeps.
#![allow(dead_code)]

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use unitune::providers::{Account, Providers};
use unitune::transport::{ApiClient, ClientBuilder, Clock};
use unitune::{openai, together, truefoundry};
use unitune_sandbox::{Builder, Deviation, Sandbox, Vendor};

/// The vendors of the sandbox that the library is compiled with; the sandbox
/// may simulate others.
pub fn vendors() -> impl Iterator<Item = Vendor> {
    Vendor::all().filter(|vendor| {
        unitune::vendors::get(vendor.name()).is_some_and(|known| known.is_compiled_in())
    })
}

/// The sandbox, and accounts at the vendors that are compiled in by default.
pub struct Stage {
    pub sandbox: Arc<Sandbox>,
    pub clock: Arc<SandboxClock>,
    pub providers: Providers,
}

impl Stage {
    pub async fn start() -> Self {
        Self::with(Sandbox::builder()).await
    }

    pub async fn with(builder: Builder) -> Self {
        let sandbox = Arc::new(builder.start().await.unwrap());
        let clock = Arc::new(SandboxClock {
            start: Instant::now(),
            passed: Mutex::default(),
            sandbox: Arc::clone(&sandbox),
        });
        let mut stage = Self {
            sandbox,
            clock,
            providers: Providers::new(),
        };
        for account in [
            Account::with_backend("openai", stage.openai().build().unwrap()),
            Account::with_backend("together", stage.together().build().unwrap()),
            Account::with_backend("truefoundry", stage.truefoundry().build().unwrap()),
        ] {
            stage.providers.add(account).unwrap();
        }
        stage
    }

    pub fn openai(&self) -> ClientBuilder<openai::Client> {
        self.client(Vendor::OpenAi)
    }

    pub fn together(&self) -> ClientBuilder<together::Client> {
        self.client(Vendor::Together)
    }

    #[cfg(feature = "fireworks")]
    pub fn fireworks(&self) -> ClientBuilder<unitune::fireworks::Client> {
        self.client(Vendor::Fireworks)
    }

    #[cfg(feature = "azure")]
    pub fn azure(&self) -> ClientBuilder<unitune::azure::Client> {
        self.client(Vendor::Azure)
    }

    pub fn truefoundry(&self) -> ClientBuilder<truefoundry::Client> {
        self.client(Vendor::TrueFoundry)
    }

    fn client<C: ApiClient>(&self, vendor: Vendor) -> ClientBuilder<C> {
        ClientBuilder::default()
            .base_url(self.sandbox.base_url(vendor))
            .api_key(vendor.key())
            .clock(self.clock.clone())
    }

    /// The id of the seeded job that deviates in this way.
    pub fn deviation(&self, deviation: Deviation) -> String {
        let jobs = self.sandbox.seeded_jobs().iter();
        let mut jobs = jobs.filter(|job| job.deviation == Some(deviation));
        jobs.next().expect("a seeded job").id.clone()
    }

    /// How many requests of an operation arrived.
    pub fn count(&self, vendor: Vendor, operation: &str) -> usize {
        let requests = self.sandbox.requests().into_iter();
        requests
            .filter(|r| r.vendor == vendor && r.operation == Some(operation))
            .count()
    }
}

/// The sandbox's time: what is slept passes there, and takes no time here.
#[derive(Debug)]
pub struct SandboxClock {
    start: Instant,
    passed: Mutex<Duration>,
    sandbox: Arc<Sandbox>,
}

impl Clock for SandboxClock {
    fn now(&self) -> Instant {
        self.start + *self.passed.lock().unwrap()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        *self.passed.lock().unwrap() += time;
        self.sandbox.advance(time);
        Box::pin(tokio::task::yield_now())
    }
}
