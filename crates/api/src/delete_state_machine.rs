//! DeleteStateMachine.

use crate::exception::Exception;
use crate::fields::read_body;
use crate::shapes::ARN;
use arn::StateMachineArn;
use json::Value;

/// Which machine shall go.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteStateMachineRequest {
    /// The machine itself: versions, aliases and labels are refused.
    pub state_machine_arn: StateMachineArn,
}

impl DeleteStateMachineRequest {
    /// Reads a body.
    pub fn decode(body: &Value) -> Result<DeleteStateMachineRequest, Exception> {
        let state_machine_arn =
            StateMachineArn::parse(&read_body(body, |fields| fields.text("stateMachineArn", ARN))?)?;
        if state_machine_arn.is_qualified() {
            return Err(Exception::labelled_arn_not_supported(&state_machine_arn));
        }
        Ok(DeleteStateMachineRequest { state_machine_arn })
    }
}
