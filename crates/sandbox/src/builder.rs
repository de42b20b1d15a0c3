//! The builder of a sandbox.

use crate::deviation::Deviation;
use crate::error::Error;
use crate::faults::Fault;
use crate::sandbox::Sandbox;
use crate::settings::Settings;
use crate::state::limits;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::sync::Semaphore;

/// Settings of a sandbox that has not started yet.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct Builder(Settings);

impl Default for Builder {
    fn default() -> Builder {
        Builder(Settings {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            speed: 0.0,
            jobs: None,
            deviations: Deviation::all()
                .filter(|switch| switch.is_default())
                .collect(),
            faults: Vec::new(),
            connections: limits::CONNECTIONS,
        })
    }
}

impl Builder {
    /// Sets where to listen. The default is a free port on loopback.
    pub fn addr(mut self, addr: impl Into<SocketAddr>) -> Builder {
        self.0.addr = addr.into();
        self
    }

    /// Sets what ids and numbers are made from. The default is 1.
    pub fn seed(mut self, seed: u64) -> Builder {
        self.0.seed = seed;
        self
    }

    /// Sets how many sandbox seconds pass in a real second. The default is 0: time stands still until
    /// [`Sandbox::advance`] moves it.
    pub fn speed(mut self, speed: f64) -> Builder {
        self.0.speed = speed;
        self
    }

    /// Sets how many jobs there are at the start, over all vendors. The default is one for each row of the vendors'
    /// tables of jobs, about thirty.
    pub fn jobs(mut self, jobs: usize) -> Builder {
        self.0.jobs = Some(jobs);
        self
    }

    /// Switches one deviation on or off. [`Deviation::is_default`] is true for those that are on without this.
    pub fn deviation(mut self, deviation: Deviation, on: bool) -> Builder {
        self.0.deviations.retain(|switch| *switch != deviation);
        if on {
            self.0.deviations.push(deviation);
        }
        self
    }

    /// Switches all deviations on, or all off.
    pub fn all_deviations(mut self, on: bool) -> Builder {
        self.0.deviations.clear();
        if on {
            self.0.deviations.extend(Deviation::all());
        }
        self
    }

    /// Adds a fault.
    pub fn fault(mut self, fault: Fault) -> Builder {
        self.0.faults.push(fault);
        self
    }

    /// Sets how many connections there may be at the same time, and how many requests under way on all of them. The
    /// default is 512. What is beyond is answered with 503 and not recorded; a connection beyond is closed then.
    pub fn connections(mut self, connections: usize) -> Builder {
        self.0.connections = connections;
        self
    }

    /// Starts to serve, on the runtime that this is called on.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, or a setting is invalid.
    pub async fn start(self) -> Result<Sandbox, Error> {
        let settings = self.0;
        if !settings.speed.is_finite() || settings.speed < 0.0 {
            return Err(Error::Setting {
                name: "speed",
                reason: format!(
                    "invalid value {}: expected 0 or a positive number",
                    settings.speed
                ),
            });
        }
        if !(1..=Semaphore::MAX_PERMITS).contains(&settings.connections) {
            return Err(Error::Setting {
                name: "connections",
                reason: format!("invalid value {}: expected 1 or more", settings.connections),
            });
        }
        Sandbox::serve(settings).await
    }
}

impl Sandbox {
    /// Returns settings to start a sandbox with.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts a sandbox with the default settings, on a free loopback port.
    ///
    /// # Errors
    ///
    /// When no port can be listened on.
    pub async fn start() -> Result<Sandbox, Error> {
        Sandbox::builder().start().await
    }
}
