import { expect, test } from "vitest";
import { change, equal, jsonPath, jsonataPath, removed } from "./json";
import { byteAt, unitAt } from "./offsets";

test("what changed is told member by member", () => {
  const before = { a: 1, list: [1, 2], gone: true };
  expect(change(before, { a: 1, list: [1, 2], gone: true })).toBe("same");
  expect(change(before, { a: 2 })).toBe("within");
  expect(change(before, [1])).toBe("changed");
  expect(change(undefined, null)).toBe("added");
  expect(removed(before, { a: 1, list: [] })).toEqual([["gone", true]]);
  expect(equal({ a: [{}] }, { a: [{}] })).toBe(true);
  expect(equal([], {})).toBe(false);
  // What an object inherits is none of its members.
  expect(change({}, { constructor: 1 })).toBe("within");
});

test("paths that can be pasted into a definition", () => {
  expect(jsonPath(["a", 0, "b c", "it's"])).toBe("$.a[0]['b c']['it\\'s']");
  expect(jsonataPath("$states.input", ["a", 0, "b c"])).toBe("$states.input.a[0].`b c`");
});

test("bytes and units of a text with all widths of letters", () => {
  const text = "aé€😀z";
  for (const [unit, byte] of [[0, 0], [1, 1], [2, 3], [3, 6], [5, 10], [6, 11]] as const) {
    expect(byteAt(text, unit)).toBe(byte);
    expect(unitAt(text, byte)).toBe(unit);
  }
});
