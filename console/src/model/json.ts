//! JSON values as trees: kinds, paths and what changed between two of them.

export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

/** Undefined if it is not JSON. Big numbers lose digits here; the text itself is what is copied. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Why it is not JSON, as the browser says it; null if it is. */
export function whyNotJson(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function isBranch(value: Json): value is Json[] | { [member: string]: Json } {
  return typeof value === "object" && value !== null;
}

export function members(value: Json[] | { [member: string]: Json }): [string, Json][] {
  return Array.isArray(value) ? value.map((item, index) => [String(index), item]) : Object.entries(value);
}

const WORD = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `$.a.b[0]['c d']` */
export function jsonPath(steps: (string | number)[]): string {
  return steps.reduce<string>((path, step) => {
    if (typeof step === "number") return `${path}[${step}]`;
    return WORD.test(step) ? `${path}.${step}` : `${path}['${step.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}']`;
  }, "$");
}

/** `$states.input.a.b[0].` + "`c d`" */
export function jsonataPath(root: string, steps: (string | number)[]): string {
  return steps.reduce<string>((path, step) => {
    if (typeof step === "number") return `${path}[${step}]`;
    return WORD.test(step) ? `${path}.${step}` : `${path}.\`${step}\``;
  }, root);
}

export type Change = "added" | "changed" | "within" | "same";

export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || !isBranch(a) || !isBranch(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [members(a), members(b)];
  return left.length === right.length && left.every(([name, value]) => equal(value, member(b, name)));
}

/** A member by name, or an item by position. */
export function member(value: Json | undefined, name: string): Json | undefined {
  if (value === undefined || !isBranch(value)) return undefined;
  if (Array.isArray(value)) return value[Number(name)];
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** What became of a value. `within` is a tree of which only parts are new. */
export function change(before: Json | undefined, after: Json): Change {
  if (before === undefined) return "added";
  if (equal(before, after)) return "same";
  return isBranch(before) && isBranch(after) && Array.isArray(before) === Array.isArray(after) ? "within" : "changed";
}

/** The members of `before` that `after` lacks. */
export function removed(before: Json | undefined, after: Json): [string, Json][] {
  if (before === undefined || !isBranch(before) || !isBranch(after) || Array.isArray(before) !== Array.isArray(after)) return [];
  return members(before).filter(([name]) => member(after, name) === undefined);
}
