//! The inputs that executions were started with from this browser, the last 20 of each machine.

const MOST = 20;
/** Longer ones are not kept: the browser gives all of a site 5 MB. */
const LENGTH_MAX = 50_000;

const key = (machine: string) => `stepwell.inputs.${machine}`;

export function rememberedInputs(machine: string): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key(machine)) ?? "[]");
    return Array.isArray(found) ? found.filter((each): each is string => typeof each === "string") : [];
  } catch {
    return [];
  }
}

export function rememberInput(machine: string, input: string) {
  if (input.length > LENGTH_MAX) return;
  const others = rememberedInputs(machine).filter((each) => each !== input);
  try {
    localStorage.setItem(key(machine), JSON.stringify([input, ...others].slice(0, MOST)));
  } catch {
    // A full or forbidden storage only costs the convenience.
  }
}
