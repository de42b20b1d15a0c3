//! Everything a sandbox remembers, behind one lock.

use super::Clock;
use crate::{openai, together, truefoundry};

/// The state of one sandbox.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) openai: openai::Store,
    pub(crate) together: together::Store,
    pub(crate) truefoundry: truefoundry::Store,
}
