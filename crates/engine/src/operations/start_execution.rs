//! StartExecution.

use crate::Engine;
use crate::environment::uuid;
use crate::express::Prepared;
use crate::partition::{Input, StartInput};
use crate::registry::Started;
use api::{Exception, StartExecutionRequest, StartExecutionResponse, StateMachineType};
use arn::ExecutionArn;
use interpreter::{Header, StartedBy, Timestamp};
use std::sync::Arc;

impl Engine {
    /// Starts an execution of a machine's latest revision, of a version, or of a version that an alias leads to; answered when the start
    /// is durable.
    ///
    /// Repeated with the same name and input while the execution runs, it answers the same again (AWS API reference, StartExecution).
    pub async fn start_execution(&self, request: StartExecutionRequest) -> Result<StartExecutionResponse, Exception> {
        self.start_execution_for(request, None).await
    }

    /// The same for a task, if one starts it.
    pub(crate) async fn start_execution_for(
        &self,
        request: StartExecutionRequest,
        started_by: Option<StartedBy>,
    ) -> Result<StartExecutionResponse, Exception> {
        let shared = &self.0.shared;
        // One draw of sixteen bytes: half of it is the execution's seed, half chooses where an alias leads.
        let [seed, draw] = halves(shared.environment.entropy());
        let Started { revision, version, alias } = self.registry().started(&request.state_machine_arn, draw).await?;
        if revision.machine_type == StateMachineType::Express {
            return self.start_express(Prepared::new(Started { revision, version, alias }), request).await;
        }
        let test_case = shared.test_case(&revision.machine_name, request.test_case.as_deref())?;
        let name_is_new = request.name.is_none();
        let name: Arc<str> = request.name.unwrap_or_else(|| uuid(shared.environment.entropy()).into());
        let identity = self.registry().identity();
        let arn = ExecutionArn::standard(identity.clone(), &*revision.machine_name, &*name);
        let execution_arn: Arc<str> = arn.to_string().into();
        let key = self.key_of(&arn);
        let machine = revision.of_machine(revision.machine_arn.to_string().into());
        let header = Header {
            trace_header: request.trace_header,
            state_machine_version: version,
            state_machine_alias: alias,
            started_by,
            test_case,
            // The start time is set when it starts.
            ..Header::new(machine, execution_arn.clone(), name, request.input, Timestamp(0), seed)
        };
        let execution = key.clone();
        let start_time = self
            .ask(&key, |answer| Input::Start(Box::new(StartInput { execution, header, revision, name_is_new, answer })))
            .await?;
        Ok(StartExecutionResponse { execution_arn, start_date_ms: start_time.0 })
    }

    /// Every call starts another execution, whatever its name.
    async fn start_express(
        &self,
        prepared: Prepared,
        request: StartExecutionRequest,
    ) -> Result<StartExecutionResponse, Exception> {
        let express = &self.0.express;
        let new = express.new_execution(Arc::new(prepared), request)?;
        let execution_arn = new.header.execution_arn.clone();
        let start_time = express.start(new).await?;
        Ok(StartExecutionResponse { execution_arn, start_date_ms: start_time.0 })
    }
}

fn halves(entropy: [u8; 16]) -> [u64; 2] {
    let both = u128::from_be_bytes(entropy);
    [(both >> 64) as u64, both as u64]
}
