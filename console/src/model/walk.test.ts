import { expect, test } from "vitest";
import type { Scene, SceneNode } from "../api/shapes";
import { walk } from "./walk";

const node = (id: string, kind: SceneNode["kind"], x: number, y: number, parent?: number): SceneNode => ({
  id,
  name: id,
  kind,
  rect: [x, y, 100, 50],
  ...(parent === undefined ? {} : { parent }),
});

/** Start -> A -> P(B | C) -> D, D back to A, A's catcher to a link that stands for D. */
const scene: Scene = {
  width: 400,
  height: 600,
  nodes: [
    node("start", "Start", 100, 0),
    node("A", "Task", 100, 100),
    { ...node("P", "Parallel", 0, 200), rect: [0, 200, 400, 200], isContainer: true },
    node("left", "Branch", 0, 240, 2),
    node("B", "Task", 20, 260, 3),
    node("right", "Branch", 200, 240, 2),
    node("C", "Task", 220, 260, 5),
    node("D", "Succeed", 100, 500),
    { ...node("link", "Link", 300, 150), name: "D" },
  ],
  edges: [
    [0, 1],
    [1, 2],
    [1, 8],
    [2, 7],
    [7, 1],
  ].map(([from, to], place) => ({ id: String(place), kind: "next", from: from!, fromSide: "bottom", to: to!, points: [], isLoop: place === 4 })),
};

test("down and up follow the lines, not the loops", () => {
  expect(walk(scene, "A", "down")).toBe("P");
  expect(walk(scene, "P", "down")).toBe("D");
  expect(walk(scene, "D", "down")).toBe(null);
  expect(walk(scene, "D", "up")).toBe("P");
});

test("into a container, across its branches, and out", () => {
  expect(walk(scene, "P", "in")).toBe("B");
  expect(walk(scene, "B", "right")).toBe("C");
  expect(walk(scene, "C", "left")).toBe("B");
  expect(walk(scene, "B", "left")).toBe(null);
  expect(walk(scene, "C", "out")).toBe("P");
  expect(walk(scene, "B", "up")).toBe("P");
});

test("a mark for a state far away leads to that state", () => {
  const only = { ...scene, edges: scene.edges.filter((edge) => edge.id !== "1") };
  expect(walk(only, "A", "down")).toBe("D");
});

test("home, end, and from nowhere to the first", () => {
  expect([walk(scene, "C", "first"), walk(scene, "A", "last"), walk(scene, null, "down")]).toEqual(["A", "D", "A"]);
});
