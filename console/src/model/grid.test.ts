import { expect, test } from "vitest";
import { rowAfter } from "./grid";

test("keys stay within the rows", () => {
  expect(["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"].map((key) => rowAfter(key, 5, 100, 20))).toEqual([6, 4, 25, 0, 0, 99]);
  expect(rowAfter("ArrowDown", 99, 100, 20)).toBe(99);
  expect(rowAfter("ArrowDown", 0, 0, 20)).toBe(-1);
  expect(rowAfter("a", 0, 100, 20)).toBeNull();
});
