import { expect, test } from "vitest";
import type { Scene, SceneNode } from "../api/shapes";
import { outline, outlineKey } from "./outline";

const node = (id: string, kind: SceneNode["kind"], begins: number, parent?: number): SceneNode => ({
  id,
  name: id,
  kind,
  rect: [0, 0, 100, 50],
  span: [begins, begins + 1],
  ...(parent === undefined ? {} : { parent }),
});

/** P has two branches, M one; the picture has them in another order than the text. */
const scene: Scene = {
  width: 1,
  height: 1,
  nodes: [
    node("start", "Start", 0),
    node("M", "Map", 50),
    node("items", "Branch", 51, 1),
    node("item", "Pass", 52, 2),
    node("P", "Parallel", 10),
    node("left", "Branch", 11, 4),
    node("L", "Pass", 12, 5),
    node("right", "Branch", 20, 4),
    node("R", "Pass", 21, 7),
  ],
  edges: [],
};

const shown = (collapsed: string[]) => outline(scene, new Set(collapsed)).map((row) => `${"  ".repeat(row.level - 1)}${row.name} ${row.place}/${row.of}`);

test("states stand in the order of the text, branches apart", () => {
  expect(shown([])).toEqual(["P 1/2", "  Branch 1 1/2", "    L 1/1", "  Branch 2 2/2", "    R 1/1", "M 2/2", "  item 1/1"]);
  expect(shown(["P"])).toEqual(["P 1/2", "M 2/2", "  item 1/1"]);
});

test("arrow keys walk, open and close", () => {
  const rows = outline(scene, new Set(["M"]));
  expect(outlineKey(rows, null, "ArrowDown")).toEqual({ to: "P" });
  expect(outlineKey(rows, "R", "ArrowDown")).toEqual({ to: "M" });
  expect(outlineKey(rows, "M", "ArrowDown")).toEqual({ to: "M" });
  expect(outlineKey(rows, "M", "ArrowRight")).toEqual({ toggle: "M" });
  expect(outlineKey(rows, "P", "ArrowRight")).toEqual({ to: "left" });
  expect(outlineKey(rows, "P", "ArrowLeft")).toEqual({ toggle: "P" });
  expect(outlineKey(rows, "R", "ArrowLeft")).toEqual({ to: "right" });
  expect(outlineKey(rows, "R", "x")).toBeNull();
});
