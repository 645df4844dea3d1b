// The function of the test with AWS's runtime client for Node.js.

export const handler = async (event, context) => {
  console.log("handling", event);
  if (event.fail) throw new RangeError("asked to fail");
  if (event.exit) process.exit(3);
  if (event.bytes) return "x".repeat(event.bytes);
  return {
    event,
    arn: context.invokedFunctionArn,
    requestId: context.awsRequestId,
    client: context.clientContext?.custom,
    greeting: process.env.GREETING,
    name: context.functionName,
    pid: process.pid,
  };
};
