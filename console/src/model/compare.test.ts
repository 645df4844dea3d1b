import { expect, test } from "vitest";
import type { HistoryEvent, Visit } from "../api/shapes";
import { align } from "./compare";

function side(...states: [name: string, output: string, ms?: number, index?: number][]) {
  const visits = states.map(
    ([name, , ms = 0, index = null], place): Visit =>
      ({ id: String(place), stateId: name, stateName: name, index, enteredAt: 0, exitedAt: ms, attempts: [], parentVisit: null }) as unknown as Visit,
  );
  const events = states.map(([, output], place) => ({ visit: String(place), type: "PassStateExited", details: { output } }) as unknown as HistoryEvent);
  return { visits, events };
}

test("loops are aligned turn by turn, and what one alone has stands where it was", () => {
  const a = side(["A", "1"], ["Loop", "1", 5], ["Loop", "2", 5], ["End", "x"]);
  const b = side(["A", "1"], ["Loop", "1", 25], ["Repair", "r"], ["Loop", "3", 5], ["Loop", "4"], ["End", "x"]);
  const shape = align(a, b).map((row) => `${row.visitA ? "A" : "-"}${row.visitB ? "B" : "-"} ${row.stateId}${row.outputDiffers ? " differs" : ""} ${row.deltaMs ?? ""}`.trim());
  expect(shape).toEqual(["AB A 0", "AB Loop 20", "-B Repair", "AB Loop differs 0", "-B Loop", "AB End 0"]);
});

test("iterations are aligned by item, whichever came first", () => {
  const rows = align(side(["Item", "0", 0, 0], ["Item", "1", 0, 1]), side(["Item", "1", 0, 1], ["Item", "0", 0, 0]));
  expect(rows.map((row) => row.outputDiffers)).toEqual([false, false]);
});
