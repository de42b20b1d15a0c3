//! How a sandbox is set up.

use crate::awkward::Awkward;
use crate::error::Error;
use crate::faults::Fault;
use crate::sandbox::Sandbox;
use crate::state::limits;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::sync::Semaphore;

/// Settings of a sandbox that has not started yet.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct Builder {
    pub(crate) addr: SocketAddr,
    pub(crate) seed: u64,
    pub(crate) speed: f64,
    pub(crate) jobs: Option<usize>,
    pub(crate) awkward: Vec<Awkward>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) connections: usize,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            speed: 0.0,
            jobs: None,
            awkward: Awkward::DEFAULT.to_vec(),
            faults: Vec::new(),
            connections: limits::CONNECTIONS,
        }
    }
}

impl Builder {
    /// Where to listen. The default is a free port on loopback.
    pub fn addr(mut self, addr: impl Into<SocketAddr>) -> Builder {
        self.addr = addr.into();
        self
    }

    /// What ids and numbers are made from. The default is 1.
    pub fn seed(mut self, seed: u64) -> Builder {
        self.seed = seed;
        self
    }

    /// How many sandbox seconds pass in a real second. The default is 0: time stands still until
    /// [`Sandbox::advance`] moves it.
    pub fn speed(mut self, speed: f64) -> Builder {
        self.speed = speed;
        self
    }

    /// How many jobs there are at the start, over all vendors. The default is one for each row of the seed's tables,
    /// about thirty.
    pub fn jobs(mut self, jobs: usize) -> Builder {
        self.jobs = Some(jobs);
        self
    }

    /// Switches one awkward body on or off. [`Awkward::DEFAULT`] lists those that are on without this.
    pub fn awkward(mut self, awkward: Awkward, on: bool) -> Builder {
        self.awkward.retain(|switch| *switch != awkward);
        if on {
            self.awkward.push(awkward);
        }
        self
    }

    /// Switches all awkward bodies on, or all off.
    pub fn all_awkward(mut self, on: bool) -> Builder {
        self.awkward.clear();
        if on {
            self.awkward.extend(Awkward::ALL.iter().map(|row| row.1));
        }
        self
    }

    /// Adds something that is to go wrong.
    pub fn fault(mut self, fault: Fault) -> Builder {
        self.faults.push(fault);
        self
    }

    /// How many connections there may be at the same time, and how many requests under way on all of them. The default
    /// is 512. What is beyond is answered with 503 and not recorded; a connection too many is closed then.
    pub fn connections(mut self, connections: usize) -> Builder {
        self.connections = connections;
        self
    }

    /// Starts to serve, on the runtime that this is called on.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, or a setting makes no sense.
    pub async fn start(self) -> Result<Sandbox, Error> {
        if !self.speed.is_finite() || self.speed < 0.0 {
            return Err(Error::Setting {
                name: "speed",
                reason: format!("{} is no speed; give 0 or a positive number", self.speed),
            });
        }
        if !(1..=Semaphore::MAX_PERMITS).contains(&self.connections) {
            return Err(Error::Setting {
                name: "connections",
                reason: format!("{} makes no sense; give 1 or more", self.connections),
            });
        }
        Sandbox::serve(self).await
    }
}
