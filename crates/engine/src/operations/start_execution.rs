//! StartExecution.

use crate::Engine;
use crate::environment::uuid;
use crate::express::{New, Prepared};
use crate::partition::{Input, StartInput};
use crate::registry::{Revision, Started};
use api::{Exception, StartExecutionRequest, StartExecutionResponse, StateMachineType};
use arn::ExecutionArn;
use interpreter::{Header, StartedBy, Timestamp};
use json::Payload;
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
        let header = |header: Header| Header {
            trace_header: request.trace_header,
            state_machine_version: version,
            state_machine_alias: alias,
            started_by,
            test_case,
            ..header
        };
        self.start_standard(revision, request.name, request.input, seed, header).await
    }

    /// Starts a Standard execution of a revision, whose header `with` completes.
    pub(super) async fn start_standard(
        &self,
        revision: Arc<Revision>,
        name: Option<Arc<str>>,
        input: Payload,
        seed: u64,
        with: impl FnOnce(Header) -> Header,
    ) -> Result<StartExecutionResponse, Exception> {
        let name_is_new = name.is_none();
        let name: Arc<str> = name.unwrap_or_else(|| uuid(self.0.shared.environment.entropy()).into());
        let arn = ExecutionArn::standard(self.identity().clone(), &*revision.machine_name, &*name);
        let execution_arn: Arc<str> = arn.to_string().into();
        let key = self.key_of(&arn);
        let machine = revision.of_machine(revision.machine_arn.to_string().into());
        // The start time is set when it starts.
        let header = with(Header::new(machine, execution_arn.clone(), name, input, Timestamp(0), seed));
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
        self.start_new_express(self.0.express.new_execution(Arc::new(prepared), request)?).await
    }

    pub(super) async fn start_new_express(&self, new: New) -> Result<StartExecutionResponse, Exception> {
        let execution_arn = new.header.execution_arn.clone();
        let start_time = self.0.express.start(new).await?;
        Ok(StartExecutionResponse { execution_arn, start_date_ms: start_time.0 })
    }
}

pub(super) fn halves(entropy: [u8; 16]) -> [u64; 2] {
    let both = u128::from_be_bytes(entropy);
    [(both >> 64) as u64, both as u64]
}
