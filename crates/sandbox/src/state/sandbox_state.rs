//! The state of a sandbox, behind one lock.

use crate::clock::Clock;
use crate::http::{Call, Reply};
use crate::simulation::Simulation;
use crate::vendor::Vendor;

/// The state of one sandbox.
#[derive(Debug)]
pub(crate) struct SandboxState {
    pub(crate) clock: Clock,
    simulations: Vec<(Vendor, Box<dyn Simulation>)>,
}

impl SandboxState {
    /// A state of these vendors.
    pub(crate) fn new(
        clock: Clock,
        simulations: Vec<(Vendor, Box<dyn Simulation>)>,
    ) -> SandboxState {
        SandboxState { clock, simulations }
    }

    /// Answers a call of a vendor's operation.
    pub(crate) fn answer(&mut self, vendor: Vendor, operation: usize, call: &Call) -> Reply {
        let found = self.simulations.iter_mut().find(|row| row.0 == vendor);
        let (_, simulation) = found
            .expect("a sandbox_state is made of all vendors of the table, and no others exist");
        simulation.answer(operation, call)
    }
}
