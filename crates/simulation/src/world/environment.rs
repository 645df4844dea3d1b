//! The engine's clock and entropy.

use super::World;
use engine::Environment;
use interpreter::Timestamp;
use std::sync::Arc;

pub(crate) struct SimulatedEnvironment(pub Arc<World>);

impl Environment for SimulatedEnvironment {
    fn now(&self) -> Timestamp {
        self.0.operation("now");
        Timestamp(self.0.now_ms())
    }

    fn entropy(&self) -> [u8; 16] {
        self.0.operation("entropy");
        self.0.entropy()
    }
}
