//! The operations that send or answer a stream of events. AWS's SDK for Java has them in its asynchronous clients alone, and Step Functions does not call them
//! as they are.
//!
//! They are listed so that a definition can be read without the models; a test holds the list to them.

/// Services and actions as `aws-sdk:` resources name them.
const EVENT_STREAMS: [(&str, &str); 23] = [
    ("bedrockagentcore", "invokeAgentRuntimeCommand"),
    ("bedrockagentcore", "invokeCodeInterpreter"),
    ("bedrockagentcore", "invokeHarness"),
    ("bedrockagentruntime", "invokeAgent"),
    ("bedrockagentruntime", "invokeFlow"),
    ("bedrockagentruntime", "invokeInlineAgent"),
    ("bedrockagentruntime", "optimizePrompt"),
    ("bedrockagentruntime", "retrieveAndGenerateStream"),
    ("bedrockruntime", "converseStream"),
    ("bedrockruntime", "invokeModelWithBidirectionalStream"),
    ("bedrockruntime", "invokeModelWithResponseStream"),
    ("cloudwatchlogs", "getLogObject"),
    ("cloudwatchlogs", "startLiveTail"),
    ("connecthealth", "startMedicalScribeListeningSession"),
    ("devopsagent", "sendMessage"),
    ("iotsitewise", "invokeAssistant"),
    ("kinesis", "subscribeToShard"),
    ("lambda", "invokeWithResponseStream"),
    ("lexruntimev2", "startConversation"),
    ("polly", "startSpeechSynthesisStream"),
    ("qbusiness", "chat"),
    ("s3", "selectObjectContent"),
    ("sagemakerruntime", "invokeEndpointWithResponseStream"),
];

/// Whether an action sends or answers a stream of events.
pub fn has_event_stream(service: &str, action: &str) -> bool {
    EVENT_STREAMS.contains(&(service, action))
}
