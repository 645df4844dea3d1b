import { expect, test } from "vitest";
import type { ExecutionPage, ExecutionRow, ExecutionStatus } from "../api/shapes";
import { merge, prepend } from "./rows";

const ALL = { machine: "", status: "", q: "", kind: "", from: "", to: "" };

function row(name: string, startedAt: number, status: ExecutionStatus = "RUNNING"): ExecutionRow {
  return { arn: `arn:${name}`, name, machine: "m", type: "STANDARD", status, startedAt, stoppedAt: null, error: null, redriveCount: 0, mapRunArn: null, version: null, alias: null };
}

const pages = (...lists: ExecutionRow[][]): ExecutionPage[] => lists.map((items) => ({ items, next: null, counts: null }));
const names = (found: ExecutionPage[]) => found.map((page) => page.items.map((each) => `${each.name} ${each.status}`));

test("a changed row stays in its place, a new one goes to the head", () => {
  const before = pages([row("c", 3), row("b", 2)], [row("a", 1)]);
  const { pages: merged, fresh } = merge(before, [row("a", 1, "FAILED"), row("d", 4), row("e", 5)], ALL);
  expect(names(merged)).toEqual([["c RUNNING", "b RUNNING"], ["a FAILED"]]);
  expect(merged[0]).toBe(before[0]);
  expect(names(prepend(merged, fresh))[0]).toEqual(["e RUNNING", "d RUNNING", "c RUNNING", "b RUNNING"]);
});

test("a row that the filter no longer lets through goes", () => {
  const running = { ...ALL, status: "RUNNING" };
  const { pages: merged, fresh } = merge(pages([row("a", 1)]), [row("a", 1, "SUCCEEDED"), row("x", 2, "FAILED")], running);
  expect(names(merged)).toEqual([[]]);
  expect(fresh).toEqual([]);
});

test("an old execution that changed far down does not come to the head", () => {
  const before = pages([row("c", 30)]);
  expect(prepend(before, merge(before, [row("old", 1, "ABORTED")], ALL).fresh)).toBe(before);
});
