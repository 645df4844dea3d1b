import { expect, test } from "vitest";
import type { HistoryEvent } from "../api/shapes";
import { dataOf } from "./history";

const event = (id: number, type: string, details: unknown): HistoryEvent => ({ id, previousId: id - 1, type, at: id, stateId: "/States/T", visit: "2", summary: "", details });

test("the data of a visit is told by its events: the last attempt's arguments, and no result of one that failed", () => {
  const cut = { cut: '{"big', bytes: 9_000, ref: "r" };
  const data = dataOf([
    event(2, "TaskStateEntered", { name: "T", input: '{"n":1}' }),
    event(3, "TaskScheduled", { parameters: '{"try":1}' }),
    event(4, "TaskFailed", { error: "Busy" }),
    event(5, "TaskScheduled", { parameters: cut }),
    event(6, "TaskSucceeded", { output: '{"ok":true}' }),
    event(7, "TaskStateExited", { name: "T", output: '{"n":2}', assignedVariables: { total: "42" } }),
  ]);
  expect(data.steps.map(({ name, payload }) => [name, payload])).toEqual([
    ["input", { text: '{"n":1}' }],
    ["arguments", cut],
    ["result", { text: '{"ok":true}' }],
    ["output", { text: '{"n":2}' }],
  ]);
  expect(data.variablesAfter).toEqual({ text: '{"total":42}' });
});
