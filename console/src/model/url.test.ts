import { expect, test } from "vitest";
import { changeSearch, readSearch, splitList, toggleInList } from "./url";

const DEFAULTS = { status: "", q: "", view: "graph" };

test("what has its default value is not in the address, and what others put there stays", () => {
  expect(readSearch("status=FAILED,ABORTED&other=1", DEFAULTS)).toEqual({ status: "FAILED,ABORTED", q: "", view: "graph" });
  expect(changeSearch("status=FAILED&other=1", { status: "", view: "events" }, DEFAULTS)).toBe("other=1&view=events");
  expect(changeSearch("view=events", { view: "graph" }, DEFAULTS)).toBe("");
  expect(readSearch(changeSearch("", { q: "a&b=c d" }, DEFAULTS), DEFAULTS).q).toBe("a&b=c d");
});

test("lists are toggled member by member", () => {
  expect(toggleInList("", "FAILED")).toBe("FAILED");
  expect(toggleInList("FAILED,ABORTED", "FAILED")).toBe("ABORTED");
  expect(splitList("")).toEqual([]);
});
