// The main operations through @aws-sdk/client-sfn, each command and paginator as a user writes it.
//
// Argument: the endpoint. Prints the operations that were called, as JSON. The client puts `sync-` before the host for StartSyncExecution and
// TestState; no name server knows such a host on loopback, so this agent looks up none and connects to the endpoint.

import assert from "node:assert/strict";
import http from "node:http";
import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ExecutionAlreadyExists,
  GetActivityTaskCommand,
  ListTagsForResourceCommand,
  PublishStateMachineVersionCommand,
  RedriveExecutionCommand,
  SFNClient,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StateMachineDoesNotExist,
  StopExecutionCommand,
  TestStateCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  paginateListStateMachines,
} from "@aws-sdk/client-sfn";
import { NodeHttpHandler } from "@smithy/node-http-handler";

const roleArn = "arn:aws:iam::123456789012:role/test";
const machineOf = (state) => JSON.stringify({ StartAt: "S", States: { S: state } });
const pass = machineOf({ Type: "Pass", End: true });

const endpoint = new URL(process.argv[2]);
const hosts = new Set();
const lookup = (host, options, found) => {
  hosts.add(host);
  const address = { address: endpoint.hostname, family: 4 };
  options.all ? found(null, [address]) : found(null, address.address, address.family);
};
const client = new SFNClient({
  endpoint: `http://localhost:${endpoint.port}`,
  region: "us-east-1",
  requestHandler: new NodeHttpHandler({ httpAgent: new http.Agent({ keepAlive: true, lookup }) }),
});
const called = new Set();
client.middlewareStack.add(
  (next, context) => (args) => {
    called.add(context.commandName.replace(/Command$/, ""));
    return next(args);
  },
  { step: "initialize" },
);
const send = (Command, input) => client.send(new Command(input));

async function ended(executionArn) {
  for (;;) {
    const description = await send(DescribeExecutionCommand, { executionArn });
    if (description.status !== "RUNNING") return description;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function all(pages, key) {
  const items = [];
  for await (const page of pages) items.push(...page[key]);
  return items;
}

assert.equal((await send(ValidateStateMachineDefinitionCommand, { definition: pass })).result, "OK");
const tags = [{ key: "team", value: "water" }];
const created = await send(CreateStateMachineCommand, { name: "standard", definition: pass, roleArn, tags });
const { stateMachineArn } = created;
assert.ok(created.creationDate instanceof Date && Date.now() - created.creationDate < 60_000, created.creationDate);
assert.deepEqual((await send(ListTagsForResourceCommand, { resourceArn: stateMachineArn })).tags, tags);
assert.equal((await send(DescribeStateMachineCommand, { stateMachineArn })).definition, pass);

const { executionArn } = await send(StartExecutionCommand, { stateMachineArn, name: "one", input: '{"ü": 1}' });
const description = await ended(executionArn);
assert.deepEqual([description.status, JSON.parse(description.output)], ["SUCCEEDED", { ü: 1 }]);
await assert.rejects(send(StartExecutionCommand, { stateMachineArn, name: "one" }), ExecutionAlreadyExists);
await assert.rejects(send(DescribeStateMachineCommand, { stateMachineArn: `${stateMachineArn}-not` }), StateMachineDoesNotExist);
const events = await all(paginateGetExecutionHistory({ client, pageSize: 1 }, { executionArn }), "events");
assert.deepEqual(
  events.map((event) => event.type),
  ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"],
);
await send(StartExecutionCommand, { stateMachineArn, name: "two" });
const executions = await all(paginateListExecutions({ client, pageSize: 1 }, { stateMachineArn }), "executions");
assert.deepEqual(executions.map((execution) => execution.name).sort(), ["one", "two"]);

const { stateMachineVersionArn } = await send(PublishStateMachineVersionCommand, { stateMachineArn });
assert.equal(stateMachineVersionArn, `${stateMachineArn}:1`);

const { activityArn } = await send(CreateActivityCommand, { name: "by-hand" });
await send(UpdateStateMachineCommand, {
  stateMachineArn,
  definition: machineOf({ Type: "Task", Resource: activityArn, End: true }),
});
const byHand = await send(StartExecutionCommand, { stateMachineArn });
const { taskToken } = await send(GetActivityTaskCommand, { activityArn });
await send(SendTaskSuccessCommand, { taskToken, output: '"done"' });
assert.equal((await ended(byHand.executionArn)).output, '"done"');
const stopped = await send(StartExecutionCommand, { stateMachineArn });
await send(StopExecutionCommand, { executionArn: stopped.executionArn, error: "Enough" });
assert.equal((await ended(stopped.executionArn)).error, "Enough");
await send(RedriveExecutionCommand, { executionArn: stopped.executionArn });
assert.equal((await send(DescribeExecutionCommand, { executionArn: stopped.executionArn })).redriveCount, 1);

const express = await send(CreateStateMachineCommand, { name: "express", definition: pass, roleArn, type: "EXPRESS" });
const ran = await send(StartSyncExecutionCommand, { stateMachineArn: express.stateMachineArn, input: "[1]" });
assert.deepEqual([ran.status, ran.output], ["SUCCEEDED", "[1]"]);
const tested = await send(TestStateCommand, { definition: '{"Type": "Succeed"}', input: "[2]" });
assert.deepEqual([tested.status, tested.output], ["SUCCEEDED", "[2]"]);
assert.ok(hosts.has("sync-localhost"), [...hosts].join());

const machines = await all(paginateListStateMachines({ client, pageSize: 1 }, {}), "stateMachines");
assert.deepEqual(
  machines.map((machine) => machine.name),
  ["express", "standard"],
);
for (const machine of machines) await send(DeleteStateMachineCommand, machine);
console.log(JSON.stringify([...called].sort()));
client.destroy();
