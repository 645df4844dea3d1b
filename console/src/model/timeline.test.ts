import { expect, test } from "vitest";
import type { Attempt, Visit } from "../api/shapes";
import { axis, bars, moment, position, rows, ticks } from "./timeline";

const HOUR = 3_600_000;

function visit(id: string, enteredAt: number, exitedAt: number | null, rest: Partial<Visit> = {}): Visit {
  return { id, stateId: `/States/${id}`, stateName: id, type: "Task", parentVisit: null, index: null, enteredAt, exitedAt, status: "SUCCEEDED", firstEvent: 1, lastEvent: 2, attempts: [], error: null, cause: null, next: null, length: null, mapRunArn: null, ...rest };
}

const attempt = (scheduledAt: number, startedAt: number | null, endedAt: number | null, rest: Partial<Attempt> = {}): Attempt => ({
  scheduledAt,
  startedAt,
  endedAt,
  error: null,
  cause: null,
  backoffUntil: null,
  events: [],
  ...rest,
});

/** A second of work, two hours of waiting, a second, an hour, a second. */
const WAITS = [visit("A", 0, 1_000), visit("B", 1_000, 1_000 + 2 * HOUR), visit("C", 1_000 + 2 * HOUR, 2_000 + 2 * HOUR), visit("D", 2_000 + 2 * HOUR, 2_000 + 3 * HOUR), visit("E", 2_000 + 3 * HOUR, 3_000 + 3 * HOUR)];

test("long waits are folded, all of them, and what happens between keeps its scale", () => {
  const end = 3_000 + 3 * HOUR;
  const scale = axis(WAITS, end, true);
  expect(scale.stretches.map((stretch) => stretch.isFolded)).toEqual([false, true, false, true, false]);
  expect(scale.length).toBeCloseTo(3_000 + 2 * 300);
  expect(position(scale, 1_000)).toBeCloseTo(1_000 / 3_600);
  expect(position(scale, end)).toBe(1);
  expect(moment(scale, position(scale, 500))).toBeCloseTo(500);
  expect(axis(WAITS, end, false).length).toBe(end);
});

test("steps of about the same length are not folded", () => {
  const visits = [visit("A", 0, 100), visit("B", 100, 350), visit("C", 350, 500), visit("D", 500, 1_100)];
  expect(axis(visits, 1_100, true).stretches.some((stretch) => stretch.isFolded)).toBe(false);
});

test("an execution of no length has an axis", () => {
  const scale = axis([visit("A", 5, 5)], 5, true);
  expect(scale.length).toBe(0);
  expect(position(scale, 5)).toBe(0);
  expect(ticks(scale, 10)).toEqual([]);
});

test("no mark stands in a folded stretch", () => {
  const scale = axis(WAITS, 3_000 + 3 * HOUR, true);
  const found = ticks(scale, 8);
  expect(found.length).toBeGreaterThan(2);
  expect(found.every(({ at }) => WAITS.some(({ id, enteredAt, exitedAt }) => "ACE".includes(id) && at >= enteredAt && at <= exitedAt!))).toBe(true);
});

test("attempts are told apart: waiting for a worker, working, pausing", () => {
  const retried = visit("T", 0, 100, { attempts: [attempt(0, 10, 30, { error: "Busy", backoffUntil: 60 }), attempt(60, 60, 100)] });
  expect(bars(retried, 100).map(({ kind, from, to, error, attempt }) => [kind, from, to, error, attempt])).toEqual([
    ["queued", 0, 10, null, 1],
    ["working", 10, 30, "Busy", 1],
    ["backoff", 30, 60, null, 1],
    ["working", 60, 100, null, 2],
  ]);
  const waiting = visit("T", 0, null, { status: "WAITING", attempts: [attempt(0, 5, null)] });
  expect(bars(waiting, 50).map(({ kind, to }) => [kind, to])).toEqual([["queued", 5], ["waiting", 50]]);
});

test("branches stand under their state, many iterations only when asked for", () => {
  const inside = (parent: string, count: number) => Array.from({ length: count }, (_, index) => visit(`${parent}${index}`, index, index + 1, { parentVisit: parent, index: count - 1 - index }));
  const visits = [visit("P", 0, 9), ...inside("P", 2), visit("M", 9, 99), ...inside("M", 40)];
  const shape = (toggled: string[]) => rows(visits, new Set(toggled)).map(({ visit, depth }) => `${"  ".repeat(depth)}${visit.id}`);
  expect(shape([])).toEqual(["P", "  P1", "  P0", "M"]);
  expect(shape(["P", "M"])).toHaveLength(2 + 40);
  expect(rows(visits, new Set()).at(-1)).toMatchObject({ inside: 40, isOpen: false });
});
