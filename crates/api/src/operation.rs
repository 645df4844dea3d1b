//! The operations there are. What each does is behind the engine's method of the same name.

use crate::exception::{Code, Exception};

/// The service's name in `X-Amz-Target`.
const TARGET_PREFIX: &str = "AWSStepFunctions.";

macro_rules! operations {
    ($( $operation:ident )*) => {
        /// An operation of the API, spelled as on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum Operation { $( $operation, )* }

        impl Operation {
            /// Every operation.
            pub const ALL: &[Operation] = &[ $( Operation::$operation, )* ];

            /// The wire spelling.
            pub fn as_str(self) -> &'static str {
                match self { $( Operation::$operation => stringify!($operation), )* }
            }

            fn from_name(name: &str) -> Option<Operation> {
                match name { $( stringify!($operation) => Some(Operation::$operation), )* _ => None }
            }
        }
    };
}

operations! {
    CreateStateMachine UpdateStateMachine DescribeStateMachine DeleteStateMachine ListStateMachines
    ValidateStateMachineDefinition
    PublishStateMachineVersion DeleteStateMachineVersion ListStateMachineVersions
    CreateStateMachineAlias UpdateStateMachineAlias DescribeStateMachineAlias DeleteStateMachineAlias
    ListStateMachineAliases
    StartExecution StartSyncExecution StopExecution RedriveExecution DescribeExecution ListExecutions GetExecutionHistory
    DescribeStateMachineForExecution
    CreateActivity DescribeActivity DeleteActivity ListActivities GetActivityTask
    SendTaskSuccess SendTaskFailure SendTaskHeartbeat
    TagResource UntagResource ListTagsForResource
    TestState
    DescribeMapRun ListMapRuns UpdateMapRun
}

impl Operation {
    /// The operation an `X-Amz-Target` header names, such as `AWSStepFunctions.StartExecution`.
    pub fn from_target(target: &str) -> Result<Operation, Exception> {
        let name = target.strip_prefix(TARGET_PREFIX);
        name.and_then(Operation::from_name)
            .ok_or_else(|| Exception::new(Code::UnknownOperationException, format!("Unknown operation '{target}'")))
    }
}
